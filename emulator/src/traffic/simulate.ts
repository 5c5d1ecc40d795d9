import { minuteMs } from "./buckets";
import { type RunnerScaling, Runners, type Start } from "./runners";
import { arrivals, type Traffic } from "./traffic";

/** What runners do. `running` (busy) and `idle` (warm) ones are billed. */
export const runnerStates = ["running", "idle", "pending", "draining"] as const;

export type RunnerCounts = Record<(typeof runnerStates)[number], number>;

/** What happened in one minute. The counts are means over the minute. */
export interface Minute extends RunnerCounts {
  /** The start of the minute, in milliseconds since the epoch. */
  time: number;
  /** The largest counts within the minute, each by itself: two peaks need not be of the same moment. */
  peak: RunnerCounts;
  /** Seconds in which as many runners were busy as `max_concurrency` allows. */
  secondsAtLimit: number;
  /** Requests that arrived. */
  requests: number;
  /** Requests that a runner started to work on. */
  starts: Start[];
  /** How many of `starts` waited more than one second for a runner to start. */
  coldStarts: number;
  /** Requests that wait at the end of the minute. */
  queued: number;
  /** Requests that runners work on at the end of the minute. */
  working: number;
}

/**
 * Simulates an app from `from` until `to` (milliseconds since the epoch, whole minutes), without runners at first. The
 * scaling is read at the start of each minute. Within a minute, the simulation goes from event to event.
 */
export function* simulate(
  traffic: Traffic,
  scalingAt: (time: number) => RunnerScaling,
  from: number,
  to: number,
): Generator<Minute, void, void> {
  const runners = new Runners(traffic.startup_seconds);
  for (let time = from; time < to; time += minuteMs) {
    yield simulateMinute(runners, traffic, scalingAt(time), time);
  }
}

function simulateMinute(runners: Runners, traffic: Traffic, scaling: RunnerScaling, time: number): Minute {
  const requests = arrivals(traffic, time / minuteMs);
  const end = time / 1000 + 60;
  const sum: RunnerCounts = { running: 0, idle: 0, pending: 0, draining: 0 };
  const peak: RunnerCounts = { running: 0, idle: 0, pending: 0, draining: 0 };
  const starts: Start[] = [];
  let secondsAtLimit = 0;
  let received = 0;

  for (let now = time / 1000; now < end; ) {
    runners.settle(now, scaling, starts);
    const arriving = requests[received];
    const next = Math.min(end, arriving?.arrival ?? end, runners.nextEvent(scaling));
    const share = (next - now) / 60;
    if (share > 0) {
      const { running, idle, pending, draining } = runners;
      sum.running += running * share;
      sum.idle += idle * share;
      sum.pending += pending * share;
      sum.draining += draining * share;
      if (running > peak.running) peak.running = running;
      if (idle > peak.idle) peak.idle = idle;
      if (pending > peak.pending) peak.pending = pending;
      if (draining > peak.draining) peak.draining = draining;
      if (running > 0 && running >= scaling.max_concurrency) secondsAtLimit += next - now;
    }
    if (arriving && arriving.arrival === next) {
      runners.receive(arriving);
      received++;
    }
    now = next;
  }

  let coldStarts = 0;
  for (const { cold } of starts) if (cold) coldStarts++;
  return {
    time,
    running: sum.running,
    idle: sum.idle,
    pending: sum.pending,
    draining: sum.draining,
    peak,
    secondsAtLimit,
    requests: requests.length,
    starts,
    coldStarts,
    queued: runners.queued,
    working: runners.working,
  };
}
