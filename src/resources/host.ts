import * as pulumi from "@pulumi/pulumi";
import { configKey } from "../provider/settings";

/** The stack config that decides which host runs a program's resources. */
const key = configKey("plugin");

/**
 * Whether the plugin runs this stack's resources, instead of Pulumi's dynamic provider host. A setting of the stack, so
 * that no line of a program changes and each stack moves alone. Throws if it is neither `true` nor `false`.
 */
export function usesPlugin(): boolean {
  const setting = pulumi.runtime.getConfig(key) ?? "false";
  if (setting !== "true" && setting !== "false") {
    throw new pulumi.RunError(`${key} must be true or false, not "${setting}": pulumi config set ${key} true`);
  }
  return setting === "true";
}
