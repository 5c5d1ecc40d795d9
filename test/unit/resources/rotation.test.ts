import { describe, expect, it } from "vitest";
import type { Bag } from "../../../src/provider/properties";
import { unknownValue } from "../../../src/provider/values";
import { policyOf } from "../../../src/resources/api-key/policy";
import { planRotation, tellRotation } from "../../../src/resources/api-key/rotation";

const day = 86_400_000;
const start = Date.parse("2026-06-01T00:00:00Z");
const at = (days: number) => new Date(start + days * day).toISOString();

/** The checked inputs that a program's inputs become, from the last ones, at a day. */
function next(inputs: Bag, olds: Bag | undefined, days: number): Bag {
  return { ...inputs, ...planRotation(inputs, olds, start + days * day) };
}

describe("a key's rotation", () => {
  const plain = { alias: "ci" };
  const monthly = { alias: "ci", rotation: { every: "30d" } };

  it("begins with the first key, due after its period", () => {
    expect(next(plain, undefined, 0)).toEqual({ alias: "ci", generation: 1 });
    expect(next(monthly, undefined, 0)).toMatchObject({ generation: 1, rotateAfter: at(30) });
  });

  it("stays as it is until something is due", () => {
    const first = next(monthly, undefined, 0);
    expect(next(monthly, first, 29)).toEqual(first);
  });

  it("is due at the first up after the period, and keeps the old key for the overlap", () => {
    const first = next(monthly, undefined, 0);
    const second = next(monthly, first, 31);
    expect(second).toMatchObject({ generation: 2, rotateAfter: at(61), revokeAfter: [at(32)] });
    expect(next(monthly, second, 31.5)).toEqual(second);
    const { revokeAfter: _done, ...afterOverlap } = next(monthly, second, 33);
    expect(afterOverlap).toMatchObject({ generation: 2, rotateAfter: at(61) });
    expect(next(monthly, second, 33)).not.toHaveProperty("revokeAfter");
  });

  it("revokes nothing in the up that rotates, however late it comes", () => {
    const short = { alias: "ci", rotation: { every: "10d", overlap: "1d" } };
    const first = next(short, undefined, 0);
    const second = next(short, first, 10);
    const third = next(short, second, 40);
    expect(third["revokeAfter"]).toEqual([at(11), at(41)]);
    expect(next(short, third, 40)["revokeAfter"]).toEqual([at(41)]);
  });

  it.each([
    ["another alias", { alias: "cd" }],
    ["another preset", { alias: "ci", preset: "DEPLOY" }],
    ["permissions", { alias: "ci", permissions: ["a"] }],
    ["scope ADMIN", { alias: "ci", scope: "ADMIN" }],
  ])("comes with %s", (_title, inputs) => {
    expect(next(inputs, next(plain, undefined, 0), 1)).toMatchObject({ generation: 2, revokeAfter: [at(2)] });
  });

  it.each([
    ["preset API", { alias: "ci", preset: "API" }],
    ["scope API", { alias: "ci", scope: "API" }],
  ])("does not come with %s, which is the default", (_title, inputs) => {
    expect(next(inputs, next(plain, undefined, 0), 1)["generation"]).toBe(1);
    expect(next(plain, next(inputs, undefined, 0), 1)["generation"]).toBe(1);
  });

  it("does not come with another order of the permissions, nor with ADMIN written as FULL", () => {
    const first = next({ alias: "ci", permissions: ["a", "b"] }, undefined, 0);
    expect(next({ alias: "ci", permissions: ["b", "a"] }, first, 1)["generation"]).toBe(1);
    const admin = next({ alias: "ci", scope: "ADMIN" }, undefined, 0);
    expect(next({ alias: "ci", preset: "FULL" }, admin, 1)["generation"]).toBe(1);
  });

  it("comes when the trigger changes, not when it appears or goes", () => {
    const trigger = (text: string) => ({ alias: "ci", rotation: { trigger: text } });
    const first = next(plain, undefined, 0);
    const recorded = next(trigger("1"), first, 1);
    expect(recorded["generation"]).toBe(1);
    expect(next(trigger("2"), recorded, 2)["generation"]).toBe(2);
    expect(next(plain, recorded, 2)["generation"]).toBe(1);
  });

  it("counts a new period from the same start, and one that is added from now", () => {
    const first = next(monthly, undefined, 0);
    expect(next({ alias: "ci", rotation: { every: "60d" } }, first, 5)).toMatchObject({
      generation: 1,
      rotateAfter: at(60),
    });
    expect(next(monthly, next(plain, undefined, 0), 5)).toMatchObject({ generation: 1, rotateAfter: at(35) });
    expect(next(plain, first, 5)).not.toHaveProperty("rotateAfter");
  });

  it("counts a changed period from the key that exists, also where the old one is over", () => {
    const first = next(monthly, undefined, 0);
    const longer = { alias: "ci", rotation: { every: "60d" } };
    expect(next(longer, first, 45)).toMatchObject({ generation: 1, rotateAfter: at(60) });
    expect(next(longer, first, 61)).toMatchObject({ generation: 2, rotateAfter: at(121) });
    expect(next({ alias: "ci", rotation: { every: "10d" } }, first, 15)).toMatchObject({
      generation: 2,
      rotateAfter: at(25),
    });
    const second = next(monthly, first, 31);
    expect(next(longer, second, 62)).toMatchObject({ generation: 2, rotateAfter: at(91) });
  });

  it("comes when the key was revoked elsewhere, begins a new period, and leaves nothing to revoke", () => {
    const first = next(monthly, undefined, 0);
    expect(planRotation(monthly, first, start + 5 * day, true)).toEqual({ generation: 2, rotateAfter: at(35) });
  });

  it("is unknown at a preview that does not know what it depends on", () => {
    const first = next(monthly, undefined, 0);
    expect(next({ ...monthly, alias: unknownValue }, first, 1)["generation"]).toBe(unknownValue);
  });
});

