// The debug log: one line per attempt, with names, ids and numbers. Contains no bodies and no texts from fal.
import { closeSync, constants, fchmodSync, fstatSync, openSync, writeSync } from "node:fs";
import { type Env, present } from "../config/credentials";
import { FalConfigurationError } from "../errors";
import type { Call } from "./failure";
import { type RedactionContext, redactOwnText, requestIdOf } from "./redact";
import type { AttemptResult, Route } from "./result";

/** Receives each line of the log, without a line break. */
export type LogSink = (line: string) => void;

/**
 * Opens the log: `show` at level `debug`, and the file in `FAL_LOG_FILE` at level `debug` or without a level. Returns
 * undefined if neither is used. Default of `level`: `FAL_LOG`, in which values other than `debug` mean `off`.
 *
 * @throws {FalConfigurationError} The level is invalid, or the file cannot be written.
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
  try {
    append(path, "");
  } catch (error) {
    throw new FalConfigurationError(
      error instanceof UnsafeFile
        ? `Could not log to ${path}: it ${error.message}. Set FAL_LOG_FILE to another file, or unset it.`
        : `Could not log to ${path}: the file cannot be written${codeOf(error)}. Set FAL_LOG_FILE to another file, or unset it.`,
    );
  }
  return (line) => append(path, `${new Date().toISOString()} ${line}\n`);
}

/** Other users could read the file, or redirect the writes of this process through it. */
class UnsafeFile extends Error {}

/**
 * Opens the file for each line, so that it can be rotated. Checks the opened file, so that another user cannot replace it
 * between the check and the write. Only the owner may read the names of apps, secrets and hosts.
 */
function append(path: string, text: string): void {
  const file = openForAppending(path);
  try {
    keepPrivate(file);
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
}

function openForAppending(path: string): number {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  try {
    // Without O_NONBLOCK, opening a named pipe waits for its reader.
    return openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0o600);
  } catch (error) {
    const code = codeOf(error);
    // BSD systems have their own code for a link refused by O_NOFOLLOW.
    if (/ELOOP|EMLINK|EFTYPE/.test(code)) throw new UnsafeFile("is a symbolic link");
    if (code.includes("ENXIO")) throw new UnsafeFile(notAFile);
    throw error;
  }
}

const notAFile = "is not a regular file";

function keepPrivate(file: number): void {
  // Windows has no modes.
  if (process.platform === "win32") return;
  const stats = fstatSync(file);
  // A device stores nothing.
  if (stats.isCharacterDevice()) return;
  if (!stats.isFile()) throw new UnsafeFile(notAFile);
  if (stats.uid !== process.geteuid?.()) throw new UnsafeFile("belongs to another user, who can read it");
  if ((stats.mode & othersMay) === 0) return;
  fchmodSync(file, stats.mode & 0o600);
  if ((fstatSync(file).mode & othersMay) !== 0) {
    throw new UnsafeFile("is accessible to other users, and its file system does not allow restricting that");
  }
}

/** Mode bits of the group and of other users. */
const othersMay = 0o077;

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
}

/** Formats the log line of an attempt. `waitMs` is the wait before the next one. */
export function attemptLine(
  call: Call,
  route: Route,
  attempt: { number: number; tookMs: number; result: AttemptResult<unknown>; waitMs: number | undefined },
  redaction: RedactionContext,
): string {
  const { number, tookMs, result, waitMs } = attempt;
  const { failure } = result;
  const { status, grpcCode, requestId } = failure ?? result.response;
  // Only names can contain a secret; short secrets could match the other words by chance.
  const target = call.resource === undefined || call.freeText ? "" : ` ${redactOwnText(call.resource, redaction)}`;
  const outcome = [grpcCode ?? status ?? failure?.delivery, failure?.code]
    .filter((part) => part !== undefined)
    .join(" ");
  const via = route.via === undefined ? "" : ` via ${new URL(route.via).host}`;
  const parts = [
    `${call.operation}${target}: ${route.transport} ${route.method} ${new URL(route.url).host}${via}: ${outcome}`,
    `${Math.round(tookMs)} ms`,
    `attempt ${number}`,
    ...(waitMs === undefined ? [] : [`next in ${Math.round(waitMs)} ms`]),
  ];
  const request = requestIdOf(requestId, redaction);
  if (request !== undefined) parts.push(`request ${request}`);
  return parts.join(", ");
}
