import { type OpenReason, type Range, range } from "./count";

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
  const text = moneyFormat(currency, amount > 0 && amount < 1 ? 6 : 2).format(amount);
  // A currency without a symbol gets a no-break space after its code.
  return text.replaceAll("\u00A0", " ");
}

/** By currency and decimals: creating one takes longer than using it a hundred times. */
const moneyFormats = new Map<string, Intl.NumberFormat>();

function moneyFormat(currency: string, decimals: number): Intl.NumberFormat {
  const key = `${currency} ${decimals}`;
  let format = moneyFormats.get(key);
  if (format === undefined) {
    const digits = { minimumFractionDigits: 2, maximumFractionDigits: decimals };
    format = new Intl.NumberFormat("en-US", { style: "currency", currency, ...digits });
    moneyFormats.set(key, format);
  }
  return format;
}

/** How budgets count: a month has 730 hours. */
export const hoursPerMonth = 730;

/** The cost per month: `$4,380`, `at least $4,380`. */
export function formatMonthly(cost: Range, currency: string): string {
  const month = range(cost.min * hoursPerMonth, cost.max * hoursPerMonth, cost.open);
  const low = formatBudget(month.min, currency);
  if (month.open.length > 0)
    return month.min === 0 && month.open.includes("unpriced") ? "not known" : `at least ${low}`;
  const high = formatBudget(month.max, currency);
  return low === high ? low : `${low} – ${high}`;
}

/** Why a difference of two costs means nothing: one of them lacks what the other may have. */
const incomparable: readonly OpenReason[] = ["unpriced", "runners", "unmanaged", "maximum"];

/**
 * `+$8.00/h, +133%, +$5,840/month`. Undefined where nothing changes, or where a part is unknown before or after. The
 * percentage is that of the upper bounds, and left out where nothing was paid before.
 */
export function formatDifference(from: Range, to: Range, currency: string): string | undefined {
  const difference = differenceOf(from, to);
  const hourly = formatHourlyDifference(from, to, currency);
  if (difference === undefined || hourly === undefined) return undefined;
  const percent = from.max === 0 ? [] : [signed(difference.high / from.max, (part) => `${Math.round(part * 100)}%`)];
  const monthly = either(difference, (amount) =>
    signed(amount * hoursPerMonth, (each) => formatBudget(each, currency)),
  );
  return [hourly, ...percent, `${monthly}/month`].join(", ");
}

/** The first part: `+$8.00/h`. */
export function formatHourlyDifference(from: Range, to: Range, currency: string): string | undefined {
  const difference = differenceOf(from, to);
  if (difference === undefined) return undefined;
  const least = from.open.length + to.open.length > 0 ? "at least " : "";
  return `${least}${either(difference, (amount) => signed(amount, (each) => formatMoney(each, currency)))}/h`;
}

interface Difference {
  readonly low: number;
  readonly high: number;
}

function differenceOf(from: Range, to: Range): Difference | undefined {
  if ([...from.open, ...to.open].some((reason) => incomparable.includes(reason))) return undefined;
  const [low, high] = [to.min - from.min, to.max - from.max];
  return isZero(low) && isZero(high) ? undefined : { low, high };
}

function either({ low, high }: Difference, format: (amount: number) => string): string {
  return format(low) === format(high) ? format(high) : `${format(low)} – ${format(high)}`;
}

function signed(amount: number, format: (amount: number) => string): string {
  return `${amount < 0 ? "−" : "+"}${format(Math.abs(amount))}`;
}

function isZero(amount: number): boolean {
  return Math.abs(amount) < 1e-6;
}

/** An amount of a longer time: without decimals from a hundred on, because nobody budgets cents. */
export function formatBudget(amount: number, currency: string): string {
  return amount < 100 ? formatMoney(amount, currency) : formatMoney(Math.round(amount), currency).replace(/\.00\b/, "");
}
