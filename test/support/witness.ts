import { execFile } from "node:child_process";
import { dirname, join } from "node:path";

/** The path that the test bootstrap found, or nothing: then the emulator's own state is the only witness. */
export const falCli = process.env["PULUMI_FAL_TEST_FAL_CLI"];
export const noFalCli =
  "the official fal CLI is not installed (Python with venv and PyPI are needed): its testimony is skipped";

type Json = Record<string, unknown>;

/** The official `fal` package from PyPI, its CLI and its Python: what it sees is what fal's own users would see. */
export class Witness {
  readonly #env: NodeJS.ProcessEnv;

  constructor(env: { FAL_KEY: string; FAL_REST_URL: string; FAL_GRPC_URL: string }) {
    const host = (url: string) => new URL(url).host;
    this.#env = {
      PATH: process.env["PATH"],
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
    return (await this.#execute(falCli, args)).toString();
  }

  /** Runs a script with the Python that the CLI runs on, so with fal's SDK at hand; answers what it wrote. */
  python(script: string, input = ""): Promise<Buffer> {
    return this.#execute(falCli && join(dirname(falCli), "python"), [script], input);
  }

  #execute(program: string | undefined, args: readonly string[], input = ""): Promise<Buffer> {
    if (!program) throw new Error(noFalCli);
    return new Promise((done, fail) => {
      const child = execFile(program, [...args], { env: this.#env, encoding: "buffer" }, (error, stdout, stderr) =>
        error ? fail(new Error(`fal ${args.join(" ")}: ${stdout}${stderr}`)) : done(stdout),
      );
      child.stdin?.end(input);
    });
  }

  async #list(key: string, args: readonly string[]): Promise<Json[]> {
    const answer = JSON.parse(await this.run([...args, "--output", "json"])) as Record<string, Json[]>;
    return answer[key] ?? [];
  }
}
