// Lists that cannot be true: what is missing in them is not gone.
import { sleep } from "../../sleep";
import { FalServerError } from "../errors";
import type { CallOptions, Dispatcher } from "./dispatch";
import type { Call } from "./failure";
import { share } from "./shared-read";

/** A list that lags or is half filled is often whole a moment later. */
const againAfterMs = 1_000;

/** Something that a complete list holds in any case. */
export interface Sentinel<T> {
  /** For messages: `environment main, which every account has`. */
  readonly name: string;
  is(item: T): boolean;
}

/**
 * One item of a list; undefined where a list that can be true does not hold it. A list without its sentinel is asked for
 * once more.
 *
 * @throws {FalServerError} neither list holds the sentinel, so what they lack is not gone.
 */
export async function findIn<T>(
  call: Call,
  ask: (fresh: boolean) => Promise<readonly T[]>,
  isWanted: (item: T) => boolean,
  sentinel: Sentinel<T>,
  dispatcher: Dispatcher,
  options: CallOptions & { fresh?: boolean | undefined },
): Promise<T | undefined> {
  let list = await ask(options.fresh ?? false);
  if (!list.some(isWanted) && !list.some(sentinel.is)) {
    await dispatcher.wait(
      call,
      share(() => sleep(againAfterMs)),
      options,
    );
    list = await ask(true);
  }
  const found = list.find(isWanted);
  if (found !== undefined || list.some(sentinel.is)) return found;
  throw new FalServerError(
    `Could not ${call.action}: fal's list does not hold ${sentinel.name}, so it is not complete, and what it lacks is not taken for gone. Try again later; if it stays so, report it to fal.`,
    { operation: call.operation, attempts: 2 },
  );
}
