import { describe, expect, test, vi } from "vitest";
import { HostedRunStatus_State } from "../src/gen/controller_pb";
import { emulate, failureOf } from "./support/emulator";

const BODY = { body: { alias: "ci" } };

describe("REST faults", () => {
  test("REST faults fail the given number of calls with fal's error format and without the effect", async () => {
    const fal = await emulate();
    await fal.faults([
      { match: { transport: "rest", method: "POST", path: "^/v1/keys$" }, times: 2, fault: { status: 503 } },
    ]);

    for (let n = 0; n < 2; n++) {
      expect(await fal.rest("POST", "/v1/keys", BODY)).toMatchObject({
        status: 503,
        body: { error: { type: "server_error", message: expect.stringContaining("503") } },
      });
    }
    expect((await fal.state()).keys).toHaveLength(1);
    expect((await fal.platform("POST", "/keys", BODY)).status).toBe(201);
    expect((await fal.requests()).map((each) => each["status"])).toEqual([503, 503, 201]);
  });

  test("REST faults can have their own headers and body", async () => {
    const fal = await emulate();
    await fal.faults([
      { match: {}, fault: { status: 429, headers: { "Retry-After": 7, "x-ratelimit-reset": "3" } } },
      { match: {}, fault: { status: 502, body: "<html>bad gateway</html>", headers: { "content-type": "text/html" } } },
      { match: {}, fault: { status: 200, body: { surprising: true } } },
      { match: {}, fault: { status: 307, headers: { location: "https://evil.example/" } } },
    ]);

    const limited = await fal.platform("GET", "/keys");
    expect(limited).toMatchObject({ status: 429, body: { error: { type: "rate_limited" } } });
    expect(limited.headers.get("retry-after")).toBe("7");
    expect(limited.headers.get("x-ratelimit-reset")).toBe("3");
    const gateway = await fal.rest("GET", "/v1/keys");
    expect(gateway).toMatchObject({ status: 502, body: "<html>bad gateway</html>" });
    expect(gateway.headers.get("content-type")).toBe("text/html");
    expect((await fal.rest("GET", "/v1/keys")).body).toEqual({ surprising: true });
    const redirect = await fetch(`${fal.restUrl}/v1/keys`, { redirect: "manual" });
    expect([redirect.status, redirect.headers.get("location")]).toEqual([307, "https://evil.example/"]);
  });

  test("REST faults without a status only add their headers to the real response", async () => {
    const fal = await emulate();
    await fal.faults([{ match: {}, fault: { headers: { "x-fal-request-id": "abc" } } }]);
    const answer = await fal.platform("GET", "/keys");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-fal-request-id")).toBe("abc");
  });

  test("REST faults respond with a detail in the alpha API", async () => {
    const fal = await emulate();
    await fal.faults([{ match: {}, fault: { status: 500 } }]);
    expect(await fal.rest("GET", "/serverless/apps")).toMatchObject({
      status: 500,
      body: { detail: expect.any(String) },
    });
  });

  test("REST faults after the effect fail only the response", async () => {
    const fal = await emulate();
    await fal.faults([{ match: { method: "POST" }, fault: { status: 500, afterEffect: true } }]);
    const answer = await fal.rest("POST", "/v1/keys", BODY);
    expect(answer).toMatchObject({ status: 500, body: { error: { type: "server_error" } } });
    expect(JSON.stringify(answer.body)).not.toContain("key_secret");
    expect((await fal.state()).keys).toHaveLength(2);
  });

  test("REST faults after the effect replace a response without a body", async () => {
    const fal = await emulate();
    await fal.seed({ instances: [{ id: "a" }] });
    await fal.faults([{ match: { method: "DELETE" }, fault: { status: 503, afterEffect: true } }]);
    expect(await fal.platform("GET", "/compute/instances/a")).toMatchObject({ status: 200 });
    expect(await fal.rest("DELETE", "/v1/compute/instances/a")).toMatchObject({ status: 503, body: { error: {} } });
    expect((await fal.state()).instances).toEqual([]);
  });

  test.each([false, true])("REST faults cut the connection with afterEffect %s", async (afterEffect) => {
    const fal = await emulate();
    await fal.faults([{ match: { path: "/keys" }, fault: { reset: true, afterEffect } }]);

    await expect(fal.rest("POST", "/v1/keys", BODY)).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });

    expect((await fal.state()).keys).toHaveLength(afterEffect ? 2 : 1);
    expect(await fal.requests()).toMatchObject([{ path: "/v1/keys", status: null }]);
    expect((await fal.platform("GET", "/keys")).status).toBe(200);
  });

  test("REST faults delay the operation or its response", async () => {
    const fal = await emulate();
    await fal.faults([
      { match: { method: "POST" }, fault: { delayMs: 400 } },
      { match: { method: "POST" }, fault: { delayMs: 400, afterEffect: true } },
    ]);
    const keys = async () => (await fal.state()).keys.length;

    const late = fal.platform("POST", "/keys", BODY);
    await vi.waitFor(async () => expect(await fal.requests()).toHaveLength(1));
    expect(await keys()).toBe(1);
    expect((await late).status).toBe(201);

    const lateAnswer = fal.platform("POST", "/keys", BODY);
    await vi.waitFor(async () => expect(await keys()).toBe(3));
    expect((await fal.requests())[1]).toMatchObject({ status: null });
    expect((await lateAnswer).status).toBe(201);
  });
});

