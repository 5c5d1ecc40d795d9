import { AsyncLocalStorage } from "node:async_hooks";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type FalClient, FalError, type FalWait } from "../../../src/client";
import { CANARY, client, grpcServer, type RestAnswer, restServer } from "./support/servers";

// With a random factor of 0, retries wait only as long as fal states.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const machine = { id: "inst_1", instance_type: "gpu_1x_h100_sxm5", region: "us-west", status: "ready" };
const failed = { status: 500, body: { detail: "disk is full" }, headers: { "x-request-id": "req_500" } };

async function failureOf(promise: Promise<unknown>): Promise<FalError> {
  const error = await promise.then(
    () => new Error("it succeeded"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FalError)) throw error;
  return error;
}

/** A list of environments that waits for its second response, after `answer` was the first. `first`: its failure. */
async function hungAfter(answer: ConnectError) {
  let calls = 0;
  const server = await grpcServer({
    listEnvironments: async (_request, { signal }) => {
      calls += 1;
      if (calls === 1) throw answer;
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      return {};
    },
  });
  const { environments } = client({ grpcUrl: server.url });
  const controller = new AbortController();
  const first = failureOf(environments.list({ signal: controller.signal }));
  await vi.waitFor(() => expect(calls).toBe(2), 30_000);
  return { environments, controller, first };
}