describe("what a preview says of a key", () => {
  const monthly = { alias: "ci", rotation: { every: "30d" } };
  const first = next(monthly, undefined, 0);
  const second = next(monthly, first, 31);
  const told = (inputs: Bag, olds: Bag | undefined, days: number) =>
    tellRotation(next(inputs, olds, days), olds, start + days * day);

  it("is nothing while nothing is due", () => {
    expect(told(monthly, undefined, 0)).toEqual([]);
    expect(told(monthly, first, 29)).toEqual([]);
    expect(told(monthly, second, 31.5)).toEqual([]);
    expect(told({ ...monthly, alias: unknownValue }, first, 31)).toEqual([]);
  });

  it.each([
    ["that it is due, and since when", monthly, `it has been due since ${at(30)}`],
    ["that another alias makes a new key", { ...monthly, alias: "canary" }, "the alias changes"],
    ["that other rights make a new key", { ...monthly, preset: "CANARY" }, "what it may do changes"],
  ])("is %s, and how long the old one stays valid", (_title, inputs, why) => {
    const [line = "", ...more] = told(inputs, first, 31);
    expect(more).toEqual([]);
    expect(line).toContain(why);
    expect(line).toContain(`stays valid until ${at(32)}`);
    expect(line).not.toMatch(/canary/i);
  });

  it("is that a changed trigger makes a new key", () => {
    const trigger = (text: string) => ({ alias: "ci", rotation: { trigger: text } });
    const [line = ""] = told(trigger("2"), next(trigger("1"), undefined, 0), 1);
    expect(line).toContain("rotation.trigger changes");
  });

  it("is which previous key is revoked", () => {
    expect(told(monthly, second, 33)).toEqual([expect.stringContaining(`valid until ${at(32)} is revoked`)]);
  });

  it("is that a key which is gone gets a successor", () => {
    const planned = { ...monthly, ...planRotation(monthly, first, start + 5 * day, true) };
    const [line = ""] = tellRotation(planned, first, start + 5 * day, true);
    expect(line).toContain("it was revoked elsewhere");
    expect(line).not.toContain("stays valid");
  });
});

describe("what a key may do", () => {
  it("has one form, and none given is the API preset, never nothing", () => {
    expect(policyOf({})).toEqual({ preset: "API" });
    expect(policyOf({ scope: "API" })).toEqual({ preset: "API" });
    expect(policyOf({ scope: "ADMIN" })).toEqual({ preset: "FULL" });
    expect(policyOf({ permissions: ["b", "a", "b"] })).toEqual({ permissions: ["a", "b"] });
  });
});
