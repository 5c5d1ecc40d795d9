import { listed } from "./paths";
import { filesOf, groupsIn, regroup, type Summary } from "./summary";

export interface SourceChanges {
  readonly changed: string[];
  readonly added: string[];
  readonly removed: string[];
}

/**
 * What differs between the `files` of two results of `readSource`, by path and in order. Where one of them has a group of
 * files in place of each file, the group changed: its path ends with `/` (all files below a folder) or with `*` and an
 * extension (the files of a folder that have it). Without `before`, everything was added.
 */
export function sourceChanges(before: Summary | undefined, after: Summary): SourceChanges {
  const groups = new Set([...groupsIn(before ?? {}), ...groupsIn(after)]);
  const [old, now] = [regroup(before ?? {}, groups), regroup(after, groups)];
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort();
  return {
    changed: keys.filter((key) => old.has(key) && now.has(key) && old.get(key) !== now.get(key)),
    added: keys.filter((key) => !old.has(key)),
    removed: keys.filter((key) => !now.has(key)),
  };
}

/** "app.py and requirements.txt changed, weights.bin added". Empty if nothing differs. */
export function describeChanges({ changed, added, removed }: SourceChanges): string {
  const phrases = [phrase(changed, "changed"), phrase(added, "added"), phrase(removed, "removed")];
  return phrases.filter((each) => each !== "").join(", ");
}

/** Longer lists are cut. */
const maxNames = 3;

function phrase(names: readonly string[], verb: string): string {
  if (names.length === 0) return "";
  if (names.length <= maxNames) return `${listed(names)} ${verb}`;
  return `${names[0]} and ${names.length - 1} more files ${verb}`;
}

/** `3 files`: the number of files behind some paths of a result of `readSource`. Without the result, a group is at least one. */
export function countFiles(paths: readonly string[], summary: Summary = {}): string {
  const number = paths.reduce((sum, path) => sum + (filesOf(summary[path]) ?? 1), 0);
  const isOpen = paths.some((path) => isGroup(path) && summary[path] === undefined);
  return `${isOpen ? "at least " : ""}${number.toLocaleString("en")} ${number === 1 ? "file" : "files"}`;
}

function isGroup(path: string): boolean {
  return /(?:^|\/)\*[^/]*$|\/$/.test(path);
}
