import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AppScaling,
  compareInstances,
  compareMachines,
  costOfApp,
  costOfInstance,
  formatCost,
  formatCount,
  formatMoney,
  type Prices,
  sumCosts,
  unknownMachineType,
  warmRunners,
} from "../../../src/cost";

const prices: Prices = {
  name: "test",
  source: "test",
  date: "2026-01-01",
  currency: "USD",
  machineTypes: { XS: 0.05, "GPU-H100": 2.1, "GPU-H200": 4 },
  machineTypesPer: "gpu",
  instanceTypes: { gpu_8x_h100_sxm5: 16 },
  gpusPerRunner: { "main/two": 2 },
};
const app = (scaling: Partial<AppScaling>): AppScaling => ({ app: "main/one", minConcurrency: 0, ...scaling });

describe("warm runners", () => {
  test.each<[Partial<AppScaling>, number, string[]]>([
    [{ minConcurrency: 3, concurrencyBuffer: 2 }, 3, []],
    [{ minConcurrency: 1, concurrencyBuffer: 2 }, 2, []],
    [{ minConcurrency: undefined, concurrencyBuffer: 2 }, 2, []],
    [{ minConcurrency: 1, concurrencyBufferPerc: 50 }, 1, ["load"]],
    [{ minConcurrency: 1, concurrencyBufferPerc: 0 }, 1, []],
    [{ minConcurrency: 2, concurrencyBufferPerc: 50, maxConcurrency: 2 }, 2, []],
    [{ concurrencyBuffer: 5, maxConcurrency: 2 }, 2, []],
    [{ minConcurrency: undefined }, 0, ["runners"]],
  ])("the number of warm runners of the scaling %j is %d", (scaling, count, open) => {
    expect(warmRunners(app(scaling))).toEqual({ min: count, max: count, open });
  });
});

describe("cost", () => {
  test("the cost of an app is its warm runners times the price of their machine type, without rounding errors", () => {
    const cost = costOfApp({ ...app({ minConcurrency: 3, machineTypes: ["GPU-H100"] }) }, prices);
    expect(cost).toEqual({ min: 6.3, max: 6.3, open: ["gpusPerRunner"], unpriced: [] });
  });

  test("the cost of an app counts every GPU of a runner", () => {
    const scaling = { app: "main/two", minConcurrency: 1, machineTypes: ["GPU-H100"] };
    expect(costOfApp(scaling, prices)).toEqual({ min: 4.2, max: 4.2, open: [], unpriced: [] });
    // The number of GPUs does not matter for a machine type without GPUs.
    expect(costOfApp({ ...scaling, machineTypes: ["XS"] }, prices)).toMatchObject({ min: 0.05, max: 0.05 });
  });

  test("a price per runner is the whole price of a runner, however many GPUs it has", () => {
    const perRunner: Prices = { ...prices, machineTypesPer: "runner", gpusPerRunner: {} };
    const cost = costOfApp(app({ minConcurrency: 3, machineTypes: ["GPU-H100"] }), perRunner);
    expect(cost).toEqual({ min: 6.3, max: 6.3, open: [], unpriced: [] });
  });

  test("the cost of an app is a range from its cheapest to its most expensive machine type", () => {
    const cost = costOfApp(app({ minConcurrency: 2, machineTypes: ["GPU-H200", "XS"] }), prices);
    expect(cost).toMatchObject({ min: 0.1, max: 8, unpriced: [] });
  });

  test("the cost of an app starts at 0 and names the machine type if one has no price", () => {
    const cost = costOfApp(app({ minConcurrency: 2, machineTypes: ["GPU-H200", "GPU-B200"] }), prices);
    expect(cost).toEqual({ min: 0, max: 8, open: ["gpusPerRunner", "unpriced"], unpriced: ["GPU-B200"] });
  });

  test("a cost of 0 names the missing prices", () => {
    expect(costOfApp(app({ minConcurrency: 1 }), prices)).toMatchObject({ unpriced: [unknownMachineType] });
    expect(costOfApp(app({ minConcurrency: 1, machineTypes: ["GPU-B200"] }), prices)).toMatchObject({
      open: ["gpusPerRunner", "unpriced"],
      unpriced: ["GPU-B200"],
    });
    expect(costOfInstance("gpu_1x_h100_sxm5", prices)).toEqual({
      min: 0,
      max: 0,
      open: ["unpriced"],
      unpriced: ["gpu_1x_h100_sxm5"],
    });
  });

  test("the names of Object's own properties have no price", () => {
    const cost = costOfApp(app({ minConcurrency: 1, machineTypes: ["constructor"] }), prices);
    expect(cost.unpriced).toEqual(["constructor"]);
  });

  test("an app without warm runners costs nothing, even without a price", () => {
    expect(costOfApp(app({ minConcurrency: 0, machineTypes: ["GPU-B200"] }), prices)).toEqual({
      min: 0,
      max: 0,
      open: [],
      unpriced: [],
    });
  });

  test("the cost of a GPU instance is its price", () => {
    expect(costOfInstance("gpu_8x_h100_sxm5", prices)).toEqual({ min: 16, max: 16, open: [], unpriced: [] });
  });
});

