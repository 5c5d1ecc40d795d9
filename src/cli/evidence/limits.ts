import { formatMoney } from "../../cost";
import type { EvidenceInReport } from "./report";
import { isVague, type ScalingEvidence, shareText } from "./scaling";

/**
 * Which changes exceed a limit by usage, in a sentence; undefined if none does. Evidence that is missing, old or too little
 * counts as exceeded, because it cannot show that a change keeps the limit.
 */
function exceeding(
  { changes }: EvidenceInReport,
  reasonOf: (change: ScalingEvidence) => string | undefined,
): string | undefined {
  const reasons = changes.flatMap((change) => {
    const reason = change.doubt === undefined ? reasonOf(change) : `it is not known, because ${change.doubt}`;
    return reason === undefined ? [] : [`${change.label}: ${reason}`];
  });
  return reasons.length > 0 ? reasons.join("; ") : undefined;
}

/** @param limit in percent of the hours with data */
export function starving(evidence: EvidenceInReport, limit: number): string | undefined {
  return exceeding(evidence, ({ evidence: known }) => {
    const starved = known?.starved;
    if (!starved || isVague(known))
      return "it is not known in how many hours more runners were busy than the new maximum allows";
    // Rounded, so that 6 of 100 hours are not more than 6%.
    return round(starved.share.max * 100) > limit
      ? `more runners were busy than the new maximum allows in ${shareText(starved.share)} of hours, more than ${limit}%`
      : undefined;
  });
}

/** @param limit per hour, in the currency of the usage */
export function wasting(evidence: EvidenceInReport, limit: number): string | undefined {
  return exceeding(evidence, ({ evidence: known }) => {
    const cost = known?.idleCost;
    if (!cost) return "the cost of its idle runners is not known";
    // A change that wastes less must not be stopped because much is wasted.
    if (round(cost.change.max) <= 0) return undefined;
    return round(cost.after.max) > limit
      ? `idle runners would cost up to ${formatMoney(cost.after.max, cost.currency)}/h, more than ${formatMoney(limit, cost.currency)}/h`
      : undefined;
  });
}

function round(number: number): number {
  return Math.round(number * 1e6) / 1e6;
}
