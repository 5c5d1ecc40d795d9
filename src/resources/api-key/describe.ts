import { nameIn } from "../common";
import type { ResourceDescription } from "../description";
import { rotate } from "./properties";

export const apiKey: ResourceDescription = {
  plural: "API keys",
  name: (inputs) => nameIn(undefined, inputs["alias"]),
  deletion: (_state, many) => `everyone who uses ${many ? "them" : "it"} loses access`,
  onMissing: "is created again with another value: everyone who used the old key needs the new one",
  inputs: {
    alias: { identifies: true },
    generation: { increase: { one: "rotates", many: "rotate" } },
  },
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
