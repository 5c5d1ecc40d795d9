// The debug log: one line per attempt, of names, ids and numbers. Never a body, never a text of fal's answers.
import { appendFileSync } from "node:fs";
import { type Env, present } from "../credentials";
import { FalConfigurationError } from "../errors";
import type { Masked } from "../masked";
import type { Call } from "./failure";
import { ownWords, quoted } from "./redact";
import type { Result, Route } from "./result";

/** Gets each line of the log, without a line end. */
export type LogSink = (line: string) => void;

/**
 * Where lines go: to `show` with level `debug`; to the file that `FAL_LOG_FILE` names with level `debug` or none.
 * Undefined: nowhere. `level` left out: `FAL_LOG`, where any other word than `debug` is off.
 *
 * @throws {FalConfigurationError} another level, or a file that cannot be written.
 */
export function openLog(level: string | undefined, env: Env, show: LogSink = toStderr): LogSink | undefined {
  if (level !== undefined && level !== "debug" && level !== "off") {
    throw new FalConfigurationError(`log must be "debug" or "off", not "${level}".`);
  }
  const wanted = level ?? present(env["FAL_LOG"])?.toLowerCase();
  const path = present(env["FAL_LOG_FILE"]);
  const sinks = [
    ...(wanted === "debug" ? [show] : []),
    ...(path !== undefined && (wanted === "debug" || wanted === undefined) ? [toFile(path)] : []),
  ];
  if (sinks.length === 0) return undefined;
  return (line) => {
    for (const sink of sinks) sink(line);
  };
}

const toStderr: LogSink = (line) => {
  process.stderr.write(`fal: ${line}\n`);
};

function toFile(path: string): LogSink {
  // The owner's only: names of apps, secrets and hosts are nobody else's business.
  const append = (text: string) => appendFileSync(path, text, { mode: 0o600 });
  try {
    append("");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new FalConfigurationError(
      `FAL_LOG_FILE names a file that cannot be written: ${path}${code}. Name another one, or unset it.`,
    );
  }
  return (line) => append(`${new Date().toISOString()} ${line}\n`);
}

/** What there is to say about one attempt. `waitMs`: until the next one. */
export function attemptLine(
  call: Call,
  route: Route,
  attempt: { number: number; tookMs: number; result: Result<unknown>; waitMs: number | undefined },
  secrets: readonly Masked[],
): string {
  const { number, tookMs, result, waitMs } = attempt;
  const { failure } = result;
  const { status, grpcCode, requestId } = failure ?? result.answer;
  // Only names may hold a secret; in our own words a short one could be found by chance.
  const target = call.resource === undefined || call.freeText ? "" : ` ${ownWords(call.resource, secrets)}`;
  const outcome = [grpcCode ?? status ?? failure?.reach, failure?.kind].filter((part) => part !== undefined).join(" ");
  const parts = [
    `${call.operation}${target}: ${route.transport} ${route.method} ${new URL(route.url).host}: ${outcome}`,
    `${Math.round(tookMs)} ms`,
    `attempt ${number}`,
    ...(waitMs === undefined ? [] : [`next in ${Math.round(waitMs)} ms`]),
  ];
  const request = quoted(requestId, 80, secrets);
  if (request !== undefined) parts.push(`request ${request}`);
  return parts.join(", ");
}
