import type { Bag } from "../../provider/properties";
import { containsUnknown, deepEqual, isBag, unknownValue } from "../../provider/values";
import { parseDays } from "./durations";
import { policyOf } from "./policy";

/**
 * When a key rotates and when its predecessors are revoked: decided in check, from old and new inputs and one clock,
 * into visible inputs. So a preview shows what is due, and a refresh has nothing to call drift.
 */
export interface RotationInputs {
  /** How many keys this resource has had; a higher number than the state's asks for a new key. */
  generation: number | string;
  /** When the key is due for rotation; only with `rotation.every`. */
  rotateAfter?: string;
  /** When the keys that are still to be revoked are due, one entry per key. */
  revokeAfter?: string[];
}

const defaultOverlap = "24h";

export function planRotation(inputs: Bag, olds: Bag | undefined, now: number): RotationInputs {
  const every = durationOf(inputs, "every");
  const oldGeneration = olds?.["generation"];
  if (olds === undefined || typeof oldGeneration !== "number") {
    return { generation: 1, ...(every !== undefined ? { rotateAfter: after(now, every) } : {}) };
  }
  const waiting = Array.isArray(olds["revokeAfter"]) ? olds["revokeAfter"].map(String) : [];
  if (containsUnknown([inputs["alias"], policyInputs(inputs), inputs["rotation"]])) {
    return { generation: unknownValue, ...revocations(waiting) };
  }
  if (isDue(inputs, olds, now)) {
    const overlap = parseDays(String(rotationOf(inputs)["overlap"] ?? defaultOverlap)) ?? 0;
    return {
      generation: oldGeneration + 1,
      ...(every !== undefined ? { rotateAfter: after(now, every) } : {}),
      ...revocations([...waiting, after(now, overlap)]),
    };
  }
  return {
    generation: oldGeneration,
    ...rotateAfter(olds, every, now),
    // Nothing is revoked in the `up` that rotates; from the first one after that, what is past its time leaves the list.
    ...revocations(waiting.filter((time) => Date.parse(time) > now)),
  };
}

function isDue(inputs: Bag, olds: Bag, now: number): boolean {
  if (inputs["alias"] !== olds["alias"]) return true;
  if (!deepEqual(policyOf(inputs), policyOf(olds))) return true;
  const before = rotationOf(olds)["trigger"];
  const trigger = rotationOf(inputs)["trigger"];
  // The first appearance of a trigger is recorded; only a change of it rotates.
  if (before !== undefined && trigger !== undefined && before !== trigger) return true;
  const due = olds["rotateAfter"];
  return durationOf(inputs, "every") !== undefined && typeof due === "string" && Date.parse(due) <= now;
}

/** The date stays while the period does; a new period counts from the same start, an added one from now. */
function rotateAfter(olds: Bag, every: number | undefined, now: number): { rotateAfter?: string } {
  if (every === undefined) return {};
  const before = durationOf(olds, "every");
  const due = olds["rotateAfter"];
  if (before === undefined || typeof due !== "string") return { rotateAfter: after(now, every) };
  return { rotateAfter: before === every ? due : after(Date.parse(due) - before * 1000, every) };
}

function revocations(times: string[]): { revokeAfter?: string[] } {
  return times.length > 0 ? { revokeAfter: times } : {};
}

function rotationOf(inputs: Bag): Bag {
  return isBag(inputs["rotation"]) ? inputs["rotation"] : {};
}

function durationOf(inputs: Bag, name: string): number | undefined {
  const text = rotationOf(inputs)[name];
  return typeof text === "string" ? parseDays(text) : undefined;
}

function policyInputs(inputs: Bag): unknown {
  return [inputs["preset"], inputs["permissions"], inputs["scope"]];
}

function after(from: number, seconds: number): string {
  return new Date(from + seconds * 1000).toISOString();
}
