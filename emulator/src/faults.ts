import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { parse } from "./state/schema";
import { invalid } from "./state/violations";

/** gRPC's codes by their wire names, without OK. */
const grpcCodeNames = [
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;
export type GrpcCodeName = (typeof grpcCodeNames)[number];

const pattern = z.string().refine((source) => {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}, "not a valid regular expression");

const match = z.strictObject({
  transport: z.enum(["rest", "grpc"]).optional(),
  method: z.string().optional(),
  path: pattern.optional(),
  rpc: z.string().optional(),
});

const fault = z.strictObject({
  /** The HTTP status of the response. For gRPC: a plain HTTP response, as from a proxy. */
  status: z.int().min(200).max(599).optional(),
  grpcCode: z.enum(grpcCodeNames).optional(),
  /** Response headers; trailers with `grpcCode`. For REST without a status, they are added to the real response. */
  headers: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({}),
  /** The response body. Default for REST: an error in fal's format. With `grpcCode`, a string is the message. */
  body: z.unknown().optional(),
  /** Cuts the TCP connection instead of responding. */
  reset: z.boolean().default(false),
  /** Waits first, in milliseconds; with `afterEffect`, between the operation and the response. */
  delayMs: z.int().min(0).max(3_600_000).default(0),
  /** The lines that a build logs before its response. Only for `BuildEnvironment`. */
  logs: z.array(z.string()).min(1).optional(),
  /** The time before each line of `logs`, in milliseconds. */
  logDelayMs: z.int().min(0).max(3_600_000).default(0),
  /** Performs the operation, then applies the fault to the response. */
  afterEffect: z.boolean().default(false),
});

/** Does not keep the process alive. */
export async function pause(ms: number): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { ref: false });
}

const rules = z.array(z.strictObject({ match: match.default({}), times: z.int().min(1).default(1), fault }));

export type Fault = z.infer<typeof fault>;
type FaultRule = z.infer<typeof rules>[number];

/** Whether the fault of a gRPC call is a plain HTTP response, as from a proxy. */
export function isPlain(fault: Fault): fault is Fault & { status: number } {
  return fault.status !== undefined && fault.grpcCode === undefined;
}

export interface Call {
  transport: "rest" | "grpc";
  method: string;
  path: string;
  rpc?: string | undefined;
}

/** The injected faults. The first rule that matches a call and has times left applies. */
export class Faults {
  #rules: FaultRule[] = [];

  list(): readonly FaultRule[] {
    return this.#rules;
  }

  /** Replaces the list. If a rule is invalid, nothing changes. */
  replace(value: unknown): void {
    const parsed = parse(rules, value, "faults");
    parsed.forEach(({ match, fault }, index) => {
      if (match.transport === "rest" && (match.rpc !== undefined || fault.grpcCode !== undefined)) {
        throw invalid(`faults: ${index}: rpc and grpcCode require another transport than "rest"`);
      }
      if (match.transport !== "grpc" && match.rpc === undefined && fault.grpcCode !== undefined) {
        throw invalid(`faults: ${index}: grpcCode requires match.transport "grpc" or match.rpc`);
      }
      if (fault.logs !== undefined && (match.rpc !== "BuildEnvironment" || isPlain(fault))) {
        throw invalid(`faults: ${index}: logs require match.rpc "BuildEnvironment", and no status without a grpcCode`);
      }
      if (fault.body !== undefined && fault.status === undefined && fault.grpcCode === undefined) {
        throw invalid(`faults: ${index}: body requires a status or a grpcCode`);
      }
    });
    this.#rules = parsed;
  }

  clear(): void {
    this.#rules = [];
  }

  take(call: Call): Fault | undefined {
    const rule = this.#rules.find(({ match, times }) => times > 0 && matches(match, call));
    if (!rule) return undefined;
    rule.times -= 1;
    return rule.fault;
  }
}

function matches(match: FaultRule["match"], call: Call): boolean {
  return (
    (match.transport === undefined || match.transport === call.transport) &&
    (match.method === undefined || match.method.toUpperCase() === call.method.toUpperCase()) &&
    (match.path === undefined || new RegExp(match.path).test(call.path)) &&
    (match.rpc === undefined || match.rpc === call.rpc)
  );
}
