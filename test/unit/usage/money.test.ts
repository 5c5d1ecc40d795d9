import { expect, test } from "vitest";
import type { AppEvidence, MachinePrice } from "../../../src/usage/evidence";
import { costPerHour, pricesFor } from "../../../src/usage/money";

function evidence(machineTypes: string[], billed: Record<string, [lowest: number, highest: number]>): AppEvidence {
  const prices = Object.entries(billed).map(
    ([machineType, [lowest, highest]]): MachinePrice => ({
      machineType,
      perHour: lowest,
      lowest,
      highest,
      currency: "USD",
      hours: 10,
    }),
  );
  return {
    app: "main/flux",
    scaling: { machineTypes },
    peaks: { running: [], idle: [], pending: [] },
    requests: null,
    billed: { seconds: 36_000, cost: 20, currency: "USD", prices },
  };
}

const rangeOf = (...args: Parameters<typeof pricesFor>) => pricesFor(...args)?.perHour;

test("a runner costs what fal billed for its machine types, from the cheapest row to the dearest", () => {
  const app = evidence(["GPU-H100", "GPU-A100"], { "GPU-H100": [4, 5], "GPU-A100": [2, 2], XS: [0.1, 0.1] });
  expect(rangeOf(app, app.scaling)).toEqual({ min: 2, max: 5 });
  expect(rangeOf(app, { machineTypes: ["GPU-H100"] })).toEqual({ min: 4, max: 5 });
});

test("a type of the app's list that it never got does not make the cost unknown, a new type does", () => {
  const app = evidence(["GPU-H100", "GPU-A100"], { "GPU-H100": [4, 5] });
  expect(rangeOf(app, app.scaling)).toEqual({ min: 4, max: 5 });
  expect(rangeOf(app, { machineTypes: ["GPU-H100", "GPU-B200"] })).toBeUndefined();
});

test("without a billed type there is no price", () => {
  expect(pricesFor(evidence(["GPU-H100"], {}), { machineTypes: ["GPU-H100"] })).toBeUndefined();
  expect(pricesFor(evidence(["GPU-H100"], { XS: [1, 1] }), {})).toBeUndefined();
  expect(pricesFor({ ...evidence([], {}), billed: null }, { machineTypes: ["GPU-H100"] })).toBeUndefined();
});

test("fewer runners save from the cheapest to the dearest price", () => {
  const price = { perHour: { min: 2, max: 5 }, currency: "USD" };
  expect(costPerHour({ min: -3, max: -1 }, price)).toEqual({ min: -15, max: -2 });
  expect(costPerHour({ min: 1, max: 2 }, price)).toEqual({ min: 2, max: 10 });
});
