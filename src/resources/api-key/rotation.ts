import type { PropertyValues } from "../../provider/properties";
import { containsUnknown, deepEqual, isRecord, unknownValue } from "../../provider/values";
import { parseRotationDuration } from "./durations";
import { accessInputs, policyOf } from "./policy";

/**
 * Check decides whether a key rotates, and computes inputs from that. So a preview shows a rotation that is due, and a
 * refresh reports no drift. Outputs record when previous keys are revoked.
 *
 * An update plan is valid only if check later computes the same inputs from the same program. So only the first due date
 * depends on the clock, and it changes once a day. Later dates follow from it in whole periods, and the next one is less
 * than a period ahead. A date further ahead comes from a wrong clock.
 */
export interface RotationInputs {
  /** One more than in the state: the update creates a new key. */
  generation: number | string;
  /** When the key is due for rotation; only with `rotation.every`. */
  rotateAfter?: string;
}

/** A key that a rotation replaced. */
export interface PreviousKey {
  keyId: string;
  revokeAfter: string;
}

const day = 86_400_000;
const defaultOverlap = "24h";

/** @param revoked a refresh found that the current key was revoked elsewhere */
export function planRotation(
  inputs: PropertyValues,
  olds: PropertyValues | undefined,
  now: number,
  revoked = false,
): RotationInputs {
  const due = nextDue(inputs, olds, now);
  const rotateAfter = due === undefined ? {} : { rotateAfter: due };
  const oldGeneration = olds?.["generation"];
  if (olds === undefined || typeof oldGeneration !== "number") return { generation: 1, ...rotateAfter };
  if (containsUnknown([inputs["alias"], policyInputs(inputs), inputs["rotation"]])) {
    return { generation: unknownValue, ...rotateAfter };
  }
  const rotates = reasonToRotate(inputs, olds, now, revoked) !== undefined;
  return { generation: rotates ? oldGeneration + 1 : oldGeneration, ...rotateAfter };
}

/** Explains in a preview why `planned` inputs rotate the key. Contains no value of the program, which may be secret. */
export function explainRotation(
  planned: PropertyValues,
  olds: PropertyValues | undefined,
  now: number,
  revoked = false,
): string[] {
  if (typeof olds?.["generation"] !== "number" || !(Number(planned["generation"]) > olds["generation"])) return [];
  const why = reasonToRotate(planned, olds, now, revoked);
  const old = revoked
    ? ""
    : ` The current key stays valid until ${revocationFrom(now, planned)}, and the first \`pulumi up\` after that revokes it.`;
  return [`A new key replaces the current one, because ${why}.${old}`];
}

/** Explains in a preview what the next update does to the previous keys. */
export function explainRevocations(outputs: PropertyValues, inputs: PropertyValues, now: number): string[] {
  const latest = revocationFrom(now, inputs);
  return previousKeys(outputs).flatMap(({ revokeAfter }) => {
    if (isOver(revokeAfter, now)) return [`The previous key, valid until ${revokeAfter}, is revoked.`];
    if (bounded(revokeAfter, latest) === revokeAfter) return [];
    return [
      `The previous key stays valid until ${latest}. The recorded date ${revokeAfter} exceeds the overlap, because a clock was wrong or the overlap was shortened.`,
    ];
  });
}

/** The keys that rotations replaced, as outputs record them. */
export function previousKeys(outputs: PropertyValues): PreviousKey[] {
  const previous = outputs["previousKeys"];
  return Array.isArray(previous)
    ? previous.filter(isRecord).map((key) => ({ keyId: String(key["keyId"]), revokeAfter: String(key["revokeAfter"]) }))
    : [];
}

/** When to revoke a key that a rotation replaces now. */
export function revocationFrom(now: number, inputs: PropertyValues): string {
  return iso(now + overlapOf(inputs));
}

/** How long a replaced key stays valid, in milliseconds. */
export function overlapOf(inputs: PropertyValues): number {
  return durationOf(inputs, "overlap") ?? (parseRotationDuration(defaultOverlap) ?? 0) * 1000;
}

/** The earlier of a recorded time and the latest one that the overlap allows; an invalid time counts as too late. */
export function bounded(revokeAfter: string, latest: string): string {
  return Date.parse(revokeAfter) <= Date.parse(latest) ? revokeAfter : latest;
}

export function isOver(revokeAfter: string, now: number): boolean {
  return Date.parse(revokeAfter) <= now;
}

function reasonToRotate(
  inputs: PropertyValues,
  olds: PropertyValues,
  now: number,
  revoked: boolean,
): string | undefined {
  if (revoked) return "it was revoked elsewhere";
  if (inputs["alias"] !== olds["alias"]) return "the alias changes, and fal cannot rename a key";
  if (!deepEqual(policyOf(inputs), policyOf(olds)))
    return "its access changes, and fal cannot change the access of a key";
  const before = rotationOf(olds)["trigger"];
  const trigger = rotationOf(inputs)["trigger"];
  // Setting a trigger for the first time only records it; a later change rotates.
  if (before !== undefined && trigger !== undefined && before !== trigger) return "`rotation.trigger` changes";
  const due = dueDate(inputs, olds);
  return due !== undefined && due <= now ? `it has been due since ${iso(due)}` : undefined;
}

/** The next due date, after this rotation if the key rotates now. */
function nextDue(inputs: PropertyValues, olds: PropertyValues | undefined, now: number): string | undefined {
  if (containsUnknown(inputs["rotation"])) return unknownValue;
  const every = durationOf(inputs, "every");
  if (every === undefined) return undefined;
  const due = olds && dueDate(inputs, olds);
  if (due === undefined) {
    // Within the period, and the same all day, so that an update plan is valid for the day.
    const step = Math.min(day, every / 10);
    return iso(Math.floor((now + every) / step) * step);
  }
  return iso(due + Math.floor((now + every - due) / every) * every);
}

/**
 * When the current key is due. A changed period counts from the same start, so a longer period also postpones a date
 * that has passed. `undefined` if the program adds the period now, or if `ignoreChanges` keeps the date, which would
 * otherwise stay in the past forever.
 */
function dueDate(inputs: PropertyValues, olds: PropertyValues): number | undefined {
  const every = durationOf(inputs, "every");
  const before = durationOf(olds, "every");
  const due = Date.parse(String(olds["rotateAfter"]));
  if (every === undefined || before === undefined || Number.isNaN(due)) return undefined;
  return inputs["rotateAfter"] === olds["rotateAfter"] ? undefined : due - before + every;
}

function rotationOf(inputs: PropertyValues): PropertyValues {
  return isRecord(inputs["rotation"]) ? inputs["rotation"] : {};
}

/** In milliseconds. */
function durationOf(inputs: PropertyValues, name: string): number | undefined {
  const text = rotationOf(inputs)[name];
  const seconds = typeof text === "string" ? parseRotationDuration(text) : undefined;
  return seconds === undefined ? undefined : seconds * 1000;
}

function policyInputs(inputs: PropertyValues): unknown {
  return accessInputs.map((name) => inputs[name]);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
