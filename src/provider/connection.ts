import type { FalClient, FalWait } from "../client";
import { FalAuthenticationError } from "../client/errors";
import { type LogSink, openLog } from "../client/log";
import { mainEnvironment } from "../client/names";
import { messageOf } from "./errors";
import { currentOperation } from "./operation";
import { type Log, reportWait } from "./progress";
import { clientOptions, isStrict, type ProviderSettings, settingNames, wholeNumber } from "./settings";

/** A refresh reads each object alone, thousands over many seconds. Before it treats one as deleted, it reads again. */
const shareReadsForMs = 10_000;

/** Shows each wait on the row of the resource, or among the diagnostics of a program. */
function onWait(wait: FalWait): void {
  const operation = currentOperation();
  if (operation) reportWait(wait, operation.progress);
}

interface ConnectionOptions {
  readonly log: Log;
  /** Makes the signal that ends the waits of the client's calls; called with the first call. */
  readonly waitSignal?: (() => AbortSignal) | undefined;
  readonly userAgent?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * The one client of a provider process. It is created by the first operation, so that a missing credential fails that
 * operation with a useful message, and check and diff work without a credential.
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

  /** Every kind of resource passes the same settings. Once a client exists, they no longer change. */
  configure(settings: ProviderSettings): void {
    if (!this.#client) this.#settings = settings;
  }

  get settings(): ProviderSettings {
    return this.#settings;
  }

  /** The environment of resources without one. */
  environment(): string {
    return this.#settings.environment ?? mainEnvironment;
  }

  /** Whether warnings about values are errors. */
  strict(): boolean {
    return isStrict(this.#settings);
  }

  /** How many deployments may run at the same time. Throws if the setting is wrong. */
  maxConcurrentDeploys(): number {
    return wholeNumber(this.#settings, "maxConcurrentDeploys") ?? 3;
  }

  /** The message of a failure. A rejected key gets a hint, because the engine takes it from an unexpected place. */
  explain(error: unknown): string {
    const message = messageOf(error);
    if (!(error instanceof FalAuthenticationError) || this.#settings.apiKey === undefined) return message;
    return `${message} Refresh and destroy use the key of the last \`pulumi up\`, which is in the state. Run them with \`--run-program\`, or run \`pulumi up\` first.`;
  }

  client(): FalClient {
    if (!this.#client) {
      // Loaded late, because check and diff need neither HTTP nor gRPC.
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

  /** The client's debug log: each line on the row of the resource, or among the diagnostics of a program. */
  #debugLog(level: string | undefined): "off" | LogSink {
    const show: LogSink = (line) => this.#log.write("info", `fal: ${line}`, currentOperation()?.urn, false);
    const sink = openLog(level, this.#env, show);
    if (sink === undefined) return "off";
    // The client does not recognize names that are secret only in the program.
    return (line) => sink(currentOperation()?.redact(line) ?? line);
  }
}
