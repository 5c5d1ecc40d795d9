import { isFalError } from "../client/errors";
import { escapeInvisible } from "../client/text";
import type { PropertyValues } from "./properties";

/** An operation failed. The message is for people, holds no secret, and needs no stack. */
export class OperationError extends Error {
  constructor(message: string, cause?: unknown) {
    super(escapeInvisible(message));
    this.name = "pulumi-fal";
    Object.defineProperty(this, "cause", { value: cause, enumerable: false });
  }
}

/**
 * An operation failed after it had created or changed the object. The engine must save `outputs`, report the failure, and
 * call update in the next `up`.
 */
export class PartialFailure extends OperationError {
  readonly id: string;
  readonly outputs: PropertyValues;

  constructor(id: string, outputs: PropertyValues, message: string) {
    super(message);
    this.id = id;
    this.outputs = outputs;
  }
}

/** A sentence with fal's last response in a call that was cut off, after a space. Empty if fal did not respond. */
export function lastResponseOf(error: unknown): string {
  const attempts = isFalError(error) ? error.history : [];
  const last = attempts.findLast(({ status, grpcCode }) => status !== undefined || grpcCode !== undefined);
  return last === undefined ? "" : ` Before that, ${last.answer}.`;
}

/**
 * The reason of a signal that ends an operation early. Its message is a clause, because the client repeats it within its
 * own messages. Alone it becomes a sentence in `messageOf`.
 */
export class EndOfOperation extends Error {}

export function messageOf(error: unknown): string {
  if (error instanceof EndOfOperation) return `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
  if (error instanceof Error && error.message) return error.message;
  return typeof error === "string" && error ? error : "an unknown error";
}
