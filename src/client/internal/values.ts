// Checks of arguments, and small helpers of the wire conversions.
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { type FalError, FalNotFoundError, FalValidationError } from "../errors";
import { mainEnvironment } from "../names";
import type { AppReference } from "../types";
import { excerpt } from "./redact";

/** An object without its undefined properties. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}

/** ISO 8601 in UTC; undefined if the timestamp is absent or out of range. */
export function isoTime(timestamp: Timestamp | undefined): string | undefined {
  if (timestamp === undefined) return undefined;
  const date = timestampDate(timestamp);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** The parts of a `Call` that an error about its arguments contains. */
interface AttemptedCall {
  readonly operation: string;
  readonly action: string;
  readonly resource?: string | undefined;
  readonly freeText?: boolean | undefined;
}

/** The message of a failed call. `problem` is one or more sentences; the first begins in lower case. */
export function couldNot({ action, resource, freeText }: AttemptedCall, problem: string): string {
  const target = resource === undefined || freeText ? "" : ` ${excerpt(resource)}`;
  return `Could not ${action}${target}: ${problem}`;
}

/** The error for an invalid argument: nothing was sent. `problem` names the argument and the fix. */
export function invalidArgument(call: AttemptedCall, problem: string): FalValidationError {
  const { operation, resource } = call;
  return new FalValidationError(couldNot(call, problem), { operation, resource });
}

/** Throws a `FalValidationError` if an argument is not a string or is blank. */
export function requireText({ operation, action }: AttemptedCall, argument: string, value: string): void {
  if (typeof value === "string" && value.trim() !== "") return;
  throw invalidArgument({ operation, action }, `${argument} must not be empty.`);
}

/** Throws a `FalValidationError` if an argument is an invalid `Date`. */
export function requireDate(call: AttemptedCall, argument: string, value: Date | undefined): void {
  if (value === undefined || !Number.isNaN(value.getTime())) return;
  throw invalidArgument(call, `${argument} must be a valid date.`);
}

/** Throws a `FalValidationError` if `limit` is not the number of at least one item. */
export function requireLimit(call: AttemptedCall, limit: number): void {
  if (Number.isInteger(limit) && limit >= 1) return;
  throw invalidArgument(call, `limit must be a whole number of 1 or more, not ${limit}.`);
}

/**
 * Whether fal still lists an object that a delete did not find. The delete's answer alone is no proof. `found` reads the
 * list. If the environment does not exist either, its objects are gone.
 */
export async function isStillThere(refusal: FalError, found: Promise<unknown>): Promise<boolean> {
  try {
    return (await found) !== undefined;
  } catch (error) {
    if (error instanceof FalNotFoundError) return false;
    throw withLater(refusal, error);
  }
}

/** Reads again after a refusal. If that fails too, throws the refusal: only it contains whether the change may have taken effect. */
export async function lookAgain<T>(refusal: FalError, look: Promise<T>): Promise<T> {
  return await look.catch((error: unknown) => {
    throw withLater(refusal, error);
  });
}

function withLater(refusal: FalError, error: unknown): FalError {
  refusal.message += ` The following check failed too: ${error instanceof Error ? error.message : String(error)}`;
  return refusal;
}

/**
 * The alias of an app: `name--environment`, or the plain name in main.
 * Source: `construct_alias` of fal's SDK.
 */
export function aliasOf(call: AttemptedCall, name: string, environment: string): string {
  requireText(call, "name", name);
  requireText(call, "environment", environment);
  const suffix = `--${environment}`;
  if (name.endsWith(suffix)) {
    throw invalidArgument(
      { ...call, resource: `${environment}/${name}` },
      `name must not end with the suffix of its environment. Use "${name.slice(0, -suffix.length)}"; the client adds the suffix.`,
    );
  }
  return environment === mainEnvironment ? name : `${name}${suffix}`;
}

/** The alias of an app in a list of apps. `environment` is that of apps without one. */
export function aliasOfReference(call: AttemptedCall, app: string | AppReference, environment: string): string {
  return typeof app === "string"
    ? aliasOf(call, app, environment)
    : aliasOf(call, app.name, app.environment ?? environment);
}
