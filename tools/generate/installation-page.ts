import { configKey, settings } from "../../src/provider/settings";
import { pageBanner } from "./banner";
import { goImportPath, type PackageManifest } from "./schema";

/** `docs/installation-configuration.md`, which Pulumi's public registry shows beside the schema's pages. */
export function installationPage(manifest: PackageManifest): string {
  const { name, version } = manifest;
  return `---
title: fal.ai Installation & Configuration
meta_desc: Information on how to install and configure the fal.ai provider for Pulumi.
layout: package
---

${pageBanner("the settings table")}## Installation

The provider consists of a plugin, which Pulumi starts, and an SDK for the language of the program. The plugin needs [Node.js](https://nodejs.org) 22.19 or later; programs do not have to be written in JavaScript.

The packages are not published yet. Until then, \`npm pack\` in a clone of the repository creates \`${name}-${version}.tgz\`, which contains the plugin and the SDK for TypeScript and JavaScript:

\`\`\`sh
npm install ./${name}-${version}.tgz
\`\`\`

In programs in TypeScript and JavaScript, import \`${name}\`. It needs nothing else. For the other languages, this command generates the SDK from the plugin and makes it a dependency of the project:

\`\`\`sh
pulumi package add ./node_modules/${name}/plugin
\`\`\`

| language | SDK |
|---|---|
| TypeScript, JavaScript | \`${name}\`, not generated |
| Python | \`import pulumi_fal as fal\` |
| Go | \`import "${goImportPath(manifest)}"\` |
| C#, F#, Visual Basic | namespace \`PulumiFal.Fal\` |
| Java | package \`com.pulumifal.fal\` |
| YAML | none; types such as \`fal:App\` |

To use the plugin without \`pulumi package add\`, for example on another machine, install it into Pulumi's plugin cache:

\`\`\`sh
pulumi plugin install resource fal ${version} --file ./node_modules/${name}/plugin
\`\`\`

## Credentials

Create a key on [fal's dashboard](https://fal.ai/dashboard/keys). The ADMIN scope is needed for everything but reading. Give it to the provider in one of two ways.

As an environment variable, which is never stored:

\`\`\`sh
export FAL_KEY="key_id:key_secret"
\`\`\`

Or in the configuration of the stack, encrypted:

\`\`\`sh
pulumi config set --secret fal:apiKey "key_id:key_secret"
\`\`\`

A profile of the \`fal\` CLI is used if neither is given.

## Configuration options

Set an option with \`pulumi config set fal:<option> <value>\`, or as an input of an explicit provider. All options are optional.

| option | description |
|---|---|
${settings.map((setting) => `| \`${configKey(setting.name)}\`${"secret" in setting ? ", secret" : ""} | ${setting.doc.replaceAll("|", "\\|")} |`).join("\n")}
`;
}
