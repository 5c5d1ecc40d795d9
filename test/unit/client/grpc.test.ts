import { createServer } from "node:http";
import http2 from "node:http2";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import { beforeEach, describe, expect, test, vi } from "vitest";
import {
  FalConnectionError,
  FalError,
  FalRateLimitedError,
  FalServerError,
  FalTimeoutError,
} from "../../../src/client";
import { CANARY, client, closedPort, grpcServer, KEY, listen } from "./support/servers";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

async function failureOf(promise: Promise<unknown>): Promise<FalError> {
  const error = await promise.then(
    () => new Error("it succeeded"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FalError)) throw error;
  return error;
}

test("gRPC requests contain the key and the user agent", async () => {
  const server = await grpcServer({ listSecrets: () => ({}) });
  await client({ grpcUrl: server.url, userAgent: "my-tool/1.2" }).secrets.list();
  const [headers] = server.headers;
  expect(headers?.get("auth-key-id")).toBe("kid");
  expect(headers?.get("auth-key")).toBe(CANARY);
  expect(headers?.get("user-agent")).toMatch(/^pulumi-fal\/\S+ node\/\S+ my-tool\/1\.2$/);
});

describe("gRPC status codes", () => {
  test.each([
    [Code.Unauthenticated, "UNAUTHENTICATED", "FAL_AUTHENTICATION"],
    [Code.PermissionDenied, "PERMISSION_DENIED", "FAL_PERMISSION"],
    [Code.NotFound, "NOT_FOUND", "FAL_NOT_FOUND"],
    [Code.AlreadyExists, "ALREADY_EXISTS", "FAL_CONFLICT"],
    [Code.FailedPrecondition, "FAILED_PRECONDITION", "FAL_CONFLICT"],
    [Code.Aborted, "ABORTED", "FAL_CONFLICT"],
    [Code.InvalidArgument, "INVALID_ARGUMENT", "FAL_VALIDATION"],
    [Code.OutOfRange, "OUT_OF_RANGE", "FAL_VALIDATION"],
    [Code.Unimplemented, "UNIMPLEMENTED", "FAL_SERVER"],
    [Code.Internal, "INTERNAL", "FAL_SERVER"],
    [Code.Unknown, "UNKNOWN", "FAL_SERVER"],
    [Code.DataLoss, "DATA_LOSS", "FAL_SERVER"],
    [Code.Canceled, "CANCELLED", "FAL_SERVER"],
  ])("gRPC status %i (%s) becomes the error %s, without a retry", async (code, grpcCode, expected) => {
    const server = await grpcServer({
      listSecrets: () => {
        throw new ConnectError("the reason", code, { "x-request-id": "req_1" });
      },
    });
    const error = await failureOf(client({ grpcUrl: server.url }).secrets.list());
    expect(error).toMatchObject({
      code: expected,
      grpcCode,
      operation: "secrets.list",
      resource: "main",
      requestId: "req_1",
    });
    expect(error.message).toContain(
      `Could not list the secrets of main: fal answered ${grpcCode} to ListSecrets: the reason (request req_1).`,
    );
    expect(server.calls).toHaveLength(1);
  });

  test("a plain HTTP response of a proxy to a gRPC call is reported as an error", async () => {
    const answer = async (status: number) => {
      const server = http2.createServer((_, response) => {
        response.writeHead(status, { "content-type": "text/html" });
        response.end("<html></html>");
      });
      return await failureOf(client({ grpcUrl: await listen(server) }).secrets.list());
    };
    expect(await answer(401)).toMatchObject({ code: "FAL_AUTHENTICATION", status: 401 });
    expect(await answer(404)).toMatchObject({ code: "FAL_SERVER", status: 404 });
    expect(await answer(302)).toMatchObject({ code: "FAL_SERVER", status: 302 });
    expect(await answer(502)).toMatchObject({ code: "FAL_SERVER", status: 502, attempts: 9 });
  });
});

