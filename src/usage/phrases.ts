import { formatMoney } from "../cost/format";
import { formatDuration } from "../duration";
import type { Interval } from "./interval";

/** `more than one runner was busy`, `more than 8 runners were busy`, `a runner was busy`. */
export function moreWereBusy(runners: number): string {
  if (runners <= 0) return "a runner was busy";
  return runners === 1 ? "more than one runner was busy" : `more than ${runners} runners were busy`;
}

/** `more than one runner was busy in 4 of 336 hours`, `never more than one runner was busy in 336 hours`. */
export function hoursWithMore(runners: number, hours: number, all: number): string {
  if (hours > 0) return `${moreWereBusy(runners)} in ${hoursOfAll(hours, all)}`;
  return runners <= 0 ? `no runner was busy in ${all} hours` : `never ${moreWereBusy(runners)} in ${all} hours`;
}

/** `4 of 336 hours`. */
export function hoursOfAll(hours: number, all: number): string {
  return `${hours} of ${all} hours`;
}

/** `6% of hours`. Less than one percent is never 0%, and less than all hours never 100%. */
export function shareOfHours(hours: number, all: number): string {
  return `${percent(hours / all)} of hours`;
}

export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "less than 1%";
  if (share > 0.99 && share < 1) return "more than 99%";
  return `${Math.round(share * 100)}%`;
}

/** `48 s`, `1.5 s`. */
export function seconds(duration: number): string {
  if (duration >= 120) return formatDuration(duration);
  return `${duration < 10 ? Math.round(duration * 10) / 10 : Math.round(duration)} s`;
}

/** `$6.80` if the ends are equal, `about $6.80` if they nearly are, `$5.10 – $6.80`, `up to $6.80`. Both are at least 0. */
export function moneyRange({ min, max }: Interval, currency: string): string {
  const [low, high] = [min, max].map((amount) => formatMoney(cents(amount), currency));
  if (low === high) return `${high}`;
  if (max - min <= max / 10) return `about ${formatMoney(cents((min + max) / 2), currency)}`;
  return cents(min) <= 0 ? `up to ${high}` : `${low} – ${high}`;
}

/** Amounts below a cent keep two digits. */
function cents(amount: number): number {
  return amount >= 0.01 ? Math.round(amount * 100) / 100 : Number(amount.toPrecision(2));
}
