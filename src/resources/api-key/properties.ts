import { z } from "zod";
import { type CheckFailure, defineResource, type PropertyValues } from "../../provider/properties";
import { asSet, oneOf, undocumented } from "../common";
import { parseRotationDuration } from "./durations";
import { withoutDefault } from "./policy";
import { planRotation, previousKeys, tellRevocations, tellRotation } from "./rotation";

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
  doc: "An API key of the account. Its secret is shown by fal once, at creation, and kept encrypted in state.",
  idDoc: "the `key_id` it was created with; after a rotation a label",
  manages: (id, outputs) => [currentKeyId(id, outputs), ...previousKeys(outputs).map(({ keyId }) => keyId)],
  noun: "API key",
  deletion: () => "lost",
  inputs: {
    alias: {
      schema: z
        .string({ error: "must be a string" })
        .min(1, "must not be empty")
        .max(255, "must have at most 255 characters")
        .refine((name) => name.trim() === name, "must not begin or end with white space"),
      change: "update",
      atCreation: true,
      required: true,
      type: "string",
      doc: "What the key is called in lists. Not unique at fal. A change rotates the key.",
    },
    preset: {
      schema: z
        .string({ error: "must be a string" })
        .regex(/^[A-Z][A-Z0-9_]*$/, `must be the name of a preset in capitals: ${knownPresets.join(", ")}`),
      change: "update",
      atCreation: true,
      type: "string",
      normalize: withoutDefault,
      doc: `What the key may do, by name: ${knownPresets.join(", ")}. At most one of \`preset\`, \`permissions\` and \`scope\`. A change rotates the key. Cannot be read back.`,
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
      doc: "What the key may do, one by one, for example `models:requests:submit`; fal validates the names. A change rotates the key. Cannot be read back.",
    },
    scope: {
      schema: oneOf(["ADMIN", "API"]),
      change: "update",
      atCreation: true,
      type: '"ADMIN" | "API"',
      normalize: withoutDefault,
      doc: 'The older form of `preset`: `"ADMIN"` is preset FULL, `"API"` is preset API. A change rotates the key.',
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
      doc: "When a new key takes the old one's place: when `trigger` changes, or `every` so often (at the first `up` after that; a rotation for another reason does not move the date). The old key stays valid for `overlap` (24h when left out) and is revoked by the first `up` after it.",
    },
    generation: {
      schema: z.number(),
      change: "update",
      computed: true,
      type: "number",
      doc: "How many keys this resource has had: a step up in a preview is a rotation.",
    },
    rotateAfter: {
      schema: z.string(),
      change: "record",
      computed: true,
      optional: true,
      type: "string",
      doc: "When the key is due for rotation, ISO 8601; with `rotation.every` only. At first midnight (UTC) at the end of the period or before, so that an update plan holds for the day; then whole periods later.",
    },
    adopt: {
      adopts: "id",
      schema: z.string({ error: "must be the key_id to take over" }).min(1, "must not be empty"),
      change: "record",
      public: true,
      type: "string",
      doc: "The `key_id` of an existing key to take over. Its secret stays unknown: `key` and `keySecret` are empty. Matters at creation only.",
    },
  },
  outputs: {
    keyId: { type: "string", doc: "Id of the current key." },
    keySecret: { type: "string", secret: true, doc: "Secret half of the current key; empty for an adopted one." },
    key: { type: "string", secret: true, doc: "`key_id:key_secret`, usable as `FAL_KEY`; empty for an adopted key." },
    createdAt: { type: "string", doc: "When the current key was created, ISO 8601." },
    revokeAfter: {
      type: "string[]",
      doc: "When the previous keys are due to be revoked, ISO 8601. A preview names each key that the `up` revokes.",
    },
    previousKeys: { type: "ApiKeyPrevious[]", doc: "Keys that a rotation replaced and that are not revoked yet." },
  },
  rules: (known) => {
    const given = ["preset", "permissions", "scope"].filter((name) => known(name) !== undefined);
    const second = given[1];
    if (second === undefined) return [];
    const failure: CheckFailure = {
      property: second,
      reason: `must not be given together with ${given.filter((name) => name !== second).join(" and ")}: remove all but one`,
    };
    return [failure];
  },
  warnings: (known) => undocumented("preset", known("preset"), knownPresets),
  derive: (inputs, olds, context) => ({ ...planRotation(inputs, olds, context.now, context.pending.includes(rotate)) }),
  due: tellRevocations,
  notes: (inputs, olds, context) => tellRotation(inputs, olds, context.now, context.pending.includes(rotate)),
});
