import { messageOf, OperationError, PartialFailure } from "../../provider/errors";
import type { PropertyValues } from "../../provider/properties";

/**
 * Errors as Pulumi's dynamic provider host understands them. It takes any error that owns an `id` for "created, but
 * failed to initialize" and stores its `properties`, so nothing foreign may be thrown as it is. It prints
 * `${error}: ${error.stack}` of read, delete, check and diff besides reporting the message.
 */
function hideStack(error: Error): void {
  Object.defineProperty(error, "stack", { value: "see the error on the resource", configurable: true });
  Object.defineProperty(error, "toString", { value: () => "pulumi-fal", configurable: true });
}

/**
 * The engine saves the object with `properties`, reports `reasons`, and calls update in the next `up`. `properties` must
 * contain the provider text: without it nothing could load the state.
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

/** What to throw for a failure. `stored`: makes the state of an object that was created or changed in part. */
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
