import type { UsageRead } from "../../src/cli/commands/usage/read";
import type { AppEvidence, UsageScaling } from "../../src/usage/evidence";
import { appEvidence } from "../../src/usage/rows";

/** Two weeks from a Monday. */
export const usageRange = { from: "2026-11-02T00:00:00.000Z", to: "2026-11-16T00:00:00.000Z" };
const hours = 14 * 24;

interface Sample {
  readonly app: string;
  readonly scaling: UsageScaling;
  /** Busy runners by hour of the day, on workdays. */
  readonly busy: (hour: number) => number;
  readonly perHour: number;
  readonly machineType?: string;
  readonly waitP95?: number;
  /** The first hours, for which fal has no data. */
  readonly gap?: number;
  /** fal may have returned no costs. */
  readonly unbilled?: boolean;
}

/** An app whose busy runners work all the time, while the others up to the minimum are idle. */
function sampleApp(sample: Sample): AppEvidence {
  const { app, scaling, busy, perHour, machineType = "GPU-H100", waitP95 = 1.2, gap = 0, unbilled = false } = sample;
  const { minConcurrency = 0, maxConcurrency = 1 } = scaling;
  const history = Array.from({ length: hours }, (_, hour) => {
    const running = Math.floor(hour / 24) % 7 < 5 ? busy(hour % 24) : 0;
    return {
      timestamp: new Date(Date.parse(usageRange.from) + hour * 3_600_000).toISOString(),
      running,
      idle: Math.max(0, minConcurrency - running),
      pending: running >= maxConcurrency ? 1 : 0,
      draining: 0,
    };
  });
  const busyHours = history.reduce((sum, { running }) => sum + running, 0);
  const runnerHours = busyHours + history.reduce((sum, { idle }) => sum + idle, 0);
  return appEvidence(usageRange, {
    app,
    scaling,
    history: history.slice(gap),
    analytics: [
      {
        requestCount: busyHours * 60,
        totalBillableDuration: busyHours * 3_600,
        coldBootCount: busyHours > 0 ? 12 : 0,
        // Without requests, there is nothing to measure.
        ...(busyHours > 0 ? { p50PrepareDuration: 0.4, p95PrepareDuration: waitP95, p50ColdBootDuration: 41 } : {}),
      },
    ],
    usage: unbilled
      ? undefined
      : [
          {
            machineType,
            unit: "second",
            quantity: runnerHours * 3_600,
            costTotal: runnerHours * perHour,
            currency: "USD",
          },
        ],
  });
}

const office = (most: number) => (hour: number) => (hour < 8 ? 0 : hour < 18 ? most : 1);

/** An app with too many warm runners, one at its maximum in office hours, one without traffic. */
export function sampleRead({ unbilled = false, gap = 0 } = {}): UsageRead {
  const apps = [
    sampleApp({
      app: "staging/unused",
      scaling: { minConcurrency: 0, maxConcurrency: 2, maxMultiplexing: 1, keepAlive: 60, machineTypes: ["M"] },
      busy: () => 0,
      perHour: 0.2,
      unbilled,
    }),
    sampleApp({
      app: "main/llm",
      scaling: { minConcurrency: 1, maxConcurrency: 4, maxMultiplexing: 1, keepAlive: 60, machineTypes: ["GPU-A100"] },
      busy: office(4),
      perHour: 1.2,
      machineType: "GPU-A100",
      waitP95: 48,
      unbilled,
    }),
    sampleApp({
      app: "main/image-gen",
      scaling: { minConcurrency: 3, maxConcurrency: 8, maxMultiplexing: 1, keepAlive: 300, machineTypes: ["GPU-H100"] },
      busy: office(2),
      perHour: 2.5,
      unbilled,
      gap,
    }),
  ];
  const refused = "Could not read the account's usage: fal refused this key (403). Use a key with ADMIN scope.";
  return {
    account: "acme",
    range: usageRange,
    apps,
    complete: true,
    missing: [],
    otherUsage: unbilled ? undefined : [],
    usageRefused: unbilled ? refused : undefined,
    analyticsRefused: undefined,
  };
}
