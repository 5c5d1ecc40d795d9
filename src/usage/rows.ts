import type { AppEvidence, MachinePrice, UsageScaling } from "./evidence";
import { sum } from "./interval";

/** A bucket of fal's history of runners, of one hour and with `aggregation=max`. */
export interface HistoryRow {
  readonly timestamp: string;
  readonly running: number;
  readonly idle: number;
  readonly pending: number;
}

/** fal's analytics of one endpoint over the whole range. */
export interface AnalyticsRow {
  readonly requestCount?: number | undefined;
  readonly totalBillableDuration?: number | undefined;
  readonly p50PrepareDuration?: number | undefined;
  readonly p95PrepareDuration?: number | undefined;
  readonly coldBootCount?: number | undefined;
  readonly p50ColdBootDuration?: number | undefined;
}

/** fal's usage of one app on one machine type at one price, over the whole range. */
export interface UsageRow {
  readonly machineType: string;
  readonly unit: string;
  readonly quantity: number;
  readonly costTotal: number;
  readonly currency: string;
}

/** What fal returned about one app. Undefined: nothing, for example because the key may not read it. */
export interface AppRows {
  /** `environment/name`. */
  readonly app: string;
  readonly scaling: UsageScaling;
  readonly history: readonly HistoryRow[] | undefined;
  /** The rows of the app and of its routes. */
  readonly analytics: readonly AnalyticsRow[] | undefined;
  /** All rows of the app: machine types, prices, discounts, surges. */
  readonly usage: readonly UsageRow[] | undefined;
}

/** Whole hours, in ISO 8601. */
export interface HourRange {
  readonly from: string;
  readonly to: string;
}

export const secondsPerHour = 3600;
export const hourMs = secondsPerHour * 1000;

export function hoursOf({ from, to }: HourRange): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / hourMs));
}

/** Combines fal's rows into the evidence of one app. */
export function appEvidence(range: HourRange, rows: AppRows): AppEvidence {
  return {
    app: rows.app,
    scaling: rows.scaling,
    peaks: peaksOf(range, rows.history ?? []),
    requests: requestsOf(rows.analytics ?? []),
    billed: billedOf(rows.usage),
  };
}

/** Puts each bucket at its hour. If fal returns two of one hour, the larger numbers count. */
function peaksOf(range: HourRange, history: readonly HistoryRow[]): AppEvidence["peaks"] {
  const hours = hoursOf(range);
  const unknown = () => Array.from({ length: hours }, (): number | null => null);
  const peaks = { running: unknown(), idle: unknown(), pending: unknown() };
  const start = Date.parse(range.from);
  for (const row of history) {
    const hour = Math.floor((Date.parse(row.timestamp) - start) / hourMs);
    if (!(hour >= 0 && hour < hours)) continue;
    peaks.running[hour] = Math.max(peaks.running[hour] ?? 0, row.running);
    peaks.idle[hour] = Math.max(peaks.idle[hour] ?? 0, row.idle);
    peaks.pending[hour] = Math.max(peaks.pending[hour] ?? 0, row.pending);
  }
  return peaks;
}

/** Counts of routes add up. Percentiles do not, so the slowest route counts: no route is slower. */
function requestsOf(rows: readonly AnalyticsRow[]): AppEvidence["requests"] {
  if (rows.length === 0) return null;
  return {
    count: total(rows, (row) => row.requestCount),
    workSeconds: total(rows, (row) => row.totalBillableDuration),
    waitP50: slowest(rows, (row) => row.p50PrepareDuration),
    waitP95: slowest(rows, (row) => row.p95PrepareDuration),
    coldStarts: total(rows, (row) => row.coldBootCount),
    coldStartP50: slowest(rows, (row) => row.p50ColdBootDuration),
  };
}

/** Null if a row has no such metric: a sum without it would be too small. */
function total(rows: readonly AnalyticsRow[], metric: (row: AnalyticsRow) => number | undefined): number | null {
  const values = rows.map(metric);
  return values.includes(undefined) ? null : sum(values.map((value) => value ?? 0));
}

function slowest(rows: readonly AnalyticsRow[], metric: (row: AnalyticsRow) => number | undefined): number | null {
  const values = rows.flatMap((row) => metric(row) ?? []);
  return values.length === 0 ? null : Math.max(...values);
}

const secondsPerUnit: ReadonlyMap<string, number> = new Map([
  ["second", 1],
  ["seconds", 1],
  ["minute", 60],
  ["minutes", 60],
  ["hour", secondsPerHour],
  ["hours", secondsPerHour],
]);

/** Adds all rows. Null without permission, and for amounts that do not add up: several currencies, or no time. */
export function billedOf(rows: readonly UsageRow[] | undefined): AppEvidence["billed"] {
  if (rows === undefined) return null;
  const currencies = new Set(rows.map((row) => row.currency));
  if (currencies.size > 1 || rows.some((row) => !secondsPerUnit.has(row.unit))) return null;
  const currency = rows[0]?.currency ?? "USD";
  return {
    seconds: sum(rows.map(secondsOf)),
    cost: sum(rows.map((row) => row.costTotal)),
    currency,
    prices: [...Map.groupBy(rows, (row) => row.machineType)].flatMap(([machineType, ofType]) =>
      priceOf(machineType, currency, ofType),
    ),
  };
}

function priceOf(machineType: string, currency: string, all: readonly UsageRow[]): MachinePrice[] {
  const rows = all.filter((row) => row.quantity > 0);
  if (rows.length === 0) return [];
  const hours = sum(rows.map(secondsOf)) / secondsPerHour;
  const perHour = rows.map((row) => row.costTotal / (secondsOf(row) / secondsPerHour));
  return [
    {
      machineType,
      perHour: sum(rows.map((row) => row.costTotal)) / hours,
      lowest: Math.min(...perHour),
      highest: Math.max(...perHour),
      currency,
      hours,
    },
  ];
}

function secondsOf({ unit, quantity }: UsageRow): number {
  return quantity * (secondsPerUnit.get(unit) ?? 0);
}
