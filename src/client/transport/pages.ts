import { FalServerError } from "../errors";

/** One page of a REST list. `next` is absent on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/**
 * All items of a paged list. fal's cursors are page numbers, so what is created or deleted meanwhile can shift items
 * between pages: an item seen twice is returned once, and a missing one proves nothing until it is looked for again.
 * `atMost` ends the reading early, as soon as there are so many.
 *
 * @throws {FalServerError} fal repeats a cursor, which would go on forever.
 */
export async function collectPages<T>(
  operation: string,
  page: (cursor: string | undefined) => Promise<Page<T>>,
  identity: (item: T) => string,
  atMost = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const items = new Map<string, T>();
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const { items: found, next } = await page(cursor);
    for (const item of found) items.set(identity(item), item);
    if (next !== undefined && seen.has(next)) {
      throw new FalServerError("fal's list does not end: it named the same next page twice. Report this to fal.", {
        operation,
      });
    }
    if (next !== undefined) seen.add(next);
    cursor = next;
  } while (cursor !== undefined && items.size < atMost);
  return [...items.values()].slice(0, atMost);
}
