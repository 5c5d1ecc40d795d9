/** Pulumi's type token of a kind. It is in every stack's state and never changes. */
export function typeToken(kind: string): string {
  return `pulumi-nodejs:dynamic/fal:${kind}`;
}

/**
 * The text that Pulumi's dynamic provider host loads the provider from. It is in the state of every resource of every
 * stack and never changes: refresh and destroy of old stacks run it. So code never gets into state, and what runs is
 * always the installed package.
 */
export function providerText(kind: string): string {
  return `exports.handler=()=>require("pulumi-fal/dynamic").provider("${kind}")`;
}
