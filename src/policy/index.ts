import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { keyRotation, machineTypes, protectedMachines, publicApps, publicFiles } from "./resources";
import { hourlyCost, warmRunners } from "./stack";
import { idleCost, starvingChanges } from "./usage";

export {
  hourlyCost,
  idleCost,
  keyRotation,
  machineTypes,
  protectedMachines,
  publicApps,
  publicFiles,
  starvingChanges,
  warmRunners,
};

/**
 * All rules, for a policy pack: `new PolicyPack("fal", { policies })` with `@pulumi/policy`. Each has a configuration of
 * its own; a limit that is not configured is not checked. How strictly they are enforced is the pack's matter.
 */
export const policies: (ResourceValidationPolicy | StackValidationPolicy)[] = [
  warmRunners,
  hourlyCost,
  machineTypes,
  publicApps,
  publicFiles,
  keyRotation,
  protectedMachines,
  starvingChanges,
  idleCost,
];
