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

describe("a key's rotation", () => {
  const plain = { alias: "ci" };
  const monthly = { alias: "ci", rotation: { every: "30d" } };

  test("begins with the first key, due after its period", () => {
    expect(next(plain, undefined, 0)).toEqual({ alias: "ci", generation: 1 });
    expect(next(monthly, undefined, 0)).toMatchObject({ generation: 1, rotateAfter: at(30) });
  });

  test("stays as it is until something is due", () => {
    const first = next(monthly, undefined, 0);
    expect(next(monthly, first, 29)).toEqual(first);
  });

  test("is due at the first up after the period, and then whole periods later", () => {
    const first = next(monthly, undefined, 0);
    const second = next(monthly, first, 31);
    expect(second).toMatchObject({ generation: 2, rotateAfter: at(60) });
    expect(next(monthly, second, 59)).toEqual(second);
    expect(next(monthly, second, 125)).toMatchObject({ generation: 3, rotateAfter: at(150) });
  });

  test("is first due at midnight, never later than the period", () => {
    expect(next(monthly, undefined, 0.9)).toMatchObject({ rotateAfter: at(30) });
    expect(next({ alias: "ci", rotation: { every: "1h" } }, undefined, 0.01)).toMatchObject({
      rotateAfter: new Date(start + 72 * 60_000).toISOString(),
    });
  });

  test("stays as it is where ignoreChanges keeps its date", () => {
    const first = next(monthly, undefined, 0);
    const kept = { ...monthly, rotateAfter: first["rotateAfter"] };
    expect(planRotation(kept, first, start + 100 * day)).toMatchObject({ generation: 1 });
  });

  test.each([
    ["another alias", { alias: "cd" }],
    ["another preset", { alias: "ci", preset: "DEPLOY" }],
    ["permissions", { alias: "ci", permissions: ["a"] }],
    ["scope ADMIN", { alias: "ci", scope: "ADMIN" }],
  ])("comes with %s", (_title, inputs) => {
    expect(next(inputs, next(plain, undefined, 0), 1)).toMatchObject({ generation: 2 });
  });

  test.each([
    ["preset API", { alias: "ci", preset: "API" }],
    ["scope API", { alias: "ci", scope: "API" }],
  ])("does not come with %s, which is the default", (_title, inputs) => {
    expect(next(inputs, next(plain, undefined, 0), 1)["generation"]).toBe(1);
    expect(next(plain, next(inputs, undefined, 0), 1)["generation"]).toBe(1);
  });

  test("does not come with another order of the permissions, nor with ADMIN written as FULL", () => {
    const first = next({ alias: "ci", permissions: ["a", "b"] }, undefined, 0);
    expect(next({ alias: "ci", permissions: ["b", "a"] }, first, 1)["generation"]).toBe(1);
    const admin = next({ alias: "ci", scope: "ADMIN" }, undefined, 0);
    expect(next({ alias: "ci", preset: "FULL" }, admin, 1)["generation"]).toBe(1);
  });

  test("comes when the trigger changes, not when it appears or goes", () => {
    const trigger = (text: string) => ({ alias: "ci", rotation: { trigger: text } });
    const first = next(plain, undefined, 0);
    const recorded = next(trigger("1"), first, 1);
    expect(recorded["generation"]).toBe(1);
    expect(next(trigger("2"), recorded, 2)["generation"]).toBe(2);
    expect(next(plain, recorded, 2)["generation"]).toBe(1);
  });

  test("counts a new period from the same start, and one that is added from now", () => {
    const first = next(monthly, undefined, 0);
    expect(next({ alias: "ci", rotation: { every: "60d" } }, first, 5)).toMatchObject({
      generation: 1,
      rotateAfter: at(60),
    });
    expect(next(monthly, next(plain, undefined, 0), 5)).toMatchObject({ generation: 1, rotateAfter: at(35) });
    expect(next(plain, first, 5)).not.toHaveProperty("rotateAfter");
  });

  test("counts a changed period from the key that exists, also where the old one is over", () => {
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

  test("comes when the key was revoked elsewhere, which does not move the date", () => {
    const first = next(monthly, undefined, 0);
    expect(planRotation(monthly, first, start + 5 * day, true)).toEqual({ generation: 2, rotateAfter: at(30) });
  });

  test("is unknown at a preview that does not know what it depends on", () => {
    const first = next(monthly, undefined, 0);
    expect(next({ ...monthly, alias: unknownValue }, first, 1)["generation"]).toBe(unknownValue);
  });
});

describe("what a preview says of a key", () => {
  const monthly = { alias: "ci", rotation: { every: "30d" } };
  const first = next(monthly, undefined, 0);
  const second = next(monthly, first, 31);
  const told = (inputs: PropertyValues, olds: PropertyValues | undefined, days: number) =>
    explainRotation(next(inputs, olds, days), olds, start + days * day);

  test("is nothing while nothing is due", () => {
    expect(told(monthly, undefined, 0)).toEqual([]);
    expect(told(monthly, first, 29)).toEqual([]);
    expect(told(monthly, second, 31.5)).toEqual([]);
    expect(told({ ...monthly, alias: unknownValue }, first, 31)).toEqual([]);
  });

  test.each([
    ["that it is due, and since when", monthly, `it has been due since ${at(30)}`],
    ["that another alias makes a new key", { ...monthly, alias: "canary" }, "the alias changes"],
    ["that other rights make a new key", { ...monthly, preset: "CANARY" }, "its access changes"],
  ])("is %s, and how long the old one stays valid", (_title, inputs, why) => {
    const [line = "", ...more] = told(inputs, first, 31);
    expect(more).toEqual([]);
    expect(line).toContain(why);
    expect(line).toContain(`stays valid until ${at(32)}`);
    expect(line).not.toMatch(/canary/i);
  });

  test("is that a changed trigger makes a new key", () => {
    const trigger = (text: string) => ({ alias: "ci", rotation: { trigger: text } });
    const [line = ""] = told(trigger("2"), next(trigger("1"), undefined, 0), 1);
    expect(line).toContain("`rotation.trigger` changes");
  });

  test("is which previous key is revoked", () => {
    const outputs = { previousKeys: [{ keyId: "k1", revokeAfter: at(32) }] };
    const said = (days: number) => explainRevocations(outputs, monthly, start + days * day);
    expect(said(33)).toEqual([expect.stringContaining(`valid until ${at(32)}, is revoked`)]);
    expect(said(31.5)).toEqual([]);
  });

  test("is that a previous key does not stay valid for longer than the overlap", () => {
    const outputs = { previousKeys: [{ keyId: "k1", revokeAfter: at(2000) }] };
    expect(explainRevocations(outputs, monthly, start)).toEqual([
      expect.stringContaining(`stays valid until ${at(1)}`),
    ]);
  });

  test("is that a key which is gone gets a successor", () => {
    const planned = { ...monthly, ...planRotation(monthly, first, start + 5 * day, true) };
    const [line = ""] = explainRotation(planned, first, start + 5 * day, true);
    expect(line).toContain("it was revoked elsewhere");
    expect(line).not.toContain("stays valid");
  });
});

describe("an update plan of a key", () => {
  const programs: PropertyValues[] = [
    { alias: "ci", rotation: { every: "30d" } },
    { alias: "ci", rotation: { every: "30d", trigger: "2" } },
    { alias: "cd", rotation: { every: "30d", overlap: "0s" } },
    { alias: "ci", preset: "DEPLOY", rotation: { every: "10d" } },
    { alias: "ci" },
  ];
  const olds = next({ alias: "ci", rotation: { every: "30d", trigger: "1" } }, undefined, 0);

  test("holds for what exists until the key is due", () => {
    fc.assert(
      fc.property(fc.constantFrom(...programs), fc.double({ min: 0, max: 9.9, noNaN: true }), (program, days) => {
        expect(next(program, olds, days)).toEqual(next(program, olds, 0));
      }),
    );
  });

  test("holds for a new key for the day", () => {
    fc.assert(
      fc.property(fc.constantFrom(...programs), fc.double({ min: 0, max: 0.999, noNaN: true }), (program, days) => {
        expect(next(program, undefined, days)).toEqual(next(program, undefined, 0));
      }),
    );
  });
});

describe("a wrong clock", () => {
  const monthly = { alias: "ci", rotation: { every: "30d" } };
  const days = fc.integer({ min: -20_000, max: 20_000 });

  test("at any up never puts the next rotation off by more than the period", () => {
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

  test("at any number of ups leaves a key that rotates once per period afterwards", () => {
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

describe("the keys that a rotation replaced", () => {
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

  test("stay valid for the overlap, and the up that rotates revokes none", async () => {
    const { revoked, outputs } = await update(waiting(at(11)), 40, true);
    expect(revoked).toEqual([]);
    expect(outputs).toMatchObject({ keyId: "new", revokeAfter: [at(11), at(41)] });
  });

  test("are revoked by the first up after that", async () => {
    const { revoked, outputs } = await update(waiting(at(11), at(41)), 40);
    expect(revoked).toEqual(["k1"]);
    expect(outputs).toMatchObject({ previousKeys: [{ keyId: "k2" }], revokeAfter: [at(41)] });
  });

  test("do not stay valid for years because a clock was wrong when they were replaced", async () => {
    const { outputs: replaced } = await update({ keyId: "k0" }, 2000, true);
    expect(replaced).toMatchObject({ revokeAfter: [at(2001)] });
    const { revoked, outputs } = await update(replaced, 5);
    expect(revoked).toEqual([]);
    expect(outputs).toMatchObject({ revokeAfter: [at(6)] });
    expect((await update(outputs, 5.9)).outputs).toMatchObject({ revokeAfter: [at(6)] });
    expect((await update(outputs, 7)).revoked).toEqual(["k0"]);
  });
});

describe("what a key may do", () => {
  test("has one form, and none given is the API preset, never nothing", () => {
    expect(policyOf({})).toEqual({ preset: "API" });
    expect(policyOf({ scope: "API" })).toEqual({ preset: "API" });
    expect(policyOf({ scope: "ADMIN" })).toEqual({ preset: "FULL" });
    expect(policyOf({ permissions: ["b", "a", "b"] })).toEqual({ permissions: ["a", "b"] });
  });
});
