import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { UpdateContext } from "../../../src/provider/handler";
import type { PropertyValues } from "../../../src/provider/properties";
import { unknownValue } from "../../../src/provider/values";
import { apiKeyHandler } from "../../../src/resources/api-key/handler";
import { policyOf } from "../../../src/resources/api-key/policy";
import { explainRevocations, explainRotation, planRotation } from "../../../src/resources/api-key/rotation";

const day = 86_400_000;
const start = Date.parse("2026-06-01T00:00:00Z");
const at = (days: number) => new Date(start + days * day).toISOString();

/** The checked inputs that a program's inputs become, from the last ones, at a day. */
function next(inputs: PropertyValues, olds: PropertyValues | undefined, days: number): PropertyValues {
  return { ...inputs, ...planRotation(inputs, olds, start + days * day) };
}

describe("rotation of a key", () => {
  const plain = { alias: "ci" };
  const monthly = { alias: "ci", rotation: { every: "30d" } };

  test("the first key is due for rotation after its period", () => {
    expect(next(plain, undefined, 0)).toEqual({ alias: "ci", generation: 1 });
    expect(next(monthly, undefined, 0)).toMatchObject({ generation: 1, rotateAfter: at(30) });
  });

  test("a key does not rotate before it is due", () => {
    const first = next(monthly, undefined, 0);
    expect(next(monthly, first, 29)).toEqual(first);
  });

  test("a key rotates at the first up after its period, and then after whole periods", () => {
    const first = next(monthly, undefined, 0);
    const second = next(monthly, first, 31);
    expect(second).toMatchObject({ generation: 2, rotateAfter: at(60) });
    expect(next(monthly, second, 59)).toEqual(second);
    expect(next(monthly, second, 125)).toMatchObject({ generation: 3, rotateAfter: at(150) });
  });

  test("the first rotation is due at midnight, but not later than the period", () => {
    expect(next(monthly, undefined, 0.9)).toMatchObject({ rotateAfter: at(30) });
    expect(next({ alias: "ci", rotation: { every: "1h" } }, undefined, 0.01)).toMatchObject({
      rotateAfter: new Date(start + 72 * 60_000).toISOString(),
    });
  });

  test("a key does not rotate while ignoreChanges keeps its date", () => {
    const first = next(monthly, undefined, 0);
    const kept = { ...monthly, rotateAfter: first["rotateAfter"] };
    expect(planRotation(kept, first, start + 100 * day)).toMatchObject({ generation: 1 });
  });

  test.each([
    ["another alias", { alias: "cd" }],
    ["another preset", { alias: "ci", preset: "DEPLOY" }],
    ["permissions", { alias: "ci", permissions: ["a"] }],
    ["scope ADMIN", { alias: "ci", scope: "ADMIN" }],
  ])("a key rotates if the program changes to %s", (_title, inputs) => {
    expect(next(inputs, next(plain, undefined, 0), 1)).toMatchObject({ generation: 2 });
  });

  test.each([
    ["preset API", { alias: "ci", preset: "API" }],
    ["scope API", { alias: "ci", scope: "API" }],
  ])("a key does not rotate for %s, which is the default", (_title, inputs) => {
    expect(next(inputs, next(plain, undefined, 0), 1)["generation"]).toBe(1);
    expect(next(plain, next(inputs, undefined, 0), 1)["generation"]).toBe(1);
  });

  test("a key does not rotate for another order of permissions, or for FULL instead of ADMIN", () => {
    const first = next({ alias: "ci", permissions: ["a", "b"] }, undefined, 0);
    expect(next({ alias: "ci", permissions: ["b", "a"] }, first, 1)["generation"]).toBe(1);
    const admin = next({ alias: "ci", scope: "ADMIN" }, undefined, 0);
    expect(next({ alias: "ci", preset: "FULL" }, admin, 1)["generation"]).toBe(1);
  });

  test("a key rotates if the trigger changes, but not if it is added or removed", () => {
    const trigger = (text: string) => ({ alias: "ci", rotation: { trigger: text } });
    const first = next(plain, undefined, 0);
    const recorded = next(trigger("1"), first, 1);
    expect(recorded["generation"]).toBe(1);
    expect(next(trigger("2"), recorded, 2)["generation"]).toBe(2);
    expect(next(plain, recorded, 2)["generation"]).toBe(1);
  });

  test("a changed period counts from the same start, and an added period counts from now", () => {
    const first = next(monthly, undefined, 0);
    expect(next({ alias: "ci", rotation: { every: "60d" } }, first, 5)).toMatchObject({
      generation: 1,
      rotateAfter: at(60),
    });
    expect(next(monthly, next(plain, undefined, 0), 5)).toMatchObject({ generation: 1, rotateAfter: at(35) });
    expect(next(plain, first, 5)).not.toHaveProperty("rotateAfter");
  });

  test("a changed period counts from the current key, even if the old period is over", () => {
    const first = next(monthly, undefined, 0);
    const longer = { alias: "ci", rotation: { every: "60d" } };
    expect(next(longer, first, 45)).toMatchObject({ generation: 1, rotateAfter: at(60) });
    expect(next(longer, first, 61)).toMatchObject({ generation: 2, rotateAfter: at(120) });
    expect(next({ alias: "ci", rotation: { every: "10d" } }, first, 15)).toMatchObject({
      generation: 2,
      rotateAfter: at(20),
    });
    const second = next(monthly, first, 31);
    expect(next(longer, second, 62)).toMatchObject({ generation: 2, rotateAfter: at(90) });
  });

  test("a key that was revoked elsewhere is replaced and keeps its rotation date", () => {
    const first = next(monthly, undefined, 0);
    expect(planRotation(monthly, first, start + 5 * day, true)).toEqual({ generation: 2, rotateAfter: at(30) });
  });

  test("the generation of a key is unknown if a preview does not know its inputs", () => {
    const first = next(monthly, undefined, 0);
    expect(next({ ...monthly, alias: unknownValue }, first, 1)["generation"]).toBe(unknownValue);
  });
});

