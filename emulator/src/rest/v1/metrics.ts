import { type Minute, runnerStates } from "../../traffic";

const bounds = [1, 5, 10, 30, 60, 300, Number.POSITIVE_INFINITY];

/** One sample: labels and a value. */
type Sample = [labels: Record<string, string>, value: number];

/** The last minute of apps in Prometheus' text format. */
export function metricsText(apps: readonly { application: string; machine_type: string; minute: Minute }[]): string {
  const gauge = (name: string, help: string, samplesOf: (app: (typeof apps)[number]) => Sample[]) =>
    [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...apps.flatMap(samplesOf).map((each) => line(name, each))].join(
      "\n",
    );
  return [
    gauge("fal_app_runners", "Number of fal app runners", ({ application, machine_type, minute }) =>
      runnerStates.map((state) => [{ application, machine_type, state }, Math.round(minute[state])]),
    ),
    gauge("fal_app_queue_size", "Current size of the fal app queue", ({ application, minute }) => [
      [{ application }, minute.queued],
    ]),
    gauge("fal_app_concurrent_requests", "Current number of concurrent requests being processed", (app) => [
      [{ application: app.application }, app.minute.working],
    ]),
    // UNCERTAIN: completed requests are those that started; all succeed.
    gauge(
      "fal_app_requests_completed",
      "Number of requests completed in the last minute",
      ({ application, minute }) => [[{ application, method: "POST", status: "200" }, minute.starts.length]],
    ),
    gauge("fal_app_requests_received", "Number of requests received in the last minute", ({ application, minute }) => [
      [{ application, method: "POST" }, minute.requests],
    ]),
    gauge(
      "fal_app_request_latency",
      "Number of requests completed, bucketed by latency in seconds",
      ({ application, minute }) =>
        bounds.map((bound) => [
          { application, le: bound === Number.POSITIVE_INFINITY ? "+Inf" : bound.toFixed(1) },
          minute.starts.filter(({ wait, duration }) => wait + duration <= bound).length,
        ]),
    ),
  ]
    .join("\n")
    .concat("\n");
}

function line(name: string, [labels, value]: Sample): string {
  const text = Object.entries(labels).map(([label, each]) => `${label}=${JSON.stringify(each)}`);
  return `${name}{${text.join(",")}} ${value}`;
}
