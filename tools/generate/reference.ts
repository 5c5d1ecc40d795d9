import type { InputProperty, ResourceDefinition } from "../../src/provider/properties";
import { configKey, settings } from "../../src/provider/settings";
import { dynamicToken, pluginToken } from "../../src/provider/tokens";
import type { ResourceDescription } from "../../src/resources/description";
import { pageBanner } from "./banner";
import { docInTypeScript } from "./classes";

const banner = pageBanner("the property tables");

const changeText = {
  replace: "replaces the object",
  update: "updates in place",
  record: "is recorded only",
} as const;

export function resourcePage(definition: ResourceDefinition, { inputs: described }: ResourceDescription): string {
  const inputs = Object.entries(definition.inputs).filter(([, property]) => !property.computed);
  const computed = Object.entries(definition.inputs).filter(([, property]) => property.computed);
  const outputs = [
    ...Object.entries(definition.outputs),
    ...computed.map(([name, property]) => [name, property] as const),
  ];
  return `${banner}# fal.${definition.kind}

${definition.doc}

Id: ${definition.idDoc}. Token: \`${dynamicToken(definition.kind)}\`, or \`${pluginToken(definition.kind)}\` with the [plugin](../guides/plugin.md), which also imports an object: \`pulumi import ${pluginToken(definition.kind)} <name> <id>\`.${timeouts(definition)}

## Inputs

| input | type | unit | if omitted | a change | description |
|---|---|---|---|---|---|
${inputs.map(([name, property]) => inputRow(name, property, described[name]?.resetByResetScale === true)).join("\n")}

Omitted inputs are not managed: they are neither sent nor compared, and never drift. Removing an input from the program sends nothing. \`0\` and \`false\` are values.

## Outputs

Every managed input under its name, and:

| output | type | description |
|---|---|---|
${outputs.map(([name, property]) => `| \`${name}\` | \`${cell(property.type)}\`${property.secret ? ", secret" : ""} | ${cell(property.doc)} |`).join("\n")}
`;
}

export function providerPage(): string {
  return `${banner}# fal.Provider and configuration

The default provider takes its settings from the stack's configuration; an explicit \`new fal.Provider("name", { ... })\` takes them from its arguments. Missing settings come from environment variables.

| setting | Provider argument | stack configuration | description |
|---|---|---|---|
${settings.map((setting) => `| ${setting.name} | \`${setting.name}\` | \`${configKey(setting.name)}\`${"secret" in setting ? " (set it with `--secret`)" : ""} | ${cell(setting.doc)} |`).join("\n")}

## Credentials

The provider uses the first of these that exists:

1. \`apiKey\` of the explicit \`Provider\`, or the stack's \`fal:apiKey\` for the default provider;
2. the environment variable \`FAL_KEY\` (\`key_id:key_secret\`; a value without ":" is an error);
3. the selected profile of the \`fal\` CLI: \`~/.fal/config.toml\` (\`FAL_CONFIG_PATH\`), profile \`FAL_PROFILE\` or the one that \`fal profile set\` selected;
4. \`FAL_KEY_ID\` with \`FAL_KEY_SECRET\`.

\`refresh\` and \`destroy\` without \`--run-program\` use the settings that the last \`up\` stored in the state, not the current configuration. We recommend a key in the environment, which is never stored and always current.
`;
}

export function referenceIndex(pages: { kind: string; doc: string; file: string }[]): string {
  return `${banner}# Reference

| page | content |
|---|---|
${pages.map((page) => `| [fal.${page.kind}](${page.file}) | ${cell(page.doc)} |`).join("\n")}
| [fal.Provider](provider.md) | Settings: credentials, hosts, several accounts. |
| [Functions](functions.md) | \`getApp\`, \`getSecrets\` and other functions that read existing objects. |
| [Command line](cli.md) | The commands of \`pulumi-fal\` with their options, exit codes and JSON. |

[Operations](../operations.md) lists the methods of the client \`pulumi-fal/client\`.
`;
}

function inputRow(name: string, property: InputProperty, resetByResetScale: boolean): string {
  const notes = [
    property.secret ? "Secret: encrypted in state." : "",
    property.resetByDeploy ? "**Reset by a deploy.**" : "",
    resetByResetScale && !property.resetByDeploy ? "Reset by a deploy with `--reset-scale`." : "",
  ].filter((note) => note !== "");
  const doc = [docInTypeScript(property), ...notes].join(" ");
  const leftOut =
    property.required && !property.writeOnly
      ? "**required**"
      : property.required
        ? "required, except when adopted"
        : (property.default ?? "not managed");
  return `| \`${name}\` | \`${cell(property.type)}\` | ${property.unit ?? ""} | ${cell(leftOut)} | ${changeText[property.change]} | ${cell(doc)} |`;
}

function timeouts(definition: ResourceDefinition): string {
  const limits = Object.entries(definition.timeouts ?? {});
  if (limits.length === 0) return "";
  return ` Time limits (\`customTimeouts\`): ${limits.map(([operation, seconds]) => `${operation} ${seconds / 60} minutes`).join(", ")}; other operations 5 minutes.`;
}

export function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
