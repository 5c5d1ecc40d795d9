/** ` Did you mean "review"?`, to append to a sentence; empty if no candidate is close to the misspelled name. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const nearest = suggestName(name, candidates);
  return nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
}

/** The candidates close to a misspelled name, the closest first. */
export function suggestNames(name: string, candidates: readonly string[]): string[] {
  const limit = Math.max(2, Math.floor(name.length / 3));
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .map(({ candidate }) => candidate);
}

/** The candidate closest to a misspelled name, if one is close enough. */
export function suggestName(name: string, candidates: readonly string[]): string | undefined {
  const [nearest] = suggestNames(name, candidates);
  if (nearest !== undefined || name.length < 4) return nearest;
  // A part of exactly one candidate: `H100` of `GPU-H100`.
  const containing = candidates.filter((candidate) => candidate.toLowerCase().includes(name.toLowerCase()));
  return containing.length === 1 ? containing[0] : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
