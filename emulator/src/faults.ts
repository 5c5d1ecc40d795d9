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
  /** The HTTP status to answer. gRPC: as a proxy in front of the server does, without a word of gRPC. */
  status: z.int().min(200).max(599).optional(),
  grpcCode: z.enum(grpcCodeNames).optional(),
  /** Headers; with `grpcCode` trailers. Without a status they are added to the real answer (REST). */
  headers: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({}),
  /** The body to answer; REST: instead of an error of fal's shape. With `grpcCode` the message, when it is a string. */
  body: z.unknown().optional(),
  /** Cut the TCP connection instead of answering. */
  reset: z.boolean().default(false),
  /** Wait before all else; with `afterEffect`, between the operation and its answer. */
  delayMs: z.int().min(0).max(3_600_000).default(0),
  /** Perform the operation first; only its answer fails. */
  afterEffect: z.boolean().default(false),
});

/** Gives a client that went away no reason to keep the process. */
export async function pause(ms: number): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { ref: false });
}

const rules = z.array(z.strictObject({ match: match.default({}), times: z.int().min(1).default(1), fault }));

export type Fault = z.infer<typeof fault>;
type FaultRule = z.infer<typeof rules>[number];

export interface Call {
  transport: "rest" | "grpc";
  method: string;
  path: string;
  rpc?: string | undefined;
}

/** The faults that tests ordered. Each call takes the first rule that matches and has times left. */
export class Faults {
  #rules: FaultRule[] = [];

  list(): readonly FaultRule[] {
    return this.#rules;
  }

  /** Replaces the list; nothing changes when any rule is wrong. */
  replace(value: unknown): void {
    const parsed = parse(rules, value, "faults");
    parsed.forEach(({ match, fault }, index) => {
      if (match.transport === "rest" && (match.rpc !== undefined || fault.grpcCode !== undefined)) {
        throw invalid(`faults: ${index}: rpc and grpcCode do not go with transport "rest"`);
      }
      if (match.transport !== "grpc" && match.rpc === undefined && fault.grpcCode !== undefined) {
        throw invalid(`faults: ${index}: grpcCode needs match.transport "grpc" or match.rpc`);
      }
      if (fault.body !== undefined && fault.status === undefined && fault.grpcCode === undefined) {
        throw invalid(`faults: ${index}: body needs a status or a grpcCode`);
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
