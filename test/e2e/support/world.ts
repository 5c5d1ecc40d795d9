import { type EmulatorOptions, type RunningEmulator, startEmulator } from "fal-emulator";
import { FalClient } from "pulumi-fal/client";
import { type Host, Stack } from "./stack";

type Json = Record<string, unknown>;

/** The emulator's state, as far as tests look at it; names are fal's. */
export interface WorldState {
  readonly owner: string;
  readonly keys: (Json & { key_id: string; key_secret: string; alias: string })[];
  readonly environments: (Json & { name: string })[];
  readonly apps: (Json & { name: string; environment: string })[];
  readonly secrets: (Json & { name: string; environment: string; value: string })[];
  readonly instances: (Json & { id: string })[];
  readonly runners: Json[];
  readonly storage_settings: { expiration_duration_seconds: number | null; initial_acl: Json | null };
}

/** What the emulator knows about an app's runners and requests in a range, with its names. */
export interface TrafficRecord {
  readonly hours: number;
  readonly hours_at_limit: number;
  readonly runner_seconds: { readonly running: number; readonly idle: number };
  readonly peak_runners: { readonly running: number };
  readonly requests: number;
  readonly cold_starts: number;
  readonly wait: { readonly p50: number; readonly p95: number };
  readonly cost: number;
}

export interface RecordedRequest {
  readonly transport: "rest" | "grpc";
  readonly method: string;
  readonly path: string;
  readonly rpc?: string;
  readonly status: number | string;
  readonly time: string;
}

/** A fal of its own on real ports, and the stacks that a test runs against it. */
export class World {
  readonly env: { FAL_KEY: string; FAL_API_URL: string; FAL_REST_URL: string; FAL_GRPC_URL: string };
  readonly #emulator: RunningEmulator;
  readonly #stacks: Stack[] = [];

  private constructor(emulator: RunningEmulator) {
    this.#emulator = emulator;
    this.env = {
      FAL_KEY: emulator.key,
      FAL_API_URL: emulator.apiUrl,
      FAL_REST_URL: emulator.restUrl,
      FAL_GRPC_URL: emulator.grpcUrl,
    };
  }

  static async start(options: EmulatorOptions = {}): Promise<World> {
    return new World(await startEmulator(options));
  }

  /** A new stack whose CLI finds this fal through the environment; disposed with the world. */
  async stack(env: Record<string, string | undefined> = {}, host?: Host): Promise<Stack> {
    const stack = new Stack({ ...this.env, ...env }, host);
    this.#stacks.push(stack);
    return stack.init();
  }

  state(): Promise<WorldState> {
    return this.#control("GET", "state") as Promise<WorldState>;
  }

  /** Merges objects into the state, by identity: what somebody else did at fal. */
  async seed(state: Json): Promise<void> {
    await this.#control("POST", "seed", state);
  }

  /** What `fal deploy` does: a new revision becomes current, with its inheritance and resets of scaling. */
  async deploy(deployment: Json): Promise<void> {
    await this.#control("POST", "deploy", deployment);
  }

  /** What really happened to an app with traffic. */
  record(app: string, environment: string, { from, to }: { from: string; to: string }): Promise<TrafficRecord> {
    const query = new URLSearchParams({ app, environment, start: from, end: to });
    return this.#control("GET", `record?${query}`) as Promise<TrafficRecord>;
  }

  /** What a time without calls does: the past, with everything that is recorded, moves back. */
  async passTime(seconds: number): Promise<void> {
    await this.#control("POST", "pass-time", { seconds });
  }

  async faults(faults: readonly Json[]): Promise<void> {
    await this.#control("POST", "faults", faults);
  }

  requests(): Promise<RecordedRequest[]> {
    return this.#control("GET", "requests") as Promise<RecordedRequest[]>;
  }

  async clearRequests(): Promise<void> {
    await this.#control("DELETE", "requests");
  }

  /** Deletes an object the way somebody else would, by the id that our state has for it. */
  async remove(list: "apps" | "secrets" | "environments" | "keys" | "instances", id: string): Promise<void> {
    const { FAL_KEY: apiKey, FAL_API_URL: apiUrl, FAL_REST_URL: restUrl, FAL_GRPC_URL: grpcUrl } = this.env;
    const fal = new FalClient({ apiKey, apiUrl, restUrl, grpcUrl, env: {} });
    const [environment = "", ...rest] = id.split("/");
    const name = rest.join("/");
    try {
      if (list === "apps") await fal.apps.delete(name, { environment });
      if (list === "secrets") await fal.secrets.unset(name, { environment });
      if (list === "environments") await fal.environments.delete(id);
      if (list === "keys") await fal.keys.revoke(id);
      if (list === "instances") await fal.compute.delete(id);
    } finally {
      await fal.close();
    }
  }

  async close(): Promise<void> {
    for (const stack of this.#stacks) stack.dispose();
    await this.#emulator.close();
  }

  async #control(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${this.env.FAL_REST_URL}/_emulator/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /_emulator/${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}
