// Strict checks of what is about to be sent, and small helpers of the wire conversions.
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { type FalError, FalNotFoundError, FalValidationError } from "../errors";
import { mainEnvironment } from "../names";

/** An object without its undefined properties: left out and undefined are the same here. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}

/** ISO 8601 in UTC; undefined for a timestamp that is absent or that no calendar holds. */
export function isoTime(timestamp: Timestamp | undefined): string | undefined {
  if (timestamp === undefined) return undefined;
  const date = timestampDate(timestamp);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** Refuses an empty text. */
export function requireText(operation: string, what: string, value: string): void {
  if (typeof value !== "string" || value.trim() === "") {
    throw new FalValidationError(`${operation}: ${what} must not be empty.`, { operation });
  }
}

/**
 * Whether fal still has what it did not find when asked to delete it: that answer alone proves nothing. `found` is the
 * look at the list; where not even the environment is found, what was in it is gone.
 */
export async function isStillThere(refusal: FalError, found: Promise<unknown>): Promise<boolean> {
  try {
    return (await found) !== undefined;
  } catch (error) {
    if (error instanceof FalNotFoundError) return false;
    throw withLater(refusal, error);
  }
}

/** Looks again after a refusal. Where that fails too, the refusal is thrown: only it knows what fal may have carried out. */
export async function lookAgain<T>(refusal: FalError, look: Promise<T>): Promise<T> {
  return await look.catch((error: unknown) => {
    throw withLater(refusal, error);
  });
}

function withLater(refusal: FalError, error: unknown): FalError {
  refusal.message += ` The check that followed failed too: ${error instanceof Error ? error.message : String(error)}`;
  return refusal;
}

/**
 * The name under which fal knows an app of an environment: `name--environment`, plain in main.
 * Source: `construct_alias` of fal's SDK.
 */
export function aliasOf(operation: string, name: string, environment: string): string {
  requireText(operation, "the app's name", name);
  requireText(operation, "the environment", environment);
  const suffix = `--${environment}`;
  if (name.endsWith(suffix)) {
    throw new FalValidationError(
      `${operation}: "${name}" already carries the suffix of environment ${environment}. Use "${name.slice(0, -suffix.length)}"; the suffix is added.`,
      { operation, resource: `${environment}/${name}` },
    );
  }
  return environment === mainEnvironment ? name : `${name}${suffix}`;
}
