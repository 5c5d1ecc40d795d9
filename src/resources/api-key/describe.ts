import type { PropertyValues } from "../../provider/properties";
import { containsUnknown, deepEqual, isGiven } from "../../provider/values";
import { nameIn } from "../common";
import { type Impact, type ResourceDescription, unprotects } from "../description";
import { accessInputs, policyOf } from "./policy";
import { rotate } from "./properties";
import { overlapOf } from "./rotation";

/** A change of rights counts unless they can only become fewer: fal does not document how presets compare. */
function moreRights(before: PropertyValues, after: PropertyValues): Impact[] {
  const given = accessInputs.filter((name) => isGiven(before[name]) || isGiven(after[name]));
  const impact = (one: string, many: string, past: string, meaning: string, more: { worst?: true } = {}): Impact[] => [
    { notion: "opens", properties: given, one, many, past, meaning, ...more },
  ];
  if (containsUnknown(accessInputs.map((name) => after[name]))) {
    return impact(
      "may get more rights",
      "may get more rights",
      "may have got more rights",
      "only the update knows them",
    );
  }
  const isNew = !isGiven(before["alias"]);
  // What a key may do is fixed when it is created.
  if (isNew && isGiven(after["adopt"])) return [];
  const [old, next] = [isNew ? undefined : policyOf(before), policyOf(after)];
  if (deepEqual(old, next)) return [];
  if (next.preset === "FULL") {
    const meaning = "whoever has it can do everything in the account, also create and revoke keys";
    return impact(
      isNew ? "has full rights" : "gets full rights",
      isNew ? "have full rights" : "get full rights",
      "got full rights",
      meaning,
      { worst: true },
    );
  }
  if (old === undefined || old.preset === "FULL") return [];
  if (!Array.isArray(old.permissions) || !Array.isArray(next.permissions)) {
    const meaning = "the rotation gives the new key other rights, which may be more";
    return impact("gets other rights", "get other rights", "got other rights", meaning);
  }
  const added = next.permissions.filter((permission) => !(old.permissions as unknown[]).includes(permission));
  if (added.length === 0) return [];
  return impact(
    "gets more rights",
    "get more rights",
    "got more rights",
    "the rotation gives the new key rights that the old one did not have",
  );
}

function shorterOverlap(before: PropertyValues, after: PropertyValues): Impact[] {
  if (!isGiven(before["alias"]) || containsUnknown(after["rotation"])) return [];
  if (overlapOf(after) >= overlapOf(before)) return [];
  return [
    unprotects(
      "rotation",
      "a key stops working sooner after it is replaced: everyone who uses it has less time to change",
    ),
  ];
}

export const apiKey: ResourceDescription = {
  plural: "API keys",
  name: (inputs) => nameIn(undefined, inputs["alias"]),
  deletion: (_state, many) => `everyone who uses ${many ? "them" : "it"} loses access`,
  onMissing: "is created again with another value: everyone who used the old key needs the new one",
  inputs: {
    alias: { identifies: true },
    generation: { increase: { one: "rotates", many: "rotate" } },
  },
  impacts: (before, after) => [...moreRights(before, after), ...shorterOverlap(before, after)],
  drift: { missing: "revokedElsewhere", lost: { pending: rotate, output: "keyId", cause: "revokedElsewhere" } },
  importing: {
    suffix: "key",
    heading: "API keys. Their secrets are unknown: `key` and `keySecret` are empty until a key rotates.",
    protect: true,
    remarks: (id, declared, keyId) => [
      ...(id === keyId ? ["The key that created this file. pulumi-fal never revokes the key it runs with."] : []),
      ...(declared["scope"] === undefined
        ? [
            "fal does not return the permissions of this key. Before it rotates, set `preset` or `permissions`, which rotates it.",
          ]
        : []),
    ],
  },
};
