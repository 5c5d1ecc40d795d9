import { FalServerError, FalTimeoutError } from "../errors";
import { type CallOptions, ListDeadline, type ListOptions } from "./dispatch";
import type { Call } from "./failure";
import { couldNot } from "./values";

/** One page of a REST list. `next` is absent on the last one. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** Limits far above the lists of any account, to detect lists that never end. */
export const listLimits = {
  /** fal may return empty pages for a filter, and items that move between pages can make a page without new ones. */
  pagesWithoutNewItems: 50,
  items: 100_000,
  pages: 10_000,
  /** A cursor is sent in a URL. */
  cursorLength: 4_096,
} as const;

/**
 * All items of a paged list. fal's cursors are page numbers, so creates and deletes during the read can shift items
 * between pages: duplicates are removed, and a missing item is no proof that it was deleted. Stops after `atMost` items.
 * All pages share one deadline.
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
  const soFar = () => `${cursors.size} pages with ${items.size} items were read`;
  const endless = (reason: string): never => {
    throw new FalServerError(
      couldNot(call, `fal's list does not end: ${reason} (${soFar()}). Report this to fal.`),
      about,
    );
  };
  let cursor: string | undefined;
  let withoutNew = 0;
  do {
    const { items: found, next } = await page(cursor, { ...options, within }).catch((error: unknown) => {
      if (!(error instanceof FalTimeoutError && within.isOver)) throw error;
      const seconds = Math.round(within.limitMs / 1_000);
      const message = couldNot(call, `fal's list did not end within ${seconds} seconds (${soFar()}).`);
      throw new FalTimeoutError(message, { ...about, history: error.history }, { cause: error });
    });
    const before = items.size;
    for (const item of found) items.set(identity(item), item);
    withoutNew = items.size > before ? 0 : withoutNew + 1;
    if (next !== undefined) {
      if (cursors.has(next)) endless("it returned the same next page twice");
      if (next.length > listLimits.cursorLength) endless("the name of its next page is too long for a URL");
      if (withoutNew >= listLimits.pagesWithoutNewItems) endless(`${withoutNew} pages in a row contained nothing new`);
      // An explicit limit may be higher.
      if (items.size > listLimits.items && atMost === Number.POSITIVE_INFINITY) {
        endless(`it contains more than ${listLimits.items} items`);
      }
      if (cursors.size >= listLimits.pages) endless(`it has more than ${listLimits.pages} pages`);
      cursors.add(next);
    }
    cursor = next;
  } while (cursor !== undefined && items.size < atMost);
  return [...items.values()].slice(0, atMost);
}
