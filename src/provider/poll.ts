import { formatDuration } from "../duration";
import { sleep } from "../sleep";
import type { Context } from "./handler";

/** What one look found: the awaited value, or what is still awaited, for the resource's row. */
type PollResult<T> = { readonly done: T } | { readonly waiting: string | undefined };

interface PollOptions<T> {
  /** Up to a third is added to it, so that many resources do not ask in step. */
  readonly intervalMs: number;
  readonly probe: () => Promise<PollResult<T>>;
  /** The error to throw when the time limit or an interruption ends the wait; `cause` is what was thrown then. */
  readonly stopped?: (reason: "timeout" | "interrupted", cause: unknown) => unknown;
}

/** Calls `probe` until it is done, shows progress in between, and ends with the operation's time limit or a Ctrl-C. */
export async function poll<T>(
  context: Pick<Context, "signal" | "waitSignal" | "progress">,
  { intervalMs, probe, stopped }: PollOptions<T>,
): Promise<T> {
  const started = Date.now();
  for (;;) {
    try {
      const result = await probe();
      if ("done" in result) return result.done;
      const elapsed = formatDuration((Date.now() - started) / 1_000);
      if (result.waiting !== undefined) context.progress(`${result.waiting}, ${elapsed}`);
      await sleep(intervalMs * (1 + Math.random() / 3), context.waitSignal);
    } catch (error) {
      if (!context.waitSignal.aborted || stopped === undefined) throw error;
      throw stopped(context.signal.aborted ? "timeout" : "interrupted", error);
    }
  }
}