describe("notes about a rotation in a preview", () => {
  const monthly = { alias: "ci", rotation: { every: "30d" } };
  const first = next(monthly, undefined, 0);
  const second = next(monthly, first, 31);
  const told = (inputs: PropertyValues, olds: PropertyValues | undefined, days: number) =>
    explainRotation(next(inputs, olds, days), olds, start + days * day);

  test("a preview has no note about rotation if no rotation is due", () => {
    expect(told(monthly, undefined, 0)).toEqual([]);
    expect(told(monthly, first, 29)).toEqual([]);
    expect(told(monthly, second, 31.5)).toEqual([]);
    expect(told({ ...monthly, alias: unknownValue }, first, 31)).toEqual([]);
  });

  test.each([
    ["the due date", monthly, `it has been due since ${at(30)}`],
    ["a changed alias", { ...monthly, alias: "canary" }, "the alias changes"],
    ["changed access", { ...monthly, preset: "CANARY" }, "its access changes"],
  ])("the note about a rotation contains %s, and how long the old key stays valid", (_title, inputs, why) => {
    const [line = "", ...more] = told(inputs, first, 31);
    expect(more).toEqual([]);
    expect(line).toContain(why);
    expect(line).toContain(`stays valid until ${at(32)}`);
    expect(line).not.toMatch(/canary/i);
  });

  test("the note about a rotation contains a changed trigger", () => {
    const trigger = (text: string) => ({ alias: "ci", rotation: { trigger: text } });
    const [line = ""] = told(trigger("2"), next(trigger("1"), undefined, 0), 1);
    expect(line).toContain("`rotation.trigger` changes");
  });

  test("a preview notes which previous key is revoked", () => {
    const outputs = { previousKeys: [{ keyId: "k1", revokeAfter: at(32) }] };
    const said = (days: number) => explainRevocations(outputs, monthly, start + days * day);
    expect(said(33)).toEqual([expect.stringContaining(`valid until ${at(32)}, is revoked`)]);
    expect(said(31.5)).toEqual([]);
  });

  test("a preview notes that a previous key does not stay valid longer than the overlap", () => {
    const outputs = { previousKeys: [{ keyId: "k1", revokeAfter: at(2000) }] };
    expect(explainRevocations(outputs, monthly, start)).toEqual([
      expect.stringContaining(`stays valid until ${at(1)}`),
    ]);
  });

  test("the note about a key that is gone announces a new key", () => {
    const planned = { ...monthly, ...planRotation(monthly, first, start + 5 * day, true) };
    const [line = ""] = explainRotation(planned, first, start + 5 * day, true);
    expect(line).toContain("it was revoked elsewhere");
    expect(line).not.toContain("stays valid");
  });
});

describe("update plans of a key", () => {
  const programs: PropertyValues[] = [
    { alias: "ci", rotation: { every: "30d" } },
    { alias: "ci", rotation: { every: "30d", trigger: "2" } },
    { alias: "cd", rotation: { every: "30d", overlap: "0s" } },
    { alias: "ci", preset: "DEPLOY", rotation: { every: "10d" } },
    { alias: "ci" },
  ];
  const olds = next({ alias: "ci", rotation: { every: "30d", trigger: "1" } }, undefined, 0);

  test("an update plan of an existing key stays valid until the key is due", () => {
    fc.assert(
      fc.property(fc.constantFrom(...programs), fc.double({ min: 0, max: 9.9, noNaN: true }), (program, days) => {
        expect(next(program, olds, days)).toEqual(next(program, olds, 0));
      }),
    );
  });

  test("an update plan of a new key stays valid for the day", () => {
    fc.assert(
      fc.property(fc.constantFrom(...programs), fc.double({ min: 0, max: 0.999, noNaN: true }), (program, days) => {
        expect(next(program, undefined, days)).toEqual(next(program, undefined, 0));
      }),
    );
  });
});

