/** A broken rule, independent of the transport. Each transport maps the kinds to its statuses. */
export type ViolationKind =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "already_exists"
  | "failed_precondition";

export class Violation extends Error {
  override readonly name = "Violation";

  constructor(
    readonly kind: ViolationKind,
    message: string,
  ) {
    super(message);
  }
}

export const invalid = (message: string) => new Violation("invalid", message);
export const unauthenticated = (message: string) => new Violation("unauthenticated", message);
export const forbidden = (message: string) => new Violation("forbidden", message);
export const notFound = (message: string) => new Violation("not_found", message);
export const alreadyExists = (message: string) => new Violation("already_exists", message);
export const failedPrecondition = (message: string) => new Violation("failed_precondition", message);
