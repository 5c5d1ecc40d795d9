import type { ResourceDescription } from "../description";

export const computeInstance: ResourceDescription = {
  plural: "GPU instances",
  name: () => undefined,
  deletion: (_state, many) => `all data on ${many ? "them" : "it"} is lost`,
  onMissing: "is created again: it is billed from then on, and has another address and an empty disk",
  losesData: true,
  inputs: {},
  importing: {
    suffix: "machine",
    label: ({ instanceType }) => String(instanceType),
    heading:
      "GPU instances, billed while they exist. fal never returns an `sshKey`. If you set one, it is only recorded.",
    protect: true,
  },
};
