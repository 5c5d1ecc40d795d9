import { formatBudget } from "../../../cost";
import type { Interval } from "../../../usage/interval";
import { seconds } from "../../../usage/phrases";
import type { AppSummary, Money } from "../../../usage/summarize";
import { labelOf } from "../../capacity/capacity";

// Numbers in the words of the report. Unknown ones are a dash.

const unknown = "–";

/** An app's name in reports, from its id. */
export function nameOf(app: string): string {
  return labelOf({ app }) ?? app;
}

export function runnersText(runners: Interval | null): string {
  return runners === null ? unknown : either(runners, decimal);
}

/** A number with at most two decimals. A small one that is not 0 is not shown as 0. */
export function decimal(value: number): string {
  if (value > 0 && value < 0.005) return "< 0.01";
  return twoDecimals.format(value);
}

const twoDecimals = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

export function moneyText(money: Money | null, of: "range" | "perHour" | "perMonth"): string {
  return money === null ? unknown : amountText(money[of], money.currency);
}

export function amountText(amount: Interval, currency: string): string {
  return either(amount, (each) => formatBudget(rounded(each), currency));
}

/** Cents, unless the amount is less. */
function rounded(amount: number): number {
  return amount < 0.01 ? amount : Math.round(amount * 100) / 100;
}

/** `31 of 336 h (9%)`. */
export function limitText({ atLimit, hours }: Pick<AppSummary, "atLimit" | "hours">): string {
  if (atLimit === null) return unknown;
  if (atLimit.hours.max === 0) return "never";
  return `${either(atLimit.hours, String)} of ${hours} h (${percentText(atLimit.share)})`;
}

export function percentText(share: Interval): string {
  return either(share, percent);
}

function percent(share: number): string {
  if (share > 0 && share < 0.01) return "< 1%";
  return `${share > 0.99 && share < 1 ? 99 : Math.round(share * 100)}%`;
}

export function secondsText(duration: number | null): string {
  return duration === null ? unknown : seconds(duration);
}

export function countText(number: number | null): string {
  return number === null ? unknown : number.toLocaleString("en");
}

function either({ min, max }: Interval, format: (value: number) => string): string {
  const [low, high] = [format(min), format(max)];
  return low === high ? low : `${low} – ${high}`;
}
