import { isGiven } from "../../provider/values";
import { mainEnvironment, nameIn } from "../common";
import { type ResourceDescription, unprotects } from "../description";

export const environment: ResourceDescription = {
  plural: "environments",
  name: (inputs) => nameIn(undefined, inputs["name"]),
  deletion: ({ name, forceDestroy }, many) => {
    if (name === mainEnvironment) return "always exists and stays";
    return forceDestroy === true
      ? `all apps and secrets in ${many ? "them" : "it"} are deleted too`
      : `only if ${many ? "they contain" : "it contains"} no apps or secrets`;
  },
  deletesApps: true,
  onMissing: "is created again, empty: its contents come back only if the program declares them",
  inputs: { name: { identifies: true } },
  impacts: (before, after) =>
    after["forceDestroy"] === true && isGiven(before["name"]) && before["forceDestroy"] !== true
      ? [
          unprotects(
            "forceDestroy",
            "once the program no longer has the environment, fal deletes its apps and secrets too",
          ),
        ]
      : [],
  importing: { suffix: "environment", heading: "Environments.", protect: true },
};
