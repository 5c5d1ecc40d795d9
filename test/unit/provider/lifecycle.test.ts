import { expect, test } from "vitest";
import { z } from "zod";
import { PartialFailure } from "../../../src/provider/errors";
import type { Handler } from "../../../src/provider/handler";
import { Lifecycle } from "../../../src/provider/lifecycle";
import type { ResourceDefinition } from "../../../src/provider/properties";
import { Session } from "../../../src/provider/session";

/** A host that gets the URN and time limits from the engine, as a native plugin does. */
const urn = "urn:pulumi:dev::project::fal:index:Thing::thing";
const definition: ResourceDefinition = {
  kind: "Thing",
  doc: "A thing.",
  idDoc: "`name`",
  noun: "thing",
  deletion: () => "lost",
  inputs: { size: { schema: z.number(), change: "update", type: "number", doc: "A size." } },
  outputs: {},
};

function lifecycleOf(handler: Partial<Handler>) {
  const rows: (string | undefined)[] = [];
  const session = new Session({
    log: { write: (_severity, _message, row) => void rows.push(row), written: async () => undefined },
    interruption: () => new AbortController().signal,
    beforeEnd: () => undefined,
    engineAddress: undefined,
    userAgent: undefined,
  });
  const parts = {
    connection: { client: () => ({}), environment: () => "main", strict: () => false, explain: String },
    accounts: { current: "acme", verify: async () => undefined, mustKnow: () => undefined },
  };
  const lifecycle = new Lifecycle({ definition, ...handler } as unknown as Handler, Object.assign(session, parts));
  return { lifecycle, rows };
}

test("a host passes the URN and the time limit with the request, and no state records them", async () => {
  const limits: string[] = [];
  const { lifecycle, rows } = lifecycleOf({
    create: async (_inputs, context) => {
      limits.push(context.timeLimit);
      context.warn("said");
      return { id: "t1", outputs: { ready: true } };
    },
  });
  const { inputs, failures } = lifecycle.check({}, { size: 1 }, { urn });
  expect(failures).toEqual([]);
  expect(inputs).toEqual({ size: 1, __fal: { v: 2 } });
  const { id, outputs } = await lifecycle.create(inputs, { urn, timeout: "90s" });
  expect(id).toBe("t1");
  expect(outputs).toEqual({ size: 1, ready: true, __fal: { v: 2, account: "acme" } });
  expect(limits).toEqual(["1m30s"]);
  expect(rows).toEqual([urn]);
  expect(lifecycle.diff(id, outputs, inputs, { urn })).toMatchObject({ changes: false });
});

test("a failure after the creation carries the outputs that the engine must save", async () => {
  const { lifecycle } = lifecycleOf({
    create: async (_inputs, context) => {
      context.exists("t1", { ready: false }, ["ready"]);
      throw new Error("The wait failed.");
    },
  });
  const failure = await lifecycle.create({ size: 1, __fal: { v: 2 } }, { urn }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PartialFailure);
  expect(failure).toMatchObject({
    id: "t1",
    outputs: { size: 1, ready: false, __fal: { v: 2, account: "acme", pending: ["ready"] } },
  });
});

test("an update that fails carries what it achieved and the values from before it", async () => {
  const { lifecycle } = lifecycleOf({
    update: async (_id, _state, _inputs, _changed, context) => {
      context.achieved(["size"], { ready: true }, { size: 5 });
      throw new Error("The next step failed.");
    },
  });
  const olds = { label: "a", __fal: { v: 2, found: { label: "b" } } };
  const failure = await lifecycle.update("t1", olds, { size: 1, __fal: { v: 2 } }, { urn }).catch((error) => error);
  expect(failure).toBeInstanceOf(PartialFailure);
  expect(failure.outputs).toMatchObject({ size: 1, ready: true, __fal: { found: { label: "b", size: 5 } } });
});

test("a refresh of an object that is gone returns nothing", async () => {
  const { lifecycle } = lifecycleOf({ read: async () => undefined });
  expect(await lifecycle.read("t1", { size: 1, __fal: { v: 2 } }, { urn })).toBeUndefined();
});