/** The sockets are real; timers run a hundred times as fast as they do, at most. */
async function inFastTime<T>(run: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
  let over = false;
  const done = run().finally(() => {
    over = true;
  });
  while (!over) {
    await vi.advanceTimersByTimeAsync(250);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  return await done;
}

/** Fails once, then never responds. */
const stalling = (first: RestAnswer) => restServer((_, count) => (count === 1 ? first : { hang: true }));

describe("earlier responses in timeouts", () => {
  test.each([
    ["a shared read", "list"],
    ["a separate read", "get"],
  ] as const)("a timeout of %s keeps fal's earlier response", async (_, method) => {
    const { compute } = client({ apiUrl: (await stalling(failed)).url });
    const options = { timeoutMs: 2_000 };
    const error = await failureOf(method === "list" ? compute.list(options) : compute.get("inst_1", options));
    expect(error.message).toMatch(
      /no answer within \d+ ms; before that, fal answered 500 to GET \S+: disk is full \(request req_500\), 2 attempts\./,
    );
    expect(error).toMatchObject({ code: "FAL_TIMEOUT", attempts: 2 });
    expect(error.history[0]).toMatchObject({
      status: 500,
      requestId: "req_500",
      answer: expect.stringContaining("disk"),
    });
  });

  test("an aborted shared read over gRPC keeps fal's earlier response for each caller", async () => {
    const answer = new ConnectError("overloaded", Code.Unavailable, { "x-fal-request-id": "req_g" });
    const { environments, controller, first } = await hungAfter(answer);
    const late = failureOf(environments.get("staging", { signal: controller.signal }));
    controller.abort(new Error("the operation was interrupted"));
    for (const error of await Promise.all([first, late])) {
      expect(error.message).toMatch(
        /interrupted; before that, fal answered UNAVAILABLE to ListEnvironments: .*overloaded \(request req_g\)/,
      );
      expect(error).toMatchObject({ code: "FAL_ABORTED", attempts: 2, history: [{ grpcCode: "UNAVAILABLE" }] });
    }
  });

  test.each([
    ["a clause", "the user ended it"],
    ["a sentence", "The user ended it."],
    ["several stops", "The user ended it... "],
  ])("the message about an aborted call has one full stop if the reason of its signal is %s", async (_, reason) => {
    const answer = new ConnectError("overloaded.", Code.Unavailable);
    const { environments, controller, first: listed } = await hungAfter(answer);
    controller.abort(new Error(reason));
    const { message } = await listed;
    expect(message).toMatch(/: [Tt]he user ended it; before that, fal answered .*: overloaded, 2 attempts\.$/);
    const unanswered = await failureOf(environments.get("staging", { signal: AbortSignal.abort(new Error(reason)) }));
    expect(unanswered.message).toMatch(/: [Tt]he user ended it\.$/);
  });

  test("a timeout of the read of the account's name keeps fal's earlier response", async () => {
    const server = await restServer((call, count) =>
      call.path === "/users/current" && count > 1 ? { hang: true } : failed,
    );
    const fal = client({ restUrl: server.url, apiUrl: server.url });
    const error = await failureOf(fal.account({ signal: AbortSignal.timeout(2_000) }));
    expect(error.message).toMatch(
      /time limit is over; before that, fal answered 500 to GET \S+ \(request req_500\)|disk/,
    );
    expect(error.history).toHaveLength(1);
  });

  test.each([
    ["environments.create", (fal: FalClient) => fal.environments.create("staging"), true],
    ["environments.delete", (fal: FalClient) => fal.environments.delete("staging"), false],
    ["secrets.unset", (fal: FalClient) => fal.secrets.unset("TOKEN"), false],
    ["apps.delete", (fal: FalClient) => fal.apps.delete("image-gen"), false],
    ["keys.revoke", (fal: FalClient) => fal.keys.revoke("key_1"), false],
  ] as const)("the error of %s contains the refusal and the failed check after it", async (_, run, effect) => {
    let creations = 0;
    const refuse = () => {
      throw new ConnectError("no such thing", Code.NotFound, { "x-fal-request-id": "req_1" });
    };
    const broken = () => {
      throw new ConnectError("disk is full", Code.Internal, { "x-fal-request-id": "req_2" });
    };
    const server = await grpcServer({
      createEnvironment: () => {
        creations += 1;
        throw new ConnectError("exists", creations === 1 ? Code.Unavailable : Code.AlreadyExists, {
          "x-fal-request-id": "req_1",
        });
      },
      ...{ deleteEnvironment: refuse, setSecret: refuse, deleteAlias: refuse, revokeUserKey: refuse },
      ...{ listEnvironments: broken, listSecrets: broken, listAliases: broken, listUserKeys: broken },
    });
    const error = await failureOf(run(client({ grpcUrl: server.url })));
    expect(error.message).toMatch(
      /^Could not (create|delete|unset|revoke) .*\(request req_1\).* failed too: Could not list .*disk is full \(request req_2\)/,
    );
    expect(error.mayHaveTakenEffect).toBe(effect);
  });

  test("a broken connection in the last attempt keeps fal's earlier response", async () => {
    const server = await restServer((_, count) => (count < 9 ? failed : { reset: true }));
    const error = await failureOf(client({ apiUrl: server.url }).compute.get("inst_1"));
    expect(error.message).toMatch(/broke before .*; before that, fal answered 500 .*req_500\), 9 attempts/);
  });

  test("fal's earlier response stays redacted", async () => {
    const server = await stalling({ ...failed, body: { detail: `your key is ${CANARY}` } });
    const error = await failureOf(client({ apiUrl: server.url }).compute.list({ timeoutMs: 2_000 }));
    expect(error.message).toContain("before that, fal answered 500");
    expect(JSON.stringify([error.message, error.history])).not.toContain(CANARY);
  });
});

