import { readFileSync } from "node:fs";
import { join } from "node:path";

/** This package's own `package.json`. */
export const ours = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as {
  readonly name: string;
  readonly engines: { readonly node: string };
  readonly peerDependencies: Readonly<Record<string, string>>;
};

/** Whether a version is in a range of one of the two forms in our package.json: `>=22.19.0`, `^3.216.0`. */
export function satisfies(version: string, range: string): boolean {
  const [, operator, least = ""] = /^(>=|\^)(\d+\.\d+\.\d+)$/.exec(range) ?? [];
  if (operator === undefined) throw new Error(`a range that is not understood: ${range}`);
  const [given, needed] = [numbers(version), numbers(least)];
  const first = [0, 1, 2].find((index) => given[index] !== needed[index]);
  if (first !== undefined && !((given[first] ?? -1) > (needed[first] ?? 0))) return false;
  return operator === ">=" || given[0] === needed[0];
}

/** A range as people say it: `22.19.0 or newer`. */
export function inWords(range: string): string {
  const least = range.replace(/^\D+/, "");
  return range.startsWith("^") ? `${least} or newer, below ${Number(least.split(".")[0]) + 1},` : `${least} or newer`;
}

/** Throws where this Node is older than the package needs. `doctor` and `review` do without. */
export function requireNode(): void {
  const { node } = process.versions;
  if (satisfies(node, ours.engines.node)) return;
  throw new Error(`Node ${inWords(ours.engines.node)} is needed, and this is ${node}`);
}

function numbers(version: string): number[] {
  return (/(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
}