describe("malformed gRPC responses", () => {
  const grpc = { ":status": 200, "content-type": "application/grpc+proto" };
  /** A frame of gRPC: not compressed, this long, and this much of it. */
  const frame = (length: number, ...bytes: number[]) => Buffer.from([0, 0, 0, 0, length, ...bytes]);

  const html = { ":status": 200, "content-type": "text/html" };
  const json = { ":status": 200, "content-type": "application/json" };
  const ended = { "grpc-status": "0" };

  test.each<[string, http2.OutgoingHttpHeaders, Buffer | string, http2.OutgoingHttpHeaders | undefined, number]>([
    ["an HTML page instead of gRPC", html, "<html></html>", undefined, 9],
    ["JSON instead of gRPC", json, '{"detail":"x"}', undefined, 9],
    ["no content type", { ":status": 200 }, "", undefined, 9],
    ["no data", grpc, "", undefined, 9],
    ["no message", grpc, "", ended, 9],
    ["a message without an end of the call", grpc, frame(0), undefined, 9],
    ["half a message", grpc, frame(20, 10, 3), ended, 9],
    ["a malformed message", grpc, frame(3, 0xff, 0xff, 0xff), ended, 1],
    ["a status that does not exist", grpc, frame(0), { "grpc-status": "99" }, 1],
    ["a redirect", { ":status": 307, location: "http://127.0.0.1:1/" }, "", undefined, 1],
  ])("a gRPC response with %s is a server error that names the rpc", async (_, head, body, trailers, attempts) => {
    const server = http2.createServer();
    let calls = 0;
    server.on("stream", (stream) => {
      calls += 1;
      stream.on("error", () => {});
      stream.respond(head, { waitForTrailers: trailers !== undefined });
      stream.on("wantTrailers", () => stream.sendTrailers(trailers ?? {}));
      stream.end(body);
    });
    const fal = client({ grpcUrl: await listen(server) });
    const error = await failureOf(fal.secrets.list());
    expect(error).toBeInstanceOf(FalServerError);
    expect(error.message).toMatch(/^Could not list the secrets of main: [^\n]*ListSecrets/);
    expect([calls, error.attempts]).toEqual([attempts, attempts]);

    // The key may exist after any of these responses.
    calls = 0;
    const creating = await failureOf(fal.keys.create({ alias: "a", preset: "DEPLOY" }));
    expect(calls).toBe(1);
    expect(creating.mayHaveTakenEffect).toBe(true);
  });
});

describe("retries over gRPC", () => {
  test.each([
    ["read", (fal: ReturnType<typeof client>) => fal.environments.list(), "listEnvironments"],
    ["change", (fal: ReturnType<typeof client>) => fal.secrets.set("A", "value"), "setSecret"],
  ] as const)("a %s over gRPC is retried while fal is unavailable", async (_, run, rpc) => {
    let count = 0;
    const server = await grpcServer({
      [rpc]: () => {
        count += 1;
        if (count < 3) throw new ConnectError("starting", Code.Unavailable);
        return {};
      },
    });
    await run(client({ grpcUrl: server.url }));
    expect(count).toBe(3);
  });

  test("a change over gRPC is retried after a broken connection", async () => {
    let count = 0;
    const server = await grpcServer({
      setSecret: async (_, context) => {
        count += 1;
        if (count === 1) {
          server.sockets.at(-1)?.destroy();
          await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        }
        return {};
      },
    });
    await client({ grpcUrl: server.url }).secrets.set("A", "value");
    expect(count).toBe(2);
  });

  test("creating a key over gRPC is not retried once fal may have received it", async () => {
    for (const code of [Code.Unavailable, Code.ResourceExhausted, Code.DeadlineExceeded]) {
      const server = await grpcServer({
        createUserKey: () => {
          throw new ConnectError("", code);
        },
      });
      const error = await failureOf(client({ grpcUrl: server.url }).keys.create({ alias: "a", preset: "DEPLOY" }));
      expect(server.calls).toEqual(["CreateUserKey"]);
      expect(error.mayHaveTakenEffect).toBe(code !== Code.ResourceExhausted);
    }
  });

  test("creating a key over gRPC is not retried after a broken connection", async () => {
    const server = await grpcServer({
      createUserKey: async (_, context) => {
        server.sockets.at(-1)?.destroy();
        await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        return {};
      },
    });
    const error = await failureOf(client({ grpcUrl: server.url }).keys.create({ alias: "a", preset: "DEPLOY" }));
    expect(server.calls).toEqual(["CreateUserKey"]);
    expect(error).toBeInstanceOf(FalConnectionError);
    expect(error.mayHaveTakenEffect).toBe(true);
  });

  test("creating a key over gRPC is retried if no server can have received it", async () => {
    const grpcUrl = await closedPort();
    const error = await failureOf(client({ grpcUrl }).keys.create({ alias: "a", preset: "DEPLOY" }));
    expect(error).toBeInstanceOf(FalConnectionError);
    expect(error).toMatchObject({ attempts: 4, mayHaveTakenEffect: false });
    expect(error.message).toContain(`could not connect to ${grpcUrl} (ECONNREFUSED)`);
  });

  test("the client reconnects to a gRPC server that is available again", async () => {
    const grpcUrl = await closedPort();
    const fal = client({ grpcUrl });
    await failureOf(fal.secrets.list({ timeoutMs: 100 }));
    const server = await grpcServer({ listSecrets: () => ({ secrets: [] }) }, Number(new URL(grpcUrl).port));
    expect(server.url).toBe(grpcUrl);
    expect(await fal.secrets.list({ fresh: true })).toEqual([]);
  });
});

