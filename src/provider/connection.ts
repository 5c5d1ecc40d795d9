import type { FalClient } from "../client";
import { version } from "../version";
import { clientOptions, type ProviderSettings } from "./settings";

/**
 * The one client of a provider process. Made at the first operation, not before: a missing credential then fails that
 * operation with a useful message instead of breaking the process, and check and diff work without any.
 */
export class Connection {
  #settings: ProviderSettings = {};
  #client: FalClient | undefined;

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

  client(): FalClient {
    if (!this.#client) {
      // Loaded here, not at the top: check and diff of a preview need no HTTP, no gRPC.
      const client = require("../client") as typeof import("../client");
      this.#client = new client.FalClient(clientOptions(this.#settings, `pulumi-fal/${version}`));
    }
    return this.#client;
  }
}
