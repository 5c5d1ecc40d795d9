/** The result of `pulumi-fal runners list --json`. */
export interface ListRunnersResult {
  readonly runners: readonly ListedRunner[];
}

export interface ListedRunner {
  readonly runnerId: string;
  /** Without the suffix of its environment. */
  readonly app: string;
  readonly environment: string;
  /** `running`, `idle`, `pending`, `setup`, `docker_pull`, `draining`, … */
  readonly state: string | null;
  readonly machineType: string;
  /** Seconds since it started. */
  readonly uptime: number;
  readonly inFlightRequests: number;
  /** Seconds until it stops. Null if fal does not return it. */
  readonly expirationCountdown: number | null;
  /** `no_replace`, `will_replace` or `did_replace`. */
  readonly replacement: string;
  readonly revision: string;
}

/** The result of `pulumi-fal runners stop --json` and `runners kill --json`. */
export interface EndRunnersResult {
  /** In the order of the command line. */
  readonly runners: readonly { readonly runnerId: string; readonly ok: boolean; readonly error?: string }[];
}
