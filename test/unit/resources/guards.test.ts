import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FalServerError, FalTimeoutError } from "../../../src/client/errors";
import type { UpdateContext } from "../../../src/provider/handler";
import type { PropertyValues } from "../../../src/provider/properties";
import { appHandler } from "../../../src/resources/app/handler";
import { appScaleHandler } from "../../../src/resources/app-scale/handler";
import { computeInstanceHandler } from "../../../src/resources/compute-instance/handler";
import { environmentHandler } from "../../../src/resources/environment/handler";
import { secretHandler } from "../../../src/resources/secret/handler";

/** Deletions with simulated responses of fal and a simulated clock. */
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function contextOf(fal: object, signals: { limit?: AbortSignal; interruption?: AbortSignal } = {}) {
  const { limit = new AbortController().signal, interruption = new AbortController().signal } = signals;
  const warnings: string[] = [];
  const shown: string[] = [];
  const context: UpdateContext = {
    fal: fal as UpdateContext["fal"],
    signal: limit,
    waitSignal: AbortSignal.any([limit, interruption]),
    timeLimit: "10s",
    now: Date.now(),
    stack: undefined,
    progress: (message) => shown.push(message),
    warn: (message) => warnings.push(message),
    warnOnce: (message) => warnings.push(message),
    isManagedElsewhere: () => false,
    deploying: (deployment) => deployment(),
    acknowledged: () => undefined,
    isIgnored: () => false,
    achieved: () => undefined,
    unfinished: () => undefined,
  };
  return { context, warnings, shown };
}

const stateOf = (inputs: PropertyValues, previousValues: PropertyValues = {}) => ({
  inputs,
  outputs: {},
  managed: Object.keys(inputs),
  pending: [],
  previousValues,
});

