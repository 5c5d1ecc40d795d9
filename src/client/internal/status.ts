import type { FailureCode } from "./failure";

/** The meaning of an HTTP status, over REST or from a proxy in front of the gRPC server. */
export function codeOfStatus(status: number): { code: FailureCode; transient: boolean } {
  switch (status) {
    case 401:
      return { code: "authentication", transient: false };
    case 403:
      return { code: "permission", transient: false };
    case 404:
    case 410:
      return { code: "notFound", transient: false };
    case 408:
      return { code: "timeout", transient: true };
    case 409:
      return { code: "conflict", transient: false };
    case 429:
      return { code: "rateLimited", transient: true };
    case 501:
      return { code: "unsupported", transient: false };
    default:
      if (status >= 500) return { code: "server", transient: true };
      return { code: status >= 400 ? "validation" : "server", transient: false };
  }
}
