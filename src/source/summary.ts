// The digests of a source in a form that is small enough for the state. Above a number of files, groups of files have one
// digest together: the files with one extension in a folder (`images/*.jpg`), or everything below a folder (`images/`).
import { createHash } from "node:crypto";
import { posix } from "node:path";

/** So many files and groups at most. */
export const maxSummary = 200;
/** Files with one extension in one folder that may become a group while other folders keep each file. */
const minGroup = 20;
/** The group of all files. */
const everything = "./";

/** By path: the first 12 digits of a file's digest, or for a group, "2310 files, " and the digest of the group. */
export type Summary = Readonly<Record<string, string>>;

/** The summary of files, given with full digests by path. The same files have the same summary. */
export function summarize(files: ReadonlyMap<string, string>, limit = maxSummary): Summary {
  const each = Object.fromEntries([...files].map(([path, digest]) => [path, digest.slice(0, 12)]));
  return sorted(regroup(each, groupsOf([...files.keys()], limit)));
}

/** The groups that leave at most `limit` entries. */
function groupsOf(paths: readonly string[], limit: number): Set<string> {
  const groups = new Set<string>();
  let left = paths.length;
  const bySize = [...countBy(paths, extensionGroup)].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  for (const [group, count] of bySize) {
    if (left <= limit || count < minGroup) break;
    groups.add(group);
    left -= count - 1;
  }
  const deepest = Math.max(0, ...paths.map((path) => path.split("/").length - 1));
  for (let depth = deepest; left > limit && depth > 0; depth -= 1) {
    for (const path of paths) {
      const names = path.split("/");
      if (names.length > depth) groups.add(`${names.slice(0, depth).join("/")}/`);
    }
    left = countBy(paths, (path) => groupOf(path, groups) ?? path).size;
  }
  if (left > limit) groups.add(everything);
  return groups;
}

/** Puts files and groups together into larger groups. What belongs to none stays. */
export function regroup(summary: Summary, groups: ReadonlySet<string>): Map<string, string> {
  const kept = new Map<string, string>();
  const sums = new Map<string, Sum>();
  for (const [key, text] of Object.entries(summary)) {
    const group = groupOf(key, groups);
    if (group === undefined) {
      kept.set(key, text);
      continue;
    }
    const { count, total } = parseSum(text) ?? { count: 1, total: weightOf(key, text) };
    const sum = sums.get(group) ?? { count: 0, total: 0 };
    sums.set(group, { count: sum.count + count, total: (sum.total + total) % modulus });
  }
  return new Map([...kept, ...[...sums].map(([group, sum]) => [group, formatSum(sum)] as const)]);
}

/** The names of groups in a summary. */
export function groupsIn(summary: Summary): string[] {
  return Object.entries(summary).flatMap(([key, text]) => (parseSum(text) === undefined ? [] : [key]));
}

/** The largest of the groups that a file or group belongs to. */
function groupOf(key: string, groups: ReadonlySet<string>): string | undefined {
  if (groups.has(everything)) return everything;
  for (let end = key.indexOf("/"); end !== -1; end = key.indexOf("/", end + 1)) {
    const folder = key.slice(0, end + 1);
    if (groups.has(folder)) return folder;
  }
  const group = extensionGroup(key);
  return groups.has(group) ? group : undefined;
}

function extensionGroup(path: string): string {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  return `${folder}*${posix.extname(path)}`;
}

/**
 * The sum of what its files weigh. So the digest of a group follows from those of its parts, and summaries with different
 * groups can be compared.
 */
interface Sum {
  readonly count: number;
  readonly total: number;
}

const modulus = 2 ** 48;

function weightOf(path: string, digest: string): number {
  return Number.parseInt(createHash("sha256").update(`${path}\0${digest}`).digest("hex").slice(0, 12), 16);
}

function formatSum({ count, total }: Sum): string {
  return `${count} ${count === 1 ? "file" : "files"}, ${total.toString(16).padStart(12, "0")}`;
}

/** How many files a digest of a summary is of; undefined if it is of one file that is not in a group. */
export function filesOf(digest: string | undefined): number | undefined {
  return parseSum(digest ?? "")?.count;
}

function parseSum(text: string): Sum | undefined {
  const [, count, total] = /^(\d+) files?, ([0-9a-f]{12})$/.exec(text) ?? [];
  return total === undefined ? undefined : { count: Number(count), total: Number.parseInt(total, 16) };
}

function countBy(paths: readonly string[], keyOf: (path: string) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(keyOf(path), (counts.get(keyOf(path)) ?? 0) + 1);
  return counts;
}

function sorted(summary: ReadonlyMap<string, string>): Summary {
  return Object.fromEntries([...summary].sort(([a], [b]) => (a < b ? -1 : 1)));
}
