import { z } from "zod";
import { text, time } from "../state/primitives";
import { randomNumbers } from "./random";

const rate = z.number().min(0).max(1_000_000);

/** The requests that an app receives, in a seed and in the state. */
export const traffic = z.strictObject({
  /** The mean: one number, 24 numbers (the hours of a day, UTC), or 168 (the hours of a week from Monday 00:00 UTC). */
  requests_per_hour: z.union([rate, z.array(rate).length(24), z.array(rate).length(168)], {
    error: "must be one number, 24 numbers or 168 numbers",
  }),
  /** How long a runner works on a request, in seconds: the mean. */
  request_seconds: z.number().positive(),
  /** How far durations differ from the mean: 0.5 spreads them evenly from half to one and a half times the mean. Default: 0. */
  request_seconds_spread: z.number().min(0).max(1).optional(),
  /** How long a runner takes to start. */
  startup_seconds: z.number().min(0),
  /** Other random arrivals with the same mean. Default: 0. */
  seed: z.int32().optional(),
  /** When the first requests arrive. Default: 30 days before the traffic is seeded. */
  started_at: time.optional(),
  /** Routes of the app, with their shares of the requests. The other requests have no route. */
  routes: z
    .array(
      z.strictObject({
        path: text.regex(/^[^/\s][^\s]*$/, "without a leading slash"),
        share: z.number().min(0).max(1),
      }),
    )
    .refine((routes) => routes.reduce((sum, { share }) => sum + share, 0) <= 1 + 1e-9, "the shares exceed 1")
    .optional(),
  /** Ranges of time of which fal lost what it recorded. */
  gaps: z.array(z.strictObject({ from: time, to: time })).optional(),
});

export type Traffic = z.infer<typeof traffic>;

export interface Request {
  /** Seconds since the epoch. */
  readonly arrival: number;
  /** Seconds of work. */
  readonly duration: number;
  /** The index of its route, or undefined. */
  readonly route: number | undefined;
}

/** 1970-01-01 was a Thursday. */
const hoursBeforeFirstMonday = 4 * 24;

/**
 * The requests that arrive in a minute, counted from the epoch. They depend only on the traffic and on the minute: the same
 * minute always has the same requests, whatever happened before.
 */
export function arrivals(traffic: Traffic, minute: number): Request[] {
  const perMinute = hourlyRate(traffic, Math.floor(minute / 60)) / 60;
  const requests: Request[] = [];
  if (perMinute === 0) return requests;
  const random = randomNumbers(traffic.seed ?? 0, minute);
  const { request_seconds: mean, request_seconds_spread: spread = 0, routes = [] } = traffic;
  // The time between independent arrivals is distributed exponentially.
  const gap = () => (-Math.log(1 - random()) * 60) / perMinute;
  for (let second = gap(); second < 60; second += gap()) {
    const duration = spread === 0 ? mean : mean * (1 + spread * (2 * random() - 1));
    const route = routes.length === 0 ? undefined : pickRoute(routes, random());
    requests.push({ arrival: minute * 60 + second, duration, route });
  }
  return requests;
}

function hourlyRate({ requests_per_hour: rates }: Traffic, hour: number): number {
  if (typeof rates === "number") return rates;
  return rates[(hour - hoursBeforeFirstMonday + 168) % rates.length] ?? 0;
}

function pickRoute(routes: NonNullable<Traffic["routes"]>, random: number): number | undefined {
  let sum = 0;
  for (const [index, { share }] of routes.entries()) {
    sum += share;
    if (random < sum) return index;
  }
  return undefined;
}
