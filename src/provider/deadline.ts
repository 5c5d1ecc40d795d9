import { formatDuration, parseDuration } from "../duration";
import { longestTimerMs } from "../sleep";
import { EndOfOperation } from "./errors";

const defaultSeconds = 300;

export interface Deadline {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
  readonly timeLimit: string;
}

/** The time limit of one operation: `customTimeouts` of the program, else the resource's default, else five minutes. */
export function startDeadline(custom: string | undefined, resourceDefault: number | undefined): Deadline {
  const seconds = (custom && parseDuration(custom)) || resourceDefault || defaultSeconds;
  const timeLimit = formatDuration(seconds);
  const controller = new AbortController();
  const end = () => controller.abort(new TimeoutError(`the operation's time limit of ${timeLimit} is over`));
  setTimeout(end, Math.min(seconds * 1000, longestTimerMs)).unref();
  return { signal: controller.signal, timeLimit };
}

/** The reason of a deadline's signal. Its name distinguishes it from an interruption. */
class TimeoutError extends EndOfOperation {
  override readonly name = "TimeoutError";
}
