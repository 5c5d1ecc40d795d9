import { resolve } from "node:path";
import type { FalClient } from "../../../client";
import { parseDuration } from "../../../duration";
import { refuseEmpty, type Terminal, UsageError } from "../../command-line/command";
import { Pulumi } from "../../pulumi/cli";
import { defaultPrefix } from "./options";
import type { ListedPreview } from "./result";

/** A stack and a fal environment of the same name, for one pull request. After a failure, one of them may be missing. */
export interface Preview {
  readonly name: string;
  readonly pullRequest: number;
  /** As `--stack` takes it; undefined if the project has no such stack. */
  readonly stack?: string;
  /** Undefined if the account has no such environment. */
  readonly environment?: { readonly createdAt?: string | undefined };
}

/** Where the commands find previews. */
export interface Place {
  readonly pulumi: Pulumi;
  readonly prefix: string;
}

/** @throws {UsageError} */
export function placeOf(
  { cwd, prefix = defaultPrefix }: { readonly cwd?: string | undefined; readonly prefix?: string | undefined },
  terminal: Terminal,
): Place {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*-$/.test(prefix)) {
    throw new UsageError(
      `--prefix must consist of lower-case letters, digits and "-", and end with "-", not "${prefix}".`,
    );
  }
  const { env, signal } = terminal;
  return { pulumi: new Pulumi({ cwd: resolve(terminal.cwd, cwd ?? "."), env, signal }), prefix };
}

/** The number of a pull request; undefined if a text is none. */
function numberIn(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** @throws {UsageError} */
export function pullRequestOf(text: string): number {
  const number = numberIn(text);
  if (number === undefined) throw new UsageError(`NUMBER must be the number of a pull request, not "${text}".`);
  return number;
}

/** All previews of the project and the account, by number. */
export async function findPreviews({ pulumi, prefix }: Place, fal: FalClient): Promise<Preview[]> {
  const [stacks, environments] = await Promise.all([pulumi.stacks(), fal.environments.list({ fresh: true })]);
  return previewsIn(prefix, stacks, environments);
}

/** @param stacks as `pulumi stack ls` shows them: `name` or `organization/name` */
export function previewsIn(
  prefix: string,
  stacks: readonly string[],
  environments: readonly { readonly name: string; readonly createdAt?: string | undefined }[],
): Preview[] {
  const found = new Map<number, Preview>();
  const add = (name: string, more: Partial<Preview>) => {
    const pullRequest = name.startsWith(prefix) ? numberIn(name.slice(prefix.length)) : undefined;
    if (pullRequest === undefined) return;
    found.set(pullRequest, { ...(found.get(pullRequest) ?? { name, pullRequest }), ...more });
  };
  for (const stack of stacks) add(stack.split("/").at(-1) ?? "", { stack });
  for (const { name, createdAt } of environments) add(name, { environment: { createdAt } });
  return [...found.values()].sort((a, b) => a.pullRequest - b.pullRequest);
}

/** What makes a preview removable. */
export interface Criteria {
  readonly open?: ReadonlySet<number>;
  readonly maxAgeMs?: number;
}

/** @throws {UsageError} */
export function criteriaOf(values: { readonly open?: string; readonly "max-age"?: string }): Criteria {
  const { open, "max-age": maxAge } = values;
  // An empty list from a failed command would make every preview removable.
  refuseEmpty("open", open, "Write none if no pull request is open, or omit the option.");
  const seconds = maxAge === undefined ? undefined : parseDuration(maxAge);
  if (maxAge !== undefined && seconds === undefined)
    throw new UsageError(`--max-age must be a duration such as 12h or 7d, not "${maxAge}".`);
  return {
    ...(open === undefined ? {} : { open: new Set(numbersIn(open)) }),
    ...(seconds === undefined ? {} : { maxAgeMs: seconds * 1_000 }),
  };
}

function numbersIn(open: string): number[] {
  const texts = open.trim().split(/[\s,]+/);
  if (texts.length === 1 && texts[0] === "none") return [];
  return texts.map((text) => {
    const number = numberIn(text);
    if (number === undefined)
      throw new UsageError(`--open must be numbers of pull requests such as 5,12, or none, not "${open}".`);
    return number;
  });
}

/** Why a preview can be removed; null if it may be in use. Without an environment it has no age. */
export function removable(
  { pullRequest, environment }: Preview,
  { open, maxAgeMs }: Criteria,
  nowMs: number,
): ListedPreview["removable"] {
  if (open !== undefined && !open.has(pullRequest)) return "leftOver";
  const created = Date.parse(environment?.createdAt ?? "");
  return maxAgeMs !== undefined && nowMs - created > maxAgeMs ? "expired" : null;
}
