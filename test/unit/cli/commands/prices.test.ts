import { describe, expect, test } from "vitest";
import { pricesOf } from "../../../../src/cli/commands/prices/table";
import type { UsageRow } from "../../../../src/client";
import { costOfApp, parsePrices } from "../../../../src/cost";
import { cli } from "../../../e2e/support/review";

const range = { from: "2026-10-17T00:00:00.000Z", to: "2026-11-16T00:00:00.000Z" };

function row(machineType: string, hours: number, perHour: number, more: Partial<UsageRow> = {}): UsageRow {
  const cost = hours * perHour;
  return {
    ...{ machineType, unit: "second", quantity: hours * 3_600, unitPrice: perHour / 3_600 },
    ...{ costSubtotal: cost, costDiscount: 0, costTotal: cost, currency: "USD", isSurge: false },
    ...more,
  };
}

describe("a prices file from usage", () => {
  test("the price of a machine type is its cost after discounts by its machine time, over all rows", () => {
    const rows = [
      row("GPU-H100", 30, 2),
      row("GPU-H100", 10, 4, { isSurge: true, app: "sdxl", environment: "staging" }),
      row("GPU-A100", 5, 1.5, { percentDiscount: 20, costDiscount: 1.5, costTotal: 6 }),
      row("S", 3, 0.25),
      row("M", 0, 0.5),
    ];
    expect(pricesOf(rows, range, "acme")).toEqual({
      name: "what acme paid",
      source: "usage of the account, from 2026-10-17 00:00 UTC to 2026-11-16 00:00 UTC",
      date: "2026-11-16",
      currency: "USD",
      note: "Prices per runner and hour, after discounts. Machine types that were not used have no price. GPU-H100 is a mean of prices from 2 to 4.",
      machineTypesPer: "runner",
      machineTypes: { "GPU-A100": 1.2, "GPU-H100": 2.5, S: 0.25 },
    });
  });

  test("a review computes with the file what the account pays, without “at least”", () => {
    const table = parsePrices(JSON.stringify(pricesOf([row("GPU-H100", 10, 2.5)], range, undefined)), "prices.json");
    const scaling = { app: "main/flux", minConcurrency: 3, maxConcurrency: 8, machineTypes: ["GPU-H100"] };
    expect(costOfApp(scaling, table)).toEqual({ min: 7.5, max: 7.5, open: [], unpriced: [] });
    expect(costOfApp({ ...scaling, machineTypes: ["GPU-B200"] }, table).unpriced).toEqual(["GPU-B200"]);
  });

  test.each<[string, UsageRow[], RegExp]>([
    ["no usage", [row("S", 0, 1)], /^fal billed no machine time from 2026-10-17 .* --since 90d\.$/],
    [
      "several currencies",
      [row("S", 1, 1), row("S", 1, 1, { currency: "EUR" })],
      /^fal billed in EUR and USD from .* one currency/,
    ],
    ["usage that is not time", [row("S", 1, 1, { unit: "request" })], /^fal counts usage in request, /],
  ])("there is no prices file from %s", (_what, rows, message) => {
    expect(() => pricesOf(rows, range, "acme")).toThrow(message);
  });
});

test.each([
  [["--since", "100d"], '--since must be a duration from 1h to 90d, for example 14d, not "100d".'],
  [["--out", ""], "--out is empty. Name a file, or omit the option for standard output."],
  [["--out", "/"], "--out: / is a directory. Name a file in it."],
])("`pulumi-fal prices %j` is a mistake on the command line", async (args, message) => {
  const { code, notes } = await cli(["prices", ...args], "/", undefined, { FAL_KEY: "key:secret" });
  expect(code).toBe(2);
  expect(notes[0]).toBe(`pulumi-fal prices: ${message}`);
});
