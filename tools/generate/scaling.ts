import { type ScaleName, type ScalingValue, scaleNames, scalingValues } from "../../src/client/scaling";
import { codeBanner } from "./banner";

const banner = codeBanner("src/client/scaling.ts");

const each = (line: (name: ScaleName, value: ScalingValue) => string) =>
  scaleNames.map((name) => line(name, scalingValues[name])).join("\n");

const comment = ({ doc, unit }: ScalingValue) =>
  `/** ${unit === "s" ? doc.replace(/\.(?= |$)/, ", in seconds.") : doc} */`;

/** `src/client/scaling.gen.ts`: the client's types. */
export function scalingTypes(): string {
  return `${banner}/**
 * Scaling values to change. Values that are left out stay as they are; \`0\` is a value. An empty list is refused, because
 * fal cannot clear one.
 */
export interface ScaleParams {
${each((name, value) => `${comment(value)}\n${name}?: ${value.item ? "readonly string[]" : "number"} | undefined;`)}
}

/** The scaling of an app or a revision. fal has no value for those that are missing. */
export interface ScalingInfo {
${each((name, value) => `${comment(value)}\n${name}${value.optional ? "?" : ""}: ${value.item ? "string[]" : "number"};`)}
}
`;
}

/** `emulator/src/state/scaling.gen.ts`: what the emulator knows of them, because it does not depend on pulumi-fal. */
export function emulatorScaling(): string {
  return `${banner}/** The scaling values of an app under fal's REST names; \`message\` is their field in gRPC messages. */
export const scaling = {
${each(
  (name, { rest, grpc, item, zeroClears, resetByDeploy, emulated }) =>
    `${rest ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}: ${JSON.stringify({
      message: grpc ?? name,
      list: item !== undefined,
      nullable: zeroClears === true || emulated === null,
      setByCode: resetByDeploy === true,
      initially: emulated,
    })},`,
)}
} as const;
`;
}