describe("deletion of an environment", () => {
  /** An environment with the current contents of these lists. */
  function environmentWith(apps: () => string[], secrets: () => string[], overRest: string[] = []) {
    const calls: string[] = [];
    const fal = {
      apps: { list: async () => apps().map((name) => ({ name })) },
      secrets: {
        list: async () => {
          calls.push("look");
          return secrets().map((name) => ({ name }));
        },
        unset: async (name: string) => {
          await new Promise((done) => setTimeout(done, 5_000));
          calls.push(`unset ${name}`);
        },
      },
      appsOverRest: async () => overRest,
      environments: { delete: async (name: string) => void calls.push(`delete ${name}`) },
    };
    return { calls, ...contextOf(fal) };
  }

  test("deleting an environment waits for other deletions of this process before it checks the contents", async () => {
    const { calls, context } = environmentWith(
      () => [],
      () => [],
    );
    const secret = secretHandler.delete("staging/TOKEN", stateOf({}), context);
    const environment = environmentHandler.delete("staging", stateOf({}), context);
    await vi.advanceTimersByTimeAsync(7_000);
    await Promise.all([secret, environment]);
    expect(calls).toEqual(["unset TOKEN", "look", "look", "delete staging"]);
  });

  test("deleting an environment does not rely on a single empty response", async () => {
    let looks = 0;
    const { calls, context } = environmentWith(
      () => {
        looks += 1;
        return looks % 2 === 1 ? [] : ["sketch"];
      },
      () => [],
    );
    const refused = expect(environmentHandler.delete("staging", stateOf({}), context)).rejects.toThrow("app sketch");
    await vi.advanceTimersByTimeAsync(60_000);
    await refused;
    expect(calls).not.toContain("delete staging");
  });

  test("deleting an environment fails if only fal's REST list contains its apps", async () => {
    const { calls, context } = environmentWith(
      () => [],
      () => [],
      ["sketch"],
    );
    const refused = expect(environmentHandler.delete("staging", stateOf({}), context)).rejects.toThrow(
      /REST list still contains sketch.*fal would delete these apps too/,
    );
    await vi.advanceTimersByTimeAsync(2_000);
    await refused;
    expect(calls).toEqual(["look", "look"]);
  });

  test("deleting an environment checks again for half a minute after another deletion of this process", async () => {
    let left = ["TOKEN"];
    const { calls, context, shown } = environmentWith(
      () => [],
      () => left,
    );
    const secret = secretHandler.delete("preview/TOKEN", stateOf({}), context);
    const deleted = environmentHandler.delete("preview", stateOf({}), context);
    await vi.advanceTimersByTimeAsync(25_000);
    await secret;
    left = [];
    await vi.advanceTimersByTimeAsync(3_000);
    await deleted;
    expect(calls.at(-1)).toBe("delete preview");
    expect(shown[0]).toContain("waiting until it is empty: it contains secret TOKEN");
  });

  test("deleting an environment fails within seconds if no other deletion is in progress", async () => {
    const { calls, context } = environmentWith(
      () => [],
      () => ["TOKEN"],
    );
    const refused = environmentHandler.delete("quiet", stateOf({}), context).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(await Promise.race([refused, "still waiting"])).toMatchObject({
      message: expect.stringMatching(/still contains secret TOKEN.*`dependsOn`.*--continue-on-error/),
    });
    expect(calls.filter((call) => call !== "look")).toEqual([]);
  });

  test("the error for an environment that is not empty lists the contents and the fixes", async () => {
    const apps = Array.from({ length: 12 }, (_, index) => `app-${index}`);
    const { calls, context } = environmentWith(
      () => apps,
      () => ["TOKEN"],
    );
    const refused = expect(environmentHandler.delete("staging", stateOf({}), context)).rejects.toThrow(
      /still contains app app-0, .*app app-9, 3 more, which fal would delete.*`onDelete` is "delete".*`forceDestroy: true`/,
    );
    await vi.advanceTimersByTimeAsync(40_000);
    await refused;
    expect(calls.filter((call) => call !== "look")).toEqual([]);
  });

  test("the error for an environment that is not empty is the same with a shorter time limit", async () => {
    const limit = new AbortController();
    const fal = { apps: { list: async () => [] }, secrets: { list: async () => [{ name: "TOKEN" }] } };
    const { context } = contextOf(fal, { limit: limit.signal });
    const refused = environmentHandler.delete("staging", stateOf({}), context).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(5_000);
    limit.abort(new Error("over"));
    expect(await refused).toMatchObject({
      message: expect.stringMatching(/still contains secret TOKEN.*forceDestroy/),
    });
  });

  test("the error for an environment that is not empty includes fal's response to a later check", async () => {
    let looks = 0;
    const list = async () => {
      looks += 1;
      if (looks === 1) return [{ name: "TOKEN" }];
      throw new FalServerError("Could not list the secrets of staging: fal answered 500 (request req_500).");
    };
    const { context } = contextOf({ apps: { list: async () => [] }, secrets: { list } });
    const refused = environmentHandler.delete("staging", stateOf({}), context).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await refused).toMatchObject({
      message: expect.stringMatching(/still contains secret TOKEN.*The last check failed: .*req_500/),
    });
  });

  test("forceDestroy deletes an environment without a check", async () => {
    const { calls, context } = environmentWith(
      () => ["app"],
      () => [],
    );
    await environmentHandler.delete("staging", stateOf({ forceDestroy: true }), context);
    expect(calls).toEqual(["delete staging"]);
  });

  test("deleting the environment main only removes it from the state", async () => {
    const { calls, context, warnings } = environmentWith(
      () => [],
      () => [],
    );
    await environmentHandler.delete("main", stateOf({ forceDestroy: true }), context);
    expect(calls).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("only removed from this stack's state")]);
  });
});

