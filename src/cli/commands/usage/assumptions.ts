import { assumptions as assumed } from "../../../usage/assumptions";
import type { Text } from "../../report/report-model";

/** What fal's document does not guarantee, and how the numbers deal with it. `docs/guides/usage.md` has the formulas. */
export function assumptions({ estimated }: { readonly estimated: boolean }): Text[] {
  return [
    "Peaks are the highest numbers of each hour. The peaks of busy and idle runners of an hour need not be of the same moment.",
    "Means of busy and idle runners are computed from the machine time that was billed, the seconds of work of all requests, and the peaks of each hour. Where these do not determine a number, it is a range that contains it.",
    [
      "An hour counts as at the maximum if as many runners were busy as ",
      { code: "maxConcurrency" },
      " allows now. The upper end of a range counts hours, too, in which runners were starting and the peaks reach the maximum together.",
    ],
    "Waits are the time from submission to the start of the work, in the queue and for the start of a runner. If an app has several routes, they are those of the slowest route.",
    "Cold starts are requests that waited more than a second for a runner to start. The time in parentheses is that of half of these starts.",
    ...(estimated
      ? ["Costs are runners times the price of their machine type. They do not contain discounts of the account."]
      : [
          "Costs are after discounts, as billed: all machine types, prices and surges together. A month has 730 hours.",
        ]),
    ...assumed.map(({ sentence }) => `Assumed: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`),
  ];
}
