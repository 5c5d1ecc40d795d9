/** What a host of the client sets besides the public options: `new FalClient(options, hostOptions)`. */
export interface HostOptions {
  /** How messages name `apiKey`, for example `fal:apiKey`. Default: `apiKey`. */
  readonly apiKeyName?: string | undefined;
  /** How messages name `proxy`, for example `fal:proxy`. Default: `proxy`. */
  readonly proxyName?: string | undefined;
  /**
   * How long the answer to a list is used again, in milliseconds, while this client changes nothing in it. Default: 1,000.
   * Calls with `fresh: true` always ask fal.
   */
  readonly shareReadsForMs?: number | undefined;
  /** Ends waits between attempts: a call that would need another attempt fails; an attempt under way gets its answer. */
  readonly waitSignal?: AbortSignal | undefined;
  /**
   * Removes confidential values from a text of fal's before it becomes part of an error. `changes`: the call was to change
   * something. Credentials and secret values are removed without it.
   */
  readonly redact?: ((text: string, changes: boolean) => string) | undefined;
}
