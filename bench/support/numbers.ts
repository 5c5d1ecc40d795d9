export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("no median of nothing");
  return (low + high) / 2;
}

/** To so many significant digits: what was measured is not known better. */
export function rounded(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}
