import { type UsageScaleName, type UsageScaling, usageScaleNames } from "./evidence";

/**
 * Reads the scaling values that decide how many runners an app has. A value of the wrong type counts as unknown, for example
 * an encrypted one.
 */
export function usageScaling(value: (name: UsageScaleName) => unknown): UsageScaling {
  const known = usageScaleNames.flatMap((name) => {
    const found = value(name);
    const isValid = name === "machineTypes" ? isListOfTexts(found) : typeof found === "number";
    return isValid ? [[name, found]] : [];
  });
  return Object.fromEntries(known);
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** The scaling values that differ. */
export function changedNames(before: UsageScaling, after: UsageScaling): UsageScaleName[] {
  return usageScaleNames.filter((name) => !isSame(before[name], after[name]));
}

export function isSame(one: UsageScaling[UsageScaleName], other: UsageScaling[UsageScaleName]): boolean {
  return one === other || (Array.isArray(one) && Array.isArray(other) && one.join() === other.join());
}
