import { costChange, pricesUsed, runnerSummary, unpricedIn } from "../../capacity/totals";
import { evidenceResult } from "../../evidence/result";
import { impactsOf } from "../../impacts";
import { textOf } from "../../report/text";
import { isLost } from "./order";
import { type ReportContext, verdictOf } from "./report";
import type { DriftResult, Findings } from "./result";

export function jsonOf(
  findings: Findings,
  { totals, evidence }: Pick<ReportContext, "totals" | "evidence">,
): DriftResult {
  const { drifted, ...rest } = findings;
  const { capacities, cost, prices } = totals;
  const having = (notion: Parameters<typeof impactsOf>[1]) =>
    drifted.filter((one) => impactsOf(one, notion).length > 0).length;
  const lost = drifted.filter(isLost).length;
  return {
    verdict: verdictOf(findings, { totals, ...(evidence ? { evidence } : {}) })
      .map(textOf)
      .join(""),
    summary: {
      changed: drifted.length - lost,
      lost,
      opens: having("opens"),
      enlarges: having("enlarges"),
      unprotects: having("unprotects"),
      ...runnerSummary(capacities, cost),
    },
    drifted,
    ...rest,
    ...(cost ? { cost: costChange(cost) } : {}),
    ...(prices ? { prices: pricesUsed(prices) } : {}),
    ...(evidence ? { usage: evidenceResult(evidence) } : {}),
    unpriced: unpricedIn(cost),
  };
}
