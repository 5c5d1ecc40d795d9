/** Time limits of operations, from `customTimeouts`. */
import { formatDuration } from "../duration";

export { formatDuration };

const defaultSeconds = 300;

/** Pulumi's durations are Go's: `90s`, `20m`, `1h30m`. `undefined` when the text is none. */
export function parseDuration(text: string): number | undefined {
  const pattern = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;
  const unit: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0 || matches.map((match) => match[0]).join("") !== text) return undefined;
  return matches.reduce((sum, [, amount, name]) => sum + Number(amount) * (unit[name ?? ""] ?? 0), 0);
}

export interface Deadline {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
  readonly timeLimit: string;
}

/** The limit of one operation: what the program set, else the resource's default, else five minutes. */
export function startDeadline(custom: string | undefined, resourceDefault: number | undefined): Deadline {
  const seconds = (custom && parseDuration(custom)) || resourceDefault || defaultSeconds;
  const timeLimit = formatDuration(seconds);
  const controller = new AbortController();
  const end = () => controller.abort(new TimeoutError(`the operation's time limit of ${timeLimit} is over`));
  setTimeout(end, Math.min(seconds * 1000, 2 ** 31 - 1)).unref();
  return { signal: controller.signal, timeLimit };
}

/** The reason of a deadline's signal; the name is what tells it from an interruption. */
class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** Waits; ends early, with the signal's reason, when it aborts. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
