import { FalServerError, FalTimeoutError } from "../errors";
import { type CallOptions, ListDeadline, type ListOptions } from "./dispatch";
import type { Call } from "./failure";

/** One page of a REST list. `next` is absent on the last one. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** How far a list is followed. What is beyond is no account's list, but a server that counts forever. */
export const listLimits = {
  /** fal may answer a filter with empty pages, and items that move between pages make one that holds nothing new. */
  pagesWithoutNewItems: 50,
  items: 100_000,
  pages: 10_000,
  /** A cursor is sent as part of an address. */
  cursorLength: 4_096,
} as const;

/**
 * All items of a paged list. fal's cursors are page numbers, so what is created or deleted meanwhile can shift items
 * between pages: an item seen twice is returned once, and a missing one proves nothing until it is looked for again.
 * `atMost` ends the reading early, as soon as there are so many. All pages share one deadline.
 *
 * @throws {FalServerError} the list does not end.
 * @throws {FalTimeoutError} the list does not end in time.
 */
export async function collectPages<T>(
  call: Call,
  page: (cursor: string | undefined, options: ListOptions) => Promise<ListPage<T>>,
  identity: (item: T) => string,
  options: CallOptions = {},
  { atMost = Number.POSITIVE_INFINITY, within = new ListDeadline() } = {},
): Promise<T[]> {
  const items = new Map<string, T>();
  const cursors = new Set<string>();
  const about = { operation: call.operation, resource: call.resource, attempts: 1 };
  const target = call.resource === undefined ? "" : ` ${call.resource}`;
  const soFar = () => `${cursors.size} pages with ${items.size} items were read`;
  const endless = (reason: string): never => {
    throw new FalServerError(
      `Could not ${call.action}${target}: fal's list does not end: ${reason} (${soFar()}). Report this to fal.`,
      about,
    );
  };
  let cursor: string | undefined;
  let withoutNew = 0;
  do {
    const { items: found, next } = await page(cursor, { ...options, within }).catch((error: unknown) => {
      if (!(error instanceof FalTimeoutError && within.isOver)) throw error;
      const seconds = Math.round(within.limitMs / 1_000);
      const message = `Could not ${call.action}${target}: fal's list did not end within ${seconds} seconds (${soFar()}).`;
      throw new FalTimeoutError(message, { ...about, history: error.history }, { cause: error });
    });
    const before = items.size;
    for (const item of found) items.set(identity(item), item);
    withoutNew = items.size > before ? 0 : withoutNew + 1;
    if (next !== undefined) {
      if (cursors.has(next)) endless("it named the same next page twice");
      if (next.length > listLimits.cursorLength) endless("its next page has a name that is too long for an address");
      if (withoutNew >= listLimits.pagesWithoutNewItems) endless(`${withoutNew} pages in a row held nothing new`);
      // Who names a limit gets as many.
      if (items.size > listLimits.items && atMost === Number.POSITIVE_INFINITY) {
        endless(`it holds more than ${listLimits.items} items`);
      }
      if (cursors.size >= listLimits.pages) endless(`it has more than ${listLimits.pages} pages`);
      cursors.add(next);
    }
    cursor = next;
  } while (cursor !== undefined && items.size < atMost);
  return [...items.values()].slice(0, atMost);
}
