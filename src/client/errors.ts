// The errors of the client. internal/failure.ts maps fal's answers to them.

/** A failed attempt of a call. */
export interface FalAttempt {
  /** Milliseconds from the start of the first attempt to the start of this one. */
  readonly afterMs: number;
  /** The duration in milliseconds. */
  readonly tookMs: number;
  /** What went wrong, as `FalError.code` names it, for example `FAL_RATE_LIMITED`. */
  readonly code: string;
  /** A description of the failure, as in the error's message. */
  readonly answer: string;
  /** The HTTP status, if fal answered over REST. */
  readonly status?: number | undefined;
  /** The name of the gRPC status, if fal answered over gRPC. */
  readonly grpcCode?: string | undefined;
  readonly requestId?: string | undefined;
  /** Milliseconds to the next attempt. Absent for the last one. */
  readonly waitMs?: number | undefined;
}

/** Details of the failed call. */
export interface FalErrorDetails {
  /** The method of the client, for example `secrets.set`. */
  operation?: string | undefined;
  /** The object of the call, for example `main/HF_TOKEN`. */
  resource?: string | undefined;
  /** The HTTP status, if fal answered over REST. */
  status?: number | undefined;
  /** The name of the gRPC status, for example `NOT_FOUND`, if fal answered over gRPC. */
  grpcCode?: string | undefined;
  /** fal's own error type, for example `validation_error`. */
  type?: string | undefined;
  /** fal's id of the request, for fal's support. */
  requestId?: string | undefined;
  /** fal's documentation of this error, if the answer contained a link. */
  docsUrl?: string | undefined;
  /** The number of attempts. 0 if nothing was sent. */
  attempts?: number | undefined;
  /** The failed attempts, in order. */
  history?: readonly FalAttempt[] | undefined;
  /** True if a change may have taken effect: its answer was lost or was no clear refusal. */
  mayHaveTakenEffect?: boolean | undefined;
  /** The places that were searched for a credential, in order. Set if none was found, or it is invalid. */
  credentialSources?: readonly string[] | undefined;
  /** When fal accepts calls again, if the answer contained it. */
  retryAt?: Date | undefined;
  /** fal's explanation, without secrets. */
  reason?: string | undefined;
  /**
   * Why fal refused the call, derived from `reason`: the `account` is locked, it lacks a `feature`, the key lacks `rights`
   * (or fal gives no reason), or `other`.
   */
  refusal?: "account" | "feature" | "rights" | "other" | undefined;
}

/** A registered symbol, so that two copies of this package recognize each other's errors. */
const brand = Symbol.for("pulumi-fal.error");

/**
 * The base class of all errors of this client. The message is one line: the attempted action, the object, fal's answer and
 * the fix. It never contains credentials or values of secrets. Errors have no property `id`, because Pulumi interprets one.
 */
export class FalError extends Error {
  static readonly code: string = "FAL_ERROR";

  readonly operation: string | undefined;
  readonly resource: string | undefined;
  readonly status: number | undefined;
  readonly grpcCode: string | undefined;
  readonly type: string | undefined;
  readonly requestId: string | undefined;
  readonly docsUrl: string | undefined;
  readonly attempts: number;
  readonly history: readonly FalAttempt[];
  readonly mayHaveTakenEffect: boolean;
  readonly credentialSources: readonly string[];
  readonly retryAt: Date | undefined;
  readonly reason: string | undefined;
  readonly refusal: FalErrorDetails["refusal"];

  constructor(message: string, details: FalErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.operation = details.operation;
    this.resource = details.resource;
    this.status = details.status;
    this.grpcCode = details.grpcCode;
    this.type = details.type;
    this.requestId = details.requestId;
    this.docsUrl = details.docsUrl;
    this.attempts = details.attempts ?? 0;
    this.history = details.history ?? [];
    this.mayHaveTakenEffect = details.mayHaveTakenEffect ?? false;
    this.credentialSources = details.credentialSources ?? [];
    this.retryAt = details.retryAt;
    this.reason = details.reason;
    this.refusal = details.refusal;
    Object.defineProperty(this, brand, { value: true });
  }

  /** A stable name of the error's class, for example `FAL_NOT_FOUND`. */
  get code(): string {
    return (this.constructor as typeof FalError).code;
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** No valid credential was found, or fal does not accept it. */
export class FalAuthenticationError extends FalError {
  static override readonly code = "FAL_AUTHENTICATION";
}

/** The credential is valid, but the key lacks the permission, the account lacks a feature, or the account is locked. */
export class FalPermissionError extends FalError {
  static override readonly code = "FAL_PERMISSION";
}

/** The object does not exist. */
export class FalNotFoundError extends FalError {
  static override readonly code = "FAL_NOT_FOUND";
}

/** fal limits this account, and the wait that it requested exceeds the call's time limit. */
export class FalRateLimitedError extends FalError {
  static override readonly code = "FAL_RATE_LIMITED";
}

/** An argument is invalid. Thrown by this client before sending (`attempts` is 0), or by fal. */
export class FalValidationError extends FalError {
  static override readonly code = "FAL_VALIDATION";
}

/** The object already exists, or its state does not allow the call. */
export class FalConflictError extends FalError {
  static override readonly code = "FAL_CONFLICT";
}

/** fal did not answer within the call's time limit. */
export class FalTimeoutError extends FalError {
  static override readonly code = "FAL_TIMEOUT";
}

/** The connection to fal failed, or broke before the answer was complete. */
export class FalConnectionError extends FalError {
  static override readonly code = "FAL_CONNECTION";
}

/** fal failed, or answered in an unexpected format. */
export class FalServerError extends FalError {
  static override readonly code = "FAL_SERVER";
}

/** A setting of the client is invalid. Nothing was sent. */
export class FalConfigurationError extends FalError {
  static override readonly code = "FAL_CONFIGURATION";
}

/** The caller's signal or `close()` aborted the call. */
export class FalAbortedError extends FalError {
  static override readonly code = "FAL_ABORTED";
}

/** Whether an error is a `FalError`, including one of another copy of this package. */
export function isFalError(error: unknown): error is FalError {
  return error instanceof Error && brand in error;
}

/** Whether an error is a `FalNotFoundError`, including one of another copy of this package. */
export function isNotFound(error: unknown): error is FalNotFoundError {
  return isFalError(error) && error.code === FalNotFoundError.code;
}
