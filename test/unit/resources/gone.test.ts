import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FalNotFoundError, FalServerError } from "../../../src/client/errors";
import type { Context, Handler } from "../../../src/provider/handler";
import { apiKeyHandler } from "../../../src/resources/api-key/handler";
import { appHandler } from "../../../src/resources/app/handler";
import { appScaleHandler } from "../../../src/resources/app-scale/handler";
import { computeInstanceHandler } from "../../../src/resources/compute-instance/handler";
import { environmentHandler } from "../../../src/resources/environment/handler";
import { secretHandler } from "../../../src/resources/secret/handler";

/** The responses of fal after which a refresh considers an object as deleted. */
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function contextOf(fal: object): Context {
  const { signal } = new AbortController();
  return {
    fal: fal as Context["fal"],
    signal,
    waitSignal: signal,
    timeLimit: "10s",
    now: Date.now(),
    stack: undefined,
    progress: () => undefined,
    warn: () => undefined,
  };
}

async function read(handler: Handler<never>, id: string, fal: object, outputs = {}) {
  const state = { inputs: {}, outputs, managed: [], pending: [], previousValues: {} } as never;
  const reading = handler.read(id, state, contextOf(fal)).catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return await reading;
}

/** A fal that returns the object only in the responses marked `true`. REST lists only the given names. */
function falWith(answers: readonly boolean[], overRest: string[] = [], inEnvironment: string[] = []) {
  let asked = 0;
  const fresh: unknown[] = [];
  const get =
    (object: object) =>
    async (_id: string, options: { fresh?: boolean } = {}) => {
      fresh.push(options.fresh);
      asked += 1;
      return answers[asked - 1] ? object : undefined;
    };
  const fal = {
    settings: { environment: "main" },
    account: async () => "acme",
    apps: {
      get: get({ name: "x", environment: "main", revision: "r", machineTypes: [], regions: [] }),
      list: async () => inEnvironment.map((name) => ({ name })),
    },
    appsOverRest: async () => overRest,
    secrets: { get: get({ name: "x" }) },
    keys: { get: get({ keyId: "x", alias: "x" }) },
    environments: { get: get({ name: "x", isDefault: false }) },
    compute: { get: get({ id: "x", instanceType: "t", status: "ready" }), list: async () => [] },
  };
  return { fal, fresh, asked: () => asked };
}

const kinds: [string, Handler<never>, string][] = [
  ["App", appHandler as never, "main/x"],
  ["AppScale", appScaleHandler as never, "main/x"],
  ["Secret", secretHandler as never, "main/x"],
  ["ApiKey", apiKeyHandler as never, "x"],
  ["ComputeInstance", computeInstanceHandler as never, "x"],
  ["Environment", environmentHandler as never, "x"],
];

describe.each(kinds)("refresh of %s", (kind, handler, id) => {
  test(`a refresh of ${kind} keeps an object that one response of fal lacks`, async () => {
    const { fal, fresh } = falWith([false, true]);
    expect(await read(handler, id, fal)).toMatchObject({ outputs: expect.anything() });
    if (kind !== "ComputeInstance") expect(fresh).toEqual([false, true]);
  });

  test(`a refresh of ${kind} removes an object that two responses lack, the second of them fresh`, async () => {
    const { fal, asked } = falWith([false, false, true]);
    expect(await read(handler, id, fal)).toBeUndefined();
    expect(asked()).toBe(2);
  });

  test(`a refresh of ${kind} reads an existing object once`, async () => {
    const { fal, asked } = falWith([true]);
    await read(handler, id, fal);
    expect(asked()).toBe(1);
  });
});

test.each([kinds[0], kinds[1]])("a refresh keeps an %s that only fal's REST list contains", async (...row) => {
  const [, handler, id] = row as unknown as (typeof kinds)[number];
  const error = await read(handler, id, falWith([], ["other", "x"]).fal);
  expect(String(error)).toMatch(
    /fal's responses about app "main\/x" contradict each other: .* It does not count as deleted/,
  );
  expect(await read(handler, id, falWith([], ["other"]).fal)).toBeUndefined();
});

test("a refresh keeps an environment that is not listed but contains apps", async () => {
  const error = await read(environmentHandler as never, "x", falWith([], [], ["sketch"]).fal);
  expect(String(error)).toMatch(/fal's responses about environment "x" contradict/);
});

test("a refresh removes an environment if fal does not find its apps either", async () => {
  const { fal } = falWith([]);
  fal.apps.list = async () => {
    throw new FalNotFoundError("no such environment");
  };
  expect(await read(environmentHandler as never, "x", fal)).toBeUndefined();
});

test("a refresh fails if the second source for an object fails", async () => {
  const { fal } = falWith([]);
  fal.appsOverRest = async () => {
    throw new FalServerError("Could not list the apps of main: fal answered 503");
  };
  expect(await read(appHandler as never, "main/x", fal)).toBeInstanceOf(FalServerError);
});

test("a refresh looks twice for previous keys before it removes them", async () => {
  const listed = new Map([["x", 1]]);
  const times = new Map<string, number>();
  const get = async (keyId: string) => {
    times.set(keyId, (times.get(keyId) ?? 0) + 1);
    if (keyId === "old" && times.get(keyId) === 2) listed.set("old", 1);
    return listed.has(keyId) ? { keyId, alias: "x" } : undefined;
  };
  const previousKeys = ["old", "gone"].map((keyId) => ({ keyId, revokeAfter: "2030-01-01T00:00:00Z" }));
  const live = await read(apiKeyHandler as never, "x", { keys: { get } }, { keyId: "x", previousKeys });
  expect(live).toMatchObject({ outputs: { previousKeys: [{ keyId: "old" }] } });
});
