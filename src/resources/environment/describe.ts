import { mainEnvironment, nameIn } from "../common";
import type { ResourceDescription } from "../description";

export const environment: ResourceDescription = {
  plural: "environments",
  name: (inputs) => nameIn(undefined, inputs["name"]),
  deletion: ({ name, forceDestroy }) => {
    if (name === mainEnvironment) return "always exists and stays";
    return forceDestroy === true ? "with all apps and secrets in it" : "only if no app and no secret is left in it";
  },
  deletesApps: true,
  onMissing: "is made again, empty: what was in it comes back as far as the program declares it",
  inputs: { name: { identifies: true } },
  importing: { suffix: "environment", heading: "Environments.", protect: true },
};
