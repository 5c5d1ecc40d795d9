import type { FalClient, FalWait } from "../client";
import { FalAuthenticationError } from "../client/errors";
import { type LogSink, openLog } from "../client/log";
import { messageOf } from "./errors";
import { currentOperation } from "./operation";
import { type Log, reportWait } from "./progress";
import { clientOptions, type ProviderSettings, settingNames } from "./settings";

/** A refresh asks for each object alone, for thousands over many seconds; what it concludes from is asked for anew. */
const shareReadsForMs = 10_000;

/** Each wait on the row of the resource that the call is for, or among the diagnostics of a program. */
function onWait(wait: FalWait): void {
  const operation = currentOperation();
  if (operation) reportWait(wait, operation.progress);
}

export interface ConnectionOptions {
  readonly log: Log;
  /** Makes the signal that ends the waits of the client's calls; called with the first call. */
  readonly waitSignal?: (() => AbortSignal) | undefined;
  readonly userAgent?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * The one client of a provider process. Made at the first operation, not before: a missing credential then fails that
 * operation with a useful message instead of breaking the process, and check and diff work without any.
 */
export class Connection {
  readonly #log: Log;
  readonly #waitSignal: (() => AbortSignal) | undefined;
  readonly #userAgent: string | undefined;
  readonly #env: NodeJS.ProcessEnv;
  #settings: ProviderSettings = {};
  #client: FalClient | undefined;

  constructor({ log, waitSignal, userAgent, env = process.env }: ConnectionOptions) {
    this.#log = log;
    this.#waitSignal = waitSignal;
    this.#userAgent = userAgent;
    this.#env = env;
  }

  /** Every kind of resource hands in the same settings; the first ones count once a client exists. */
  configure(settings: ProviderSettings): void {
    if (!this.#client) this.#settings = settings;
  }

  get settings(): ProviderSettings {
    return this.#settings;
  }

  /** The environment of resources that name none. */
  environment(): string {
    return this.#settings.environment ?? "main";
  }

  /** What else there is to say about a failure: where the engine took the key from is not what people expect. */
  explain(error: unknown): string {
    const message = messageOf(error);
    if (!(error instanceof FalAuthenticationError) || this.#settings.apiKey === undefined) return message;
    return `${message} Refresh and destroy use the key of the last \`pulumi up\`, which is in the state. Run them with \`--run-program\`, or run \`pulumi up\` first.`;
  }

  client(): FalClient {
    if (!this.#client) {
      // Loaded here, not at the top: check and diff of a preview need no HTTP, no gRPC.
      const client = require("../client") as typeof import("../client");
      const options = clientOptions(this.#settings);
      this.#client = new client.FalClient(
        { ...options, env: this.#env, userAgent: this.#userAgent, log: this.#debugLog(options.log), onWait },
        {
          ...settingNames(this.#settings),
          redact: (text, changes) => currentOperation()?.redactResponse(text, changes) ?? text,
          waitSignal: this.#waitSignal?.(),
          shareReadsForMs,
        },
      );
      const { providerName, apiKey } = this.#settings;
      if (providerName !== undefined && apiKey === undefined) {
        const { credentialSource, keyId } = this.#client.settings;
        const message = `fal.Provider "${providerName}" has no apiKey. It uses the credential from ${credentialSource} (key id ${keyId}).`;
        this.#log.write("info", message, undefined, false);
      }
    }
    return this.#client;
  }

  /** The client's debug log, each line on the row of the resource that the call is for, or among the diagnostics of a program. */
  #debugLog(level: string | undefined): "off" | LogSink {
    const show: LogSink = (line) => this.#log.write("info", `fal: ${line}`, currentOperation()?.urn, false);
    const sink = openLog(level, this.#env, show);
    if (sink === undefined) return "off";
    // A name that only the program calls secret is none to the client.
    return (line) => sink(currentOperation()?.redact(line) ?? line);
  }
}
