import { pricesUsed } from "../../capacity/totals";
import { textOf } from "../../report/text";
import type { AppFindings, UsageFindings } from "./findings";
import type { AppUsage, UsageResult } from "./result";
import { verdictOf } from "./verdict";

export function jsonOf(findings: UsageFindings): UsageResult {
  const { account, generatedAt, range, apps, totals, missing, otherCost, prices } = findings;
  const { usageRefused, analyticsRefused } = findings;
  return {
    version: 1,
    account,
    generatedAt,
    from: range.from,
    to: range.to,
    verdict: verdictOf(findings).map(textOf).join(""),
    apps: apps.map(appOf),
    totals,
    missing,
    ...(otherCost ? { otherCost } : {}),
    ...(usageRefused === undefined ? {} : { usageRefused }),
    ...(analyticsRefused === undefined ? {} : { analyticsRefused }),
    ...(prices ? { prices: pricesUsed(prices) } : {}),
  };
}

function appOf({ evidence, numbers: { app: _app, ...numbers }, declared, recommendations }: AppFindings): AppUsage {
  return { ...evidence, ...(declared ? { declared } : {}), numbers, recommendations };
}
