import type { PropertyValues } from "../../provider/properties";
import { containsUnknown, deepEqual, isRecord, unknownValue } from "../../provider/values";
import { parseRotationDuration } from "./durations";
import { policyOf } from "./policy";

/**
 * When a key rotates is decided in check, into visible inputs: a preview shows what is due, and a refresh has nothing to
 * call drift. When its predecessors are revoked is recorded in outputs.
 *
 * An update plan holds only if the same program is checked to the same inputs some time later. So no input is made from
 * the clock but the first due date, and that one changes once a day. Later ones follow from it: they are whole periods
 * apart, and the next one is less than a period away. A date further ahead came from a wrong clock.
 */
export interface RotationInputs {
  /** One more than the state's asks for a new key. */
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

/** `revoked`: a refresh found that the current key was revoked elsewhere. */
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

/** Why `planned` inputs replace the key, in words for a preview. Without any value of the program, which may be secret. */
export function tellRotation(
  planned: PropertyValues,
  olds: PropertyValues | undefined,
  now: number,
  revoked = false,
): string[] {
  if (typeof olds?.["generation"] !== "number" || !(Number(planned["generation"]) > olds["generation"])) return [];
  const why = reasonToRotate(planned, olds, now, revoked);
  const old = revoked
    ? ""
    : `, which stays valid until ${revocationFrom(now, planned)}: the first \`pulumi up\` after that revokes it`;
  return [`a new key takes the place of the current one (${why})${old}`];
}

/** What the next update does to the previous keys, in words for a preview. */
export function tellRevocations(outputs: PropertyValues, inputs: PropertyValues, now: number): string[] {
  const latest = revocationFrom(now, inputs);
  return previousKeys(outputs).flatMap(({ revokeAfter }) => {
    if (isOver(revokeAfter, now)) return [`the previous key that was to stay valid until ${revokeAfter} is revoked`];
    if (bounded(revokeAfter, latest) === revokeAfter) return [];
    return [
      `the previous key stays valid until ${latest}: until ${revokeAfter} is longer than the overlap, so a clock was wrong or the overlap was shortened`,
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

/** When a key is revoked that a new one replaces now. */
export function revocationFrom(now: number, inputs: PropertyValues): string {
  const overlap = durationOf(inputs, "overlap") ?? (parseRotationDuration(defaultOverlap) ?? 0) * 1000;
  return iso(now + overlap);
}

/** The earlier of a recorded time and the latest that the overlap allows; a time that is none counts as late. */
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
  if (!deepEqual(policyOf(inputs), policyOf(olds))) return "what it may do changes, and fal cannot change a key";
  const before = rotationOf(olds)["trigger"];
  const trigger = rotationOf(inputs)["trigger"];
  // The first appearance of a trigger is recorded; only a change of it rotates.
  if (before !== undefined && trigger !== undefined && before !== trigger) return "rotation.trigger changes";
  const due = dueDate(inputs, olds);
  return due !== undefined && due <= now ? `it has been due since ${iso(due)}` : undefined;
}

/** The due date from now on, after a rotation if there is one. */
function nextDue(inputs: PropertyValues, olds: PropertyValues | undefined, now: number): string | undefined {
  if (containsUnknown(inputs["rotation"])) return unknownValue;
  const every = durationOf(inputs, "every");
  if (every === undefined) return undefined;
  const due = olds && dueDate(inputs, olds);
  if (due === undefined) {
    // Not later than the period, and the same for an update plan that is made and used on one day.
    const step = Math.min(day, every / 10);
    return iso(Math.floor((now + every) / step) * step);
  }
  return iso(due + Math.floor((now + every - due) / every) * every);
}

/**
 * When the current key is due. The date stays while the period does; another period counts from the same start, so a
 * longer one puts a date off that is over already. `undefined` for a period that is only added, and where `ignoreChanges`
 * keeps the date: it would be over for ever.
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
  return [inputs["preset"], inputs["permissions"], inputs["scope"]];
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
