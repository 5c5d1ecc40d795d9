/**
 * Parts of a table that is too long for every run. Each part contains every feature that some row has, so a part alone
 * proves something about all of them, and all parts together contain every row. Always the same for the same rows.
 */
export function partsOf<T>(rows: readonly T[], featuresOf: (row: T) => readonly string[], count: number): T[][] {
  const features = new Set(rows.flatMap(featuresOf));
  const unused = new Set(rows);
  const parts: T[][] = [];
  for (let part = 0; part < count; part += 1) {
    const chosen = new Set<T>();
    const missing = new Set(features);
    const gain = (row: T) => featuresOf(row).filter((feature) => missing.has(feature)).length;
    const best = (from: readonly T[]) =>
      from.reduce<T | undefined>((a, b) => (a && gain(a) >= gain(b) ? a : b), undefined);
    const choose = (row: T) => {
      chosen.add(row);
      unused.delete(row);
      for (const feature of featuresOf(row)) missing.delete(feature);
    };
    while (missing.size > 0) {
      // A row that no earlier part has comes first. Otherwise start at another place each time, so that rows alternate.
      const fresh = best([...unused].filter((row) => gain(row) > 0));
      const start = Math.floor((part * rows.length) / count);
      const again = () => best([...rows.slice(start), ...rows.slice(0, start)]);
      choose(fresh ?? (again() as T));
    }
    for (const row of [...unused].slice(0, Math.ceil(unused.size / (count - part)))) {
      if (part === count - 1 || chosen.size < Math.ceil(rows.length / count)) choose(row);
    }
    parts.push(rows.filter((row) => chosen.has(row)));
  }
  return parts;
}

/** What `npm test -- --sample` sets: the number of a part, or `all`. The parts take turns by date where it is not set. */
const SAMPLE_VARIABLE = "PULUMI_FAL_TEST_SAMPLE";

export interface Sample<T> {
  readonly rows: readonly T[];
  /** For the report of a run. */
  readonly title: string;
}

export function sampleOf<T>(
  parts: readonly (readonly T[])[],
  all: readonly T[],
  env: NodeJS.ProcessEnv = process.env,
  now = Date.now(),
): Sample<T> {
  const chosen = env[SAMPLE_VARIABLE];
  if (chosen === "all") return { rows: all, title: `all ${all.length} rows` };
  const number = chosen === undefined ? Math.floor(now / 86_400_000) : Number(chosen);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new Error(`${SAMPLE_VARIABLE}: "${chosen}" is not a number or "all".`);
  const index = number % parts.length;
  const rows = parts[index] ?? [];
  return { rows, title: `sample ${index} (0 to ${parts.length - 1}), ${rows.length} of ${all.length} rows` };
}

/** One of `count` shares of rows that have nothing in common. */
export function shareOf<T>(rows: readonly T[], count: number = rows.length, env = process.env): Sample<T> {
  const shares = Array.from({ length: count }, (_, share) => rows.filter((_row, index) => index % count === share));
  return sampleOf(shares, rows, env);
}
