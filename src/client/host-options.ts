/** Options for the provider and the CLI, in addition to the public ones: `new FalClient(options, hostOptions)`. */
export interface HostOptions {
  /** How messages name `apiKey`, for example `fal:apiKey`. Default: `apiKey`. */
  readonly apiKeyName?: string | undefined;
  /** How messages name `proxy`, for example `fal:proxy`. Default: `proxy`. */
  readonly proxyName?: string | undefined;
  /**
   * How long lists are cached, in milliseconds. A change by this client clears the cache. Default: 1,000. Calls with
   * `fresh: true` do not use the cache.
   */
  readonly shareReadsForMs?: number | undefined;
  /** Ends waits between attempts: running attempts complete, but failed ones are not retried. */
  readonly waitSignal?: AbortSignal | undefined;
  /**
   * Removes confidential values from a text of fal before it becomes part of an error. `changes` is true for calls that
   * change something. Credentials and values of secrets are always removed.
   */
  readonly redact?: ((text: string, changes: boolean) => string) | undefined;
}
