import { createHash } from "node:crypto";
import { z } from "zod";
import { differs } from "../../provider/diff";
import { type Bag, defineResource, type ResourceDefinition } from "../../provider/properties";
import { containsUnknown, unknownValue } from "../../provider/values";
import { adoptById, adoptFlag, adopts, declaredId, environmentProperty, knownId, knownString, nameIn } from "../common";

export const secret = defineResource({
  kind: "Secret",
  doc: "A secret of an environment, given to its apps' runners as an environment variable when they start.",
  idDoc: "`environment/name`",
  identity: (inputs) => knownId(inputs["environment"], inputs["name"]),
  words: {
    one: "secret",
    many: "secrets",
    name: (inputs) => nameIn(inputs["environment"], inputs["name"]),
    takesOver: adopts,
    deletion: () => ({ fate: "lost", says: "apps that read it start without it" }),
    recreation: "is set again to the value in the program",
  },
  adopt: "flag",
  inputs: {
    name: {
      schema: z
        .string({ error: "must be a string" })
        .min(1, "must not be empty")
        .refine((name) => name.trim() === name, "must not begin or end with white space")
        .refine(
          (name) => !name.includes("--"),
          'must not carry a "--<environment>" suffix: put the part behind "--" into `environment`',
        ),
      change: "replace",
      public: true,
      required: true,
      type: "string",
      doc: "Name of the secret, which is the name of the environment variable.",
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
      onNewRunners: true,
      type: "string",
      doc: "The value. fal never returns it, so a value changed behind Pulumi's back cannot be seen. Running runners keep the old one until they are rolled out (`App.rolloutOn`). May be left out for an adopted or imported secret; set later, it is recorded as the value that fal holds and not written until it changes.",
    },
    defaultExposed: {
      schema: z.boolean({ error: "must be true or false" }),
      change: "update",
      type: "boolean",
      // Without the value it can be neither changed nor put right.
      notImported: true,
      doc: "Whether apps that do not list their secrets get this one. fal changes it together with the value only.",
    },
    fingerprint: {
      schema: z.string(),
      change: "record",
      computed: true,
      marks: "value",
      type: "string",
      doc: "Another text whenever the value is written: it says that the secret changed and nothing else, and is not made from the value. Made for `App.rolloutOn`.",
    },
    adopt: adoptFlag,
  },
  outputs: {
    createdAt: {
      type: "string",
      doc: "When fal says the secret was created, ISO 8601. Whether replacing the value moves it is not documented.",
    },
  },
  canonicalize: (inputs, facts) => adoptById(inputs, declaredId(inputs, facts.environment)),
  rules: (known, olds) => {
    if (olds === undefined || olds["value"] !== undefined || known("value") !== undefined) return [];
    const moved = ["name", "environment"].find((name) => known(name) !== undefined && known(name) !== olds[name]);
    if (moved !== undefined && !containsUnknown(known("value"))) {
      const reason =
        "cannot change while the value is not managed: the secret would be deleted, and its value is known to fal alone. " +
        "Set `value` too, or declare a new resource and remove this one";
      return [{ property: moved, reason }];
    }
    const exposed = known("defaultExposed");
    if (exposed === undefined || exposed === olds["defaultExposed"]) return [];
    return [
      {
        property: "defaultExposed",
        reason:
          "can only be changed together with the value, which this program does not manage: set `value` too, or leave it out",
      },
    ];
  },
  warnings: (known) => {
    const name = knownString(known, "name");
    return name !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
      ? [`name: runners see secrets as environment variables, whose names are letters, digits and "_"`]
      : [];
  },
  derive: (inputs, olds) => ({ fingerprint: fingerprint(inputs, olds) }),
});

/** Whether a change from `before` to `after` sends the secret to fal: the value never goes alone. */
export function writesValue(before: Bag, after: Bag): boolean {
  const definition: ResourceDefinition = secret;
  // Not managed so far: what is declared now is taken for the value that fal holds.
  if (before["value"] === undefined || after["value"] === undefined) return false;
  const exposureChanges =
    after["defaultExposed"] !== undefined &&
    differs(definition, "defaultExposed", before["defaultExposed"], after["defaultExposed"]);
  return differs(definition, "value", before["value"], after["value"]) || exposureChanges;
}

/**
 * The first one follows from the secret's name, each later one from the one before. So an update plan holds, and nobody
 * learns anything of the value: a hash of a short one can be guessed. A secret that is created again begins anew;
 * `Reissued` sees to what compares it.
 */
function fingerprint(inputs: Bag, olds: Bag | undefined): unknown {
  const old = olds?.["fingerprint"];
  const { name, environment } = inputs;
  const sameObject = olds !== undefined && olds["name"] === name && olds["environment"] === environment;
  if (!sameObject || typeof old !== "string" || containsUnknown(old)) {
    return containsUnknown([name, environment]) ? unknownValue : token("secret", environment, name);
  }
  if (containsUnknown(inputs["value"]) || containsUnknown(inputs["defaultExposed"])) return unknownValue;
  return writesValue(olds, inputs) ? token("next", old) : old;
}

function token(...parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
