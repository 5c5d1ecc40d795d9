import { type UsageScaling, usageScaleNames } from "../../../usage/evidence";

/** The scaling values among others. What is no number and no list of texts is left out, for example an encrypted value. */
export function scalingFrom(values: object): UsageScaling {
  const of = values as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    usageScaleNames.flatMap((name) => {
      const value = of[name];
      const isList = Array.isArray(value) && value.every((each) => typeof each === "string");
      return typeof value === "number" || isList ? [[name, value]] : [];
    }),
  );
}
