import type { InputProperty, ResourceDefinition } from "../../src/provider/properties";
import { configKey, settings } from "../../src/provider/settings";
import type { ResourceDescription } from "../../src/resources/description";

export const banner = "<!-- Generated from the property tables by `npm run generate`; do not edit. -->\n\n";

const changeText = {
  replace: "replaces",
  update: "updates in place",
  record: "is recorded; sends nothing",
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

Id: ${definition.idDoc}. Token: \`pulumi-nodejs:dynamic/fal:${definition.kind}\`.${timeouts(definition)}

## Inputs

| input | type | unit | left out | a change | what it is |
|---|---|---|---|---|---|
${inputs.map(([name, property]) => inputRow(name, property, described[name]?.resetByResetScale === true)).join("\n")}

What is left out is not managed: neither sent, nor compared, nor shown as drift. Taking an input out of the program ends its management and sends nothing. \`0\` and \`false\` are values.

## Outputs

Every managed input, under its name, and:

| output | type | what it is |
|---|---|---|
${outputs.map(([name, property]) => `| \`${name}\` | \`${cell(property.type)}\`${property.secret ? ", secret" : ""} | ${cell(property.doc)} |`).join("\n")}
`;
}

export function providerPage(): string {
  return `${banner}# fal.Provider and configuration

Settings of the default provider are stack config; those of an explicit \`new fal.Provider("name", { ... })\` are its arguments. Environment variables come after either.

| setting | Provider argument | stack config | what it is |
|---|---|---|---|
${settings.map((setting) => `| ${setting.name} | \`${setting.name}\` | \`${configKey(setting.name)}\`${"secret" in setting ? " (set it with `--secret`)" : ""} | ${cell(setting.doc)} |`).join("\n")}

## Credentials

The first of these that exists is used:

1. \`apiKey\` of the explicit \`Provider\`, or \`fal:apiKey\` in stack config for the default provider;
2. the environment variable \`FAL_KEY\` (\`key_id:key_secret\`; a value without ":" is an error);
3. the selected profile of the \`fal\` CLI: \`~/.fal/config.toml\` (\`FAL_CONFIG_PATH\`), profile \`FAL_PROFILE\` or the one \`fal profile set\` chose;
4. \`FAL_KEY_ID\` with \`FAL_KEY_SECRET\`.

\`refresh\` and \`destroy\` without \`--run-program\` use the settings stored in state at the last \`up\`, not the current stack config. A key from the environment is never stored and never stale, so that is what we recommend.
`;
}

export function referenceIndex(pages: { kind: string; doc: string; file: string }[]): string {
  return `${banner}# Reference

| resource | what it is |
|---|---|
${pages.map((page) => `| [fal.${page.kind}](${page.file}) | ${cell(page.doc)} |`).join("\n")}
| [fal.Provider](provider.md) | Settings: credentials, hosts, several accounts. |
| [Functions](functions.md) | \`getApp\`, \`getSecrets\` and others: what exists at fal, read by a program. |
| [Command line](cli.md) | \`pulumi-fal\`: every command, its options, exit codes and JSON. |

What the client \`pulumi-fal/client\` can do: [operations](../operations.md).
`;
}

function inputRow(name: string, property: InputProperty, resetByResetScale: boolean): string {
  const notes = [
    property.secret ? "Secret: encrypted in state." : "",
    property.resetByDeploy ? "**Reset by a deploy.**" : "",
    resetByResetScale && !property.resetByDeploy ? "Reset by a deploy with `--reset-scale`." : "",
  ].filter((note) => note !== "");
  const doc = [property.doc, ...notes].join(" ");
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
  return ` Time limits (\`customTimeouts\`): ${limits.map(([operation, seconds]) => `${operation} ${seconds / 60} minutes`).join(", ")}; others 5 minutes.`;
}

export function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
