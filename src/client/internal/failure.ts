// Failed attempts, independent of the transport, and the errors made from them.
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
import { docsUrlOf, errorTypeOf, type RedactionContext, redactOwnText, redactReason, requestIdOf } from "./redact";
import { isAboutMoney, type Refusal, refusalOf } from "./refusal";
import { couldNot, defined } from "./values";

/**
 * Whether a call can be retried.
 *
 * - `read`: has no effect, can be retried.
 * - `idempotent`: a change with the same result however often it is made.
 * - `unsent`: can be retried only if fal has certainly not received it.
 * - `{ withinMs }`: fal recognizes a retry (Idempotency-Key) for this long after the first attempt that reached it.
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

/** A call: its action, its object, and how to retry and report it. */
export interface Call {
  /** The client's method: `secrets.set`. */
  readonly operation: string;
  /** For messages, follows "Could not": `set secret`. */
  readonly action: string;
  /** For messages: `main/HF_TOKEN`. */
  readonly resource?: string | undefined;
  readonly repeat: Repeat;
  /** Whether `resource` is a text that a person wrote. Messages and the log then omit it. */
  readonly freeText?: boolean | undefined;
  /**
   * Secret values in the request; an empty list if the answer contains one. If set, fal's texts are shown only if they
   * certainly contain no secret.
   */
  readonly secrets?: readonly Redacted[] | undefined;
  /** Advice for a failure that is more specific than the general one. */
  readonly advice?: Partial<Record<FailureCode, string>> | undefined;
  /** Advice if the change may have taken effect although no answer confirms it. */
  readonly ifUncertain?: string | undefined;
}

/** A failed attempt. */
export interface AttemptFailure {
  readonly code: FailureCode;
  /** A description of the failure, to follow a colon. */
  readonly answer: string;
  /** fal's explanation, not yet redacted. */
  readonly reason?: string | undefined;
  /** `unsent`: fal has certainly not received the request. `unanswered`: fal may have received it. */
  readonly delivery: "unsent" | "unanswered" | "answered";
  /** Whether a retry may succeed. */
  readonly transient: boolean;
  /** The wait that fal requested. */
  readonly waitMs?: number | undefined;
  /** Advice, if the failure itself shows the fix. */
  readonly advice?: string | undefined;
  readonly status?: number | undefined;
  readonly grpcCode?: string | undefined;
  readonly type?: string | undefined;
  readonly requestId?: string | undefined;
  readonly docsUrl?: string | undefined;
}

/** Thrown by the transports. Never leaves the client. */
export class AttemptFailed extends Error {
  constructor(readonly failure: AttemptFailure) {
    super(failure.answer);
  }
}

/** Whether a change may have taken effect although this attempt failed. */
export function mayHaveTakenEffect(call: Call, failure: AttemptFailure): boolean {
  if (call.repeat === "read" || failure.delivery === "unsent") return false;
  // A refusal is clear; a broken connection, a timeout and a server's own failure are not.
  return failure.delivery === "unanswered" || failure.code === "server" || failure.code === "timeout";
}

/** A failed attempt with its times. */
export interface FailedAttempt {
  readonly afterMs: number;
  readonly tookMs: number;
  readonly failure: AttemptFailure;
  readonly waitMs?: number | undefined;
}

/** The parts of the credential that messages contain. */
interface CredentialLabel {
  readonly keyId: string;
  readonly source: string;
}

/** The result of all attempts of a call. */
interface CallOutcome {
  readonly attempts: number;
  readonly history: readonly FailedAttempt[];
  readonly mayHaveTakenEffect: boolean;
  /** Wall-clock time, for "try again after". */
  readonly nowMs: number;
}

/** Creates the error of a failed call. The only place that makes messages from fal's answers. */
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
  const earlier = earlierAnswer(failure, outcome.history);
  const before = earlier === undefined ? "" : `; before that, ${answerOf(earlier, redaction)}`;
  const attempts = outcome.attempts > 1 ? `, ${outcome.attempts} attempts` : "";
  const sentences = [
    couldNot(call, `${answerOf(failure, redaction)}${before}${attempts}.`),
    outcome.mayHaveTakenEffect ? `It may have taken effect. ${call.ifUncertain ?? ""}`.trimEnd() : undefined,
    advice(call, failure, credential, retryAt),
    details.docsUrl === undefined ? undefined : `See ${details.docsUrl}`,
  ];
  const message = sentences.filter((sentence) => sentence !== undefined).join(" ");
  return new errorClasses[failure.code](message, details);
}

/**
 * Describes a failed attempt on one line without secrets: the failure, fal's explanation, the request id. It does not end
 * with a full stop, because it is a part of a sentence.
 */
export function answerOf(failure: AttemptFailure, redaction: RedactionContext): string {
  const answer = withoutStop(redactOwnText(failure.answer, redaction));
  const reason = redactReason(failure.reason, 300, redaction);
  const requestId = requestIdOf(failure.requestId, redaction);
  const request = requestId === undefined ? "" : ` (request ${requestId})`;
  return `${answer}${reason === undefined ? "" : `: ${withoutStop(reason)}`}${request}`;
}

function withoutStop(text: string): string {
  return text.replace(/[.\s]+$/, "");
}

/** fal's answer before a timeout, an abort or a connection failure, because it usually contains the cause. */
function earlierAnswer(failure: AttemptFailure, history: readonly FailedAttempt[]): AttemptFailure | undefined {
  if (failure.delivery === "answered") return undefined;
  const answered = history.findLast((attempt) => attempt.failure.delivery === "answered");
  if (answered !== undefined || !isGivenUp(failure)) return answered?.failure;
  return history.findLast((attempt) => !isGivenUp(attempt.failure))?.failure;
}

/** Whether a call ended because of an abort or a time limit. */
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

/** Why fal refused the call, if it did. fal may report a locked account with different codes. */
function refusalIn({ code, reason, delivery }: AttemptFailure): Refusal | undefined {
  if (code === "permission") return refusalOf(reason);
  const mayBeLocked =
    delivery === "answered" && (code === "authentication" || code === "validation" || code === "conflict");
  return mayBeLocked && refusalOf(reason) === "account" ? "account" : undefined;
}

const needsAdmin = "Managing an account needs a key with ADMIN scope (preset FULL).";

/** Advice for a refusal that fits fal's reason. */
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
