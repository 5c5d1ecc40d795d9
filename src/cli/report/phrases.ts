// English for reports: numbers, plurals, lists, and what shares a sentence.

/** `1 app`, `3 apps`. `many` is only needed for irregular plurals. */
export function count(number: number, one: string, many?: string): string {
  return `${number.toLocaleString("en")} ${plural(number, one, many)}`;
}

/** The noun or verb for a number: `plural(2, "is", "are")`. */
export function plural(number: number, one: string, many = `${one}s`): string {
  return number === 1 ? one : many;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[], conjunction = "and"): string {
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} ${conjunction} ${items.at(-1)}`;
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A unit after its number: `1 runner`, `3 runners`, `1 s`. */
export function unitAfter(number: number, unit: string): string {
  return number === 1 ? unit.replace(/^(\w+)s\b/, "$1") : unit;
}

/** A property's value, without quotation marks; objects as `user: acme, decision: allow`. */
export function valueText(value: unknown, unit?: string): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map((item) => valueText(item)).join(", ");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([key, inner]) => `${key}: ${valueText(inner)}`)
      .join(", ");
  }
  return unit !== undefined && typeof value === "number" ? `${value} ${unitAfter(value, unit)}` : String(value);
}

/** A list of at most ten items; the rest is counted. */
export function limited<T>(items: readonly T[], more: (text: string) => T): T[] {
  return items.length <= longestList
    ? [...items]
    : [...items.slice(0, longestList - 1), more(`${items.length - longestList + 1} more`)];
}

const longestList = 10;

/** Groups what has the same key, in the order of their first appearance. */
export function groupedBy<T>(all: readonly T[], keyOf: (item: T) => unknown): [T, ...T[]][] {
  return [...Map.groupBy(all, (item) => JSON.stringify(keyOf(item))).values()] as [T, ...T[]][];
}
