import type { AppEvidence, Evidence } from "../../src/usage/evidence";

const hourMs = 3_600_000;

/** A fortnight that ended a day ago, or `daysAgo` days ago. */
export function usage(
  apps: readonly AppEvidence[],
  { daysAgo = 1, days = 14, now = Date.now() }: { daysAgo?: number; days?: number; now?: number } = {},
): Evidence {
  const to = Math.floor((now - daysAgo * 24 * hourMs) / hourMs) * hourMs;
  const iso = (at: number) => new Date(at).toISOString();
  return {
    version: 1,
    account: "acme",
    generatedAt: iso(to),
    from: iso(to - days * 24 * hourMs),
    to: iso(to),
    apps: [...apps],
  };
}

/** Each hour of working days from 8 to 18 has `busy` runners, every other hour one; the fifth day peaks. */
export function working(busy: number, peak: number, days = 14): number[] {
  return Array.from({ length: days * 24 }, (_, index) => {
    const [day, hour] = [Math.floor(index / 24), index % 24];
    if (day % 7 === 4 && hour >= 9 && hour < 15) return peak;
    return day % 7 < 5 && hour >= 8 && hour < 18 ? busy : 1;
  });
}

/** An app of `main` with these busy runners, paid by the hour. */
export function usedApp(
  name: string,
  running: readonly (number | null)[],
  scaling: AppEvidence["scaling"] = {},
  more: Partial<AppEvidence> = {},
): AppEvidence {
  const warm = scaling.minConcurrency ?? 0;
  const idle = running.map((each) => (each === null ? null : Math.max(0, warm - each)));
  const hours = running.length;
  const seconds = running.reduce<number>((sum, each, index) => sum + ((each ?? 0) + (idle[index] ?? 0)) * 3600, 0);
  return {
    app: `main/${name}`,
    scaling,
    peaks: { running: [...running], idle, pending: running.map((each) => (each === null ? null : 0)) },
    requests: {
      count: hours * 40,
      workSeconds: running.reduce<number>((sum, each) => sum + (each ?? 0) * 1800, 0),
      waitP50: 0.4,
      waitP95: 3,
      coldStarts: 20,
      coldStartP50: 30,
    },
    billed: {
      seconds,
      cost: (seconds / 3600) * 3.4,
      currency: "USD",
      prices: [
        { machineType: "GPU-H100", perHour: 3.4, lowest: 3.4, highest: 3.4, currency: "USD", hours: seconds / 3600 },
      ],
    },
    ...more,
  };
}