describe("faults of builds", () => {
  async function build(fault: object) {
    const fal = await emulate();
    await fal.faults([{ match: { rpc: "BuildEnvironment" }, fault }]);
    const received: { line?: string | undefined; state?: HostedRunStatus_State | undefined; ms: number }[] = [];
    const began = performance.now();
    const ended = (async () => {
      for await (const { logs, status } of fal.grpc().buildEnvironment({ applicationName: "sd" })) {
        received.push({ line: logs[0]?.message, state: status?.state, ms: performance.now() - began });
      }
    })();
    return { fal, received, ended };
  }
  const lines = ["Collecting torch", "Installing torch"];

  test("a slow build logs its lines over time and then succeeds", async () => {
    const { fal, received, ended } = await build({ logs: lines, logDelayMs: 150 });
    await ended;
    expect(received.map(({ line }) => line)).toEqual([...lines, undefined]);
    expect(received.at(-1)?.state).toBe(HostedRunStatus_State.SUCCESS);
    const [first = 0, second = 0] = received.map(({ ms }) => ms);
    expect(second - first).toBeGreaterThan(75);
    expect(await fal.requests()).toMatchObject([{ rpc: "BuildEnvironment", status: "OK" }]);
  });

  test("a failed build logs its lines before the failure", async () => {
    const { fal, received, ended } = await build({
      logs: lines,
      grpcCode: "INVALID_ARGUMENT",
      body: "no such package",
    });
    expect(await failureOf(ended)).toMatchObject({ code: "InvalidArgument", message: "no such package" });
    expect(received.map(({ line }) => line)).toEqual(lines);
    expect(await fal.requests()).toMatchObject([{ rpc: "BuildEnvironment", status: "INVALID_ARGUMENT" }]);
  });
});

