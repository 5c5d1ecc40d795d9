import { formatCost, formatMoney } from "../../cost";
import { UsageError } from "../command";
import type { Review } from "./model";

/** What `--fail-on` asks for; `limit` where the gate has one. */
export interface Gate {
  readonly name: string;
  readonly limit?: number;
}

/** A gate that matches, and why. */
export interface Match {
  readonly gate: string;
  readonly why: string;
}

interface Kind {
  readonly doc: string;
  /** What the limit is, for gates that have one. */
  readonly limit?: string;
  readonly needsPrices?: true;
  /** It looks at what stays as it is too. */
  readonly needsWhole?: true;
  /** Why it matches; undefined where it does not. */
  readonly match: (review: Review, limit: number) => string | undefined;
}

export const gates: Readonly<Record<string, Kind>> = {
  destructive: {
    doc: "something is lost, or moves because a default changed",
    match: ({ summary }) => counted(summary.destructive, "destructive change"),
  },
  replaces: { doc: "a resource is replaced", match: ({ summary }) => counted(summary.replaces, "replacement") },
  deletes: { doc: "a resource is deleted", match: ({ summary }) => counted(summary.deletes, "deletion") },
  "warm-runners": {
    limit: "NUMBER",
    doc: "more warm runners after the update",
    needsWhole: true,
    match: ({ summary: { warmRunners } }, limit) =>
      warmRunners.to > limit ? `${warmRunners.to} warm runners after the update, more than ${limit}` : undefined,
  },
  cost: {
    limit: "AMOUNT",
    doc: "a higher cost per hour after the update; of a range its end counts",
    needsPrices: true,
    needsWhole: true,
    match: ({ cost }, limit) =>
      cost && cost.to.max > limit
        ? `${formatCost(cost.to, cost.currency)} after the update, more than ${formatMoney(limit, cost.currency)}/h`
        : undefined,
  },
  "cost-increase": {
    limit: "AMOUNT",
    doc: "a cost per hour that rises by more",
    needsPrices: true,
    match: ({ cost }, limit) => {
      const rise = cost ? Math.round((cost.to.max - cost.from.max) * 1e6) / 1e6 : 0;
      return cost && rise > limit
        ? `up to ${formatMoney(rise, cost.currency)}/h more, above ${formatMoney(limit, cost.currency)}/h`
        : undefined;
    },
  },
  unpriced: {
    doc: "the price of something that runs is not in the file",
    needsPrices: true,
    match: ({ unpriced }) => (unpriced.length > 0 ? `no price for ${unpriced.join(", ")}` : undefined),
  },
  errors: {
    doc: "the preview failed, which is exit code 1 otherwise",
    match: ({ errors }) => counted(errors.length, "error in the preview", "errors in the preview"),
  },
};

/** @throws UsageError */
export function parseGates(texts: readonly string[], hasPrices: boolean): Gate[] {
  return texts
    .flatMap((text) => text.split(","))
    .map((text) => {
      const [name = "", limit, ...more] = text.trim().split("=");
      const kind = Object.hasOwn(gates, name) ? gates[name] : undefined;
      if (kind === undefined || more.length > 0) {
        throw new UsageError(`--fail-on: "${text.trim()}" is not one of ${Object.keys(gates).map(usage).join(", ")}`);
      }
      if (kind.limit === undefined && limit !== undefined) throw new UsageError(`--fail-on: ${name} takes no number`);
      if (kind.limit !== undefined && !/^\d+(\.\d+)?$/.test(limit ?? "")) {
        throw new UsageError(`--fail-on: ${name} needs a number, for example ${name}=20`);
      }
      if (kind.needsPrices && !hasPrices)
        throw new UsageError(`--fail-on: ${name} needs prices: give a file with --prices`);
      return { name, ...(limit === undefined ? {} : { limit: Number(limit) }) };
    });
}

/** Gates that match. Throws where one cannot be answered, because a gate that looks away is none. */
export function matching(wanted: readonly Gate[], review: Review): Match[] {
  return wanted.flatMap(({ name, limit }) => {
    const kind = gates[name];
    if (kind?.needsWhole && review.unshown > 0) {
      throw new Error(
        `--fail-on ${name} looks at the whole stack, and the preview leaves out what stays as it is: make it with \`pulumi preview --json --show-sames\``,
      );
    }
    const why = kind?.match(review, limit ?? 0);
    return why === undefined ? [] : [{ gate: limit === undefined ? name : `${name}=${limit}`, why }];
  });
}

export function usage(name: string): string {
  const limit = gates[name]?.limit;
  return limit === undefined ? name : `${name}=${limit}`;
}

function counted(count: number, one: string, many = `${one}s`): string | undefined {
  return count > 0 ? `${count} ${count === 1 ? one : many}` : undefined;
}
