import { deployResetNames, scaleNames } from "../../client/scaling";
import { isRecord } from "../../provider/values";
import { nameIn, parseId } from "../common";
import type { InputDescription, ResourceDescription } from "../description";

export const appScale: ResourceDescription = {
  plural: "app scalings",
  name: (inputs) => nameIn(inputs["environment"], inputs["app"]),
  deletion: ({ onDelete }, many) => {
    if (onDelete === "restore") return `the ${many ? "apps get their" : "app gets its"} original values back`;
    return many ? "the apps keep their values" : "the app keeps its values";
  },
  onMissing: "needs its app: deploy the app with `fal deploy`, or remove both from the program",
  needsDeploy: true,
  partOf: "App",
  inputs: {
    app: { identifies: true },
    environment: { identifies: true },
    ...Object.fromEntries(scaleNames.map((name): [string, InputDescription] => [name, { resetByResetScale: true }])),
    machineTypes: { resetByResetScale: true, onNewRunners: true },
    reapplyOn: {
      triggers: "the values that a deploy resets are sent again",
      sendsAgain: deployResetNames,
      sendsWhatIsReset: true,
    },
  },
  drift: {
    app: (id) => parseId("AppScale", id),
    revision: ({ effective }) => (isRecord(effective) ? effective["revision"] : undefined),
  },
  importing: {
    suffix: "scale",
    heading: `Scaling of apps, as it is now. Every deploy resets ${deployResetNames.map((name) => `\`${name}\``).join(", ")}: see \`reapplyOn\`.`,
  },
};
