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

/** `revoked`: a refresh found that the current key was revoked elsewhere. */
export function planRotation(inputs: Bag, olds: Bag | undefined, now: number, revoked = false): RotationInputs {
  const every = durationOf(inputs, "every");
  const oldGeneration = olds?.["generation"];
  if (olds === undefined || typeof oldGeneration !== "number") {
    return { generation: 1, ...(every !== undefined ? { rotateAfter: after(now, every) } : {}) };
  }
  const waiting = listOf(olds["revokeAfter"]);
  if (containsUnknown([inputs["alias"], policyInputs(inputs), inputs["rotation"]])) {
    return { generation: unknownValue, ...revocations(waiting) };
  }
  if (reasonToRotate(inputs, olds, now, revoked) !== undefined) {
    const overlap = parseDays(String(rotationOf(inputs)["overlap"] ?? defaultOverlap)) ?? 0;
    return {
      generation: oldGeneration + 1,
      ...(every !== undefined ? { rotateAfter: after(now, every) } : {}),
      // A key that is gone needs no revocation.
      ...revocations(revoked ? waiting : [...waiting, after(now, overlap)]),
    };
  }
  return {
    generation: oldGeneration,
    ...(every !== undefined ? { rotateAfter: dueDate(inputs, olds) ?? after(now, every) } : {}),
    // Nothing is revoked in the `up` that rotates; from the first one after that, what is past its time leaves the list.
    ...revocations(waiting.filter((time) => Date.parse(time) > now)),
  };
}

/**
 * What `planned` inputs mean for the keys that exist, in words for a preview: what rotates and why, what is revoked.
 * Without any value of the program, which may be secret.
 */
export function tellRotation(planned: Bag, olds: Bag | undefined, now: number, revoked = false): string[] {
  if (typeof olds?.["generation"] !== "number") return [];
  const lines: string[] = [];
  const revokeAfter = listOf(planned["revokeAfter"]);
  if (Number(planned["generation"]) > olds["generation"]) {
    const why = reasonToRotate(planned, olds, now, revoked);
    const old = revoked
      ? ""
      : `, which stays valid until ${revokeAfter.at(-1)}: the first \`pulumi up\` after that revokes it`;
    lines.push(`a new key takes the place of the current one (${why})${old}`);
  }
  for (const time of listOf(olds["revokeAfter"]).filter((waiting) => !revokeAfter.includes(waiting))) {
    lines.push(`the previous key that was to stay valid until ${time} is revoked`);
  }
  return lines;
}

function reasonToRotate(inputs: Bag, olds: Bag, now: number, revoked: boolean): string | undefined {
  if (revoked) return "it was revoked elsewhere";
  if (inputs["alias"] !== olds["alias"]) return "the alias changes, and fal cannot rename a key";
  if (!deepEqual(policyOf(inputs), policyOf(olds))) return "what it may do changes, and fal cannot change a key";
  const before = rotationOf(olds)["trigger"];
  const trigger = rotationOf(inputs)["trigger"];
  // The first appearance of a trigger is recorded; only a change of it rotates.
  if (before !== undefined && trigger !== undefined && before !== trigger) return "rotation.trigger changes";
  const due = dueDate(inputs, olds);
  return due !== undefined && Date.parse(due) <= now ? `it has been due since ${due}` : undefined;
}

/**
 * When the current key is due. The date stays while the period does; another period counts from the same start, so a
 * longer one puts a date off that is over already. `undefined` for a period that is only added: it counts from now.
 */
function dueDate(inputs: Bag, olds: Bag): string | undefined {
  const every = durationOf(inputs, "every");
  const before = durationOf(olds, "every");
  const due = olds["rotateAfter"];
  if (every === undefined || before === undefined || typeof due !== "string") return undefined;
  return before === every ? due : after(Date.parse(due) - before * 1000, every);
}

function revocations(times: string[]): { revokeAfter?: string[] } {
  return times.length > 0 ? { revokeAfter: times } : {};
}

function listOf(times: unknown): string[] {
  return Array.isArray(times) ? times.map(String) : [];
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