describe("deletion of a GPU instance", () => {
  const machine = (status: string) => ({ id: "inst_1", instanceType: "gpu_1x_h100_sxm5", status });
  /** A GPU instance that has one of these statuses per read and is then gone. */
  function deleting(statuses: string[]) {
    const left = [...statuses];
    const calls: string[] = [];
    const compute = {
      delete: async (id: string) => void calls.push(`delete ${id}`),
      get: async () => {
        const status = left.shift();
        return status === undefined ? undefined : machine(status);
      },
      list: async () => [],
    };
    return { calls, fal: { compute } };
  }

  test("deleting a GPU instance waits until fal no longer lists it", async () => {
    const { calls, fal } = deleting(["ready", "unknown", "unknown"]);
    const { context, shown } = contextOf(fal);
    let done = false;
    const deleted = computeInstanceHandler.delete("inst_1", stateOf({}), context).then(() => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(6_000);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(6_000);
    await deleted;
    expect(calls).toEqual(["delete inst_1"]);
    expect(shown).toEqual([
      "waiting until gone: ready, 0s",
      "waiting until gone: unknown, 3s",
      "waiting until gone: unknown, 6s",
    ]);
  });

  test("deleting a GPU instance succeeds when it is stopped", async () => {
    const { context } = contextOf(deleting(["stopped"]).fal);
    await computeInstanceHandler.delete("inst_1", stateOf({}), context);
  });

  test.each([
    [
      "its time limit is over",
      "limit",
      /the instance is still "ready" after 10s \(the option `customTimeouts` sets the limit\)/,
    ],
    ["it is interrupted", "interruption", /the instance was still "ready" when the operation was interrupted/],
  ] as const)(
    "deleting a GPU instance fails when %s, keeps it in the state and explains how to continue",
    async (_when, which, says) => {
      const { fal } = deleting(Array.from({ length: 100 }, () => "ready"));
      const end = new AbortController();
      const { context } = contextOf(fal, { [which]: end.signal });
      const failed = computeInstanceHandler.delete("inst_1", stateOf({}), context).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(10_000);
      end.abort(new Error("over"));
      expect(await failed).toMatchObject({ message: expect.stringMatching(says) });
      expect(await failed).toMatchObject({ message: expect.stringMatching(/stays in state.*run the command again/) });
    },
  );
});

describe("waits for a GPU instance", () => {
  const machine = { id: "inst_1", instanceType: "gpu_1x_h100_sxm5", status: "provisioning" };
  const attempt = { afterMs: 0, tookMs: 1, code: "FAL_SERVER", status: 500 } as const;
  const cutOff = new FalTimeoutError("time is up", {
    history: [{ ...attempt, answer: "fal answered 500 to GET /compute/instances/inst_1 (request req_500)" }],
  });

  test.each([
    ["creation", /it is still "provisioning" after 10s\..*Before that, fal answered 500 .*req_500/],
    ["deletion", /accepted the deletion .* is still "provisioning" after 10s.*Before that, fal answered 500 .*req_500/],
    [
      "deletion, from the first read on",
      /accepted the deletion .* is not confirmed to be gone after 10s.*Before that, .*req_500/,
    ],
  ] as const)(
    "the error for a GPU instance that takes too long contains fal's earlier response: %s",
    async (what, says) => {
      const end = new AbortController();
      let looks = 0;
      const get = async () => {
        looks += 1;
        if (looks === 1 && !what.includes("first read")) return machine;
        end.abort(new Error("over"));
        throw cutOff;
      };
      const { context } = contextOf({ compute: { get, delete: async () => {} } }, { limit: end.signal });
      const run = what.startsWith("deletion")
        ? computeInstanceHandler.delete("inst_1", stateOf({}), context)
        : computeInstanceHandler.update(
            "inst_1",
            { ...stateOf({}), pending: ["ready"] },
            {} as never,
            new Set(),
            context,
          );
      const failed = run.catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await failed).toMatchObject({ message: expect.stringMatching(says) });
    },
  );
});

describe("deletion of an app", () => {
  const calls: string[] = [];
  const fal = {
    apps: { delete: async (name: string) => void calls.push(name), get: async () => undefined },
    appsOverRest: async () => [],
  };
  beforeEach(() => {
    calls.length = 0;
  });

  test.each([
    ["nothing without onDelete", {}, []],
    ["nothing with onDelete: retain", { onDelete: "retain" }, []],
    ["a deletion with onDelete: delete", { onDelete: "delete" }, ["image-gen"]],
  ] as const)("deleting an app sends %s", async (_title, inputs, sent) => {
    await appHandler.delete("main/image-gen", stateOf(inputs), contextOf(fal).context);
    expect(calls).toEqual(sent);
  });

  test("deleting the scaling of an app that is gone sends nothing", async () => {
    const state = stateOf({ onDelete: "restore", maxConcurrency: 4 }, { maxConcurrency: 2 });
    const deleted = appScaleHandler.delete("main/image-gen", state, contextOf(fal).context);
    await vi.advanceTimersByTimeAsync(1_000);
    await deleted;
    expect(calls).toEqual([]);
  });
});
