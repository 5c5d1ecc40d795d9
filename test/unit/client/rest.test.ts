import { inspect } from "node:util";
import { beforeEach, describe, expect, test, vi } from "vitest";
import {
  FalAbortedError,
  FalAuthenticationError,
  FalConflictError,
  FalConnectionError,
  FalError,
  FalNotFoundError,
  FalPermissionError,
  FalRateLimitedError,
  FalServerError,
  FalTimeoutError,
  FalValidationError,
} from "../../../src/client";
import { failureFromAnswer, path } from "../../../src/client/internal/rest";
import { CANARY, client, closedPort, KEY, restServer } from "./support/servers";

// With a random factor of 0, retries do not wait.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

const machine = { id: "inst_1", instance_type: "gpu_1x_h100_sxm5", region: "us-west", status: "ready" };

async function failureOf(promise: Promise<unknown>): Promise<FalError> {
  const error = await promise.then(
    () => new Error("it succeeded"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FalError)) throw error;
  return error;
}

/** Runs a function with fake timers and real sockets. `tookMs` is the time on the fake clock. */
async function inFastTime<T>(run: () => Promise<T>): Promise<{ result: T; tookMs: number }> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  try {
    const began = performance.now();
    const done = run().then((result) => ({ result, tookMs: performance.now() - began }));
    let over = false;
    done.finally(() => {
      over = true;
    });
    while (!over) {
      await vi.advanceTimersByTimeAsync(500);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    return await done;
  } finally {
    vi.useRealTimers();
  }
}

test("REST requests contain the key, the accepted type and the user agent", async () => {
  const server = await restServer(() => ({ body: machine }));
  await client({ apiUrl: `${server.url}/v1`, userAgent: "my-tool/1.2" }).compute.get("inst_1");
  expect(server.calls).toMatchObject([
    {
      method: "GET",
      path: "/v1/compute/instances/inst_1",
      headers: {
        authorization: `Key ${KEY}`,
        accept: "application/json",
        "user-agent": expect.stringMatching(/^pulumi-fal\/\S+ node\/\S+ my-tool\/1\.2$/),
      },
    },
  ]);
});

