import type { PropertyValues } from "../../provider/properties";
import { isGiven } from "../../provider/values";
import { asSet } from "../common";

/**
 * What a key may do, in one form: at most one of preset, permissions and scope is given, and giving none is
 * `preset: "API"`, which is `scope: "API"`. On the wire exactly one is sent: fal takes none of them for ADMIN.
 */
export interface Policy {
  readonly preset?: string;
  readonly permissions?: unknown;
}

/** The inputs that say what a key may do. */
export const accessInputs = ["preset", "permissions", "scope"] as const;

export function policyOf(inputs: PropertyValues): Policy {
  if (isGiven(inputs["permissions"])) return { permissions: asSet(inputs["permissions"]) };
  if (inputs["scope"] === "ADMIN") return { preset: "FULL" };
  return { preset: typeof inputs["preset"] === "string" ? inputs["preset"] : "API" };
}

/** The default is the same, given or not: both compare as nothing. */
export function withoutDefault(value: unknown): unknown {
  return value === "API" ? undefined : value;
}
