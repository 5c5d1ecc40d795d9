import { rankOf } from "../../impacts";
import { resourceTypes } from "../../resource-types";
import type { Drifted } from "./result";

/** Whether an object, or what people use of it, is gone. */
export function isLost({ status, properties }: Drifted): boolean {
  return status === "missing" || properties.some(({ cause }) => cause === "revokedElsewhere");
}

/** The order of reports: by impact, then by cost, then by name, in which `app2` comes before `app10`. */
export function byImpact(a: Drifted, b: Drifted): number {
  return (
    rank(a) - rank(b) ||
    sizeOf(b, "idle") - sizeOf(a, "idle") ||
    sizeOf(b, "full") - sizeOf(a, "full") ||
    natural(a.label, b.label) ||
    natural(a.urn, b.urn) ||
    natural(a.stack, b.stack)
  );
}

/** What is lost, then by the notions of impacts; resources of other providers come last. */
function rank(drifted: Drifted): number {
  const lost = isLost(drifted);
  return resourceTypes.has(drifted.type) || lost ? rankOf(drifted, lost) : Number.MAX_SAFE_INTEGER;
}

/** By how much the cost differs; a drop counts like a rise. */
function sizeOf({ cost }: Drifted, load: "idle" | "full"): number {
  const range = load === "idle" ? cost : cost?.full;
  return range ? Math.abs(range.to.max - range.from.max) : 0;
}

const natural = new Intl.Collator("en", { numeric: true }).compare;
