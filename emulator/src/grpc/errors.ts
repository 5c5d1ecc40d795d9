import { Code, ConnectError } from "@connectrpc/connect";
import type { Fault, GrpcCodeName } from "../faults";
import { Violation, type ViolationKind } from "../state/violations";

// Maps violations to gRPC codes.
// UNCERTAIN: fal's client relies on NOT_FOUND of DeleteAlias, UNAVAILABLE and RESOURCE_EXHAUSTED only; the others are the
// codes that gRPC's own guide gives these meanings.
const codes: Record<ViolationKind, Code> = {
  invalid: Code.InvalidArgument,
  unauthenticated: Code.Unauthenticated,
  forbidden: Code.PermissionDenied,
  not_found: Code.NotFound,
  already_exists: Code.AlreadyExists,
  failed_precondition: Code.FailedPrecondition,
};

const codesByName: Record<GrpcCodeName, Code> = {
  CANCELLED: Code.Canceled,
  UNKNOWN: Code.Unknown,
  INVALID_ARGUMENT: Code.InvalidArgument,
  DEADLINE_EXCEEDED: Code.DeadlineExceeded,
  NOT_FOUND: Code.NotFound,
  ALREADY_EXISTS: Code.AlreadyExists,
  PERMISSION_DENIED: Code.PermissionDenied,
  RESOURCE_EXHAUSTED: Code.ResourceExhausted,
  FAILED_PRECONDITION: Code.FailedPrecondition,
  ABORTED: Code.Aborted,
  OUT_OF_RANGE: Code.OutOfRange,
  UNIMPLEMENTED: Code.Unimplemented,
  INTERNAL: Code.Internal,
  UNAVAILABLE: Code.Unavailable,
  DATA_LOSS: Code.DataLoss,
  UNAUTHENTICATED: Code.Unauthenticated,
};

export function toConnectError(reason: unknown): ConnectError {
  if (reason instanceof Violation) return new ConnectError(reason.message, codes[reason.kind]);
  if (reason instanceof ConnectError) return reason;
  console.error(reason);
  return new ConnectError("An unexpected error occurred", Code.Internal);
}

/** The name of a code in gRPC's documentation and in the request log. */
export function wireName(code: Code): string {
  return Object.entries(codesByName).find(([, each]) => each === code)?.[0] ?? String(code);
}

/** The failure of a fault; undefined if it only delays. */
export function faultError({ grpcCode, body, headers }: Fault): ConnectError | undefined {
  if (grpcCode === undefined) return undefined;
  return new ConnectError(
    typeof body === "string" ? body : `Injected fault ${grpcCode}`,
    codesByName[grpcCode],
    headers,
  );
}
