import { oldestNode, version } from "./version";

/** This Node is older than the package needs. */
export class NodeVersionError extends Error {
  /** By this mark Pulumi's SDK knows an error whose stack says nothing; a program's own copy of the SDK is not loaded here. */
  readonly __pulumiRunError = true;

  constructor(running: string, executable: string) {
    super(
      `pulumi-fal ${version} needs Node ${oldestNode} or newer, but ${executable} is Node ${running}: install a newer one, or put it first on PATH`,
    );
    this.name = "NodeVersionError";
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** Every entry point calls it first: what fails on an older Node fails later, and without naming the cause. */
export function requireNode(running: string = process.versions.node, executable: string = process.execPath): void {
  if (!isAtLeast(running, oldestNode)) throw new NodeVersionError(running, executable);
}

/** By major, minor and patch; what is no version is at least nothing. */
export function isAtLeast(version: string, least: string): boolean {
  const [given, needed] = [numbers(version), numbers(least)];
  const first = [0, 1, 2].find((index) => given[index] !== needed[index]);
  return first === undefined || (given[first] ?? -1) > (needed[first] ?? 0);
}

export function numbers(version: string): number[] {
  return (/(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
}
