import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { start, stop } from "./lifetime";
import { root } from "./paths";

interface Ready {
  readonly apiUrl: string;
  readonly restUrl: string;
  readonly grpcUrl: string;
  readonly key: string;
}

/** A fal of its own, in a process of its own: what it computes is not in the way of what is measured. */
export class Emulator {
  readonly env: Record<string, string>;
  readonly #child: ChildProcess;
  readonly #restUrl: string;

  private constructor(child: ChildProcess, ready: Ready) {
    this.#child = child;
    this.#restUrl = ready.restUrl;
    this.env = {
      FAL_KEY: ready.key,
      FAL_API_URL: ready.apiUrl,
      FAL_REST_URL: ready.restUrl,
      FAL_GRPC_URL: ready.grpcUrl,
    };
  }

  static async start(): Promise<Emulator> {
    const cli = join(root, "emulator/dist/cli.js");
    const child = start(process.execPath, [cli, "--port", "0", "--grpc-port", "0", "--json"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (!child.stdout) throw new Error("fal-emulator has no output");
    const line = await Promise.race([
      once(createInterface(child.stdout), "line").then(([text]) => String(text)),
      once(child, "exit").then(([code]) => {
        throw new Error(`fal-emulator ended with exit code ${code} before it was ready`);
      }),
    ]);
    return new Emulator(child, JSON.parse(line) as Ready);
  }

  async seed(state: object): Promise<void> {
    await this.#control("POST", "seed", state);
  }

  /** Empties the account and the log. */
  async reset(): Promise<void> {
    await this.#control("POST", "reset", {});
  }

  async forgetRequests(): Promise<void> {
    await this.#control("DELETE", "requests");
  }

  /** How many calls there were, by method of the API. */
  async requestCounts(): Promise<Record<string, number>> {
    const requests = (await this.#control("GET", "requests")) as { rpc?: string; method: string; path: string }[];
    const counts: Record<string, number> = {};
    for (const { rpc, method, path } of requests) {
      const name = rpc ?? `${method} ${path.replace(/\?.*/s, "").replace(/\/keys\/.+/, "/keys/{id}")}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async countObjects(): Promise<number> {
    const { secrets, keys } = (await this.#control("GET", "state")) as { secrets: unknown[]; keys: unknown[] };
    return secrets.length + keys.length;
  }

  stop(): Promise<void> {
    return stop(this.#child);
  }

  async #control(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.#restUrl}/_emulator/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /_emulator/${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}
