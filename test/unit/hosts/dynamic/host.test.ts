import { describe, expect, test } from "vitest";
import { z } from "zod";
import { InitializationError } from "../../../../src/hosts/dynamic/errors";
import type { DynamicHost } from "../../../../src/hosts/dynamic/host";
import { OperationError } from "../../../../src/provider/errors";
import type { Context, Handler } from "../../../../src/provider/handler";
import { metadataKey, providerKey } from "../../../../src/provider/metadata";
import type { PropertyValues, ResourceDefinition } from "../../../../src/provider/properties";
import { handlers } from "../../../../src/resources/handlers.gen";
import { hostOf as hostIn, sessionOf } from "../../../support/host";

const definition: ResourceDefinition = {
  kind: "Thing",
  doc: "A thing.",
  idDoc: "`name`",
  noun: "thing",
  deletion: () => "lost",
  inputs: {},
  outputs: {},
};

function hostOf(handler: Partial<Handler>, session = sessionOf()): DynamicHost {
  return hostIn({ definition, ...handler }, session).host;
}

const bag = (metadata: PropertyValues = {}): PropertyValues => ({
  [metadataKey]: { v: 1, managed: [], ...metadata },
  [providerKey]: "text",
});

/** The error of a failed creation, which contains the data that the engine needs to keep the object. */
async function initializationError(host: DynamicHost): Promise<InitializationError> {
  const error = await host.create(bag()).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InitializationError);
  return error as InitializationError;
}

describe("objects at fal", () => {
  test("the state contains everything from a handler that JSON can represent", async () => {
    const outputs = { a: undefined, b: () => 1, c: 10n, d: new Date(0), e: Symbol("s"), f: Number.NaN, g: "kept" };
    const host = hostOf({ create: async () => ({ id: "t1", outputs }) });
    const { id, outs } = await host.create(bag());
    expect(id).toBe("t1");
    expect(JSON.parse(JSON.stringify(outs))).toEqual(outs);
    expect(outs).toMatchObject({ c: "10", d: "1970-01-01T00:00:00.000Z", g: "kept", [providerKey]: "text" });
    expect(Object.keys(outs)).not.toContain("b");
  });

  test("the state keeps an object if a later step fails, even with outputs that cannot be serialized", async () => {
    const host = hostOf({
      create: async (_inputs, context) => {
        context.exists("t1", { a: () => 1, b: 10n, c: "kept" }, ["ready"], { d: undefined });
        throw new Error("the wait failed");
      },
    });
    const error = await initializationError(host);
    expect(error).toMatchObject({ id: "t1", reasons: ["the wait failed"] });
    expect(error.properties).toMatchObject({ b: "10", c: "kept", [providerKey]: "text" });
    expect(error.properties[metadataKey]).toMatchObject({ pending: ["ready"], account: "acme" });
    expect(JSON.parse(JSON.stringify(error.properties))).toEqual(error.properties);
  });

  test("the state keeps an object with a reason if a handler throws undefined", async () => {
    const host = hostOf({
      create: async (_inputs, context) => {
        context.exists("t1", {}, []);
        throw undefined;
      },
    });
    expect((await initializationError(host)).reasons).toEqual([expect.stringMatching(/./)]);
  });

  test("an error of another library with an id does not put an object into the state", async () => {
    const foreign = Object.assign(new Error("socket hang up"), { id: "not-ours", properties: {}, reasons: ["x"] });
    const host = hostOf({
      create: async () => {
        throw foreign;
      },
    });
    const error = await host.create(bag()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OperationError);
    expect(error).not.toHaveProperty("id");
  });
});

describe("customTimeouts", () => {
  const limits: string[] = [];
  const record = async (context: Context) => {
    limits.push(context.timeLimit);
  };
  const host = (timeouts?: ResourceDefinition["timeouts"]) =>
    hostOf({
      definition: timeouts ? { ...definition, timeouts } : definition,
      create: (_inputs, context) => record(context).then(() => ({ id: "t1", outputs: {} })),
      update: (_id, _state, _inputs, _changed, context) => record(context).then(() => ({ outputs: {} })),
      delete: (_id, _state, context) => record(context),
    });
  const runAll = async (each: DynamicHost, metadata: PropertyValues): Promise<string[]> => {
    limits.length = 0;
    await each.create(bag(metadata));
    await each.update("t2", bag(), bag(metadata));
    await each.delete("t2", bag(metadata));
    return [...limits];
  };

  test("customTimeouts limits create, update and delete separately", async () => {
    const timeouts = { create: "1h", update: "90s", delete: "2m30s" };
    expect(await runAll(host(), { timeouts })).toEqual(["1h0m", "1m30s", "2m30s"]);
    expect(await runAll(host({ create: 1, update: 1, delete: 1 }), { timeouts })).toEqual(["1h0m", "1m30s", "2m30s"]);
  });

  test("without customTimeouts, the resource's default applies, or five minutes", async () => {
    expect(await runAll(host({ create: 60 }), {})).toEqual(["1m0s", "5m0s", "5m0s"]);
    expect(await runAll(host({ create: 60 }), { timeouts: { delete: "3s" } })).toEqual(["1m0s", "5m0s", "3s"]);
  });

  test("a GPU instance may take twenty minutes to create, update and delete", () => {
    const machine = handlers.find((each) => each.definition.kind === "ComputeInstance");
    expect(machine?.definition.timeouts).toEqual({ create: 1200, update: 1200, delete: 1200 });
  });
});

