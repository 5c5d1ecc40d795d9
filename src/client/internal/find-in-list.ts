// Detects incomplete lists: an item that they lack is not gone.
import { FalServerError } from "../errors";
import type { CallOptions, Dispatcher } from "./dispatch";
import type { Call } from "./failure";
import { couldNot } from "./values";

/** A list that lags is often complete a moment later. */
const againAfterMs = 1_000;

/** An item that every complete list contains. */
export interface Sentinel<T> {
  /** For messages: `environment main, which every account has`. */
  readonly name: string;
  is(item: T): boolean;
}

/**
 * One item of a list; undefined if a complete list does not contain it. A list without its sentinel is read again once.
 * `options` limit the wait before that, and `ask` itself applies them to the reads.
 *
 * @throws {FalServerError} The second list does not contain the sentinel either.
 */
export async function findIn<T>(
  call: Call,
  ask: (again: boolean) => Promise<readonly T[]>,
  isWanted: (item: T) => boolean,
  sentinel: Sentinel<T>,
  dispatcher: Dispatcher,
  options: CallOptions,
): Promise<T | undefined> {
  let list = await ask(false);
  if (!list.some(isWanted) && !list.some(sentinel.is)) {
    await dispatcher.pause(call, againAfterMs, options);
    list = await ask(true);
  }
  const found = list.find(isWanted);
  if (found !== undefined || list.some(sentinel.is)) return found;
  throw new FalServerError(
    couldNot(
      call,
      `fal's list is incomplete, because it does not contain ${sentinel.name}. Nothing is treated as deleted. Try again later. If the list stays incomplete, report it to fal.`,
    ),
    { operation: call.operation, attempts: 2 },
  );
}
