import type { Range } from "./count";

/**
 * The one place that writes money: `$9.50/h`, a range as `$9.50 – $12.00/h`. Where it may be more, only the least:
 * `at least $9.50/h`; where nothing of it has a price, `not known`.
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

/** Two decimals; more only where an amount below one has them, so that no price is printed as nothing. */
export function formatMoney(amount: number, currency: string): string {
  const decimals = amount > 0 && amount < 1 ? 6 : 2;
  const text = new Intl.NumberFormat("en-US", {
    style: "currency",
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: decimals,
  }).format(amount);
  // Codes without a sign of their own are set off by a no-break space.
  return text.replaceAll("\u00A0", " ");
}