describe("triggers", () => {
  const writes: ResourceDefinition = {
    ...definition,
    inputs: {
      mark: { schema: z.string(), change: "record", computed: true, tracks: "value", type: "string", doc: "" },
    },
    derive: () => ({ mark: "m1" }),
  };
  const listens: ResourceDefinition = {
    ...definition,
    inputs: {
      on: {
        schema: z.array(z.string()),
        change: "update",
        trigger: "other",
        type: "string[]",
        doc: "",
      },
    },
  };
  const listOf = (on: readonly string[]): PropertyValues => ({ ...bag({ managed: ["on"] }), on });

  function hosts(update: Handler["update"]) {
    const session = sessionOf();
    return {
      writer: hostOf({ definition: writes }, session),
      listener: hostOf({ definition: listens, update }, session),
    };
  }

  test("a new mark triggers an update although the recorded list contains the old one", async () => {
    const before: unknown[] = [];
    const { writer, listener } = hosts(async (_id, state) => {
      before.push(state.inputs["on"]);
      return { outputs: {} };
    });
    const list = listOf(["other", "m1"]);
    expect(await listener.diff("t1", list, list)).toMatchObject({ changes: false });
    await writer.check({ mark: "m1" }, {});
    expect(await listener.diff("t1", list, list)).toMatchObject({ changes: false });
    await writer.check({}, {});
    expect(await listener.diff("t1", list, list)).toMatchObject({ changes: true });
    const { outs } = await listener.update("t1", list, list);
    expect(before).toEqual([["other", expect.not.stringMatching(/^m1$/)]]);
    expect(outs).toMatchObject({ on: ["other", "m1"] });
  });

  test("a trigger differs in the state until its update succeeds", async () => {
    const { writer, listener } = hosts(async () => {
      throw new Error("not now");
    });
    const list = listOf(["m1"]);
    await writer.check({}, {});
    const error = await listener.update("t1", list, list).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InitializationError);
    // The next run does not create the object; the list in the state still differs.
    const { listener: later } = hosts(async () => ({ outputs: {} }));
    const state = (error as InitializationError).properties;
    expect(await later.diff("t1", state, list)).toMatchObject({ changes: true });
  });
});

