// What a failed attempt looks like to everything above the two transports, and the error that users get from it.
import {
  FalAbortedError,
  type FalAttempt,
  FalAuthenticationError,
  FalConflictError,
  FalConnectionError,
  type FalError,
  type FalErrorDetails,
  FalNotFoundError,
  FalPermissionError,
  FalRateLimitedError,
  FalServerError,
  FalTimeoutError,
  FalValidationError,
} from "../errors";
import type { Redacted } from "../redacted";
import {
  docsUrlOf,
  errorTypeOf,
  excerpt,
  type RedactionContext,
  redactOwnText,
  redactReason,
  requestIdOf,
} from "./redact";
import { isAboutMoney, type Refusal, refusalOf } from "./refusal";
import { defined } from "./values";

/**
 * What a repeated call may do.
 *
 * - `read`: has no effect, may be repeated.
 * - `idempotent`: a change that ends in the same state however often it is made.
 * - `unsent`: may be repeated only while it is certain that fal has not received it.
 * - `{ withinMs }`: fal recognises a repetition (Idempotency-Key) for this long after the first attempt that reached it.
 */
export type Repeat = "read" | "idempotent" | "unsent" | { readonly withinMs: number };

/** What went wrong, in terms that do not depend on the transport. */
export type FailureCode =
  | "authentication"
  | "permission"
  | "notFound"
  | "conflict"
  | "validation"
  | "rateLimited"
  | "server"
  | "unsupported"
  | "timeout"
  | "connection"
  | "aborted";

/** One call of a user: what it does, and what may be done with it. */
export interface Call {
  /** The client's method: `secrets.set`. */
  readonly operation: string;
  /** For messages, follows "Could not": `set secret`. */
  readonly action: string;
  /** For messages: `main/HF_TOKEN`. */
  readonly resource?: string | undefined;
  readonly repeat: Repeat;
  /** `resource` is a text that a person wrote, not an id: it stays out of messages and the log. */
  readonly freeText?: boolean | undefined;
  /**
   * Secret values that the call carries; an empty list where its answer holds one. With it, a text of fal's is shown only
   * where it is known to hold none.
   */
  readonly secrets?: readonly Redacted[] | undefined;
  /** What to do about a failure, where this call knows more than the general advice. */
  readonly advice?: Partial<Record<FailureCode, string>> | undefined;
  /** What to do where the change may have been carried out although no answer says so. */
  readonly ifUncertain?: string | undefined;
}

/** One attempt that failed, in terms that no longer depend on the transport. */
export interface AttemptFailure {
  readonly code: FailureCode;
  /** What happened, in our words, ready to follow a colon. */
  readonly answer: string;
  /** What fal said about it, in its words; not yet redacted. */
  readonly reason?: string | undefined;
  /** How far it got. `unsent` is certain; `unanswered` means that fal may have received it. */
  readonly delivery: "unsent" | "unanswered" | "answered";
  /** Whether another attempt may fare better. */
  readonly transient: boolean;
  /** Wait that fal asked for. */
  readonly waitMs?: number | undefined;
  /** What to do, where the failure itself shows it. */
  readonly advice?: string | undefined;
  readonly status?: number | undefined;
  readonly grpcCode?: string | undefined;
  readonly type?: string | undefined;
  readonly requestId?: string | undefined;
  readonly docsUrl?: string | undefined;
}

/** How transports report a failed attempt. Never leaves the client. */
export class AttemptFailed extends Error {
  constructor(readonly failure: AttemptFailure) {
    super(failure.answer);
  }
}

/** Whether fal may have carried out a change although this attempt failed. */
export function mayHaveTakenEffect(call: Call, failure: AttemptFailure): boolean {
  if (call.repeat === "read" || failure.delivery === "unsent") return false;
  // A refusal is clear; a broken connection, a timeout and a server's own failure are not.
  return failure.delivery === "unanswered" || failure.code === "server" || failure.code === "timeout";
}

/** One attempt of a call, when it failed. */
export interface FailedAttempt {
  readonly afterMs: number;
  readonly tookMs: number;
  readonly failure: AttemptFailure;
  readonly waitMs?: number | undefined;
}

/** What the messages say about the credential. */
interface CredentialLabel {
  readonly keyId: string;
  readonly source: string;
}

/** What happened over all attempts of a call. */
interface CallOutcome {
  readonly attempts: number;
  readonly history: readonly FailedAttempt[];
  readonly mayHaveTakenEffect: boolean;
  /** Wall-clock time, for "try again after". */
  readonly nowMs: number;
}

