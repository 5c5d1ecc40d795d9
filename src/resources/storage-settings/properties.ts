import { z } from "zod";
import { defineResource } from "../../provider/properties";
import { adoptFlag, oneOf } from "../common";

/** The id: an account has one set of storage settings, and its name is not known before the first request. */
export const storageSettingsId = "storage";

const decisions = ["allow", "forbid", "hide"] as const;

export const storageSettings = defineResource({
  kind: "StorageSettings",
  doc: "The account's settings for uploaded files: how long they are kept and who may read them. They apply to files that are uploaded from then on. Only the settings that you declare are managed.",
  idDoc: `\`${storageSettingsId}\`: an account has one`,
  identity: () => storageSettingsId,
  noun: "storage settings",
  alwaysAdopts: () => true,
  deletion: () => "kept",
  inputs: {
    expirationDurationSeconds: {
      schema: z
        .int({ error: "must be a whole number of seconds" })
        .min(0, "must be 1 or more seconds, or 0 to keep files forever")
        .max(Number.MAX_SAFE_INTEGER, "must be smaller"),
      change: "update",
      zeroClears: true,
      type: "number",
      unit: "s",
      doc: "How long a file is kept after its upload. `0` keeps files forever.",
    },
    defaultAccess: {
      schema: oneOf(decisions),
      change: "update",
      type: '"allow" | "forbid" | "hide"',
      doc: "Who may read a file by its address, for everyone without a rule in `accessRules`: `allow` (everyone), `forbid` (the account), `hide` (the account; for others the file does not exist).",
    },
    accessRules: {
      schema: z
        .array(
          z.strictObject(
            {
              user: z.string({ error: "must be a string" }).min(1, "must not be empty"),
              decision: oneOf(decisions),
            },
            { error: "must be an object of `user` and `decision`" },
          ),
          { error: "must be a list of rules" },
        )
        .refine(
          (rules) => new Set(rules.map(({ user }) => user)).size === rules.length,
          "must have at most one rule for each user",
        ),
      change: "update",
      type: "StorageAccessRule[]",
      normalize: byUser,
      doc: "Exceptions from `defaultAccess` for single fal users. The order does not matter. An empty list removes all rules. fal drops rules for users that do not exist; the provider then fails and names these users.",
    },
    onDelete: {
      schema: oneOf(["retain", "restore"]),
      change: "record",
      type: '"retain" | "restore"',
      doc: "What happens to the settings when the resource is deleted: `retain` keeps them, `restore` restores each setting to the value from before it was managed, unless someone has changed it since. It takes effect only once it is in the state: set it, run `pulumi up`, then destroy.",
      default: "`retain`",
    },
    adopt: {
      ...adoptFlag,
      doc: "Has no effect: the settings of an account always exist.",
      default: "not needed",
    },
  },
  outputs: {
    effective: {
      type: "StorageSettingsEffective",
      doc: "All storage settings as fal last returned them, managed or not.",
    },
  },
});

function byUser(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const userOf = (rule: unknown) => JSON.stringify((rule as { user?: unknown } | null)?.user ?? null);
  return value.toSorted((a, b) => (userOf(a) < userOf(b) ? -1 : 1));
}
