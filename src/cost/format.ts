import type { Range } from "./count";

/**
 * Formats all costs: `$9.50/h`, or a range such as `$9.50 – $12.00/h`. A lower bound is `at least $9.50/h`. If nothing has
 * a price, `not known`.
 */
export function formatCost(cost: Range, currency: string): string {
  const low = formatMoney(cost.min, currency);
  if (cost.open.length > 0) return cost.min === 0 && cost.open.includes("unpriced") ? "not known" : `at least ${low}/h`;
  const high = formatMoney(cost.max, currency);
  return `${low === high ? low : `${low} – ${high}`}/h`;
}

/** A number of runners: `7`, `3 – 7`, `at least 3`. */
export function formatCount({ min, max, open }: Range): string {
  if (open.length > 0) return `at least ${min}`;
  return min === max ? String(min) : `${min} – ${max}`;
}

/** Two decimals. Amounts below one keep more, so that a small price is never shown as 0. */
export function formatMoney(amount: number, currency: string): string {
  const decimals = amount > 0 && amount < 1 ? 6 : 2;
  const text = new Intl.NumberFormat("en-US", {
    style: "currency",
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: decimals,
  }).format(amount);
  // A currency without a symbol gets a no-break space after its code.
  return text.replaceAll("\u00A0", " ");
}