describe("metadata in the state", () => {
  const urn = "urn:pulumi:dev::project::pulumi-nodejs:dynamic/fal:Thing::thing";
  const sent = (more: PropertyValues = {}): PropertyValues => ({
    ...more,
    [metadataKey]: { v: 1, urn },
    [providerKey]: "text",
  });
  const thing = (name: string): ResourceDefinition["inputs"][string] => ({
    schema: z.string(),
    change: "update",
    type: "string",
    doc: name,
  });
  const things: ResourceDefinition = { ...definition, inputs: { a: thing("a"), b: thing("b") } };

  function recording(handler: Partial<Handler> = {}) {
    const rows: (string | undefined)[] = [];
    const write = (_severity: string, _message: string, row: string | undefined) => void rows.push(row);
    const session = sessionOf([], { log: { write, written: async () => undefined } });
    const report = async (context: Context) => context.warn("said");
    const host = hostOf(
      {
        definition: things,
        create: (_inputs, context) => report(context).then(() => ({ id: "t1", outputs: {} })),
        update: (_id, _state, _inputs, _changed, context) => report(context).then(() => ({ outputs: {} })),
        delete: (_id, _state, context) => report(context),
        ...handler,
      },
      session,
    );
    return { host, rows, registrations: session.registrations };
  }

  test("the state contains the URN once and does not contain the names of inputs", async () => {
    const { host, rows } = recording();
    const { inputs } = await host.check({}, sent({ a: "1", b: "2" }));
    const { outs } = await host.create(inputs);
    const text = JSON.stringify([inputs, outs]);
    expect(text.split(urn)).toHaveLength(2);
    expect(text).not.toContain("managed");
    await host.update("t1", outs as PropertyValues, inputs);
    await host.delete("t1", outs as PropertyValues);
    expect(rows).toEqual([urn, urn, urn]);
  });

  test("checked inputs contain a short form of the URN, and the time limits", async () => {
    const { host } = recording();
    const news = { a: "1", [metadataKey]: { v: 1, urn, timeouts: { create: "1m" }, secrets: ["a"] } };
    const { inputs } = await host.check({}, news);
    const row = expect.stringMatching(/^[\w-]{12}$/);
    expect(inputs[metadataKey]).toEqual({ v: 2, row, timeouts: { create: "1m" }, secrets: ["a"] });
    const { inputs: others } = await host.check({}, { a: "1", [metadataKey]: { v: 1, urn: `${urn}2` } });
    expect(others[metadataKey]).not.toMatchObject({ row: inputs[metadataKey].row });
  });

  test("diff finds changes if only time limits change", async () => {
    const { host } = recording();
    const { inputs } = await host.check({}, sent({ a: "1" }));
    const { outs } = await host.create(inputs);
    const limited = { a: "1", [metadataKey]: { v: 1, urn, timeouts: { create: "1m" } }, [providerKey]: "text" };
    const { inputs: news } = await host.check(inputs, limited);
    expect(await host.diff("t1", outs as PropertyValues, news)).toEqual({ changes: true, replaces: [] });
  });

  test("messages reach the resource's row although ignoreChanges keeps all old inputs", async () => {
    const first = recording();
    const { inputs } = await first.host.check({}, sent({ a: "1" }));
    const { outs } = await first.host.create(inputs);
    const { host, rows, registrations } = recording();
    const { inputs: again } = await host.check(inputs, inputs);
    expect(again).toMatchObject({ [metadataKey]: inputs[metadataKey] });
    expect(await host.diff("t1", outs as PropertyValues, again)).toMatchObject({ changes: false });
    expect(registrations.isDeclared(urn)).toBe(true);
    await host.update("t1", outs as PropertyValues, again);
    expect(rows).toEqual([urn]);
  });

  test("the state lists the managed names only if they differ from its properties", async () => {
    const { host } = recording({ read: async () => ({ inputs: { a: "1", b: undefined }, outputs: {} }) });
    const { inputs } = await host.check({}, sent({ a: "1", b: "2" }));
    const { outs } = await host.create(inputs);
    const drifted = await host.read("t1", outs as PropertyValues);
    expect(drifted.props).toMatchObject({ a: "1", [metadataKey]: { v: 2, managed: ["a", "b"] } });
    expect(drifted.props).not.toHaveProperty("b");
    expect(await host.diff("t1", drifted.props as PropertyValues, inputs)).toMatchObject({ changes: true });
    // After another refresh, `b` is still managed although fal has no value.
    expect((await host.read("t1", drifted.props as PropertyValues)).props).toEqual(drifted.props);
  });

  test("the state of a resource that `get` reads has no managed properties", async () => {
    const read: Handler["read"] = async (_id, state) => ({ inputs: { a: state ? "managed" : "1" }, outputs: {} });
    const { host } = recording({ read });
    const { props } = await host.read("t1", { [providerKey]: "text" });
    expect(props).toMatchObject({ a: "1", [metadataKey]: { v: 2, managed: [] } });
    expect((await host.read("t1", props as PropertyValues)).props).toEqual(props);
  });

  test("state of version 1 stays readable", async () => {
    const { host, rows } = recording({ read: async () => ({ inputs: { a: "1", b: "3" }, outputs: {} }) });
    const old = { a: "1", [metadataKey]: { v: 1, urn, managed: ["a"] }, [providerKey]: "text" };
    const { props, inputs } = await host.read("t1", old);
    expect(props).toMatchObject({ a: "1", [metadataKey]: { v: 2, urn } });
    expect(props).not.toHaveProperty("b");
    expect(inputs).toMatchObject({ a: "1", [metadataKey]: { v: 2 } });
    await host.delete("t1", old);
    expect(rows).toEqual([urn]);
    expect((await host.read("t1", { a: "1", [metadataKey]: { v: 1 }, [providerKey]: "text" })).inputs).toBeUndefined();
  });

  test("state of a newer version is rejected", async () => {
    const { host } = recording();
    const newer = { [metadataKey]: { v: 3, urn } };
    await expect(host.diff("t1", newer, newer)).rejects.toThrow(/newer pulumi-fal.*version 3.*reads 1 and 2/);
  });
});
