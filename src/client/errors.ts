// Every error that the client throws. The mapping from fal's answers is in internal/failure.ts.

/** One attempt of a call that failed. */
export interface FalAttempt {
  /** When it began, in milliseconds after the first one. */
  readonly afterMs: number;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
  /** What went wrong, as `FalError.code` names it, for example `FAL_RATE_LIMITED`. */
  readonly code: string;
  /** How it ended, in words, as in the error's message. */
  readonly answer: string;
  /** HTTP status, where fal answered over REST. */
  readonly status?: number | undefined;
  /** gRPC status name, where fal answered over gRPC. */
  readonly grpcCode?: string | undefined;
  readonly requestId?: string | undefined;
  /** Milliseconds until the next attempt was to begin; absent for the last one. */
  readonly waitMs?: number | undefined;
}

/** What an error knows about the call that failed. */
export interface FalErrorDetails {
  /** The client's method, for example `secrets.set`. */
  operation?: string | undefined;
  /** What the call was about, for example `main/HF_TOKEN`. */
  resource?: string | undefined;
  /** HTTP status, where fal answered over REST. */
  status?: number | undefined;
  /** gRPC status name, for example `NOT_FOUND`, where fal answered over gRPC. */
  grpcCode?: string | undefined;
  /** fal's own error type, for example `validation_error`. */
  type?: string | undefined;
  /** fal's id of the request, for its support. */
  requestId?: string | undefined;
  /** A page of fal about this error, if the answer named one. */
  docsUrl?: string | undefined;
  /** How often the call was tried. */
  attempts?: number | undefined;
  /** Each of these attempts, in order. */
  history?: readonly FalAttempt[] | undefined;
  /** True for a change whose answer was lost, or was no clear refusal: fal may have carried it out. */
  mayHaveTakenEffect?: boolean | undefined;
  /** Where a credential was looked for, in order; set where none was found or the one found is unusable. */
  credentialSources?: readonly string[] | undefined;
  /** When fal accepts calls again, where it said so. */
  retryAt?: Date | undefined;
  /** What fal answered, in its words, without secrets. */
  reason?: string | undefined;
  /**
   * What a refusal is about, as far as `reason` tells: the `account` is locked, it lacks a `feature`, the key lacks
   * `rights` (or fal gives no reason), or something `other`.
   */
  refusal?: "account" | "feature" | "rights" | "other" | undefined;
}

/** A registered symbol, so that errors of two copies of this package recognise each other. */
const brand = Symbol.for("pulumi-fal.error");

/**
 * Root of all errors of this client. The message is one line: what was tried, on what, what fal answered, what to do.
 * It never holds a credential or a secret's value. Errors own no property `id`.
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

  /** Stable name of the kind of error, for example `FAL_NOT_FOUND`. */
  get code(): string {
    return (this.constructor as typeof FalError).code;
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** No usable credential, or fal does not accept it. */
export class FalAuthenticationError extends FalError {
  static override readonly code = "FAL_AUTHENTICATION";
}

/** The credential is valid but may not do this: its scope is too narrow, or the account lacks the feature. */
export class FalPermissionError extends FalError {
  static override readonly code = "FAL_PERMISSION";
}

/** What the call is about does not exist. */
export class FalNotFoundError extends FalError {
  static override readonly code = "FAL_NOT_FOUND";
}

/** fal limits this account, and the wait that it asked for does not fit the call's deadline. */
export class FalRateLimitedError extends FalError {
  static override readonly code = "FAL_RATE_LIMITED";
}

/** A value is refused: by this client before anything was sent (`attempts` is 0), or by fal. */
export class FalValidationError extends FalError {
  static override readonly code = "FAL_VALIDATION";
}

/** The object exists already, or its state does not allow this. */
export class FalConflictError extends FalError {
  static override readonly code = "FAL_CONFLICT";
}

/** No answer within the call's deadline. */
export class FalTimeoutError extends FalError {
  static override readonly code = "FAL_TIMEOUT";
}

/** fal could not be reached, or the connection broke before its answer was complete. */
export class FalConnectionError extends FalError {
  static override readonly code = "FAL_CONNECTION";
}

/** fal failed, or answered something that makes no sense. */
export class FalServerError extends FalError {
  static override readonly code = "FAL_SERVER";
}

/** A setting of the client is unusable; nothing was sent. */
export class FalConfigurationError extends FalError {
  static override readonly code = "FAL_CONFIGURATION";
}

/** The caller's signal, or `close()`, ended the call. */
export class FalAbortedError extends FalError {
  static override readonly code = "FAL_ABORTED";
}

/** Whether an error is one of this client's, also when it comes from another copy of the package. */
export function isFalError(error: unknown): error is FalError {
  return error instanceof Error && brand in error;
}

/** Whether an error says that the object does not exist. */
export function isNotFound(error: unknown): error is FalNotFoundError {
  return isFalError(error) && error.code === FalNotFoundError.code;
}