/** The error of a call that failed for good. The only place where messages are made from fal's answers. */
export function errorFrom(
  call: Call,
  failure: AttemptFailure,
  outcome: CallOutcome,
  credential: CredentialLabel,
  redaction: RedactionContext,
): FalError {
  const theirs = (text: string | undefined, maxLength: number) => redactReason(text, maxLength, redaction);
  const retryAt = failure.waitMs === undefined ? undefined : new Date(outcome.nowMs + failure.waitMs);
  const details: FalErrorDetails = {
    operation: call.operation,
    resource: call.resource,
    status: failure.status,
    grpcCode: failure.grpcCode,
    type: errorTypeOf(failure.type, redaction),
    requestId: requestIdOf(failure.requestId, redaction),
    docsUrl: docsUrlOf(failure.docsUrl, redaction),
    attempts: outcome.attempts,
    history: outcome.history.map((attempt) => historyEntry(attempt, redaction)),
    mayHaveTakenEffect: outcome.mayHaveTakenEffect,
    credentialSources: failure.code === "authentication" ? [credential.source] : undefined,
    retryAt,
    reason: theirs(failure.reason, 300),
    refusal: refusalIn(failure),
  };
  const target = call.resource === undefined || call.freeText ? "" : ` ${excerpt(call.resource)}`;
  const earlier = earlierAnswer(failure, outcome.history);
  const before = earlier === undefined ? "" : `; before that, ${answerOf(earlier, redaction)}`;
  const attempts = outcome.attempts > 1 ? `, ${outcome.attempts} attempts` : "";
  const sentences = [
    `Could not ${call.action}${target}: ${answerOf(failure, redaction)}${before}${attempts}.`,
    outcome.mayHaveTakenEffect ? `It may have taken effect. ${call.ifUncertain ?? ""}`.trimEnd() : undefined,
    advice(call, failure, credential, retryAt),
    details.docsUrl === undefined ? undefined : `See ${details.docsUrl}`,
  ];
  const message = sentences.filter((sentence) => sentence !== undefined).join(" ");
  return new errorClasses[failure.code](message, details);
}

/** How an attempt ended, on one line without secrets: our words, then fal's, then the request's id. */
export function answerOf(failure: AttemptFailure, redaction: RedactionContext): string {
  const reason = redactReason(failure.reason, 300, redaction)?.replace(/\.+$/, "");
  const requestId = requestIdOf(failure.requestId, redaction);
  const request = requestId === undefined ? "" : ` (request ${requestId})`;
  return `${redactOwnText(failure.answer, redaction)}${reason === undefined ? "" : `: ${reason}`}${request}`;
}

/** That time is up, or that nobody answers any more, hides what fal answered before: that is what people need to know. */
function earlierAnswer(failure: AttemptFailure, history: readonly FailedAttempt[]): AttemptFailure | undefined {
  if (failure.delivery === "answered") return undefined;
  const answered = history.findLast((attempt) => attempt.failure.delivery === "answered");
  if (answered !== undefined || !isGivenUp(failure)) return answered?.failure;
  return history.findLast((attempt) => !isGivenUp(attempt.failure))?.failure;
}

/** Whether a call ended for want of time or patience. */
function isGivenUp({ code, transient }: AttemptFailure): boolean {
  return code === "aborted" || (code === "timeout" && !transient);
}

function historyEntry({ failure, ...times }: FailedAttempt, redaction: RedactionContext): FalAttempt {
  const { status, grpcCode, requestId } = failure;
  const { code } = errorClasses[failure.code];
  const answer = answerOf(failure, redaction);
  return defined({ ...times, code, answer, status, grpcCode, requestId: requestIdOf(requestId, redaction) });
}

const errorClasses: Record<FailureCode, typeof FalError> = {
  authentication: FalAuthenticationError,
  permission: FalPermissionError,
  notFound: FalNotFoundError,
  conflict: FalConflictError,
  validation: FalValidationError,
  rateLimited: FalRateLimitedError,
  server: FalServerError,
  unsupported: FalServerError,
  timeout: FalTimeoutError,
  connection: FalConnectionError,
  aborted: FalAbortedError,
};

/** Why fal refused, where it did. A locked account is none of the key's, whichever code fal has for it. */
function refusalIn({ code, reason, delivery }: AttemptFailure): Refusal | undefined {
  if (code === "permission") return refusalOf(reason);
  const mayBeLocked =
    delivery === "answered" && (code === "authentication" || code === "validation" || code === "conflict");
  return mayBeLocked && refusalOf(reason) === "account" ? "account" : undefined;
}

const needsAdmin = "Managing an account needs a key with ADMIN scope (preset FULL).";

/** What to do about a refusal, without contradicting the reason that fal gives. */
function adviceOn(refusal: Refusal, reason: string | undefined, key: string, own: string | undefined): string {
  switch (refusal) {
    case "account":
      return `${key}. Its account is locked, so other keys of the account fail too. ${isAboutMoney(reason) ? "Settle the balance at https://fal.ai/dashboard/billing" : "Contact fal's support at https://fal.ai/support"}, then run this again.`;
    case "feature":
      return `${key}. Its account lacks a feature, so other keys of the account fail too. Request the feature at https://fal.ai/support.`;
    case "rights":
      return `${key}. ${own ?? needsAdmin}`;
    case "other":
      return `${key}. Resolve the reason that fal gives. If the key lacks rights: ${own ?? needsAdmin}`;
  }
}

function advice(
  call: Call,
  failure: AttemptFailure,
  credential: CredentialLabel,
  retryAt: Date | undefined,
): string | undefined {
  const key = `The key came from ${credential.source} (key id ${credential.keyId})`;
  const own = call.advice?.[failure.code];
  const refusal = refusalIn(failure);
  if (refusal !== undefined) return adviceOn(refusal, failure.reason, key, own);
  switch (failure.code) {
    case "authentication":
      return `${key}. Check that it is complete and has not been revoked.`;
    case "rateLimited":
      return own ?? tryAgain(retryAt);
    case "connection":
      return failure.advice ?? own ?? "Check the network and the configured address.";
    default:
      return own ?? (retryAt === undefined ? undefined : tryAgain(retryAt));
  }
}

function tryAgain(at: Date | undefined): string {
  return at === undefined ? "Try again later." : `Try again after ${at.toISOString()}.`;
}
