import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import type * as fal from "../../../src/index";
import { check } from "../../../src/provider/check";
import { metadataKey, outputMetadata, type StateMetadata } from "../../../src/provider/metadata";
import { composeInputs, composeOutputs } from "../../../src/provider/projection";
import type { PropertyValues } from "../../../src/provider/properties";
import { definitionOf } from "../../support/samples";

/** The triggers of an AppScale: its App's revision, and the resets of values that a deploy resets. */
const context = { environment: "main", now: 0, pending: [], token: () => "token" };

function checked(news: PropertyValues, olds?: PropertyValues, pending: string[] = []): PropertyValues {
  return check(definitionOf("App"), olds, { ...news, [metadataKey]: { v: 1 } }, { ...context, pending }).inputs;
}
const resetsOf = (inputs: PropertyValues) => (inputs[metadataKey] as StateMetadata).resets;

describe("resets of an App", () => {
  const first = checked({ name: "sd", revision: "rev-1", authMode: "private" });

  test("an App counts each declared change that resets scaling values, also one that is reverted", () => {
    expect(resetsOf(first)).toBeUndefined();
    const second = checked({ name: "sd", revision: "rev-2", authMode: "private" }, first);
    const third = checked({ name: "sd", revision: "rev-1", authMode: "private" }, second);
    const fourth = checked({ name: "sd", revision: "rev-1", authMode: "public" }, third);
    expect([second, third, fourth].map(resetsOf)).toEqual([1, 2, 2]);
  });

  test("an App counts that it replaces what somebody else has deployed, although its source stays", () => {
    const second = checked({ name: "sd", authMode: "private" }, first, ["redeploy"]);
    expect(resetsOf(second)).toBe(1);
    expect(resetsOf(checked({ name: "sd", authMode: "private" }, second))).toBe(1);
    expect(resetsOf(checked({ name: "sd", authMode: "private" }, first, ["point"]))).toBeUndefined();
  });

  test("an App does not count other changes or a property that is no longer managed", () => {
    expect(
      resetsOf(checked({ name: "sd", revision: "rev-1", authMode: "private", onDelete: "retain" }, first)),
    ).toBeUndefined();
    expect(resetsOf(checked({ name: "sd" }, first))).toBeUndefined();
  });

  test("the number of resets stays the same for the same program, and survives an update and a refresh", () => {
    const news = { name: "sd", revision: "rev-2", authMode: "private" };
    const second = checked(news, first);
    expect(checked(news, first)).toEqual(second);
    const metadata = second[metadataKey] as StateMetadata;
    const outputs = composeOutputs(definitionOf("App"), {
      lastInputs: {},
      outputs: {},
      metadata: outputMetadata(metadata, "acme", {}),
    });
    expect(resetsOf(outputs)).toBe(1);
    const refreshed = composeInputs(definitionOf("App"), news, outputs[metadataKey] as StateMetadata);
    expect(resetsOf(checked(news, refreshed))).toBe(1);
  });
});

describe("triggers of an AppScale", () => {
  afterEach(() => vi.resetModules());

  /** `reapplyOn` as it is registered; the App's outputs are its checked inputs, as in a preview. */
  async function triggers(make: (app: typeof fal, scale: typeof fal) => void, resets?: number): Promise<unknown> {
    const seen: unknown[] = [];
    await pulumi.runtime.setMocks({
      newResource: ({ name, type, inputs }) => {
        if (type.endsWith("AppScale")) seen.push(inputs.reapplyOn);
        const metadata = { ...inputs.__fal, ...(resets === undefined ? {} : { resets }) };
        const hash = inputs.source === undefined || inputs.revision !== undefined ? {} : { sourceHash: "abc" };
        return { id: name, state: { ...inputs, ...hash, environment: "main", __fal: metadata } };
      },
      call: () => ({}),
    });
    const one = await import("../../../src/index.js");
    vi.resetModules();
    const other = await import("../../../src/index.js");
    make(one, other);
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    return seen[0];
  }

  test.each<[string, number | undefined, PropertyValues, unknown]>([
    ["follows the declared revision of its App", undefined, { revision: "rev-1" }, ["revision rev-1"]],
    ["also follows the resets of its App", 2, { revision: "rev-1" }, ["revision rev-1", "reset 2 by the App"]],
    ["follows the source of its App", undefined, { source: { ref: "a.py::A" } }, ["source abc"]],
    ["follows a pinned App", undefined, { source: { ref: "a.py::A" }, revision: "rev-1" }, ["revision rev-1"]],
    ["follows an App without a revision", 1, { authMode: "public" }, ["reset 1 by the App"]],
    ["has no triggers from an App without resets", undefined, { authMode: "public" }, undefined],
  ])("an AppScale %s", async (_title, resets, args, expected) => {
    const registered = await triggers((one) => {
      const app = new one.App("a", { name: "sd", ...args });
      new one.AppScale("s", { app, machineTypes: ["XS"] });
    }, resets);
    expect(registered).toEqual(expected);
  });

  test("an AppScale follows an App from another copy of the package", async () => {
    const registered = await triggers((one, other) => {
      expect(other.App).not.toBe(one.App);
      const app = new one.App("a", { name: "sd", revision: "rev-1" });
      new other.AppScale("s", { app, machineTypes: ["XS"], reapplyOn: ["mine"] });
    }, 1);
    expect(registered).toEqual(["mine", "revision rev-1", "reset 1 by the App"]);
  });

  test("an AppScale sends the names of the properties in ignoreChanges", async () => {
    const seen = new Map<string, unknown>();
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => {
        seen.set(name, inputs.__fal.ignored);
        return { id: name, state: inputs };
      },
      call: () => ({}),
    });
    const { AppScale } = await import("../../../src/index.js");
    const ignoreChanges = ["machineTypes[0]", "keepAlive", '["regions"]', "keepAlive"];
    new AppScale("s", { app: "sd", keepAlive: 1 }, { ignoreChanges });
    new AppScale("t", { app: "sd", keepAlive: 1 });
    await vi.waitFor(() => expect(seen.size).toBe(2));
    expect(seen.get("s")).toEqual(["machineTypes", "keepAlive", "regions"]);
    expect(seen.get("t")).toBeUndefined();
  });
});
