import { z } from "zod";
import { type CheckFailure, defineResource, type PropertyValues } from "../../provider/properties";
import { asSet, count, noOuterSpace, oneOf } from "../common";
import { parseRotationDuration } from "./durations";
import { accessInputs, withoutDefault } from "./policy";
import { explainRevocations, explainRotation, planRotation, previousKeys } from "./rotation";

/** State of work: the current key was revoked elsewhere, so the next update makes a new one. */
export const rotate = "rotate";

const notDuration = 'must be a duration like "30d", "24h" or "90m"';
const duration = () =>
  z.string({ error: notDuration }).refine((text) => parseRotationDuration(text) !== undefined, notDuration);

/** The key that is in use. The id is the first key's, which a rotation replaces. */
export function currentKeyId(id: string, outputs: PropertyValues): string {
  const keyId = outputs["keyId"];
  return typeof keyId === "string" && keyId ? keyId : id;
}

/** What fal documents (fal 1.83); it may know more. */
const knownPresets = ["FULL", "API", "DEPLOY", "READONLY", "BILLING", "COMPUTE", "SERVERLESS", "AGENT"];

export const apiKey = defineResource({
  kind: "ApiKey",
  doc: "An API key of the account. fal shows its secret once, at creation; the state stores it encrypted.",
  idDoc: "the first key's `key_id`, which stays the id after rotations",
  manages: (id, outputs) => [currentKeyId(id, outputs), ...previousKeys(outputs).map(({ keyId }) => keyId)],
  noun: "API key",
  deletion: () => "lost",
  inputs: {
    alias: {
      schema: z
        .string({ error: "must be a string" })
        .min(1, "must not be empty")
        .max(255, "must have at most 255 characters")
        .superRefine(noOuterSpace),
      change: "update",
      atCreation: true,
      required: true,
      type: "string",
      doc: "The key's name in lists. It need not be unique. A change rotates the key.",
    },
    preset: {
      schema: z
        .string({ error: "must be a string" })
        .regex(/^[A-Z][A-Z0-9_]*$/, `must be the name of a preset in capitals: ${knownPresets.join(", ")}`),
      change: "update",
      atCreation: true,
      type: "string",
      documented: { noun: "preset", values: knownPresets },
      normalize: withoutDefault,
      doc: `The key's permissions, by name: ${knownPresets.join(", ")}. Set at most one of \`preset\`, \`permissions\` and \`scope\`. A change rotates the key. fal does not return it.`,
      default: '`"API"`, which is `scope: "API"`',
    },
    permissions: {
      schema: z
        .array(z.string({ error: "must be a permission name" }).min(1, "must not be empty"), {
          error: "must be a list of permission names",
        })
        .min(1, "must not be empty: leave it out for the API preset"),
      change: "update",
      atCreation: true,
      type: "string[]",
      normalize: asSet,
      doc: "The key's permissions as a list, for example `models:requests:submit`. fal validates the names. A change rotates the key. fal does not return them.",
    },
    scope: {
      schema: oneOf(["ADMIN", "API"]),
      change: "update",
      atCreation: true,
      type: '"ADMIN" | "API"',
      normalize: withoutDefault,
      doc: 'The older form of `preset`: `"ADMIN"` means FULL, `"API"` means API. A change rotates the key.',
    },
    rotation: {
      schema: z.strictObject(
        {
          trigger: z.string({ error: "must be a string" }).optional(),
          every: duration()
            .refine((text) => (parseRotationDuration(text) ?? 1) > 0, "must be more than zero")
            .optional(),
          overlap: duration().optional(),
        },
        { error: "must be an object of `trigger`, `every` and `overlap`, all optional" },
      ),
      change: "update",
      type: "ApiKeyRotation",
      doc: "When to replace the key with a new one: when `trigger` changes, and periodically with `every`, at the first `up` after the due date. A rotation for another reason does not move that date. The old key stays valid for `overlap` (default `24h`); the first `up` after that revokes it.",
    },
    generation: {
      schema: count("keys"),
      change: "update",
      computed: true,
      type: "number",
      doc: "The number of keys that this resource has had. If it increases in a preview, the key rotates.",
    },
    rotateAfter: {
      schema: z.string(),
      change: "record",
      computed: true,
      optional: true,
      type: "string",
      doc: "When the key is due for rotation, ISO 8601. Only with `rotation.every`. The first date is the last midnight (UTC) within the period, so that an update plan is valid for the day; later dates follow at whole periods.",
    },
    adopt: {
      adopts: "id",
      schema: z.string({ error: "must be the key_id of the key to adopt" }).min(1, "must not be empty"),
      change: "record",
      public: true,
      type: "string",
      doc: "The `key_id` of an existing key to manage. Its secret is unknown, so `key` and `keySecret` are empty. Used only at creation.",
      default: "a new key is created",
    },
  },
  outputs: {
    keyId: { type: "string", changesWith: ["generation"], doc: "The id of the current key." },
    keySecret: {
      type: "string",
      secret: true,
      changesWith: ["generation"],
      doc: "The secret of the current key; empty for an adopted key.",
    },
    key: {
      type: "string",
      secret: true,
      changesWith: ["generation"],
      doc: "`key_id:key_secret`, for use as `FAL_KEY`; empty for an adopted key.",
    },
    createdAt: {
      type: "string",
      optional: true,
      changesWith: ["generation"],
      doc: "When the current key was created, ISO 8601.",
    },
    revokeAfter: {
      type: "string[]",
      optional: true,
      doc: "When previous keys become due for revocation, ISO 8601. A preview names each key that `up` revokes.",
    },
    previousKeys: { type: "ApiKeyPrevious[]", doc: "Replaced keys that are not revoked yet." },
  },
  exclusive: accessInputs,
  rules: (known) => {
    const given = accessInputs.filter((name) => known(name) !== undefined);
    const second = given[1];
    if (second === undefined) return [];
    const failure: CheckFailure = {
      property: second,
      reason: `must not be given together with ${given.filter((name) => name !== second).join(" and ")}: remove all but one`,
    };
    return [failure];
  },
  derive: (inputs, olds, context) => ({ ...planRotation(inputs, olds, context.now, context.pending.includes(rotate)) }),
  due: explainRevocations,
  notes: (inputs, olds, context) => explainRotation(inputs, olds, context.now, context.pending.includes(rotate)),
});
