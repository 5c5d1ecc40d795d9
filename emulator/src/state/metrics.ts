import type { Start } from "../traffic";
import { percentile, round, sorted, sum } from "./usage";

/** Every metric of `GET /serverless/analytics`, of requests that started. All of them succeed. */
const counts: Record<string, (starts: readonly Start[]) => number> = {
  request_count: (starts) => starts.length,
  success_count: (starts) => starts.length,
  user_error_count: () => 0,
  error_count: () => 0,
  startup_error_count: () => 0,
  connection_error_count: () => 0,
  timeout_error_count: () => 0,
  runtime_error_count: () => 0,
  cold_boot_count: (starts) => starts.filter(({ cold }) => cold).length,
  total_billable_duration: (starts) => round(sum(starts, ({ duration }) => duration)),
};

const durations: Record<string, { percents: number[]; values: (starts: readonly Start[]) => number[] }> = {
  prepare_duration: { percents: [50, 75, 90, 95, 99], values: (starts) => starts.map(({ wait }) => wait) },
  duration: { percents: [25, 50, 75, 90, 95, 99], values: (starts) => starts.map(({ duration }) => duration) },
  cold_boot_duration: {
    percents: [50, 75, 90],
    values: (starts) => starts.filter(({ cold }) => cold).map(({ wait }) => wait),
  },
};

/** The requested metrics. A percentile of no values is omitted. */
export function metricsOf(starts: readonly Start[], names: ReadonlySet<string>): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const [name, count] of Object.entries(counts)) if (names.has(name)) metrics[name] = count(starts);
  for (const [name, { percents, values }] of Object.entries(durations)) {
    const asked = percents.filter((percent) => names.has(`p${percent}_${name}`));
    if (asked.length === 0) continue;
    const all = sorted(values(starts));
    if (all.length > 0) for (const percent of asked) metrics[`p${percent}_${name}`] = percentile(all, percent);
  }
  return metrics;
}