describe("rate limits over gRPC", () => {
  test("a gRPC rate limit delays all calls of the client for the stated time", async () => {
    const times: number[] = [];
    const server = await grpcServer({
      setSecret: () => {
        times.push(performance.now());
        if (times.length === 1) throw new ConnectError("limit", Code.ResourceExhausted, { "x-ratelimit-reset": "0.3" });
        return {};
      },
    });
    const { secrets } = client({ grpcUrl: server.url });
    const first = secrets.set("A", "value");
    await vi.waitFor(() => expect(times).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([first, secrets.set("B", "value")]);
    const [limited = 0, ...others] = times;
    expect(others).toHaveLength(2);
    for (const time of others) expect(time - limited).toBeGreaterThanOrEqual(290);
  });

  test("a gRPC rate limit beyond the deadline fails at once with the time of the next attempt", async () => {
    const server = await grpcServer({
      listSecrets: () => {
        throw new ConnectError("limit", Code.ResourceExhausted, { "x-ratelimit-reset": "600" });
      },
    });
    const error = await failureOf(client({ grpcUrl: server.url }).secrets.list());
    expect(error).toBeInstanceOf(FalRateLimitedError);
    expect(error.message).toMatch(/Try again after 20\d\d-/);
    expect(server.calls).toHaveLength(1);
  });

  test("a gRPC rate limit beyond the caller's timeout fails at once", async () => {
    const server = await grpcServer({
      setSecret: () => {
        throw new ConnectError("limit", Code.ResourceExhausted, { "x-ratelimit-reset": "5" });
      },
    });
    const error = await failureOf(client({ grpcUrl: server.url }).secrets.set("A", "value", { timeoutMs: 1_000 }));
    expect(error).toMatchObject({ code: "FAL_RATE_LIMITED", attempts: 1 });
  });
});

test("a gRPC server without HTTP/2 causes an error of the call and no later exception", async () => {
  const server = createServer((_, response) => response.end("this is HTTP/1"));
  const fal = client({ grpcUrl: await listen(server) });
  const failures = await Promise.all([failureOf(fal.secrets.list()), failureOf(fal.environments.list())]);
  for (const failure of failures) expect(failure).toMatchObject({ code: "FAL_CONNECTION", attempts: 9 });
  await fal.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
});

test("a gRPC call without a response is cancelled at its deadline", async () => {
  let ended: Promise<unknown> | undefined;
  const server = await grpcServer({
    setSecret: async (_, context) => {
      ended = new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      await ended;
      return {};
    },
  });
  const error = await failureOf(client({ grpcUrl: server.url }).secrets.set("A", "value", { timeoutMs: 150 }));
  expect(error).toBeInstanceOf(FalTimeoutError);
  expect(error.mayHaveTakenEffect).toBe(true);
  expect(server.headers[0]?.get("grpc-timeout")).toMatch(/^\d+m$/);
  await ended;
});

test("a gRPC response that is too large is cut off", async () => {
  const name = "x".repeat(1024 * 1024);
  const server = await grpcServer({ listSecrets: () => ({ secrets: Array.from({ length: 17 }, () => ({ name })) }) });
  const error = await failureOf(client({ grpcUrl: server.url }).secrets.list());
  expect(error).toBeInstanceOf(FalServerError);
  expect(error.message).toContain("larger than 16 MiB");
  expect(server.calls).toHaveLength(1);
});

/** A server that responds to every rpc with these headers, and with the body and trailers if given. */
async function rawServer(head: http2.OutgoingHttpHeaders, body?: Buffer, trailers?: http2.OutgoingHttpHeaders) {
  const server = http2.createServer();
  const calls = { count: 0 };
  server.on("stream", (stream) => {
    calls.count += 1;
    stream.on("error", () => {});
    stream.respond(head, { waitForTrailers: trailers !== undefined, endStream: body === undefined });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers ?? {}));
    if (body !== undefined) stream.end(body);
  });
  return { url: await listen(server), calls };
}

const grpcHead = { ":status": 200, "content-type": "application/grpc+proto" };

