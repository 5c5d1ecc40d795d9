import { type ChildProcess, execFile, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll } from "vitest";

/** The path that the test bootstrap found, or nothing: then the emulator's own state is the only witness. */
export const falCli = process.env["PULUMI_FAL_TEST_FAL_CLI"];
export const noFalCli =
  "the official fal CLI is not installed (Python with venv and PyPI are needed): its testimony is skipped";

export interface FalResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

interface Run {
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly input?: string;
}

/** Runs the official CLI. */
export async function runFal(run: Run): Promise<FalResult> {
  const program = installed();
  return (await forked(program, run)) ?? (await started(program, run.args, run));
}

/** Runs a script with the Python that the CLI runs on, so with fal's SDK at hand. */
export async function runFalPython(script: string, run: Run): Promise<FalResult> {
  const python = pythonOf(installed());
  return (await forked(script, run)) ?? (await started(python, [script, ...run.args], run));
}

function installed(): string {
  if (!falCli) throw new Error(noFalCli);
  return falCli;
}

function pythonOf(cli: string): string {
  return join(dirname(cli), "python");
}

function started(program: string, args: readonly string[], { env, input = "" }: Run): Promise<FalResult> {
  return new Promise((done) => {
    const child = execFile(program, [...args], { env, encoding: "buffer" }, (error, stdout, stderr) =>
      done({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

/** A process that has loaded what fal's CLI loads, which takes most of its time. Each run is a fork of it. */
let server: Promise<Server | undefined> | undefined;
afterAll(async () => (await server)?.end());

/** Undefined where that is not possible. */
async function forked(script: string, { args, env, input = "" }: Run): Promise<FalResult | undefined> {
  // Frameworks of macOS forbid a fork without exec, and Windows has none.
  if (process.platform !== "linux") return undefined;
  server ??= Server.start(installed());
  const answer = (await server)?.ask({ script, args, env, input: Buffer.from(input).toString("base64") });
  if (!answer) return undefined;
  const [code, stdout, stderr] = JSON.parse(await answer) as [number, string, string];
  return { code, stdout: Buffer.from(stdout, "base64"), stderr: Buffer.from(stderr, "base64") };
}

class Server {
  readonly #waiting: PromiseWithResolvers<string>[] = [];

  private constructor(private readonly child: ChildProcess) {
    if (child.stdout) createInterface(child.stdout).on("line", (line) => this.#waiting.shift()?.resolve(line));
    child.on("close", (code, signal) => {
      const error = new Error(`test/support/fal-python.py ended with ${signal ?? code}`);
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  /** Undefined if it does not start. */
  static async start(cli: string): Promise<Server | undefined> {
    const env = { PATH: process.env["PATH"], HOME: "/nonexistent" };
    const child = spawn(pythonOf(cli), [join(__dirname, "fal-python.py")], { env, stdio: ["pipe", "pipe", "inherit"] });
    child.on("error", () => {});
    const server = new Server(child);
    try {
      await server.#answer();
      return server;
    } catch (error) {
      console.warn(`${error}: each command of fal's CLI takes longer, because it starts by itself.`);
      return undefined;
    }
  }

  ask(request: object): Promise<string> {
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    return this.#answer();
  }

  async end(): Promise<void> {
    this.child.stdin?.end();
    if (this.child.exitCode === null && this.child.signalCode === null)
      await new Promise((done) => this.child.on("close", done));
  }

  #answer(): Promise<string> {
    const answer = Promise.withResolvers<string>();
    this.#waiting.push(answer);
    return answer.promise;
  }
}
