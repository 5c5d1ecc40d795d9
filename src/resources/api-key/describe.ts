import { nameIn } from "../common";
import type { ResourceDescription } from "../description";
import { rotate } from "./properties";

export const apiKey: ResourceDescription = {
  plural: "API keys",
  name: (inputs) => nameIn(undefined, inputs["alias"]),
  deletion: () => "whoever uses it loses access",
  onMissing: "is made anew: whoever used the old one needs the new one",
  inputs: {
    alias: { identifies: true },
    generation: { increase: { one: "rotates", many: "rotate" } },
  },
  drift: { missing: "revoked elsewhere", lost: { pending: rotate, output: "keyId", cause: "revoked elsewhere" } },
  importing: {
    suffix: "key",
    heading: "API keys. Their secrets are not known: `key` and `keySecret` are empty until a key is rotated.",
    protect: true,
    remarks: (id, declared, keyId) => [
      ...(id === keyId ? ["The key that this file was made with. pulumi-fal never revokes the key it runs with."] : []),
      ...(declared["scope"] === undefined
        ? [
            "fal does not tell what this key may do: give `preset` or `permissions`, which rotates it, before it rotates.",
          ]
        : []),
    ],
  },
};
