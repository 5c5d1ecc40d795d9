import { messageOf, OperationError, PartialFailure } from "../../provider/errors";
import type { PropertyValues } from "../../provider/properties";

/**
 * Pulumi's dynamic provider host reports the message of an error from read, delete, check or diff, and also prints
 * `${error}: ${error.stack}`.
 */
function hideStack(error: Error): void {
  Object.defineProperty(error, "stack", { value: "see the error on the resource", configurable: true });
  Object.defineProperty(error, "toString", { value: () => "pulumi-fal", configurable: true });
}

/**
 * The engine saves the object with `properties`, reports `reasons`, and calls update in the next `up`. `properties` must
 * contain the provider text, because without it nothing could load the state.
 */
export class InitializationError extends OperationError {
  readonly id: string;
  readonly properties: PropertyValues;
  readonly reasons: string[];

  constructor(id: string, properties: PropertyValues, reason: string) {
    super(reason);
    this.id = id;
    this.properties = properties;
    this.reasons = [this.message];
  }
}

/**
 * The error to throw for a failure. The dynamic provider host treats any error with an `id` as an initialization
 * failure, so foreign errors are wrapped. `stored`: composes the outputs of an object that was created or changed in
 * part.
 */
export function hostError(error: unknown, stored: (outputs: PropertyValues) => PropertyValues): OperationError {
  const thrown =
    error instanceof PartialFailure
      ? new InitializationError(error.id, stored(error.outputs), error.message)
      : error instanceof OperationError
        ? error
        : new OperationError(messageOf(error), error);
  hideStack(thrown);
  return thrown;
}
