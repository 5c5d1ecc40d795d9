// OpenTelemetry: one client span per call, if the process has a tracer provider. Spans contain no names of objects and no values.
import { version } from "../../version";
import type { Call } from "./failure";
import type { AttemptResult, Route } from "./result";

type Api = typeof import("@opentelemetry/api");

/** The result of a call. */
interface Traced {
  /** The number of attempts. */
  readonly attempts: number;
  /** The result of the last attempt; undefined if there was none. */
  readonly last: AttemptResult<unknown> | undefined;
}

/** Runs a call, in a span of its own if there is a tracer provider. */
export async function inSpan<T>(call: Call, route: Route, state: Traced, run: () => Promise<T>): Promise<T> {
  const api = loadApi();
  if (api === undefined) return await run();
  const tracer = api.trace.getTracer("pulumi-fal", version);
  const options = { kind: api.SpanKind.CLIENT, attributes: attributesOf(route) };
  return await tracer.startActiveSpan(call.operation, options, async (span) => {
    try {
      return await run();
    } catch (error) {
      span.setStatus({ code: api.SpanStatusCode.ERROR });
      const failure = state.last?.failure;
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      span.setAttribute("error.type", String(failure?.grpcCode ?? failure?.status ?? code ?? "_OTHER"));
      throw error;
    } finally {
      span.setAttributes(outcomeOf(route, state));
      span.end();
    }
  });
}

/** The names are those of OpenTelemetry's semantic conventions for HTTP and RPC clients. */
function attributesOf({ transport, url, method }: Route): Record<string, string | number> {
  const { hostname, port, protocol } = new URL(url);
  return {
    "server.address": hostname,
    "server.port": port === "" ? (protocol === "http:" ? 80 : 443) : Number(port),
    ...(transport === "rest"
      ? { "http.request.method": method }
      : { "rpc.system": "grpc", "rpc.service": "controller.IsolateController", "rpc.method": method }),
  };
}

function outcomeOf({ transport }: Route, { attempts, last }: Traced): Record<string, string | number> {
  const facts = last?.response ?? last?.failure;
  const attributes: Record<string, string | number> = {};
  if (attempts > 1) attributes[transport === "rest" ? "http.request.resend_count" : "rpc.retry_count"] = attempts - 1;
  if (facts?.status !== undefined) attributes["http.response.status_code"] = facts.status;
  if (facts?.grpcCode !== undefined) attributes["rpc.grpc.status_code"] = grpcNumbers.indexOf(facts.grpcCode);
  return attributes;
}

/** gRPC's status names, in the order of their numbers. */
const grpcNumbers: readonly string[] = [
  ...["OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"],
  ...["PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED"],
  ...["INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"],
];

let loaded: Api | undefined;
let missing = false;

/**
 * Loads the API once a tracer provider is registered. Every copy of version 1 of the package keeps the providers under this
 * symbol, so a process without any only reads the symbol.
 */
function loadApi(): Api | undefined {
  const registry = (globalThis as Record<symbol, unknown>)[Symbol.for("opentelemetry.js.api.1")];
  if (missing || typeof registry !== "object" || registry === null || !("trace" in registry)) return undefined;
  try {
    loaded ??= require("@opentelemetry/api") as Api;
  } catch {
    missing = true;
  }
  return loaded;
}
