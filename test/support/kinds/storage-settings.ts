import { type KindSamples, wrong } from "./kind";

export const storageSettings: KindSamples = {
  inputs: {
    expirationDurationSeconds: [86_400, 0],
    defaultAccess: ["forbid", "allow"],
    accessRules: [[{ user: "sam", decision: "allow" }], []],
    onDelete: ["retain", "restore"],
    adopt: [false, true],
  },
  together: {
    expirationDurationSeconds: 86_400,
    defaultAccess: "forbid",
    accessRules: [{ user: "sam", decision: "allow" }],
    onDelete: "retain",
    adopt: false,
  },
  object: {
    id: "storage",
    takesOver: { defaultAccess: "forbid" },
    creates: { defaultAccess: "forbid" },
    elsewhere: {},
  },
  wrong: [
    wrong("with a lifetime below zero", { expirationDurationSeconds: -1 }, ["expirationDurationSeconds", "forever"]),
    wrong("with a lifetime as text", { expirationDurationSeconds: "7d" }, [
      "expirationDurationSeconds",
      "whole number of seconds",
    ]),
    wrong("with an unknown access", { defaultAccess: "public" }, ["defaultAccess", '"allow", "forbid", "hide"']),
    wrong("with one rule that is not in a list", { accessRules: { user: "sam", decision: "allow" } }, [
      "accessRules",
      "list of rules",
    ]),
    wrong("with a rule without a user", { accessRules: [{ decision: "allow" }] }, [
      "`accessRules[0].user` must be a string",
    ]),
    wrong("with a rule of a wrong form", { accessRules: ["sam"] }, ["accessRules", "`user` and `decision`"]),
    wrong("with an unknown decision", { accessRules: [{ user: "sam", decision: "deny" }] }, [
      '`accessRules[0].decision` must be one of "allow", "forbid", "hide"',
    ]),
    wrong(
      "with two rules for one user",
      {
        accessRules: [
          { user: "sam", decision: "allow" },
          { user: "sam", decision: "forbid" },
        ],
      },
      ["accessRules", "one rule for each user"],
    ),
    wrong("with fal's name for the lifetime", { expiration_duration_seconds: 1 }, [
      "expiration_duration_seconds",
      'Did you mean "expirationDurationSeconds"?',
    ]),
    wrong("with an unknown onDelete", { onDelete: "delete" }, ["onDelete", '"retain", "restore"']),
  ],
};
