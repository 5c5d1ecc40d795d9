import { describe, expect, test } from "vitest";
import { z } from "zod";
import { InitializationError } from "../../../src/hosts/dynamic/errors";
import type { Handler } from "../../../src/provider/handler";
import { metadataKey, providerKey } from "../../../src/provider/metadata";
import type { InputProperty, PropertyValues, ResourceDefinition } from "../../../src/provider/properties";
import { isSecret, unwrapSecret } from "../../../src/provider/values";
import { hostOf as hostOfAny } from "../../support/host";

/** Values that fal did not keep as they were sent are reported and recorded, and do not cause replacements. */
const input = (change: InputProperty["change"], more: Partial<InputProperty> = {}): InputProperty => ({
  schema: z.any(),
  change,
  type: "unknown",
  doc: "An input.",
  ...more,
});
const definition: ResourceDefinition = {
  kind: "Thing",
  doc: "A thing.",
  idDoc: "`name`",
  noun: "thing",
  deletion: () => "lost",
  inputs: {
    size: input("update"),
    places: input("update", { normalize: (list) => (Array.isArray(list) ? list.toSorted() : list) }),
    make: input("replace"),
    label: input("update", { atCreation: true }),
  },
  outputs: {},
};

const hostOf = (handler: Partial<Handler>) => hostOfAny({ definition, ...handler });

const program = (inputs: PropertyValues, metadata: PropertyValues = {}): PropertyValues => ({
  ...inputs,
  [metadataKey]: { v: 1, urn: "urn:t", managed: Object.keys(inputs), ...metadata },
  [providerKey]: "text",
});

/** The state and messages of a creation for which fal returned other values than were sent. */
async function createdWith(inputs: PropertyValues, answered: PropertyValues, metadata: PropertyValues = {}) {
  const { host, said } = hostOf({
    create: async (_inputs, context) => {
      context.acknowledged(answered);
      return { id: "t", outputs: {} };
    },
  });
  const { outs } = await host.create(program(inputs, metadata));
  return { outs: outs as PropertyValues, said };
}
const notKeptOf = (outs: PropertyValues) => (outs[metadataKey] as PropertyValues)["notKept"];

describe("creation", () => {
  test("a value that fal limited is reported with both numbers, and the state has fal's value", async () => {
    const { outs, said } = await createdWith({ size: 50 }, { size: 10 });
    expect(outs["size"]).toBe(10);
    expect(notKeptOf(outs)).toEqual({ size: 50 });
    expect(said).toEqual([expect.stringMatching(/^warning: fal has size 10 instead of 50, which was sent/)]);
  });

  test("a value that fal dropped is reported, and the state does not have it", async () => {
    const { outs, said } = await createdWith({ size: 50 }, { size: undefined });
    expect(outs).not.toHaveProperty("size");
    expect(said).toEqual([expect.stringMatching(/fal has no size instead of 50/)]);
  });

  test("a value that fal kept or did not return is not reported", async () => {
    const { outs, said } = await createdWith(
      { size: 0, places: ["b", "a"], make: "m" },
      { size: 0, places: ["a", "b"] },
    );
    expect(outs).toMatchObject({ size: 0, places: ["b", "a"], make: "m" });
    expect([notKeptOf(outs), said]).toEqual([undefined, []]);
  });

  test("a value that fal returns and the program does not declare is not reported", async () => {
    const { outs, said } = await createdWith({ size: 1 }, { size: 1, make: "m" });
    expect(outs).not.toHaveProperty("make");
    expect([notKeptOf(outs), said]).toEqual([undefined, []]);
  });

  test("a changed value that may be secret is not printed, and is encrypted in the state if the program marks it", async () => {
    const { outs, said } = await createdWith(
      { places: ["canary-1"], size: 777123, make: "canary-2" },
      { places: ["canary-3"], size: 777, make: "canary" },
      { secrets: ["size", "make"] },
    );
    expect(said).toHaveLength(3);
    expect(said.join()).not.toMatch(/canary|777/);
    const sent = notKeptOf(outs) as PropertyValues;
    expect([isSecret(sent["size"]), isSecret(sent["make"]), sent["places"]]).toEqual([true, true, ["canary-1"]]);
    expect(unwrapSecret(sent["size"])).toBe(777123);
  });
});

