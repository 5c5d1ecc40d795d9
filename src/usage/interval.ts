import type { Interval } from "./evidence";

/** The interval of a value that is known exactly. */
export function exactly(value: number): Interval {
  return { min: value, max: value };
}

/** The interval between two bounds. If the evidence contradicts itself, a lower bound may exceed an upper one. */
export function between(one: number, other: number): Interval {
  return { min: Math.min(one, other), max: Math.max(one, other) };
}

/** Multiplies both ends. The factor is not negative. */
export function times(interval: Interval, factor: number): Interval {
  return { min: interval.min * factor, max: interval.max * factor };
}

/** All differences between a value of `to` and a value of `from`. */
export function difference(from: Interval, to: Interval): Interval {
  return { min: to.min - from.max, max: to.max - from.min };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
