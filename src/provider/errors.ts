import { isFalError } from "../client/errors";
import { escapeInvisible } from "../client/text";
import type { PropertyValues } from "./properties";

/**
 * What leaves a handler goes through here. The host takes any error that owns an `id` for "created, but failed to
 * initialise" and stores its `properties`; so nothing foreign may be thrown as it is.
 */

/** An error of an operation: one message for people, no stack (the host prints stacks of read and delete). */
export class OperationError extends Error {
  constructor(message: string, cause?: unknown) {
    super(escapeInvisible(message));
    this.name = "pulumi-fal";
    hideStack(this);
    Object.defineProperty(this, "cause", { value: cause, enumerable: false });
  }
}

/**
 * The object exists at fal, but something is left to do. The engine saves it with `properties`, reports `reasons`,
 * and the next `up` calls update. `properties` must hold the provider text, else nothing could ever load the state.
 */
export class InitializationError extends Error {
  readonly id: string;
  readonly properties: PropertyValues;
  readonly reasons: string[];

  constructor(id: string, properties: PropertyValues, reason: string) {
    super(escapeInvisible(reason));
    this.name = "pulumi-fal";
    this.id = id;
    this.properties = properties;
    this.reasons = [this.message];
    hideStack(this);
  }
}

/** The host prints `${error}: ${error.stack}` of read, delete, check and diff besides reporting the message. */
function hideStack(error: Error): void {
  Object.defineProperty(error, "stack", { value: "see the error on the resource", enumerable: false });
  Object.defineProperty(error, "toString", { value: () => "pulumi-fal", enumerable: false });
}

/** For the end of a message: what fal last answered in a call that was cut off. Empty where it answered nothing. */
export function lastAnswerOf(error: unknown): string {
  const attempts = isFalError(error) ? error.history : [];
  const last = attempts.findLast(({ status, grpcCode }) => status !== undefined || grpcCode !== undefined);
  return last === undefined ? "" : `. Before that, ${last.answer}`;
}

export function messageOf(error: unknown): string {
  if (error instanceof Error && error.message) return error.message;
  return typeof error === "string" && error ? error : "an unknown error";
}
