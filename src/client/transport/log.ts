import type { Call, Failure } from "./failure";

/** Notes one attempt. */
export type Log = (call: Call, attempt: number, tookMs: number, failure: Failure | undefined) => void;

/**
 * Where attempts are noted: `debug` writes one line each to stderr, anything else nothing. A line holds ids and
 * numbers only, no text of fal's answers, so there is nothing to redact.
 */
export function createLog(level: string | undefined): Log {
  if (level !== "debug") return () => {};
  return (call, attempt, tookMs, failure) => {
    const target = call.resource === undefined || call.freeText ? "" : ` ${call.resource}`;
    const result =
      failure === undefined ? "ok" : [failure.kind, failure.grpcCode ?? failure.status ?? failure.reach].join(" ");
    process.stderr.write(`fal: ${call.operation}${target} attempt ${attempt}: ${result}, ${Math.round(tookMs)} ms\n`);
  };
}