describe("gRPC faults", () => {
  test("gRPC faults fail the given number of calls with a code, a message and trailers", async () => {
    const fal = await emulate();
    await fal.faults([
      {
        match: { transport: "grpc", rpc: "SetSecret" },
        times: 1,
        fault: { grpcCode: "RESOURCE_EXHAUSTED", body: "slow down", headers: { "x-ratelimit-reset": "3" } },
      },
    ]);
    const grpc = fal.grpc();

    const { code, message, error } = await failureOf(grpc.setSecret({ name: "A", value: "b" }));

    expect({ code, message }).toEqual({ code: "ResourceExhausted", message: "slow down" });
    expect(error.metadata.get("x-ratelimit-reset")).toBe("3");
    expect((await fal.state()).secrets).toEqual([]);
    await grpc.setSecret({ name: "A", value: "b" });
    expect((await fal.requests()).map((each) => each["status"])).toEqual(["RESOURCE_EXHAUSTED", "OK"]);
  });

  test("gRPC faults with a status respond with plain HTTP, from which clients derive the code", async () => {
    const fal = await emulate();
    const headers = { "retry-after": "7" };
    await fal.faults([503, 429, 418].map((status) => ({ match: { transport: "grpc" }, fault: { status, headers } })));
    const failures = [];
    for (let n = 0; n < 3; n++) failures.push(await failureOf(fal.grpc().listAliases({})));
    expect(failures.map(({ code }) => code)).toEqual(["Unavailable", "Unavailable", "Unknown"]);
    expect(failures.map(({ message }) => message)).toEqual(["HTTP 503", "HTTP 429", "HTTP 418"]);
    expect(failures[0]?.error.metadata.get("retry-after")).toBe("7");
    expect((await fal.requests()).map((each) => each["status"])).toEqual([503, 429, 418]);
  });

  test.each([
    ["a response other than gRPC", { "content-type": "text/html" }, "<html>hello</html>"],
    ["a broken message", { "content-type": "application/grpc+proto" }, "no message"],
  ])("gRPC faults after the effect can send an unreadable response: %s", async (_name, headers, body) => {
    const fal = await emulate();
    await fal.faults([{ match: { rpc: "SetSecret" }, fault: { status: 200, headers, body, afterEffect: true } }]);
    const complaints = vi.spyOn(console, "error");
    await expect(fal.grpc().setSecret({ name: "A", value: "b" })).rejects.toThrow();
    expect((await fal.state()).secrets).toHaveLength(1);
    expect(await fal.requests()).toMatchObject([{ rpc: "SetSecret", status: 200 }]);
    await fal.grpc().setSecret({ name: "A", value: "b" });
    expect(complaints).not.toHaveBeenCalled();
  });

  test("gRPC faults after the effect fail the response of a successful and of a failed operation", async () => {
    const fal = await emulate();
    const fault = { grpcCode: "UNAVAILABLE", afterEffect: true };
    await fal.faults([
      { match: { rpc: "SetSecret" }, fault },
      { match: { rpc: "DeleteAlias" }, fault },
    ]);
    expect(await failureOf(fal.grpc().setSecret({ name: "A", value: "b" }))).toMatchObject({ code: "Unavailable" });
    expect((await fal.state()).secrets).toHaveLength(1);
    expect(await failureOf(fal.grpc().deleteAlias({ alias: "none" }))).toMatchObject({ code: "Unavailable" });
  });

  test.each([false, true])("gRPC faults cut the connection with afterEffect %s", async (afterEffect) => {
    const fal = await emulate();
    const complaints = vi.spyOn(console, "error");
    await fal.faults([{ match: { rpc: "SetSecret" }, fault: { reset: true, afterEffect } }]);
    const grpc = fal.grpc();

    const { code } = await failureOf(grpc.setSecret({ name: "A", value: "b" }));

    expect(["Unavailable", "Aborted"]).toContain(code);
    expect((await fal.state()).secrets).toHaveLength(afterEffect ? 1 : 0);
    expect(await fal.requests()).toMatchObject([{ rpc: "SetSecret", status: null }]);
    // The same client gets through afterwards, on a new connection.
    await grpc.setSecret({ name: "A", value: "b" });
    expect(complaints).not.toHaveBeenCalled();
  });

  test("gRPC faults delay a response past the deadline", async () => {
    const fal = await emulate();
    await fal.faults([{ match: { rpc: "SetSecret" }, fault: { delayMs: 2000, afterEffect: true } }]);
    const call = fal.grpc().setSecret({ name: "A", value: "b" }, { timeoutMs: 200 });
    expect(await failureOf(call)).toMatchObject({ code: "DeadlineExceeded" });
    expect((await fal.state()).secrets).toHaveLength(1);
  });

  test("faults apply only to calls with the given transport, path, method and rpc", async () => {
    const fal = await emulate();
    await fal.faults([
      { match: { transport: "rest", path: "^/controller" }, fault: { status: 500 } },
      { match: { transport: "grpc", path: "ListSecrets$", method: "post" }, fault: { grpcCode: "INTERNAL" } },
    ]);
    await fal.grpc().listAliases({});
    expect(await failureOf(fal.grpc().listSecrets({}))).toMatchObject({ code: "Internal" });
  });
});