describe("wrong clocks", () => {
  const monthly = { alias: "ci", rotation: { every: "30d" } };
  const days = fc.integer({ min: -20_000, max: 20_000 });

  test("a wrong clock does not postpone the next rotation by more than the period", () => {
    fc.assert(
      fc.property(fc.array(days, { minLength: 1, maxLength: 6 }), (clocks) => {
        const state = clocks.reduce<PropertyValues | undefined>((olds, clock) => next(monthly, olds, clock), undefined);
        const now = start + 3 * day;
        const due = Date.parse(String(next(monthly, state, 3)["rotateAfter"]));
        expect(due).toBeGreaterThan(now);
        expect(due).toBeLessThanOrEqual(now + 30 * day);
      }),
    );
  });

  test("a key rotates once per period after any number of updates with a wrong clock", () => {
    fc.assert(
      fc.property(fc.array(days, { maxLength: 4 }), (clocks) => {
        let state = clocks.reduce<PropertyValues | undefined>((olds, clock) => next(monthly, olds, clock), undefined);
        state = next(monthly, state, 0);
        const before = Number(state["generation"]);
        for (let today = 1; today <= 90; today++) state = next(monthly, state, today);
        expect(Number(state["generation"]) - before).toBe(3);
      }),
    );
  });
});

describe("previous keys of a rotation", () => {
  const monthly = { alias: "ci", rotation: { every: "30d", overlap: "1d" } };

  /** Updates a key as on a day; `rotate`: to another generation. */
  async function update(outputs: PropertyValues, days: number, rotate = false) {
    const revoked: string[] = [];
    const fal = {
      keys: {
        create: async () => ({ keyId: "new", keySecret: "s", key: "new:s" }),
        get: async () => undefined,
        revoke: async (keyId: string) => void revoked.push(keyId),
      },
    };
    const isManagedElsewhere = () => false;
    const context = {
      fal,
      now: start + days * day,
      achieved: () => undefined,
      isManagedElsewhere,
    } as unknown as UpdateContext;
    const inputs = { ...monthly, generation: 1, rotateAfter: at(100) };
    const state = { inputs, outputs, managed: [], pending: [], previousValues: {} };
    const updated = await apiKeyHandler.update(
      "k0",
      state,
      rotate ? { ...inputs, generation: 2 } : inputs,
      new Set(),
      context,
    );
    return { revoked, outputs: updated.outputs };
  }
  const waiting = (...dates: string[]) => ({
    previousKeys: dates.map((revokeAfter, index) => ({ keyId: `k${index + 1}`, revokeAfter })),
  });

  test("previous keys stay valid for the overlap, and the up that rotates revokes none of them", async () => {
    const { revoked, outputs } = await update(waiting(at(11)), 40, true);
    expect(revoked).toEqual([]);
    expect(outputs).toMatchObject({ keyId: "new", revokeAfter: [at(11), at(41)] });
  });

  test("the first up after the overlap revokes a previous key", async () => {
    const { revoked, outputs } = await update(waiting(at(11), at(41)), 40);
    expect(revoked).toEqual(["k1"]);
    expect(outputs).toMatchObject({ previousKeys: [{ keyId: "k2" }], revokeAfter: [at(41)] });
  });

  test("previous keys do not stay valid for years because of a wrong clock", async () => {
    const { outputs: replaced } = await update({ keyId: "k0" }, 2000, true);
    expect(replaced).toMatchObject({ revokeAfter: [at(2001)] });
    const { revoked, outputs } = await update(replaced, 5);
    expect(revoked).toEqual([]);
    expect(outputs).toMatchObject({ revokeAfter: [at(6)] });
    expect((await update(outputs, 5.9)).outputs).toMatchObject({ revokeAfter: [at(6)] });
    expect((await update(outputs, 7)).revoked).toEqual(["k0"]);
  });
});

describe("policies of keys", () => {
  test("policyOf normalizes permissions and returns the preset API by default", () => {
    expect(policyOf({})).toEqual({ preset: "API" });
    expect(policyOf({ scope: "API" })).toEqual({ preset: "API" });
    expect(policyOf({ scope: "ADMIN" })).toEqual({ preset: "FULL" });
    expect(policyOf({ permissions: ["b", "a", "b"] })).toEqual({ permissions: ["a", "b"] });
  });
});