describe("progress of waits", () => {
  const noCapacity = { status: 503, body: { detail: `no capacity, ${CANARY}` }, headers: { "x-request-id": "req_1" } };
  const order = { instanceType: "gpu_1x_h100_sxm5", sshKey: "ssh-ed25519 AAAA" };

  test("a wait of more than five seconds reports fal's response, the attempts and the time of the next attempt", async () => {
    const server = await restServer((_, count) =>
      count < 3
        ? { ...noCapacity, headers: { ...noCapacity.headers, "retry-after": "12" } }
        : { body: { ...machine, status: "provisioning" } },
    );
    const waits: FalWait[] = [];
    const { compute } = client({ apiUrl: server.url, onWait: (wait) => waits.push(wait) });
    await inFastTime(() => compute.create(order));
    const head =
      "waiting to create compute instance: fal answered 503 to POST /compute/instances: no capacity, *** (request req_1)";
    const counted = (attempts: string) =>
      [12, 7, 2].map((seconds) => `${head}, ${attempts}; next attempt in ${seconds}s`);
    expect(waits.map(({ message }) => message)).toEqual([...counted("1 attempt"), ...counted("2 attempts")]);
    expect(waits[0]).toMatchObject({ operation: "compute.create", attempts: 1, status: 503 });
  });

  test("a wait is reported to each caller of a shared read in its own context", async () => {
    const server = await restServer((_, count) =>
      count === 1
        ? { ...noCapacity, headers: { "retry-after": "7" } }
        : { body: { instances: [machine], has_more: false } },
    );
    const row = new AsyncLocalStorage<string>();
    const rows: (string | undefined)[] = [];
    const { compute } = client({ apiUrl: server.url, onWait: () => rows.push(row.getStore()) });
    await inFastTime(() => Promise.all(["a", "b", "c"].map((name) => row.run(name, () => compute.list()))));
    expect(new Set(rows)).toEqual(new Set(["a", "b", "c"]));
    expect(server.calls).toHaveLength(2);
  });

  test("a rate limit of another call is reported to calls that wait for it, without fal's text", async () => {
    const server = await restServer((_, count) =>
      count === 1
        ? { status: 429, body: { detail: "words" }, headers: { "retry-after": "20", "x-request-id": "req_9" } }
        : { body: machine },
    );
    const waits: FalWait[] = [];
    const { compute } = client({ apiUrl: server.url, maxConcurrentRequests: 2, onWait: (wait) => waits.push(wait) });
    await inFastTime(async () => {
      const limited = compute.get("limited");
      while (waits.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([compute.get("held"), compute.get("queued"), limited]);
    });
    const shown = (id: string) => waits.filter(({ resource }) => resource === id).map(({ message }) => message);
    for (const id of ["held", "queued"]) {
      const [first = ""] = shown(id);
      expect(first).toMatch(
        new RegExp(
          `waiting to read compute instance ${id}: fal limits this account \\(429, request req_9\\); next attempt in 1\\d+s|20s`,
        ),
      );
      expect(shown(id).join()).not.toContain("words");
    }
  });

  test("a missing response and many short waits in a row are reported, and a single short wait is not", async () => {
    const waits: FalWait[] = [];
    const onWait = (wait: FalWait) => waits.push(wait);
    const hanging = await restServer((_, count) => (count === 1 ? { ...failed } : { hang: true }));
    await inFastTime(() =>
      failureOf(client({ apiUrl: hanging.url, onWait }).compute.get("inst_1", { timeoutMs: 9_000 })),
    );
    expect(waits.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^waiting to read compute instance inst_1: no answer from 127.0.0.1:\d+ for \d+s, attempt 2; before that, fal answered 500 .*req_500\)$/,
      ),
    ]);

    waits.length = 0;
    const short = await restServer((_, count) =>
      count < 5 ? { status: 503, headers: { "retry-after": "2" } } : { body: machine },
    );
    await inFastTime(() => client({ apiUrl: short.url, onWait }).compute.get("inst_1"));
    expect(waits.map(({ attempts }) => attempts)).toEqual([3, 4]);

    waits.length = 0;
    const quick = await restServer((_, count) =>
      count === 1 ? { status: 503, headers: { "retry-after": "4" } } : { body: machine },
    );
    await inFastTime(() => client({ apiUrl: quick.url, onWait }).compute.get("inst_1"));
    expect(waits).toEqual([]);
  });

  test("a hook that throws does not fail a call", async () => {
    const server = await restServer((_, count) =>
      count === 1 ? { status: 503, headers: { "retry-after": "6" } } : { body: machine },
    );
    const onWait = () => {
      throw new Error("no screen");
    };
    expect(await inFastTime(() => client({ apiUrl: server.url, onWait }).compute.get("inst_1"))).toMatchObject({
      id: "inst_1",
    });
  });
});