describe("the list of faults", () => {
  test("the list of faults is replaced by POST, shows the remaining times, and is emptied by DELETE and by a reset", async () => {
    const fal = await emulate();
    const times = async () =>
      (await fal.rest("GET", "/_emulator/faults")).body.map((rule: { times: number }) => rule.times);
    await fal.faults([{ match: {}, times: 9, fault: { status: 500 } }]);
    await fal.faults([{ match: {}, times: 3, fault: { status: 500 } }]);
    await fal.rest("GET", "/v1/meta");
    expect(await times()).toEqual([2]);

    expect((await fal.rest("DELETE", "/_emulator/faults")).status).toBe(204);
    expect(await times()).toEqual([]);
    await fal.faults([{ match: {}, fault: { status: 500 } }]);
    await fal.rest("POST", "/_emulator/reset");
    expect(await times()).toEqual([]);
  });

  test.each([
    ["a value that is not a list", {}, "expected array"],
    ["logs of another method", [{ match: { rpc: "SetSecret" }, fault: { logs: ["a"] } }], "BuildEnvironment"],
    [
      "logs before a response of a proxy",
      [{ match: { rpc: "BuildEnvironment" }, fault: { logs: ["a"], status: 503 } }],
      "logs",
    ],
    ["an invalid regular expression", [{ match: { path: "(" }, fault: {} }], "0.match.path"],
    ["an unknown code", [{ match: { transport: "grpc" }, fault: { grpcCode: "OK" } }], "0.fault.grpcCode"],
    ["an impossible status", [{ match: {}, fault: { status: 99 } }], "0.fault.status"],
    ["a misspelled field", [{ match: {}, fault: { statuss: 500 } }], "statuss"],
    ["zero times", [{ match: {}, times: 0, fault: {} }], "0.times"],
    ["a gRPC code for REST", [{ match: { transport: "rest" }, fault: { grpcCode: "INTERNAL" } }], "grpcCode"],
    ["a gRPC code for both", [{ match: {}, fault: { grpcCode: "INTERNAL" } }], "grpcCode"],
    ["a body without a status", [{ match: {}, fault: { body: "x" } }], "body"],
  ])("the list of faults rejects %s and keeps its old content", async (_name, body, mention) => {
    const fal = await emulate();
    await fal.faults([{ match: {}, fault: { status: 500 } }]);
    expect(await fal.rest("POST", "/_emulator/faults", { body })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining(mention) },
    });
    expect((await fal.rest("GET", "/_emulator/faults")).body).toHaveLength(1);
  });

  test("faults never apply to the control endpoints", async () => {
    const fal = await emulate();
    await fal.faults([{ match: {}, times: 5, fault: { status: 500 } }]);
    expect((await fal.rest("GET", "/_emulator/state")).status).toBe(200);
  });
});

test("the latency option delays every call of both transports but no control call", async () => {
  const fal = await emulate({ latencyMs: 150 });
  const timed = async (call: () => Promise<unknown>) => {
    const start = performance.now();
    await call();
    return performance.now() - start;
  };
  expect(await timed(() => fal.rest("GET", "/v1/meta"))).toBeGreaterThanOrEqual(145);
  expect(await timed(() => fal.grpc().listEnvironments({}))).toBeGreaterThanOrEqual(145);
  // A loaded machine can delay any call, so only the fastest one proves that control calls do not wait.
  const control = await Promise.all([1, 2, 3].map(() => timed(() => fal.rest("GET", "/_emulator/requests"))));
  expect(Math.min(...control)).toBeLessThan(145);
});