describe("updates", () => {
  test("the next update sends a value that fal changed again, until fal keeps it", async () => {
    const { outs } = await createdWith({ size: 50 }, { size: 10 });
    let kept = 10;
    const { host, said } = hostOf({
      update: async (_id, _state, _inputs, changed, context) => {
        expect([...changed]).toEqual(["size"]);
        context.acknowledged({ size: kept });
        return { outputs: {} };
      },
    });
    const news = program({ size: 50 });
    await host.check({}, news);
    expect(await host.diff("t", outs, news)).toMatchObject({ changes: true, replaces: [] });
    expect(said).toEqual([expect.stringMatching(/^info: fal has size 10 instead of 50/)]);
    const again = (await host.update("t", outs, news)).outs as PropertyValues;
    expect([again["size"], notKeptOf(again), said.length]).toEqual([10, { size: 50 }, 2]);
    kept = 50;
    const settled = (await host.update("t", again, news)).outs as PropertyValues;
    expect([settled["size"], notKeptOf(settled), said.length]).toEqual([50, undefined, 2]);
    expect(await host.diff("t", settled, news)).toMatchObject({ changes: false });
  });

  test.each(["make", "label"])("a value of %s that fal changed does not cause a replacement", async (name) => {
    const { outs } = await createdWith({ [name]: "sent" }, { [name]: "kept" });
    const { host, said } = hostOf({ update: async () => ({ outputs: {} }) });
    await host.check({}, program({ [name]: "sent" }));
    expect(await host.diff("t", outs, program({ [name]: "sent" }))).toMatchObject({ changes: false, replaces: [] });
    expect(said).toEqual([expect.stringMatching(/^warning: fal has another .* it is not sent again/)]);
    // A third value is an ordinary change. Declaring the value that fal has is no change.
    expect(await host.diff("t", outs, program({ [name]: "third" }))).toMatchObject({ changes: true });
    expect(await host.diff("t", outs, program({ [name]: "kept" }))).toMatchObject({ changes: false });
    expect(said).toHaveLength(1);
    // An update of another property keeps the record.
    const after = (await host.update("t", outs, program({ [name]: "sent", size: 1 }))).outs as PropertyValues;
    expect([after[name], after["size"], notKeptOf(after)]).toEqual(["kept", 1, { [name]: "sent" }]);
  });

  test("an update that fails in a later step records the value that fal kept", async () => {
    const { host } = hostOf({
      update: async (_id, _state, _inputs, _changed, context) => {
        context.acknowledged({ size: 10 });
        context.achieved(["size"]);
        throw new Error("the next step");
      },
    });
    const failed = await host.update("t", program({ size: 1 }), program({ size: 50 })).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(InitializationError);
    const { properties } = failed as InitializationError;
    expect([properties["size"], notKeptOf(properties)]).toEqual([10, { size: 50 }]);
  });
});

describe("refreshes", () => {
  const read = (live: PropertyValues) => hostOf({ read: async () => ({ inputs: live, outputs: {} }) });

  test("a refresh reports a value that fal did not keep, without drift", async () => {
    const { outs } = await createdWith({ size: 50 }, { size: 10 });
    const { host, said } = read({ size: 10 });
    const { props, inputs } = await host.read("t", outs);
    expect([props?.["size"], notKeptOf(props ?? {}), inputs?.["size"]]).toEqual([10, { size: 50 }, 50]);
    // The engine calls diff again to display a refresh.
    await host.diff("t", props ?? {}, inputs ?? {});
    expect(said).toEqual([expect.stringMatching(/^warning: fal has size 10 instead of 50/)]);
  });

  test.each([
    ["another value", 20],
    ["what was sent", 50],
  ])("a refresh records %s as the value that fal has", async (_title, live) => {
    const { outs } = await createdWith({ size: 50 }, { size: 10 });
    const { host, said } = read({ size: live });
    const { props, inputs } = await host.read("t", outs);
    expect([props?.["size"], notKeptOf(props ?? {}), inputs?.["size"], said]).toEqual([live, undefined, live, []]);
  });
});

describe("ignored properties", () => {
  test("an update receives the properties in ignoreChanges, and the state does not contain them", async () => {
    const seen: boolean[] = [];
    const { host } = hostOf({
      update: async (_id, _state, _inputs, _changed, context) => {
        seen.push(context.isIgnored("size"), context.isIgnored("make"));
        return { outputs: {} };
      },
    });
    for (const ignored of [["size"], ["*"], undefined]) {
      const sent = { size: 2, [metadataKey]: { v: 1, urn: "urn:t", ...(ignored ? { ignored } : {}) } };
      const { inputs = {} } = await host.check(program({ size: 1 }), sent);
      expect(inputs[metadataKey]).not.toHaveProperty("ignored");
      await host.update("t", program({ size: 1 }), inputs);
    }
    expect(seen).toEqual([true, false, true, true, false, false]);
  });
});
