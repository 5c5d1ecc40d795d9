import type { PropertyValues } from "../../provider/properties";
import { containsUnknown, isGiven, isRecord } from "../../provider/values";
import { type Impact, isHidden, type ResourceDescription } from "../description";

function openedToAll({ defaultAccess: old }: PropertyValues, { defaultAccess: next }: PropertyValues): Impact[] {
  const may = containsUnknown(next) ? "may " : "";
  if (may === "" && (next !== "allow" || old === "allow")) return [];
  const words = `${may}open new files to everyone`;
  const past = `${may === "" ? "opened" : "may have opened"} new files to everyone`;
  const meaning = "who has the address of a file that is uploaded from now on may read it";
  return [{ notion: "opens", properties: ["defaultAccess"], one: words, many: words, past, meaning, worst: true }];
}

/** A rule that is new or gone lets a user read who could not. */
function openedToUsers(before: PropertyValues, after: PropertyValues): Impact[] {
  const [old, next] = [rulesOf(before), rulesOf(after)];
  if (next === undefined) return [];
  const decision = (user: string, rules: ReadonlyMap<string, unknown>, { defaultAccess }: PropertyValues) =>
    rules.get(user) ?? defaultAccess;
  const users = [...next.keys(), ...(old?.keys() ?? [])].filter((user) => {
    const could = decision(user, old ?? new Map(), before) === "allow";
    // A rule of its own, or one less against it.
    const can = next.get(user) === "allow" || (!next.has(user) && after["defaultAccess"] === "allow");
    return can && !could;
  });
  if (users.length === 0) return [];
  const words = old === undefined ? "let single users read files" : "let more users read files";
  const meaning = "`accessRules` allows them, for files that are uploaded from now on";
  return [{ notion: "opens", properties: ["accessRules"], one: words, many: words, past: words, meaning }];
}

/** The decision on each user; undefined where the rules are not managed or not known. */
function rulesOf({ accessRules: rules }: PropertyValues): ReadonlyMap<string, unknown> | undefined {
  if (!Array.isArray(rules)) return undefined;
  return new Map(rules.filter(isRecord).map(({ user, decision }) => [String(user), decision]));
}

/** What a deletion opens with `onDelete: "restore"`, which restores the values of the inputs that are managed. */
function restored(recorded: PropertyValues, previous: PropertyValues): Impact[] {
  const { onDelete } = recorded;
  const names = ["defaultAccess", "accessRules"].filter((name) => isGiven(recorded[name]) && isGiven(previous[name]));
  if (names.length === 0 || (onDelete !== "restore" && !isHidden(onDelete))) return [];
  const values = Object.fromEntries(names.map((name) => [name, previous[name]]));
  const restores =
    '`onDelete: "restore"` restores the access from before it was managed, unless someone has changed it since';
  if ([onDelete, ...Object.values(values), ...names.map((name) => recorded[name])].some(isHidden)) {
    const words = "may open new files to everyone";
    const meaning = `${restores}. The review does not show the values`;
    const past = "may have opened new files to everyone";
    return [{ notion: "opens", properties: names, one: words, many: words, past, meaning, worst: true }];
  }
  return opened(recorded, { ...recorded, ...values }).map((impact) => ({
    ...impact,
    meaning: `${restores}. Then ${impact.meaning}`,
  }));
}

function opened(before: PropertyValues, after: PropertyValues): Impact[] {
  return [...openedToAll(before, after), ...openedToUsers(before, after)];
}

export const storageSettings: ResourceDescription = {
  plural: "storage settings",
  name: () => undefined,
  deletion: ({ onDelete }) =>
    onDelete === "restore" ? "the account gets back its earlier settings" : "the account keeps its settings",
  onMissing: "is set to the declared values again",
  inputs: {},
  impacts: opened,
  deletionImpacts: restored,
  importing: {
    suffix: "settings",
    label: () => "storage",
    heading: "Settings of uploaded files. Removing them here leaves them at fal, unless `onDelete` is `restore`.",
  },
};
