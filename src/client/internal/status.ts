import type { FalFailureKind } from "../errors";

/** What an HTTP status means: over REST, and where a proxy answers in place of the gRPC server. */
export function kindOfStatus(status: number): { kind: FalFailureKind; transient: boolean } {
  switch (status) {
    case 401:
      return { kind: "authentication", transient: false };
    case 403:
      return { kind: "permission", transient: false };
    case 404:
    case 410:
      return { kind: "notFound", transient: false };
    case 408:
      return { kind: "timeout", transient: true };
    case 409:
      return { kind: "conflict", transient: false };
    case 429:
      return { kind: "rateLimited", transient: true };
    case 501:
      return { kind: "unsupported", transient: false };
    default:
      if (status >= 500) return { kind: "server", transient: true };
      return { kind: status >= 400 ? "validation" : "server", transient: false };
  }
}