describe("properties of costs", () => {
  const cents = fc.integer({ min: 0, max: 100_000 }).map((amount) => amount / 100);
  const types = ["XS", "S", "GPU-A", "GPU-B", "GPU-C"];
  const tables = fc
    .record({
      machineTypes: fc.dictionary(fc.constantFrom(...types), cents),
      gpusPerRunner: fc.dictionary(fc.constant("main/one"), fc.integer({ min: 1, max: 8 })),
    })
    .map((table): Prices => ({ ...prices, ...table }));
  const count = fc.option(fc.nat(500), { nil: undefined });
  const scalings: fc.Arbitrary<AppScaling> = fc.record({
    app: fc.constant("main/one"),
    minConcurrency: count,
    concurrencyBuffer: count,
    concurrencyBufferPerc: count,
    maxConcurrency: count,
    machineTypes: fc.option(fc.subarray(types), { nil: undefined }),
  });

  test("the lower end of a cost is at most its upper end", () => {
    fc.assert(
      fc.property(scalings, tables, (scaling, table) => {
        for (const { min, max } of [costOfApp(scaling, table), warmRunners(scaling)]) {
          expect(min).toBeGreaterThanOrEqual(0);
          expect(max).toBeGreaterThanOrEqual(min);
        }
      }),
    );
  });

  test("more warm runners never cost less", () => {
    fc.assert(
      fc.property(scalings, tables, fc.nat(10), (scaling, table, more) => {
        const before = costOfApp(scaling, table);
        const after = costOfApp({ ...scaling, minConcurrency: (scaling.minConcurrency ?? 0) + more }, table);
        expect(after.min).toBeGreaterThanOrEqual(before.min);
        expect(after.max).toBeGreaterThanOrEqual(before.max);
      }),
    );
  });

  test("the cost of an app contains the cost of each of its machine types", () => {
    fc.assert(
      fc.property(scalings, tables, (scaling, table) => {
        const whole = costOfApp(scaling, table);
        for (const type of scaling.machineTypes ?? []) {
          const alone = costOfApp({ ...scaling, machineTypes: [type] }, table);
          if (alone.unpriced.length > 0) expect(whole.unpriced).toContain(type);
          expect(whole.min).toBeLessThanOrEqual(alone.min);
          expect(whole.max).toBeGreaterThanOrEqual(alone.max);
        }
      }),
    );
  });

  test("a sum of costs does not depend on the grouping of its parts", () => {
    fc.assert(
      fc.property(fc.array(scalings), tables, fc.nat(), (list, table, at) => {
        const parts = list.map((scaling) => costOfApp(scaling, table));
        const whole = sumCosts(parts);
        const cut = parts.length === 0 ? 0 : at % parts.length;
        expect(sumCosts([sumCosts(parts.slice(0, cut)), sumCosts(parts.slice(cut))])).toEqual(whole);
        expect(whole.max).toBeCloseTo(
          parts.reduce((sum, { max }) => sum + max, 0),
          6,
        );
        for (const part of parts) for (const name of part.unpriced) expect(whole.unpriced).toContain(name);
      }),
    );
  });
});

