import { formatCost, formatMoney, type Range } from "../../../cost";
import type { Notion } from "../../../resources/description";
import type { Review } from "../../changes/model";
import { starving, wasting } from "../../evidence/limits";
import { impactClauses } from "../../impacts";
import { count } from "../../report/phrases";
import { type GateName, gates, type SelectedGate } from "./gates";
import type { FailedGate } from "./result";

/** The gates that match. @throws if the preview does not contain what a gate needs */
export function failedGatesOf(wanted: readonly SelectedGate[], review: Review): FailedGate[] {
  return wanted.flatMap(({ name, limit }) => {
    if ("needsWhole" in gates[name] && review.omitted > 0) {
      throw new Error(
        `--fail-on ${name} needs the whole stack, but the preview omits unchanged resources. Create it with \`pulumi preview --json --show-sames\`.`,
      );
    }
    const reason = reasons[name](review, limit ?? 0);
    return reason === undefined ? [] : [{ gate: limit === undefined ? name : `${name}=${limit}`, reason }];
  });
}

/** Why each gate matches; undefined if it does not. */
const reasons: Readonly<Record<GateName, (review: Review, limit: number) => string | undefined>> = {
  destructive: ({ summary }) => some(summary.destructive, "destructive change"),
  opens: (review) => joined(review, "opens"),
  unprotects: (review) => joined(review, "unprotects"),
  replaces: ({ summary }) => some(summary.replaces, "replacement"),
  deletes: ({ summary }) => some(summary.deletes, "deletion"),
  "warm-runners": ({ summary: { warmRunners } }, limit) =>
    warmRunners.to > limit ? `${warmRunners.to} warm runners after the update, more than ${limit}` : undefined,
  "max-runners": ({ summary: { maxRunners } }, limit) =>
    maxRunners.to > limit
      ? `up to ${maxRunners.to.toLocaleString("en")} runners after the update, more than ${limit}`
      : undefined,
  cost: ({ cost }, limit) => cost && tooMuch(cost.to, cost.currency, "after the update", limit),
  "max-cost": ({ cost }, limit) =>
    cost && tooMuch(cost.full.to, cost.currency, "after the update if each app runs its maximum", limit),
  "cost-increase": ({ cost }, limit) => {
    // Rounded to millionths, like costs.
    const rise = cost ? Math.round((cost.to.max - cost.from.max) * 1e6) / 1e6 : 0;
    return cost && rise > limit
      ? `${formatMoney(rise, cost.currency)}/h more, above ${formatMoney(limit, cost.currency)}/h`
      : undefined;
  },
  starves: ({ evidence }, limit) => evidence && starving(evidence, limit),
  wastes: ({ evidence }, limit) => evidence && wasting(evidence, limit),
  unpriced: ({ unpriced }) => (unpriced.length > 0 ? `no price for ${unpriced.join(", ")}` : undefined),
  errors: ({ errors }) => (errors.length > 0 ? "the preview failed" : undefined),
};

function tooMuch(cost: Range, currency: string, when: string, limit: number): string | undefined {
  if (cost.max <= limit) return undefined;
  return `${formatCost(cost, currency)} ${when}${upTo(cost, currency)}, more than ${formatMoney(limit, currency)}/h`;
}

function joined({ changes }: Review, notion: Notion): string | undefined {
  const clauses = impactClauses(changes, notion);
  return clauses.length > 0 ? clauses.join(", ") : undefined;
}

/** The upper bound, which the gate compares, if the text of the cost contains only the lower bound. */
function upTo({ min, max, open }: Range, currency: string): string {
  return open.length > 0 && max > min ? `, ${formatMoney(max, currency)}/h at the upper end of its range` : "";
}

function some(number: number, noun: string): string | undefined {
  return number > 0 ? count(number, noun) : undefined;
}
