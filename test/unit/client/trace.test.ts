import { AsyncLocalStorage } from "node:async_hooks";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FalError } from "../../../src/client";
import { CANARY, client, closedPort, grpcServer, restServer } from "./support/servers";

interface Recorded {
  name: string;
  kind: SpanKind | undefined;
  attributes: Attributes;
  status?: SpanStatusCode;
  message?: string;
  ended: number;
}

/** Records spans as a tracer provider does, without an SDK. */
let spans: Recorded[] = [];

function startSpan(name: string, options: SpanOptions = {}): Span {
  const recorded: Recorded = { name, kind: options.kind, attributes: { ...options.attributes }, ended: 0 };
  spans.push(recorded);
  const span: Span = {
    spanContext: () => ({ traceId: "1".repeat(32), spanId: "1".repeat(16), traceFlags: 1 }),
    setAttribute: (key, value) => {
      recorded.attributes[key] = value;
      return span;
    },
    setAttributes: (attributes) => {
      Object.assign(recorded.attributes, attributes);
      return span;
    },
    setStatus: ({ code, message }) => {
      recorded.status = code;
      if (message !== undefined) recorded.message = message;
      return span;
    },
    addEvent: () => span,
    addLink: () => span,
    addLinks: () => span,
    updateName: () => span,
    end: () => {
      recorded.ended += 1;
    },
    isRecording: () => true,
    recordException: () => {
      throw new Error("an exception's message holds names");
    },
  };
  return span;
}

function register(): void {
  const store = new AsyncLocalStorage<Context>();
  context.setGlobalContextManager({
    active: () => store.getStore() ?? ROOT_CONTEXT,
    with: (active, run, self, ...args) => store.run(active, () => run.call(self as never, ...args)),
    bind: (_, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
  const startActiveSpan = (name: string, options: SpanOptions, run: (span: Span) => unknown) => {
    const span = startSpan(name, options);
    return context.with(trace.setSpan(context.active(), span), () => run(span));
  };
  // The one form of startActiveSpan that is used here.
  const tracer = { startSpan, startActiveSpan } as unknown as Tracer;
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
}

beforeEach(() => {
  spans = [];
  vi.spyOn(Math, "random").mockReturnValue(0);
  register();
});
afterEach(() => {
  trace.disable();
  context.disable();
  vi.restoreAllMocks();
});

const at = (url: string) => ({ "server.address": "127.0.0.1", "server.port": Number(new URL(url).port) });

test("a REST call with all its attempts is one client span that is active during the call", async () => {
  let active: unknown;
  const server = await restServer((_, count) => (count < 3 ? { status: 503 } : { body: { instances: [] } }));
  const log = () => {
    active = trace.getActiveSpan();
  };
  await client({ apiUrl: server.url, log }).compute.list();
  expect(spans).toEqual([
    {
      name: "compute.list",
      kind: SpanKind.CLIENT,
      attributes: {
        ...at(server.url),
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.request.resend_count": 2,
      },
      ended: 1,
    },
  ]);
  expect(active).toBeDefined();
});

test("a gRPC call is one client span without values and names", async () => {
  const server = await grpcServer({ setSecret: () => ({}) });
  await client({ grpcUrl: server.url }).secrets.set("SECRET_NAME", "value-canary");
  expect(spans).toEqual([
    {
      name: "secrets.set",
      kind: SpanKind.CLIENT,
      attributes: {
        ...at(server.url),
        "rpc.system": "grpc",
        "rpc.service": "controller.IsolateController",
        "rpc.method": "SetSecret",
        "rpc.grpc.status_code": 0,
      },
      ended: 1,
    },
  ]);
});

test("the span of a failed call contains the kind of failure without fal's or the caller's texts", async () => {
  const rest = await restServer(() => ({ status: 404, body: { detail: CANARY } }));
  const rpc = await grpcServer({
    setSecret: () => {
      throw new ConnectError(CANARY, Code.ResourceExhausted, { "retry-after": "3600" });
    },
  });
  const fal = client({ apiUrl: rest.url, grpcUrl: rpc.url });
  const failing = async (call: Promise<unknown>) => expect(await call.catch((error) => error)).toBeInstanceOf(FalError);
  await failing(fal.compute.list());
  await failing(fal.secrets.set("A", "value-canary"));
  await failing(fal.secrets.set("A", "value-canary"));
  await failing(client({ apiUrl: await closedPort() }).compute.list());
  const error = { status: SpanStatusCode.ERROR, ended: 1 };
  expect(spans).toMatchObject([
    { ...error, attributes: { "http.response.status_code": 404, "error.type": "404" } },
    { ...error, attributes: { "rpc.grpc.status_code": 8, "error.type": "RESOURCE_EXHAUSTED" } },
    // Not sent: the account is limited.
    { ...error, attributes: { "error.type": "FAL_RATE_LIMITED" } },
    { ...error, attributes: { "error.type": "FAL_CONNECTION", "http.request.resend_count": 3 } },
  ]);
  expect(JSON.stringify(spans)).not.toMatch(/canary/);
});

test("a shared read is one span", async () => {
  const server = await grpcServer({ listSecrets: () => ({}) });
  const { secrets } = client({ grpcUrl: server.url });
  await Promise.all([secrets.list(), secrets.list(), secrets.get("A")]);
  expect(spans.map(({ name }) => name)).toEqual(["secrets.list"]);
});

test("calls work without a tracer provider and create no spans", async () => {
  trace.disable();
  const server = await restServer(() => ({ body: { instances: [] } }));
  expect(await client({ apiUrl: server.url }).compute.list()).toEqual([]);
  expect(spans).toEqual([]);
});
