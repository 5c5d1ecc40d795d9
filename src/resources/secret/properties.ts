import { createHash } from "node:crypto";
import { z } from "zod";
import { differs } from "../../provider/diff";
import {
  type CheckFailure,
  defineResource,
  fires,
  type PropertyValues,
  type ReadKnown,
  type ResourceDefinition,
} from "../../provider/properties";
import { containsUnknown, unknownValue } from "../../provider/values";
import { adoptFlag, environmentProperty, knownId, knownString, noOuterSpace, triggers } from "../common";

export const secret = defineResource({
  kind: "Secret",
  doc: "A secret of an environment. Runners of its apps receive it as an environment variable when they start.",
  idDoc: "`environment/name`",
  identity: (inputs) => knownId(inputs["environment"], inputs["name"]),
  noun: "secret",
  deletion: () => "lost",
  inputs: {
    name: {
      schema: z
        .string({ error: "must be a string" })
        .min(1, "must not be empty")
        .superRefine(noOuterSpace)
        .refine(
          (name) => !name.includes("--"),
          'must not carry a "--<environment>" suffix: put the part behind "--" into `environment`',
        ),
      change: "replace",
      public: true,
      required: true,
      type: "string",
      doc: "The secret's name, which is also the name of the environment variable. fal documents no rule, so a name that does not consist of letters, digits and `_` is only a warning.",
    },
    environment: environmentProperty,
    value: {
      schema: z
        .string({ error: "must be a string" })
        .min(1, "must not be empty: to remove a secret, remove the resource"),
      change: "update",
      required: true,
      secret: true,
      writeOnly: true,
      type: "string",
      doc: "The secret's value. fal never returns it, so changes outside Pulumi are not detected. Running runners keep the old value until a rollout (`App.rolloutOn`). Optional for an adopted or imported secret; if you set it later, it is written.",
    },
    defaultExposed: {
      schema: z.boolean({ error: "must be true or false" }),
      change: "update",
      type: "boolean",
      doc: "Whether apps that do not list their secrets receive this one. fal sets it only together with the value, and the value in the program may be older than fal's. So changing only this property is an error: also change `value`, or add an entry to `rewriteOn`.",
    },
    rewriteOn: {
      schema: triggers,
      change: "update",
      trigger: "new",
      type: "string[]",
      doc: "When an entry is added to this list, `value` is written again even if it has not changed, together with a changed `defaultExposed`. It replaces the value that fal has at that time.",
    },
    fingerprint: {
      schema: z.string(),
      change: "record",
      computed: true,
      tracks: "value",
      type: "string",
      doc: "A text that changes whenever the value is written, for `App.rolloutOn`. It is not derived from the value.",
    },
    adopt: adoptFlag,
  },
  outputs: {
    createdAt: {
      type: "string",
      optional: true,
      changesWith: ["fingerprint"],
      doc: "When the secret was created, ISO 8601. fal does not document whether replacing the value changes it.",
    },
  },
  rules: (known, olds, given) => [
    ...mayRewrite(given),
    ...(olds === undefined ? [] : [...mayMove(known, olds, given), ...mayExpose(known, olds, given)]),
  ],
  warnings: (known) => {
    const name = knownString(known, "name");
    return name !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
      ? [
          {
            property: "name",
            reason: 'should consist of letters, digits and "_", because it names an environment variable',
          },
        ]
      : [];
  },
  derive: (inputs, olds) => ({ fingerprint: fingerprint(inputs, olds) }),
  notes: (inputs, olds) => {
    if (olds === undefined || !isSameSecret(olds, inputs) || containsUnknown(inputs["value"])) return [];
    if (!writesValue(olds, inputs) || (olds["value"] !== undefined && valueDiffers(olds, inputs))) return [];
    const along = exposureDiffers(olds, inputs) ? ", and `defaultExposed` with it" : "";
    const what = olds["value"] === undefined ? "`value` was not managed so far" : "`rewriteOn` changes";
    return [`${what}: the value in the program is written to fal and replaces the one that fal has${along}`];
  },
});

type Rule = NonNullable<ResourceDefinition["rules"]>;

