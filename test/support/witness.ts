import { type FalResult, runFal, runFalPython } from "./fal-cli";

type Json = Record<string, unknown>;

/** The official `fal` package from PyPI, its CLI and its Python: what it sees is what fal's own users would see. */
export class Witness {
  readonly #env: Record<string, string>;

  constructor(env: { FAL_KEY: string; FAL_REST_URL: string; FAL_GRPC_URL: string }) {
    const host = (url: string) => new URL(url).host;
    this.#env = {
      PATH: process.env["PATH"] ?? "",
      HOME: "/nonexistent",
      // The CLI breaks its lines, also those of JSON, at the width of the terminal.
      COLUMNS: "10000",
      FAL_KEY: env.FAL_KEY,
      FAL_REST_HOST: host(env.FAL_REST_URL),
      FAL_GRPC_HOST: host(env.FAL_GRPC_URL),
      ISOLATE_TEST_MODE: "1",
    };
  }

  apps(environment: string): Promise<Json[]> {
    return this.#list("apps", ["apps", "list", "--env", environment]);
  }

  secrets(environment: string): Promise<Json[]> {
    return this.#list("secrets", ["secrets", "list", "--env", environment]);
  }

  environments(): Promise<Json[]> {
    return this.#list("environments", ["environments", "list"]);
  }

  keys(): Promise<Json[]> {
    return this.#list("keys", ["keys", "list"]);
  }

  async run(args: readonly string[]): Promise<string> {
    return written(`fal ${args.join(" ")}`, await runFal({ args, env: this.#env })).toString();
  }

  /** Runs a script with the Python that the CLI runs on, so with fal's SDK at hand; answers what it wrote. */
  async python(script: string, input = ""): Promise<Buffer> {
    return written(script, await runFalPython(script, { args: [], env: this.#env, input }));
  }

  async #list(key: string, args: readonly string[]): Promise<Json[]> {
    const answer = JSON.parse(await this.run([...args, "--output", "json"])) as Record<string, Json[]>;
    return answer[key] ?? [];
  }
}

function written(command: string, { code, stdout, stderr }: FalResult): Buffer {
  if (code !== 0) throw new Error(`${command}: ${stdout}${stderr}`);
  return stdout;
}