/** A message of gRPC, with its flag and length. */
function framed(message: Buffer, flag = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

test("a small gRPC response with too many values is not decoded", async () => {
  const items = Buffer.alloc(2_000_000, Buffer.from([10, 0]));
  const server = await rawServer(grpcHead, framed(items), { "grpc-status": "0" });
  const error = await failureOf(client({ grpcUrl: server.url }).apps.list());
  expect(error).toBeInstanceOf(FalServerError);
  expect(error.message).toContain("fal's answer to ListAliases contains more than 1000000 values.");
  expect(server.calls.count).toBe(1);
});

test("the client requests uncompressed gRPC responses and rejects compressed ones", async () => {
  const asked = await grpcServer({ listSecrets: () => ({}) });
  await client({ grpcUrl: asked.url }).secrets.list();
  expect(asked.headers[0]?.get("grpc-accept-encoding") ?? "identity").toBe("identity");

  const bomb = framed(gzipSync(Buffer.alloc(1_000_000)), 1);
  for (const head of [{ ...grpcHead, "grpc-encoding": "gzip" }, grpcHead]) {
    const server = await rawServer(head, bomb, { "grpc-status": "0" });
    const error = await failureOf(client({ grpcUrl: server.url }).secrets.list());
    expect(error).toBeInstanceOf(FalServerError);
    expect(error.message).toContain("fal answered ListSecrets in an unexpected format");
    expect(server.calls.count).toBe(1);
  }
});

describe("malformed gRPC errors", () => {
  const refused = (more: http2.OutgoingHttpHeaders) => ({ ...grpcHead, "grpc-status": "9", ...more });
  const details = (bytes: Buffer) => ({ "grpc-status-details-bin": bytes.toString("base64") });

  test.each<[string, http2.OutgoingHttpHeaders, string]>([
    ["a percent sign that escapes nothing", { "grpc-message": "%zz% of 100%" }, ": %zz% of 100%."],
    ["half of a character", { "grpc-message": "caf%C3" }, ": caf\ufffd."],
    ["bytes that are not escaped", { "grpc-message": Buffer.from("größer").toString("latin1") }, ": größer."],
    ["a very long explanation", { "grpc-message": "m".repeat(50_000) }, ": mmmm"],
    ["details that are not base64", { "grpc-message": "busy", "grpc-status-details-bin": "!!!" }, ": busy."],
    ["details that are not protobuf", { "grpc-message": "busy", ...details(Buffer.from("garbage\xff")) }, ": busy."],
    ["details that claim success", { "grpc-message": "busy", ...details(Buffer.from([8, 0])) }, ": busy."],
    ["an explanation only in its details", details(Buffer.from([8, 9, 18, 4, 98, 117, 115, 121])), ": busy."],
    ["no explanation", {}, " to ListSecrets."],
  ])("a gRPC error with %s keeps its status", async (_, more, said) => {
    const answers = [
      await rawServer(refused(more)),
      await rawServer(grpcHead, framed(Buffer.alloc(0)), { "grpc-status": "9", ...more }),
    ];
    for (const server of answers) {
      const error = await failureOf(client({ grpcUrl: server.url }).secrets.list());
      expect(error).toMatchObject({ code: "FAL_CONFLICT", grpcCode: "FAILED_PRECONDITION", attempts: 1 });
      expect(error.message).toContain("fal answered FAILED_PRECONDITION to ListSecrets");
      expect(error.message).toContain(said);
      expect(server.calls.count).toBe(1);
    }
  });

  test("the client waits for the time in the details of a gRPC error", async () => {
    const text = (field: number, value: Buffer) =>
      Buffer.concat([Buffer.from([(field << 3) | 2, value.length]), value]);
    const delay = Buffer.concat([Buffer.from([8, 0xd8, 4]), Buffer.from([16, 0x80, 0xca, 0xb5, 0xee, 1])]);
    const any = Buffer.concat([
      text(1, Buffer.from("type.googleapis.com/google.rpc.RetryInfo")),
      text(2, text(1, delay)),
    ]);
    const status = Buffer.concat([Buffer.from([8, 8]), text(3, any)]);
    const server = await rawServer({ ...grpcHead, "grpc-status": "8", ...details(status) });
    const error = await failureOf(client({ grpcUrl: server.url }).secrets.list());
    expect(error).toBeInstanceOf(FalRateLimitedError);
    const until = (error.retryAt?.getTime() ?? 0) - Date.now();
    expect(until).toBeGreaterThan(595_000);
    expect(until).toBeLessThanOrEqual(600_500);
  });
});

test("the error of a gRPC call contains neither an echoed secret nor the key", async () => {
  const value = "s3cret-value-canary\nsecond line of it";
  const server = await grpcServer({
    setSecret: (request) => {
      const echo = `cannot store ${request.value} (${JSON.stringify(request.value)}) with ${KEY}`;
      throw new ConnectError(echo, Code.InvalidArgument, { "x-request-id": value.slice(0, 19) });
    },
  });
  const error = await failureOf(client({ grpcUrl: server.url }).secrets.set("A", value));
  expect(error.message).toContain(
    "Could not set secret main/A: fal answered INVALID_ARGUMENT to SetSecret: (fal's text is withheld, because it may contain the value)",
  );
  for (const text of [inspect(error, { showHidden: true, depth: 10 }), JSON.stringify(error), String(error.stack)]) {
    expect(text).not.toMatch(/canary|second line/);
    expect(text).not.toContain(CANARY);
  }
});