function mayRewrite(given: Parameters<Rule>[2]): CheckFailure[] {
  if (!given("rewriteOn") || given("value")) return [];
  return [
    { property: "rewriteOn", reason: "needs `value`, because that is what it writes: set it, or remove `rewriteOn`" },
  ];
}

/** A rename deletes the secret with the old name. It is rejected while only fal knows the value. */
function mayMove(known: ReadKnown, olds: PropertyValues, given: Parameters<Rule>[2]): CheckFailure[] {
  if (olds["value"] !== undefined || given("value")) return [];
  const moved = ["name", "environment"].find((name) => known(name) !== undefined && known(name) !== olds[name]);
  if (moved === undefined) return [];
  const reason =
    "cannot change while the value is not managed: the secret would be deleted, and its value is known to fal alone. " +
    "Set `value` too, or declare a new resource and remove this one";
  return [{ property: moved, reason }];
}

/**
 * fal sets the exposure only together with the value. The value may be older than fal's, so it is written only on
 * request.
 */
function mayExpose(known: ReadKnown, olds: PropertyValues, given: Parameters<Rule>[2]): CheckFailure[] {
  const exposed = known("defaultExposed");
  // If the exposure was not managed, only the update can compare it with fal's.
  if (exposed === undefined || olds["defaultExposed"] === undefined || exposed === olds["defaultExposed"]) return [];
  const isUnknown = (name: string) => given(name) && known(name) === undefined;
  if (["name", "environment", "value", "rewriteOn"].some(isUnknown)) return [];
  const asked = { ...olds, ...Object.fromEntries(["name", "environment"].map((name) => [name, known(name)])) };
  const news = { value: known("value"), rewriteOn: known("rewriteOn") };
  if (!isSameSecret(olds, asked) || writesValue(olds, news)) return [];
  return [
    {
      property: "defaultExposed",
      reason: `cannot change alone: ${whyNotAlone(given("value"))}`,
      detail: `it is ${String(olds["defaultExposed"])}, the program says ${String(exposed)}`,
    },
  ];
}

/** Why an exposure is not sent, and what to do. */
export function whyNotAlone(hasValue: boolean): string {
  const why = hasValue ? ", and the value in the program may be older than the one that fal has" : "";
  const way = hasValue ? "change `value` too, or add an entry to `rewriteOn`" : "set `value` too";
  return (
    `fal sets it only together with the value${why}. To write both, ${way}. ` +
    "To keep what fal has, declare that, or leave `defaultExposed` out"
  );
}

const table = (): ResourceDefinition => secret;

function isSameSecret(before: PropertyValues, after: PropertyValues): boolean {
  return before["name"] === after["name"] && before["environment"] === after["environment"];
}

function valueDiffers(before: PropertyValues, after: PropertyValues): boolean {
  return differs(table(), "value", before["value"], after["value"]);
}

function exposureDiffers(before: PropertyValues, after: PropertyValues): boolean {
  return (
    after["defaultExposed"] !== undefined &&
    differs(table(), "defaultExposed", before["defaultExposed"], after["defaultExposed"])
  );
}

/**
 * Whether a change from `before` to `after` writes the value: the value changes, or `rewriteOn` asks for it. No other
 * change writes it, because the value at fal may be newer.
 */
export function writesValue(before: PropertyValues, after: PropertyValues): boolean {
  if (after["value"] === undefined) return false;
  return valueDiffers(before, after) || fires("new", before["rewriteOn"], after["rewriteOn"]);
}

/**
 * The first fingerprint is derived from the secret's name, and each later one from the previous one. So an update plan
 * stays valid. It is never derived from the value, because the hash of a short value can be guessed. A secret that is
 * created again starts with its first fingerprint: see `Reissued`.
 */
function fingerprint(inputs: PropertyValues, olds: PropertyValues | undefined): unknown {
  const old = olds?.["fingerprint"];
  const { name, environment } = inputs;
  const sameObject = olds !== undefined && olds["name"] === name && olds["environment"] === environment;
  if (!sameObject || typeof old !== "string" || containsUnknown(old)) {
    return containsUnknown([name, environment]) ? unknownValue : token("secret", environment, name);
  }
  if (containsUnknown(inputs["value"]) || containsUnknown(inputs["rewriteOn"])) return unknownValue;
  return writesValue(olds, inputs) ? token("next", old) : old;
}

function token(...parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
