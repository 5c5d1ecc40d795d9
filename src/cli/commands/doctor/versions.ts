import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isAtLeast, numbers } from "../../../node";

/** The folder of this package. */
export const ourFolder = resolve(__dirname, "../../../..");

/** This package's own `package.json`. */
export const ours = JSON.parse(readFileSync(join(ourFolder, "package.json"), "utf8")) as {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly peerDependencies: Readonly<Record<string, string>>;
};

/** Whether a version is in a range of one of the two forms in our package.json: `>=22.19.0`, `^3.216.0`. */
export function satisfies(version: string, range: string): boolean {
  const [, operator, least = ""] = /^(>=|\^)(\d+\.\d+\.\d+)$/.exec(range) ?? [];
  if (operator === undefined) throw new Error(`The version range is not supported: ${range}`);
  return isAtLeast(version, least) && (operator === ">=" || numbers(version)[0] === numbers(least)[0]);
}

/** A range in words: `22.19.0 or newer`. */
export function inWords(range: string): string {
  const least = range.replace(/^\D+/, "");
  return range.startsWith("^") ? `${least} or newer, below ${Number(least.split(".")[0]) + 1}` : `${least} or newer`;
}
