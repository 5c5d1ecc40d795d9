import { describe, expect, it } from "vitest";
import { InitializationError, messageOf, OperationError } from "../../../src/provider/errors";
import type { Context, Handler } from "../../../src/provider/handler";
import { hiddenKey, providerKey } from "../../../src/provider/hidden";
import { DynamicHost, type Process } from "../../../src/provider/host";
import { Ownership } from "../../../src/provider/ownership";
import { Peers } from "../../../src/provider/peers";
import type { Bag, ResourceDefinition } from "../../../src/provider/properties";
import { Registrations } from "../../../src/provider/registrations";
import { StackState } from "../../../src/provider/stack-state";
import { handlers } from "../../../src/resources/handlers";

const definition: ResourceDefinition = {
  kind: "Thing",
  doc: "A thing.",
  idDoc: "`name`",
  adopt: "none",
  inputs: {},
  outputs: {},
};

/** A provider process whose account is known and that asks nobody. */
function hostOf(handler: Partial<Handler>): DynamicHost {
  const untold = async () => {
    throw new Error("not expected");
  };
  const complete = { definition, create: untold, read: untold, update: untold, delete: untold, ...handler } as Handler;
  const peers = new Peers(undefined);
  const registrations = new Registrations(peers);
  const process = {
    log: { write: () => undefined },
    connection: { client: () => ({}), environment: () => "main", explain: messageOf },
    peers,
    registrations,
    ownership: new Ownership(registrations, new StackState(() => Promise.reject(new Error("no CLI")))),
    accounts: { current: "acme", verify: async () => undefined, mustKnow: () => undefined },
    now: () => 0,
  };
  return new DynamicHost(complete, process as unknown as Process);
}

const bag = (hidden: Bag = {}): Bag => ({ [hiddenKey]: { v: 1, managed: [], ...hidden }, [providerKey]: "text" });

/** The one way in which creating must fail: with what the engine needs to keep the object. */
async function initializationError(host: DynamicHost): Promise<InitializationError> {
  const error = await host.create(bag()).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InitializationError);
  return error as InitializationError;
}

describe("what exists at fal", () => {
  it("is in state with everything that JSON can hold, whatever a handler returned", async () => {
    const outputs = { a: undefined, b: () => 1, c: 10n, d: new Date(0), e: Symbol("s"), f: Number.NaN, g: "kept" };
    const host = hostOf({ create: async () => ({ id: "t1", outputs }) });
    const { id, outs } = await host.create(bag());
    expect(id).toBe("t1");
    expect(JSON.parse(JSON.stringify(outs))).toEqual(outs);
    expect(outs).toMatchObject({ c: "10", d: "1970-01-01T00:00:00.000Z", g: "kept", [providerKey]: "text" });
    expect(Object.keys(outs)).not.toContain("b");
  });

  it("stays in state when a later step fails, also where what it left cannot be serialised", async () => {
    const host = hostOf({
      create: async (_inputs, context) => {
        context.exists("t1", { a: () => 1, b: 10n, c: "kept" }, ["ready"], { d: undefined });
        throw new Error("the wait failed");
      },
    });
    const error = await initializationError(host);
    expect(error).toMatchObject({ id: "t1", reasons: ["the wait failed"] });
    expect(error.properties).toMatchObject({ b: "10", c: "kept", [providerKey]: "text" });
    expect(error.properties[hiddenKey]).toMatchObject({ pending: ["ready"], account: "acme" });
    expect(JSON.parse(JSON.stringify(error.properties))).toEqual(error.properties);
  });

  it("stays in state with a reason when what was thrown says nothing", async () => {
    const host = hostOf({
      create: async (_inputs, context) => {
        context.exists("t1", {}, []);
        throw undefined;
      },
    });
    expect((await initializationError(host)).reasons).toEqual([expect.stringMatching(/./)]);
  });

  it("is not made up from a foreign error that owns an id", async () => {
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
  const runAll = async (each: DynamicHost, hidden: Bag): Promise<string[]> => {
    limits.length = 0;
    await each.create(bag(hidden));
    await each.update("t2", bag(), bag(hidden));
    await each.delete("t2", bag(hidden));
    return [...limits];
  };

  it("are the limits of create, update and delete, each its own", async () => {
    const timeouts = { create: "1h", update: "90s", delete: "2m30s" };
    expect(await runAll(host(), { timeouts })).toEqual(["1h0m", "1m30s", "2m30s"]);
    expect(await runAll(host({ create: 1, update: 1, delete: 1 }), { timeouts })).toEqual(["1h0m", "1m30s", "2m30s"]);
  });

  it("that are left out are the resource's own limits, else five minutes", async () => {
    expect(await runAll(host({ create: 60 }), {})).toEqual(["1m0s", "5m0s", "5m0s"]);
    expect(await runAll(host({ create: 60 }), { timeouts: { delete: "3s" } })).toEqual(["1m0s", "5m0s", "3s"]);
  });

  it("of a GPU machine are twenty minutes to come up, also when the wait is resumed, and to go", () => {
    const machine = handlers.find((each) => each.definition.kind === "ComputeInstance");
    expect(machine?.definition.timeouts).toEqual({ create: 1200, update: 1200, delete: 1200 });
  });
});
