import type { ResourceDescription } from "../description";

/** Users who may read files whatever the default is. */
const allowed = (rules: unknown): string[] =>
  Array.isArray(rules) ? rules.filter((rule) => rule?.decision === "allow").map((rule) => String(rule.user)) : [];

export const storageSettings: ResourceDescription = {
  plural: "storage settings",
  name: () => undefined,
  deletion: ({ onDelete }) =>
    onDelete === "restore" ? "the account gets back its earlier settings" : "the account keeps its settings",
  onMissing: "is set to the declared values again",
  inputs: {
    defaultAccess: {
      highlights: {
        allow: "everyone who has the address of a file may read it, for files that are uploaded from now on",
      },
      opensAccess: (before, after) => after === "allow" && before !== "allow",
    },
    accessRules: {
      opensAccess: (before, after) => allowed(after).some((user) => !allowed(before).includes(user)),
    },
  },
  importing: {
    suffix: "settings",
    label: () => "storage",
    heading: "Settings of uploaded files. Removing them here leaves them at fal, unless `onDelete` is `restore`.",
  },
};