describe("formats of costs", () => {
  const exactly = (min: number, max = min) => ({ min, max, open: [] });

  test.each([
    [exactly(9.5), "$9.50/h"],
    [exactly(9.5, 12), "$9.50 – $12.00/h"],
    [exactly(0), "$0.00/h"],
    [exactly(1234.5), "$1,234.50/h"],
    [exactly(0.0504), "$0.0504/h"],
    [exactly(0.000002), "$0.000002/h"],
    [{ ...exactly(9.5), open: ["load"] as const }, "at least $9.50/h"],
    [{ ...exactly(9.5, 12), open: ["load"] as const }, "at least $9.50/h"],
    [{ ...exactly(0, 12), open: ["unpriced"] as const }, "not known"],
    [{ ...exactly(3), open: ["unpriced"] as const }, "at least $3.00/h"],
  ])("the cost %j is written as %s", (cost, text) => expect(formatCost(cost, "USD")).toBe(text));

  test("amounts are written in any currency", () => {
    expect(formatMoney(9.5, "EUR")).toBe("€9.50");
    expect(formatMoney(9.5, "CHF")).toBe("CHF 9.50");
  });

  test("counts are written as a number, a range or a lower limit", () => {
    expect(formatCount(exactly(7))).toBe("7");
    expect(formatCount(exactly(3, 7))).toBe("3 – 7");
    expect(formatCount({ ...exactly(3), open: ["gpusPerRunner"] })).toBe("at least 3");
    expect(formatCount({ ...exactly(3, 7), open: ["load"] })).toBe("at least 3");
  });
});

describe("full load", () => {
  test("the cost at full load is that of the maximum number of runners", () => {
    const scaling = { app: "main/two", minConcurrency: 1, maxConcurrency: 5, machineTypes: ["GPU-H100"] };
    expect(costOfApp(scaling, prices, "full")).toEqual({ min: 21, max: 21, open: [], unpriced: [] });
  });

  test("an app without a known maximum counts its warm runners, as a lower bound", () => {
    const scaling = { app: "main/two", minConcurrency: 1, machineTypes: ["GPU-H100"] };
    expect(costOfApp(scaling, prices, "full")).toEqual({ min: 4.2, max: 4.2, open: ["maximum"], unpriced: [] });
  });
});

describe("other hardware", () => {
  const types = (...machineTypes: string[]) => app({ machineTypes });

  test.each([
    [["XS"], ["GPU-H100"], "costlier"],
    [["GPU-H100"], ["GPU-H200"], "costlier"],
    [["GPU-H100"], ["GPU-H100", "GPU-H200"], "costlier"],
    [["GPU-H200"], ["GPU-H100"], "cheaper"],
    [["S"], ["GPU-B200"], "costlier"],
    [["GPU-B200"], ["S"], "cheaper"],
    [["GPU-A100"], ["GPU-B200"], "other"],
    [["XS", "GPU-H100"], ["GPU-H100", "XS"], "same"],
  ])("the machine types %j changed to %j are %s", (before, after, expected) => {
    expect(compareMachines(types(...before), types(...after), prices)).toBe(expected);
  });

  test("machine types that are not known are not compared", () => {
    expect(compareMachines(app({}), types("GPU-H100"), prices)).toBe("same");
  });

  test.each([
    ["gpu_1x_h100_sxm5", "gpu_8x_h100_sxm5", "costlier"],
    ["gpu_8x_h100_sxm5", "gpu_1x_h100_sxm5", "cheaper"],
    ["gpu_1x_h100_sxm5", "gpu_1x_b200", "other"],
    ["gpu_1x_h100_sxm5", "gpu_1x_h100_sxm5", "same"],
  ])("without prices, the instance type %s changed to %s is %s", (before, after, expected) => {
    expect(compareInstances(before, after, undefined)).toBe(expected);
  });
});
