import type { ResourceDescription } from "../description";

export const computeInstance: ResourceDescription = {
  plural: "GPU machines",
  name: () => undefined,
  deletion: () => "all data on it is lost",
  onMissing: "is ordered anew: billed from then on, with another address and an empty disk",
  inputs: {},
  importing: {
    suffix: "machine",
    label: ({ instanceType }) => String(instanceType),
    heading: "GPU machines, billed while they exist. fal never returns an `sshKey`: one set here is recorded.",
    protect: true,
  },
};
