/** Pulumi's type token of a kind under the dynamic provider host. It is in stacks' states and never changes. */
export function dynamicToken(kind: string): string {
  return `${dynamicPrefix}${kind}`;
}

/** Pulumi's type token of a kind under the plugin, in every language. It is in stacks' states and never changes. */
export function pluginToken(kind: string): string {
  return `${pluginPrefix}${kind}`;
}

/** Pulumi's type token of a kind under a host. */
export function tokenOf(kind: string, host: Host): string {
  return host === "plugin" ? pluginToken(kind) : dynamicToken(kind);
}

/** What runs fal's resources: Pulumi's dynamic provider host, or the plugin. */
export type Host = "dynamic" | "plugin";

/** The host of a type token; undefined for types of other packages. */
export function hostOfToken(type: string): Host | undefined {
  if (type.startsWith(dynamicPrefix)) return "dynamic";
  return type.startsWith(pluginPrefix) ? "plugin" : undefined;
}

/** The kind of a type token of either host; undefined for types of other packages. */
export function kindOfToken(type: string): string | undefined {
  const host = hostOfToken(type);
  return host && type.slice((host === "dynamic" ? dynamicPrefix : pluginPrefix).length);
}

/** The package of the provider that runs a host's resources, as the engine calls it. */
export const providerPackages: Readonly<Record<Host, string>> = { dynamic: "pulumi-nodejs", plugin: "fal" };

/** The token of a function. */
export function functionToken(name: string): string {
  return `${pluginPrefix}${name}`;
}

const dynamicPrefix = "pulumi-nodejs:dynamic/fal:";
const pluginPrefix = "fal:index:";

/**
 * The text that Pulumi's dynamic provider host loads the provider from. It is in the state of every resource of every
 * stack and never changes: refresh and destroy of old stacks run it. So code never gets into state, and what runs is
 * always the installed package.
 */
export function providerText(kind: string): string {
  return `exports.handler=()=>require("pulumi-fal/dynamic").provider("${kind}")`;
}
