import { z } from "zod";
import { invalid } from "../../state/violations";

const defaultPageSize = 50;

/** The query of a paged list. fal states an upper bound for `limit` on some lists only. */
export const pageQuery = (maximum?: number) => {
  const limit = z.coerce.number().int().min(1);
  return z.object({
    limit: (maximum === undefined ? limit : limit.max(maximum)).default(defaultPageSize),
    cursor: z.string().optional(),
  });
};

/** One page of a list. fal's cursor is the base64 of a page number ("Mg==" is page 2). */
export function page<T>(
  all: readonly T[],
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): { items: T[]; next_cursor: string | null; has_more: boolean } {
  const number = cursor === undefined ? 1 : pageNumber(cursor);
  const items = all.slice((number - 1) * limit, number * limit);
  const has_more = number * limit < all.length;
  return { items, next_cursor: has_more ? Buffer.from(String(number + 1)).toString("base64") : null, has_more };
}

function pageNumber(cursor: string): number {
  const decoded = Buffer.from(cursor, "base64").toString();
  if (!/^[1-9]\d{0,8}$/.test(decoded)) throw invalid("cursor: not a cursor of this list");
  return Number(decoded);
}

/** `name=a&name=b`, `name=a,b` or `name=a`. */
export const listQuery = z
  .union([z.string().transform((each) => [each]), z.array(z.string())])
  .transform((parts) => parts.flatMap((each) => each.split(",")));

export const expandQuery = listQuery.default([]);
