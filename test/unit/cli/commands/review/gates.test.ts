import { describe, expect, test } from "vitest";
import { UsageError } from "../../../../../src/cli/command-line/command";
import { gates, parseGates } from "../../../../../src/cli/commands/review/gates";
import { failedGatesOf } from "../../../../../src/cli/commands/review/matches";
import { review, scale, step } from "./support";

const all = { prices: true, usage: true };
const none = { prices: false, usage: false };

describe("--fail-on", () => {
  test("the --fail-on option accepts gates with and without a limit in several lists", () => {
    expect(parseGates(["destructive, cost=20.5", "deletes"], all)).toEqual([
      { name: "destructive" },
      { name: "cost", limit: 20.5 },
      { name: "deletes" },
    ]);
    expect(parseGates([], none)).toEqual([]);
  });

  test.each([
    ["", /"" is not one of destructive, opens, unprotects, replaces/],
    ["costs=2", /"costs=2" is not one of .*\. Did you mean "cost"\?$/],
    ["constructor", /is not one of/],
    ["destructive,", /"" is not one of/],
    ["cost", /cost needs a number, for example cost=20/],
    ["cost=", /cost needs a number/],
    ["cost=-1", /cost needs a number/],
    ["cost=1e3", /cost needs a number/],
    ["cost=1=2", /cost needs a number/],
    ["deletes=1", /deletes takes no number/],
  ])("the --fail-on option rejects %j", (text, says) => {
    expect(() => parseGates([text], all)).toThrow(UsageError);
    expect(() => parseGates([text], all)).toThrow(says);
  });

  test("the --fail-on option rejects gates about usage without a usage file", () => {
    for (const gate of ["starves=1", "wastes=1"]) {
      expect(() => parseGates([gate], { prices: true, usage: false })).toThrow(
        /needs a usage file\. Pass it with --usage/,
      );
    }
  });

  test("the --fail-on option rejects gates about cost without prices", () => {
    for (const gate of ["cost=1", "max-cost=1", "cost-increase=1", "unpriced"]) {
      expect(() => parseGates([gate], none)).toThrow(/needs a prices file\. Pass it with --prices/);
    }
  });
});

describe("gates", () => {
  const up = review([step("update", "AppScale", "s", { inputs: scale(1, 4) }, { inputs: scale(3, 4) })]);
  const gone = review([step("delete", "ComputeInstance", "gpu", { inputs: { instanceType: "gpu_1x_h100_sxm5" } })]);
  const failed = review([], { diagnostics: [{ severity: "error", message: "error: no\n" }] });
  const names = (found: typeof up, text: string) =>
    failedGatesOf(parseGates([text], all), found).map(({ gate }) => gate);

  test("a gate matches only if its limit is exceeded", () => {
    expect(names(up, "cost=5.99,cost=6,cost-increase=3.99,cost-increase=4,warm-runners=2,warm-runners=3")).toEqual([
      "cost=5.99",
      "cost-increase=3.99",
      "warm-runners=2",
    ]);
    expect(names(up, "max-runners=3,max-runners=4,max-cost=7.99,max-cost=8")).toEqual([
      "max-runners=3",
      "max-cost=7.99",
    ]);
    expect(names(up, "destructive,opens,unprotects,deletes,replaces,errors,unpriced")).toEqual([]);
    expect(names(gone, "destructive,deletes,replaces")).toEqual(["destructive", "deletes"]);
    expect(names(failed, "errors")).toEqual(["errors"]);
  });

  test("a gate on a cost increase passes a change that lowers the cost", () => {
    const down = review([step("update", "AppScale", "s", { inputs: scale(3, 4) }, { inputs: scale(1, 4) })]);
    expect(names(down, "cost-increase=0,cost=1")).toEqual(["cost=1"]);
  });

  test("a gate about the whole stack rejects a preview that omits unchanged resources", () => {
    const part = review([step("update", "AppScale", "s", { inputs: scale(1, 4) }, { inputs: scale(3, 4) })], {
      omitted: 2,
    });
    expect(() => names(part, "cost=100")).toThrow(
      /omits unchanged resources\. Create it with `pulumi preview --json --show-sames`/,
    );
    for (const gate of ["warm-runners=100", "max-runners=100", "max-cost=100", "unprotects"]) {
      expect(() => names(part, gate)).toThrow(/--show-sames/);
    }
    expect(names(part, "cost-increase=1")).toEqual(["cost-increase=1"]);
  });

  test("a failed gate has a reason", () => {
    expect(failedGatesOf(parseGates(["cost=5"], all), up)).toEqual([
      { gate: "cost=5", reason: "$6.00/h after the update, more than $5.00/h" },
    ]);
  });

  test("the gates opens and unprotects tell what matched", () => {
    const app = (authMode: string) => ({ inputs: { name: "a", environment: "main", authMode } });
    const secret = { inputs: { name: "S", environment: "main" } };
    const found = review([
      step("update", "App", "a", app("private"), app("public")),
      step("same", "Secret", "s", { ...secret, more: { protect: true } }, secret),
    ]);
    expect(failedGatesOf(parseGates(["destructive,opens,unprotects"], all), found)).toEqual([
      { gate: "opens", reason: "1 app becomes public" },
      { gate: "unprotects", reason: "1 resource loses protection (protect)" },
    ]);
  });

  test("a failed gate about an uncertain cost explains which end of the range it uses", () => {
    const either = { app: "b", machineTypes: ["XS", "GPU-H100"] };
    const open = review([
      step("update", "AppScale", "s", { inputs: scale(1, 4, either) }, { inputs: scale(3, 4, either) }),
    ]);
    expect(failedGatesOf(parseGates(["cost=5"], all), open)).toEqual([
      {
        gate: "cost=5",
        reason: "at least $0.30/h after the update, $6.00/h at the upper end of its range, more than $5.00/h",
      },
    ]);
  });

  test("every gate is documented", () => {
    for (const { doc } of Object.values(gates)) expect(doc.length).toBeGreaterThan(10);
  });
});
