/** The result of `pulumi-fal doctor --json`. */
export interface DoctorResult {
  readonly checks: readonly CheckResult[];
}

export interface CheckResult {
  /** For example `Node`, `credential` or `gRPC host`. */
  readonly name: string;
  /** Also true if something optional is missing. */
  readonly ok: boolean;
  /** A text for people. */
  readonly detail: string;
  /** A command or text to paste. Present if the check failed, or if something optional is missing. */
  readonly fix?: string;
}
