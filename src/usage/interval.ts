/** Contains the true value; both ends are equal if it is known exactly. */
export interface Interval {
  readonly min: number;
  readonly max: number;
}

/** The interval of a value that is known exactly. */
export function exactly(value: number): Interval {
  return { min: value, max: value };
}

/** The interval between two bounds. If the evidence contradicts itself, a lower bound may exceed an upper one. */
export function between(one: number, other: number): Interval {
  return { min: Math.min(one, other), max: Math.max(one, other) };
}

/** What two intervals have in common. If they contradict each other, the gap between them. */
export function common(one: Interval, other: Interval): Interval {
  return between(Math.max(one.min, other.min), Math.min(one.max, other.max));
}

/** Multiplies both ends. The factor is not negative. */
export function times(interval: Interval, factor: number): Interval {
  return { min: interval.min * factor, max: interval.max * factor };
}

/** All differences between a value of `to` and a value of `from`. */
export function difference(from: Interval, to: Interval): Interval {
  return { min: to.min - from.max, max: to.max - from.min };
}

export function plus(one: Interval, other: Interval): Interval {
  return { min: one.min + other.min, max: one.max + other.max };
}

/** The same with the opposite sign. */
export function negated(interval: Interval): Interval {
  return { min: 0 - interval.max, max: 0 - interval.min };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
