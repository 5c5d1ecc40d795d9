import { describe, expect, test } from "vitest";
import { z } from "zod";
import { InitializationError } from "../../../src/hosts/dynamic/errors";
import type { Handler } from "../../../src/provider/handler";
import { metadataKey, providerKey } from "../../../src/provider/metadata";
import type { InputProperty, PropertyValues, ResourceDefinition } from "../../../src/provider/properties";
import { isSecret, unwrapSecret } from "../../../src/provider/values";
import { hostOf as hostOfAny } from "../../support/host";

/** What fal did not keep as it was sent: said, recorded, and neither hidden nor repeated for ever by replacements. */
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

/** The state after a creation from inputs to which fal answered otherwise, with what was said. */
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

describe("a value that fal", () => {
  test("limited is reported with both numbers, and the state has fal's", async () => {
    const { outs, said } = await createdWith({ size: 50 }, { size: 10 });
    expect(outs["size"]).toBe(10);
    expect(notKeptOf(outs)).toEqual({ size: 50 });
    expect(said).toEqual([expect.stringMatching(/^warning: fal has size 10 instead of 50, which was sent/)]);
  });

  test("dropped is reported, and the state has none", async () => {
    const { outs, said } = await createdWith({ size: 50 }, { size: undefined });
    expect(outs).not.toHaveProperty("size");
    expect(said).toEqual([expect.stringMatching(/fal has no size instead of 50/)]);
  });

  test("kept, in whatever form, or did not answer about, is not mentioned", async () => {
    const { outs, said } = await createdWith(
      { size: 0, places: ["b", "a"], make: "m" },
      { size: 0, places: ["a", "b"] },
    );
    expect(outs).toMatchObject({ size: 0, places: ["b", "a"], make: "m" });
    expect([notKeptOf(outs), said]).toEqual([undefined, []]);
  });

  test("answers about and that nobody declared is not mentioned", async () => {
    const { outs, said } = await createdWith({ size: 1 }, { size: 1, make: "m" });
    expect(outs).not.toHaveProperty("make");
    expect([notKeptOf(outs), said]).toEqual([undefined, []]);
  });

  test("changed is not printed where it may be a secret, and is encrypted where the program says so", async () => {
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

describe("the next update", () => {
  test("shows the difference, sends the value again, and settles when fal keeps it", async () => {
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

  test.each(["make", "label"])(
    "of %s does not make another object, in which fal would not keep it either",
    async (name) => {
      const { outs } = await createdWith({ [name]: "sent" }, { [name]: "kept" });
      const { host, said } = hostOf({ update: async () => ({ outputs: {} }) });
      await host.check({}, program({ [name]: "sent" }));
      expect(await host.diff("t", outs, program({ [name]: "sent" }))).toMatchObject({ changes: false, replaces: [] });
      expect(said).toEqual([expect.stringMatching(/^warning: fal has another .* it is not sent again/)]);
      // A third value is a change like any other, and so is to accept what fal has no change at all.
      expect(await host.diff("t", outs, program({ [name]: "third" }))).toMatchObject({ changes: true });
      expect(await host.diff("t", outs, program({ [name]: "kept" }))).toMatchObject({ changes: false });
      expect(said).toHaveLength(1);
      // An update of something else keeps what is known.
      const after = (await host.update("t", outs, program({ [name]: "sent", size: 1 }))).outs as PropertyValues;
      expect([after[name], after["size"], notKeptOf(after)]).toEqual(["kept", 1, { [name]: "sent" }]);
    },
  );

  test("records what fal kept also where a later step fails", async () => {
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

describe("a refresh", () => {
  const read = (live: PropertyValues) => hostOf({ read: async () => ({ inputs: live, outputs: {} }) });

  test("reports what fal still has instead of what was sent, and no drift that an update could correct", async () => {
    const { outs } = await createdWith({ size: 50 }, { size: 10 });
    const { host, said } = read({ size: 10 });
    const { props, inputs } = await host.read("t", outs);
    expect([props?.["size"], notKeptOf(props ?? {}), inputs?.["size"]]).toEqual([10, { size: 50 }, 50]);
    // The engine compares once more for what it shows of a refresh.
    await host.diff("t", props ?? {}, inputs ?? {});
    expect(said).toEqual([expect.stringMatching(/^warning: fal has size 10 instead of 50/)]);
  });

  test.each([
    ["another value", 20],
    ["what was sent", 50],
  ])("takes %s as what fal has now", async (_title, live) => {
    const { outs } = await createdWith({ size: 50 }, { size: 10 });
    const { host, said } = read({ size: live });
    const { props, inputs } = await host.read("t", outs);
    expect([props?.["size"], notKeptOf(props ?? {}), inputs?.["size"], said]).toEqual([live, undefined, live, []]);
  });
});

describe("what the program leaves to others", () => {
  test("is known to the update, however the program says it, and is no part of the state", async () => {
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