describe("REST responses", () => {
  const table: [number, string, typeof FalError][] = [
    [400, "FAL_VALIDATION", FalValidationError],
    [401, "FAL_AUTHENTICATION", FalAuthenticationError],
    [403, "FAL_PERMISSION", FalPermissionError],
    [404, "FAL_NOT_FOUND", FalNotFoundError],
    [409, "FAL_CONFLICT", FalConflictError],
    [418, "FAL_VALIDATION", FalValidationError],
    [422, "FAL_VALIDATION", FalValidationError],
    [500, "FAL_SERVER", FalServerError],
    [501, "FAL_SERVER", FalServerError],
    [503, "FAL_SERVER", FalServerError],
  ];
  test.each(table)("REST status %i becomes the error %s", async (status, code, type) => {
    const body = {
      error: { type: "some_type", message: "the reason", request_id: "req_1", docs_url: "https://fal.ai/docs/x" },
    };
    const server = await restServer(() => ({ status, body }));
    const error = await failureOf(client({ apiUrl: server.url }).compute.list());
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({
      code,
      operation: "compute.list",
      status,
      type: "some_type",
      requestId: "req_1",
      docsUrl: "https://fal.ai/docs/x",
    });
    expect(error.message).toContain(
      `Could not list compute instances: fal answered ${status} to GET /compute/instances: the reason (request req_1)`,
    );
    expect(error.message).not.toContain("\n");
    expect(Object.keys(error)).not.toContain("id");
  });

  test("an authentication error names the source of the key, and a permission error the required scope", async () => {
    const server = await restServer((_, count) => ({ status: count === 1 ? 401 : 403 }));
    const { compute } = client({ apiUrl: server.url });
    expect((await failureOf(compute.list())).message).toContain("The key came from apiKey (key id kid)");
    const permission = await failureOf(compute.list());
    expect(permission.message).toMatch(/ADMIN scope.*access to compute/);
  });

  const read = (text: string) => failureFromAnswer("GET /x", 400, () => undefined, text, 0);
  test.each([
    ["the platform's error object", '{"error":{"type":"t","message":"m"}}', { reason: "m", type: "t" }],
    [
      "the platform's error object with nulls",
      '{"error":{"type":null,"message":"m","request_id":null}}',
      { reason: "m" },
    ],
    ["the older error object", '{"detail":"not this way"}', { reason: "not this way" }],
    [
      "the older error object with a list",
      '{"detail":[{"loc":["body","alias"],"msg":"too short"},"x"]}',
      { reason: "body.alias: too short; x" },
    ],
    [
      "an HTML page of a proxy",
      "<!DOCTYPE html><html>Bad Gateway</html>",
      { reason: expect.stringContaining("HTML page") },
    ],
    ["an empty body", "", { reason: undefined }],
    ["text", "upstream connect error", { reason: "upstream connect error" }],
    ["broken JSON", '{"error":{"mess', { reason: '{"error":{"mess' }],
    ["JSON of another shape", '[1,"x"]', { reason: '[1,"x"]' }],
  ])("the client reads an error response with %s", (_, text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  test("the client takes the request id from the header if the body has none", () => {
    const header = (name: string) => (name === "x-request-id" ? "from-header" : undefined);
    expect(failureFromAnswer("GET /x", 500, header, "", 0).requestId).toBe("from-header");
  });

  test.each([
    ["an HTML page", "<html></html>", 9],
    ["text", "OK", 9],
    ["half of the JSON", '{"instances":[{"id":"in', 9],
    ["an empty body", "", 9],
    ["JSON of another shape", { instances: [{ id: 5 }] }, 1],
    ["null", "null", 1],
  ])("a successful REST response with %s is a server error", async (_, body, attempts) => {
    const server = await restServer(() => ({ body }));
    const error = await failureOf(client({ apiUrl: server.url }).compute.list());
    expect(error).toBeInstanceOf(FalServerError);
    expect(error.message).toContain("to GET /compute/instances in an unexpected format");
    expect([server.calls.length, error.attempts]).toEqual([attempts, attempts]);
  });

  test("a truncated REST response is requested again", async () => {
    const server = await restServer((_, count) =>
      count === 1 ? { headers: { "content-length": "500" }, body: '{"instances":[', cut: true } : { body: machine },
    );
    expect(await client({ apiUrl: server.url }).compute.get("inst_1")).toMatchObject({ id: "inst_1" });
    expect(server.calls).toHaveLength(2);
  });

  test.each(["text/plain", "text/html", "application/octet-stream", ""])(
    "the client reads JSON with the content type %j",
    async (type) => {
      const server = await restServer(() => ({ headers: { "content-type": type }, body: machine }));
      expect(await client({ apiUrl: server.url }).compute.get("inst_1")).toMatchObject({ id: "inst_1" });
    },
  );

  test("an HTML page is an error of a call without an expected response", async () => {
    const page = await restServer(() => ({ body: "<!doctype html><title>Log in to the network</title>" }));
    const error = await failureOf(client({ apiUrl: page.url }).compute.delete("inst_1"));
    expect(error).toMatchObject({ code: "FAL_SERVER", attempts: 6, mayHaveTakenEffect: true });
    expect(error.message).toContain("an HTML page, probably not from fal");
    for (const body of ["", {}, "null"]) {
      const server = await restServer(() => ({ body }));
      await client({ apiUrl: server.url }).compute.delete("inst_1");
    }
  });

  test("the client waits as long as each form of rate-limit header states", async () => {
    const date = "Thu, 01 Jan 2026 00:00:00 GMT";
    const dated = { date, "retry-after": "Thu, 01 Jan 2026 00:00:01 GMT" };
    for (const headers of [{ "retry-after": "0.2" }, dated, { "x-ratelimit-reset": "0.2" }]) {
      const server = await restServer((_, count) => (count === 1 ? { status: 429, headers } : { body: machine }));
      const lines: string[] = [];
      const log = (line: string) => void lines.push(line);
      await client({ apiUrl: server.url, log }).compute.get("inst_1");
      const waited = Number(/next in (\d+) ms/.exec(lines[0] ?? "")?.[1]);
      expect(waited).toBeGreaterThanOrEqual(headers === dated ? 1_000 : 200);
      expect(waited).toBeLessThanOrEqual(2_000);
    }
  });

  test("a REST response that is too large is cut off", async () => {
    const server = await restServer(() => ({ body: "x".repeat(17 * 1024 * 1024) }));
    const error = await failureOf(client({ apiUrl: server.url }).compute.list());
    expect(error).toBeInstanceOf(FalServerError);
    expect(error.message).toContain("larger than 16 MiB");
    expect(server.calls).toHaveLength(1);
  });

  test.each([301, 302, 303, 307, 308])(
    "the client does not follow a redirect (%i), because it would send the key along",
    async (status) => {
      const elsewhere = await restServer(() => ({ body: machine }));
      const server = await restServer(() => ({
        status,
        headers: { location: `${elsewhere.url}/compute/instances/x` },
      }));
      const error = await failureOf(client({ apiUrl: server.url }).compute.get("x"));
      expect(error.message).toContain("a redirect, which the client does not follow");
      expect(elsewhere.calls).toEqual([]);
    },
  );
});

test("the client requests uncompressed REST responses and names the compression of others", async () => {
  const headers = { "content-encoding": "gzip" };
  const server = await restServer(() => ({ headers, body: "\u001f\u008b\u0008" }));
  const error = await failureOf(client({ apiUrl: server.url }).compute.list());
  expect(error).toBeInstanceOf(FalServerError);
  expect(error.message).toContain("to GET /compute/instances in an unexpected format: it is compressed (gzip)");
  expect(server.calls[0]?.headers["accept-encoding"]).toBe("identity");
});

test("a small REST response with too many values is not decoded", async () => {
  const many = `{"instances":[${"{},".repeat(200_000)}{}]}`;
  const deep = `{"error":{"message":"m","x":${"[".repeat(500)}${"]".repeat(500)}}}`;
  const server = await restServer((_call, count) => (count === 1 ? { body: many } : { status: 422, body: deep }));
  const fal = client({ apiUrl: server.url });
  const list = await failureOf(fal.compute.list());
  expect(list).toBeInstanceOf(FalServerError);
  expect(list.message).toContain("fal's answer to GET /compute/instances contains more than 1000000 values.");
  const refusal = await failureOf(fal.compute.list());
  expect(refusal).toMatchObject({ code: "FAL_VALIDATION", status: 422, attempts: 1 });
  expect(server.calls).toHaveLength(2);
});

test("only a 404 with fal's explanation means that an object does not exist", async () => {
  const absent = [{ error: { type: "not_found", message: "no" } }, { detail: "Not Found" }];
  const foreign = ["", "<html>nope</html>", "404 page not found", "{}", '{"message":"no route matched"}', "[]"];
  for (const body of [...absent, ...foreign]) {
    const server = await restServer(() => ({ status: 404, body }));
    const fal = client({ apiUrl: server.url });
    const found = await fal.compute.get("inst_1").catch((error: unknown) => error);
    if (typeof body === "object") expect(found).toBeUndefined();
    else expect(found).toMatchObject({ code: "FAL_SERVER", status: 404, attempts: 1 });
  }
});

describe("retries over REST", () => {
  const order = { instanceType: "gpu_1x_h100_sxm5", sshKey: "ssh-ed25519 AAAA" };

  test.each([429, 500, 502, 503, 504])("a read is retried after status %i", async (status) => {
    const server = await restServer((_, count) => (count < 3 ? { status } : { body: machine }));
    expect(await client({ apiUrl: server.url }).compute.get("inst_1")).toMatchObject({ id: "inst_1" });
    expect(server.calls).toHaveLength(3);
  });

  test("a read is retried after a broken connection", async () => {
    const server = await restServer((_, count) => (count === 1 ? { reset: true } : { body: machine }));
    expect(await client({ apiUrl: server.url }).compute.get("inst_1")).toMatchObject({ id: "inst_1" });
  });

  test("the number of attempts is limited, and the error states it", async () => {
    const server = await restServer(() => ({ status: 503, body: { detail: "maintenance" } }));
    const error = await failureOf(client({ apiUrl: server.url }).compute.get("inst_1"));
    expect(error.attempts).toBe(server.calls.length);
    expect(error.message).toMatch(/503 to GET .*: maintenance, 9 attempts\.$/);
    expect(error.mayHaveTakenEffect).toBe(false);
  });

  test("an error contains the history of its attempts without secrets", async () => {
    const server = await restServer((_, count) =>
      count === 1
        ? { status: 429, headers: { "retry-after": "0.02", "x-request-id": "req_1" } }
        : count === 2
          ? { reset: true }
          : { status: 400, headers: { "x-request-id": CANARY } },
    );
    const error = await failureOf(client({ apiUrl: server.url }).compute.list());
    const ms = expect.any(Number);
    const answer = (text: string) => expect.stringContaining(text);
    expect(error.history).toEqual([
      {
        ...{ afterMs: ms, tookMs: ms, code: "FAL_RATE_LIMITED", status: 429, requestId: "req_1", waitMs: 20 },
        answer: answer("fal answered 429 to GET /compute/instances (request req_1)"),
      },
      { afterMs: ms, tookMs: ms, code: "FAL_CONNECTION", waitMs: 0, answer: answer("broke before GET") },
      {
        afterMs: ms,
        tookMs: ms,
        code: "FAL_VALIDATION",
        status: 400,
        requestId: "***",
        answer: answer("(request ***)"),
      },
    ]);
    expect(error.attempts).toBe(3);
    expect(error.message).not.toContain("req_1");
    const [first, second] = error.history;
    expect(second?.afterMs).toBeGreaterThanOrEqual((first?.afterMs ?? 0) + 20);
    expect(inspect(error, { showHidden: true, depth: 10 }) + JSON.stringify(error)).not.toContain(CANARY);
  });

  test("a call that fal rejects is not retried", async () => {
    const server = await restServer(() => ({ status: 400 }));
    await failureOf(client({ apiUrl: server.url }).compute.list());
    expect(server.calls).toHaveLength(1);
  });

  test("creating a GPU instance is retried with the same Idempotency-Key, and each call has its own", async () => {
    const server = await restServer((_, count) =>
      count === 1 ? { reset: true } : count === 2 ? { status: 503 } : { status: 201, body: machine },
    );
    const { compute } = client({ apiUrl: server.url });
    await compute.create(order);
    await compute.create(order);
    await compute.create(order, { idempotencyKey: "given" });
    const keys = server.calls.map((call) => call.headers["idempotency-key"]);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[0]);
    expect(keys[4]).toBe("given");
  });

  test("creating a GPU instance is retried past the usual attempts if a response was lost", async () => {
    const server = await restServer(() => ({ status: 503 }));
    const { compute } = client({ apiUrl: server.url });
    const { result, tookMs } = await inFastTime(() => failureOf(compute.create(order)));
    expect(tookMs).toBeGreaterThan(560_000);
    expect(tookMs).toBeLessThan(600_000);
    expect(server.calls.length).toBeGreaterThan(20);
    expect(server.calls.length).toBeLessThan(60);
    expect(new Set(server.calls.map((call) => call.headers["idempotency-key"])).size).toBe(1);
    expect(result).toMatchObject({ code: "FAL_SERVER", status: 503, mayHaveTakenEffect: true });
    expect(result.attempts).toBe(server.calls.length);
  });

  test("creating a GPU instance succeeds when fal responds again after minutes", async () => {
    const server = await restServer((_, count) =>
      count > 12 ? { body: machine } : count % 2 === 0 ? { reset: true } : { status: 429 },
    );
    const { compute } = client({ apiUrl: server.url });
    const { result, tookMs } = await inFastTime(() => compute.create(order));
    expect(result).toMatchObject({ id: "inst_1" });
    expect(tookMs).toBeGreaterThan(60_000);
    expect(server.calls).toHaveLength(13);
  });

  test("a signal and a time limit end the retries of a creation", async () => {
    const server = await restServer(() => ({ status: 503 }));
    const { compute } = client({ apiUrl: server.url });
    const limited = await inFastTime(() => failureOf(compute.create(order, { timeoutMs: 60_000 })));
    expect(limited.tookMs).toBeLessThanOrEqual(61_000);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    const ended = await failureOf(compute.create(order, { signal: controller.signal }));
    expect(ended).toMatchObject({ code: "FAL_ABORTED", mayHaveTakenEffect: true });
  });

  test("deleting a GPU instance is retried, and succeeds if the instance is gone", async () => {
    const server = await restServer(({ method }, count) =>
      method === "GET" ? { body: { instances: [] } } : count === 1 ? { reset: true } : { status: 404 },
    );
    await client({ apiUrl: server.url }).compute.delete("inst_1");
    expect(server.calls.map((call) => call.method)).toEqual(["DELETE", "DELETE", "GET"]);
  });

  test("a refused connection is an error that names the address", async () => {
    const apiUrl = await closedPort();
    const error = await failureOf(client({ apiUrl }).compute.list());
    expect(error).toBeInstanceOf(FalConnectionError);
    expect(error.message).toContain(`could not connect to ${apiUrl} (ECONNREFUSED), 4 attempts`);
  });
});

describe("creation of keys over REST", () => {
  const key = { alias: "ci" };

  test.each([
    ["a broken connection", { reset: true }, FalConnectionError],
    ["a failure of the server", { status: 500 }, FalServerError],
    ["an unavailable server", { status: 503 }, FalServerError],
    ["a response without the key", { status: 201, body: {} }, FalServerError],
  ])("creating a key is not retried after %s, and the error reports that a key may exist", async (_, answer, type) => {
    const server = await restServer(() => answer);
    const error = await failureOf(client({ apiUrl: server.url }).keys.create(key));
    expect(server.calls).toHaveLength(1);
    expect(error).toBeInstanceOf(type);
    expect(error.mayHaveTakenEffect).toBe(true);
    expect(error.message).toMatch(/may have taken effect.*revoke it/);
  });

  test("creating a key is not retried after a rate limit", async () => {
    const server = await restServer(() => ({ status: 429 }));
    const error = await failureOf(client({ apiUrl: server.url }).keys.create(key));
    expect(server.calls).toHaveLength(1);
    expect(error).toBeInstanceOf(FalRateLimitedError);
    expect(error.mayHaveTakenEffect).toBe(false);
  });

  test("creating a key is not retried after a timeout", async () => {
    const server = await restServer(() => ({ hang: true }));
    const error = await failureOf(client({ apiUrl: server.url }).keys.create(key, { timeoutMs: 150 }));
    expect(server.calls).toHaveLength(1);
    expect(error).toBeInstanceOf(FalTimeoutError);
    expect(error.mayHaveTakenEffect).toBe(true);
  });

  test("creating a key uses a new connection, because an idle one may close", async () => {
    const server = await restServer((call) => ({
      body: call.method === "GET" ? machine : { key_id: "a", key_secret: "b" },
    }));
    const fal = client({ apiUrl: server.url, maxConcurrentRequests: 1 });
    await fal.compute.get("a");
    await fal.compute.get("a");
    await fal.keys.create(key);
    const [first, second, third] = server.calls.map((call) => call.port);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  test("creating a key is retried if no server can have received it", async () => {
    const error = await failureOf(client({ apiUrl: await closedPort() }).keys.create(key));
    expect(error.attempts).toBe(4);
    expect(error.mayHaveTakenEffect).toBe(false);
    expect(error.message).not.toContain("revoke it");
  });
});

describe("rate limits over REST", () => {
  test("a rate limit delays all calls of the client for the stated time", async () => {
    const times: number[] = [];
    const server = await restServer((_, count) => {
      times.push(performance.now());
      return count === 1 ? { status: 429, headers: { "x-ratelimit-reset": "0.3" } } : { body: machine };
    });
    const fal = client({ apiUrl: server.url, maxConcurrentRequests: 4 });
    const first = fal.compute.get("a");
    await vi.waitFor(() => expect(times).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([first, fal.compute.get("b"), fal.compute.get("c")]);
    const [limited = 0, ...others] = times;
    expect(others).toHaveLength(3);
    for (const time of others) expect(time - limited).toBeGreaterThanOrEqual(290);
  });

  test("a rate limit beyond the deadline fails all calls at once with the time of the next attempt", async () => {
    const server = await restServer(() => ({ status: 429, headers: { "retry-after": "3600" } }));
    const fal = client({ apiUrl: server.url });
    const before = Date.now();
    const error = await failureOf(fal.compute.get("a"));
    expect(error).toBeInstanceOf(FalRateLimitedError);
    expect(error.retryAt?.getTime()).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(error.message).toContain(`Try again after ${error.retryAt?.toISOString()}`);

    const other = await failureOf(fal.keys.create({ alias: "x" }));
    expect(other).toBeInstanceOf(FalRateLimitedError);
    expect(other.attempts).toBe(0);
    expect(server.calls).toHaveLength(1);
  });
});

describe("invalid waits", () => {
  test.each([
    ["a wait beyond any calendar", { "retry-after": "999999999999" }],
    ["a date at the end of the calendar", { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" }],
    ["a wait of zero", { "retry-after": "0" }],
    ["a date in the past", { "retry-after": new Date(Date.now() - 10_000_000).toUTCString() }],
  ])("a rate limit with %s neither fails the call nor blocks the client", async (_, headers) => {
    const server = await restServer((_call, count) =>
      count === 1 ? { status: 429, headers, body: {} } : { body: { instances: [], next_cursor: null } },
    );
    const fal = client({ apiUrl: server.url });
    expect(await fal.compute.list()).toEqual([]);
    expect(await fal.compute.list({ fresh: true })).toEqual([]);
    expect(server.calls).toHaveLength(3);
  });

  test("a rate limit with a wait of zero causes no more attempts than one without a wait", async () => {
    const waits = async (headers: Record<string, string>) => {
      vi.spyOn(Math, "random").mockReturnValue(0.5);
      const server = await restServer(() => ({ status: 429, headers, body: {} }));
      const { result, tookMs } = await inFastTime(() => failureOf(client({ apiUrl: server.url }).compute.list()));
      expect(result).toMatchObject({ code: "FAL_RATE_LIMITED", attempts: 9, retryAt: undefined });
      return tookMs;
    };
    expect(Math.abs((await waits({ "retry-after": "0" })) - (await waits({})))).toBeLessThan(2_000);
  });

  test("the client reads a date in Retry-After by the clock of the response", async () => {
    const server = await restServer(() => ({
      status: 429,
      headers: { date: "Tue, 01 Jan 2019 00:00:00 GMT", "retry-after": "Tue, 01 Jan 2019 00:10:00 GMT" },
      body: {},
    }));
    const error = await failureOf(client({ apiUrl: server.url }).compute.list());
    const until = (error.retryAt?.getTime() ?? 0) - Date.now();
    expect(until).toBeGreaterThan(590_000);
    expect(until).toBeLessThanOrEqual(600_000);
  });

  test("after a rate limit of an hour, one call a minute tests it, and a success ends it", async () => {
    const server = await restServer((_call, count) =>
      count === 1
        ? { status: 429, headers: { "retry-after": "3600" }, body: {} }
        : { body: { instances: [], next_cursor: null } },
    );
    const fal = client({ apiUrl: server.url });
    await inFastTime(async () => {
      expect(await failureOf(fal.compute.list())).toBeInstanceOf(FalRateLimitedError);
      expect(await failureOf(fal.compute.get("a"))).toMatchObject({ code: "FAL_RATE_LIMITED", attempts: 0 });
      await new Promise((resolve) => setTimeout(resolve, 61_000));
      expect(await fal.compute.list({ fresh: true })).toEqual([]);
      expect(await fal.compute.list({ fresh: true })).toEqual([]);
    });
    expect(server.calls).toHaveLength(3);
  });
});

describe("outages", () => {
  test("five hundred reads during an outage share a retry budget", async () => {
    const server = await restServer(() => ({ status: 503, body: {} }));
    const fal = client({ apiUrl: server.url });
    const { result } = await inFastTime(() =>
      Promise.all(Array.from({ length: 500 }, (_, index) => failureOf(fal.compute.get(`inst_${index}`)))),
    );
    expect(server.calls).toHaveLength(600);
    expect(result.at(-1)).toMatchObject({ code: "FAL_SERVER", attempts: 1 });
    expect(result.at(-1)?.message).toContain("(not retried, because the last 100 retries failed)");
  });

  test("an outage of one address does not affect another one, and successful calls end its effects", async () => {
    let down = true;
    const broken = await restServer(() => (down ? { status: 503, body: {} } : { body: machine }));
    const files = await restServer((_call, count) => (count === 1 ? { status: 503, body: {} } : { body: [] }));
    const fal = client({ apiUrl: broken.url, restUrl: files.url, surface: "platform" });
    await inFastTime(() => Promise.all(Array.from({ length: 20 }, () => failureOf(fal.compute.get("inst_1")))));
    expect(await failureOf(fal.compute.get("inst_1"))).toMatchObject({ attempts: 1 });
    expect(await fal.account().catch(() => undefined)).toBeUndefined();
    expect(files.calls.length).toBeGreaterThan(1);
    down = false;
    await Promise.all(Array.from({ length: 3 }, () => fal.compute.get("inst_1")));
    down = true;
    expect(await failureOf(fal.compute.get("inst_1"))).toMatchObject({ attempts: 4 });
  });

  test("an outage does not end the retries of a creation that fal may have received", async () => {
    let orders = 0;
    const server = await restServer(({ method }) => {
      if (method === "GET") return { status: 503, body: {} };
      orders += 1;
      return orders < 20 ? { reset: true } : { status: 201, body: machine };
    });
    const fal = client({ apiUrl: server.url });
    await inFastTime(() => Promise.all(Array.from({ length: 20 }, () => failureOf(fal.compute.get("inst_1")))));
    await failureOf(fal.compute.get("inst_1"));
    const order = { instanceType: "gpu_1x_h100_sxm5", sshKey: "ssh-ed25519 AAAA" };
    const { result } = await inFastTime(() => fal.compute.create(order));
    expect(result.id).toBe("inst_1");
    expect(orders).toBe(20);
  });
});

describe("lists with pages", () => {
  test("a list has one deadline for all its pages", async () => {
    const server = await restServer((_call, count) => ({
      delayMs: 1_000,
      body: { instances: [{ ...machine, id: `inst_${count}` }], next_cursor: String(count) },
    }));
    const { result, tookMs } = await inFastTime(() => failureOf(client({ apiUrl: server.url }).compute.list()));
    expect(result).toBeInstanceOf(FalTimeoutError);
    expect(result.message).toMatch(
      /^Could not list compute instances: fal's list did not end within 180 seconds \(\d+ pages with \d+ items were read\)\.$/,
    );
    expect(tookMs).toBeLessThan(182_000);
  });

  test("a list keeps the caller's deadline", async () => {
    const server = await restServer((_call, count) => ({
      delayMs: 10,
      body: { instances: [{ ...machine, id: `inst_${count}` }], next_cursor: String(count) },
    }));
    const began = performance.now();
    const error = await failureOf(client({ apiUrl: server.url }).compute.list({ timeoutMs: 300 }));
    expect(error).toBeInstanceOf(FalTimeoutError);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test.each(["events", "deployments"] as const)(
    "an endless list of %s fails after a limited number of requests",
    async (method) => {
      const server = await restServer(({ path: asked }) =>
        asked.includes("/users/current")
          ? { body: { nickname: "acme" } }
          : {
              body: { [asked.includes("/events") ? "events" : "revisions"]: [], next_cursor: `${server.calls.length}` },
            },
      );
      const fal = client({ apiUrl: server.url, restUrl: server.url });
      const error = await failureOf(fal.apps[method]("sketch"));
      expect(error).toBeInstanceOf(FalServerError);
      expect(error.message).toContain(`Could not list the ${method} of app main/sketch: fal's list does not end`);
      expect(server.calls.length).toBeLessThan(60);
    },
  );
});

test("a rate limit in another response extends the wait of all calls", async () => {
  const times: number[] = [];
  const server = await restServer((call) => {
    times.push(performance.now());
    if (times.length > 2) return { body: machine };
    return { status: 429, headers: { "x-ratelimit-reset": call.path.endsWith("a") ? "0.1" : "0.4" }, delayMs: 20 };
  });
  const { compute } = client({ apiUrl: server.url });
  await Promise.all([compute.get("a"), compute.get("b")]);
  const [, second = 0, ...others] = times;
  expect(others).toHaveLength(2);
  for (const time of others) expect(time - second).toBeGreaterThanOrEqual(390);
});

describe("limits and cancellation", () => {
  test("timeoutMs includes all attempts", async () => {
    const server = await restServer(() => ({ hang: true }));
    const began = performance.now();
    const error = await failureOf(client({ apiUrl: server.url }).compute.get("a", { timeoutMs: 200 }));
    expect(error).toBeInstanceOf(FalTimeoutError);
    expect(error.message).toContain("no answer within 200 ms");
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test("timeoutMs includes the wait in the queue", async () => {
    const server = await restServer(() => ({ hang: true }));
    const fal = client({ apiUrl: server.url, maxConcurrentRequests: 1 });
    const blocking = failureOf(fal.compute.get("a", { timeoutMs: 500 }));
    const error = await failureOf(fal.compute.get("b", { timeoutMs: 100 }));
    expect(error).toMatchObject({ code: "FAL_TIMEOUT", attempts: 0 });
    await blocking;
    expect(server.calls).toHaveLength(1);
  });

  test("an aborted change is an error that reports that it may have taken effect", async () => {
    const server = await restServer(() => ({ hang: true }));
    const controller = new AbortController();
    const failed = failureOf(client({ apiUrl: server.url }).compute.delete("a", { signal: controller.signal }));
    await vi.waitFor(() => expect(server.calls).toHaveLength(1));
    controller.abort();
    const error = await failed;
    expect(error).toBeInstanceOf(FalAbortedError);
    expect(error.mayHaveTakenEffect).toBe(true);
  });

  test("a timeout signal of the caller is reported as a timeout", async () => {
    const server = await restServer(() => ({ hang: true }));
    const signal = AbortSignal.timeout(100);
    const error = await failureOf(client({ apiUrl: server.url }).compute.list({ signal }));
    expect(error).toBeInstanceOf(FalTimeoutError);
    expect(error.message).toMatch(/the caller's time limit is over/);
  });

  test("the error of a call that is aborted between attempts contains the caller's reason and fal's response", async () => {
    const server = await restServer(() => ({ status: 503, headers: { "retry-after": "60" } }));
    const controller = new AbortController();
    const failed = failureOf(client({ apiUrl: server.url }).compute.delete("a", { signal: controller.signal }));
    await vi.waitFor(() => expect(server.calls).toHaveLength(1));
    setTimeout(() => controller.abort(new Error("lunch is ready")), 100);
    const error = await failed;
    expect(error.message).toMatch(
      /: lunch is ready; before that, fal answered 503 to DELETE \S+\. It may have taken effect/,
    );
    expect(error).toMatchObject({ code: "FAL_ABORTED", attempts: 1, mayHaveTakenEffect: true });
  });

  test("a call with an aborted signal sends nothing", async () => {
    const server = await restServer(() => ({ body: machine }));
    const error = await failureOf(client({ apiUrl: server.url }).compute.get("a", { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: "FAL_ABORTED", attempts: 0, mayHaveTakenEffect: false });
    expect(server.calls).toEqual([]);
  });

  test("closing the client ends current and later calls", async () => {
    const server = await restServer(() => ({ hang: true }));
    const fal = client({ apiUrl: server.url });
    const failed = failureOf(fal.compute.get("a"));
    await vi.waitFor(() => expect(server.calls).toHaveLength(1));
    await fal.close();
    expect((await failed).message).toContain("the client is closed");
    expect((await failureOf(fal.compute.get("a"))).code).toBe("FAL_ABORTED");
    await fal.close();
  });

  test("the client's waitSignal ends waits and further attempts, but no current attempt", async () => {
    vi.mocked(Math.random).mockReturnValue(0.9);
    const controller = new AbortController();
    const server = await restServer((call) =>
      call.path.endsWith("failing") ? { status: 503 } : { body: machine, delayMs: 100 },
    );
    const { compute } = client({ apiUrl: server.url }, { waitSignal: controller.signal });
    const failed = failureOf(compute.get("failing"));
    await vi.waitFor(() => expect(server.calls).toHaveLength(1));
    const underWay = compute.get("inst_1");
    await vi.waitFor(() => expect(server.calls).toHaveLength(2));
    controller.abort();
    expect(await failed).toMatchObject({ code: "FAL_ABORTED", attempts: 1, history: [{ status: 503 }] });
    expect(await underWay).toMatchObject({ id: "inst_1" });
    expect(await compute.get("inst_1")).toMatchObject({ id: "inst_1" });
    expect(await failureOf(compute.get("failing"))).toMatchObject({ code: "FAL_ABORTED", attempts: 1 });
    expect(server.calls).toHaveLength(4);
  });

  test("the client's signal ends all calls", async () => {
    const controller = new AbortController();
    const fal = client({ apiUrl: await closedPort(), signal: controller.signal });
    controller.abort();
    expect((await failureOf(fal.compute.get("a"))).code).toBe("FAL_ABORTED");
  });

  test("the client sends no more requests at once than allowed", async () => {
    const server = await restServer(() => ({ body: machine, delayMs: 10 }));
    const { compute } = client({ apiUrl: server.url, maxConcurrentRequests: 3 });
    await Promise.all(Array.from({ length: 20 }, (_, index) => compute.get(`i${index}`)));
    expect(server.calls).toHaveLength(20);
    expect(server.mostAtOnce()).toBe(3);
  });
});

test("the error of a REST call does not contain an echoed key", async () => {
  const body = {
    error: { type: CANARY, message: `bad key ${KEY}`, request_id: CANARY, docs_url: `https://x/${CANARY}` },
  };
  const server = await restServer(() => ({ status: 400, body }));
  const error = await failureOf(client({ apiUrl: server.url }).compute.list());
  expect(error.message).toContain("***");
  for (const text of [inspect(error, { showHidden: true, depth: 10 }), JSON.stringify(error), String(error.stack)]) {
    expect(text).not.toContain(CANARY);
  }
});

test("paths escape their parts and reject empty and relative parts", () => {
  expect(path`/compute/instances/${"a/b?c#d"}`).toBe("/compute/instances/a%2Fb%3Fc%23d");
  for (const id of ["", ".", ".."]) expect(() => path`/compute/instances/${id}`).toThrow(FalValidationError);
});
