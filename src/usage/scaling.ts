import { type UsageScaleName, type UsageScaling, usageScaleNames } from "./evidence";

/** Reads the scaling values that decide how many runners an app has. A value of the wrong type counts as unknown. */
export function usageScaling(value: (name: UsageScaleName) => unknown): UsageScaling {
  const known = usageScaleNames.flatMap((name) => {
    const found = value(name);
    const isValid = name === "machineTypes" ? Array.isArray(found) : typeof found === "number";
    return isValid ? [[name, found]] : [];
  });
  return Object.fromEntries(known);
}
