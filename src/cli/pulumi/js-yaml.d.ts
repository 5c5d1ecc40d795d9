/** YAML 1.2, with the dates of 1.1. Its package has no types. */
declare module "js-yaml" {
  export function load(text: string): unknown;
}
