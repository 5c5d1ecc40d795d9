import type { UsageRow } from "../../../client";
import { billedOf, type HourRange } from "../../../usage/rows";
import { list } from "../../report/phrases";
import { timeText } from "../../usage/range";
import type { PricesResult } from "./result";

/** Machine types whose rows differ by more than this factor are mentioned in the note. */
const noticeable = 1.01;

/**
 * The prices file of an account. UNCERTAIN: fal documents that a row counts machine-seconds, but not whether a runner
 * with several GPUs counts once, and whether its price is then that of all GPUs. The file has prices per runner, because
 * fal has no number of GPUs.
 *
 * @throws {Error} if there are no prices, or they do not belong into one file
 */
export function pricesOf(rows: readonly UsageRow[], range: HourRange, account: string | undefined): PricesResult {
  const used = rows.filter(({ quantity }) => quantity > 0);
  const when = `from ${timeText(range.from)} to ${timeText(range.to)}`;
  const [currency, ...others] = [...new Set(used.map((row) => row.currency))].sort();
  if (currency === undefined) {
    throw new Error(
      `fal billed no machine time ${when}, so there are no prices. Look further back with --since, for example --since 90d.`,
    );
  }
  if (others.length > 0) {
    throw new Error(
      `fal billed in ${list([currency, ...others])} ${when}, and a prices file has one currency. Choose a range with one currency with --since.`,
    );
  }
  const billed = billedOf(used);
  if (billed === null) {
    const units = [...new Set(used.map(({ unit }) => unit))].sort();
    throw new Error(`fal counts usage in ${list(units)}, and prices per hour need a unit of time. Report this.`);
  }
  const prices = billed.prices.toSorted((a, b) => (a.machineType < b.machineType ? -1 : 1));
  const varying = prices.filter(({ lowest, highest }) => highest > lowest * noticeable);
  return {
    name: `what ${account ?? "the account"} paid`,
    source: `usage of the account, ${when}`,
    date: range.to.slice(0, 10),
    currency,
    note: [
      "Prices per runner and hour, after discounts. Machine types that were not used have no price.",
      ...varying.map(
        ({ machineType, lowest, highest }) =>
          `${machineType} is a mean of prices from ${amount(lowest)} to ${amount(highest)}.`,
      ),
    ].join(" "),
    machineTypesPer: "runner",
    machineTypes: Object.fromEntries(prices.map(({ machineType, perHour }) => [machineType, amount(perHour)])),
  };
}

/** Six decimals: a price of a second has no more. */
function amount(perHour: number): number {
  return Math.round(perHour * 1e6) / 1e6;
}
