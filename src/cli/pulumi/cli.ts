import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { isRecord } from "../../provider/values";

/** Where the `pulumi` CLI runs, and what interrupts it. */
export interface PulumiOptions {
  /** Folder of the project, or one below it. */
  readonly cwd: string;
  /** `PULUMI` names the executable. Without it, `pulumi` on PATH is used. */
  readonly env: NodeJS.ProcessEnv;
  /** Interrupts the CLI as Ctrl-C does: it finishes operations that it has begun, and stops. */
  readonly signal: AbortSignal;
}

export interface PulumiRun {
  readonly code: number;
  /** Empty if `onLine` received the lines. */
  readonly stdout: string;
  readonly stderr: string;
}

/** A failure of the CLI. The message contains what the CLI printed, and advice for common failures. */
export class PulumiError extends Error {
  override readonly name = "PulumiError";
}

/** The user's own `pulumi` CLI, without its prompts. */
export class Pulumi {
  readonly #options: PulumiOptions;

  constructor(options: PulumiOptions) {
    this.#options = options;
  }

  /**
   * Runs a command to its end. Resolves with any exit code.
   *
   * @throws a `PulumiError` if the CLI cannot be started, or the reason of `signal` if it was aborted
   */
  async run(args: readonly string[], onLine?: (line: string) => void, env: NodeJS.ProcessEnv = {}): Promise<PulumiRun> {
    const { cwd, signal } = this.#options;
    signal.throwIfAborted();
    if (!existsSync(cwd)) throw new PulumiError(`The folder ${cwd} does not exist.`);
    const given = this.#options.env;
    const child = spawn(given["PULUMI"] || "pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd,
      env: { ...given, PULUMI_SKIP_UPDATE_CHECK: "true", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // In a process group of its own. Otherwise a terminal's Ctrl-C would reach it twice, from the terminal and from
      // here, and the second one means "stop at once".
      detached: process.platform !== "win32",
    });
    const stop = () => child.kill("SIGINT");
    signal.addEventListener("abort", stop, { once: true });
    try {
      const result = await ended(child, onLine);
      signal.throwIfAborted();
      return result;
    } catch (error) {
      // The interruption is the reason, however the process ended.
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Like `run`, but throws a `PulumiError` for every exit code except 0. */
  async ok(args: readonly string[]): Promise<PulumiRun> {
    const result = await this.run(args);
    if (result.code !== 0) throw failureOf(args, result);
    return result;
  }

  /** The output of `pulumi stack export`, by default for the selected stack. It runs no code of the state. */
  async exported(stack?: string, ...more: readonly string[]): Promise<string> {
    const of = stack === undefined ? [] : ["--stack", stack];
    return (await this.ok(["stack", "export", ...of, ...more])).stdout;
  }

  /** Whether the last `pulumi up` of a stack failed or was interrupted. No if the backend cannot tell. */
  async lastUpdateFailed(stack: string): Promise<boolean> {
    const page = ["--page-size", "20", "--page", "1"];
    const { code, stdout } = await this.run(["stack", "history", "--json", ...page, "--stack", stack]);
    const updates: unknown = code === 0 ? JSON.parse(stdout) : [];
    const last = Array.isArray(updates)
      ? updates.find((update) => isRecord(update) && update["kind"] === "update")
      : undefined;
    return isRecord(last) && last["result"] === "failed";
  }

  /** Names of the project's stacks in the backend, as `--stack` takes them. */
  async stacks(): Promise<string[]> {
    const { stdout } = await this.ok(["stack", "ls", "--json"]);
    return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  }

  /** The stack that `pulumi stack select` chose. */
  async selectedStack(): Promise<string> {
    const { stdout } = await this.ok(["stack", "--show-name"]);
    return stdout.trim();
  }
}

function ended(child: ChildProcess, onLine: ((line: string) => void) | undefined): Promise<PulumiRun> {
  return new Promise((resolve, reject) => {
    const stdout: string[] = [];
    const stderr: string[] = [];
    const { stdout: out, stderr: err } = child;
    if (out && onLine) createInterface({ input: out, crlfDelay: Number.POSITIVE_INFINITY }).on("line", onLine);
    else out?.setEncoding("utf8").on("data", (chunk: string) => stdout.push(chunk));
    err?.setEncoding("utf8").on("data", (chunk: string) => stderr.push(chunk));
    child.on("error", (error: NodeJS.ErrnoException) => reject(notStarted(error, child.spawnfile)));
    child.on("close", (code, signal) => {
      if (signal !== null) reject(new PulumiError(`pulumi was terminated by ${signal}.`));
      else resolve({ code: code ?? 1, stdout: stdout.join(""), stderr: stderr.join("") });
    });
  });
}

function notStarted(error: NodeJS.ErrnoException, file: string): PulumiError {
  const where = file === "pulumi" ? "`pulumi` is not on PATH" : `PULUMI names ${file}, which cannot be run`;
  return new PulumiError(
    `The Pulumi CLI could not be started: ${where} (${error.code ?? error.message}). Install it (https://www.pulumi.com/docs/iac/download-install/) or set PULUMI to its path.`,
    { cause: error },
  );
}

/** Advice for messages of the CLI, because users of `pulumi-fal` did not run the command themselves. */
const advice: readonly (readonly [words: RegExp, advice: string])[] = [
  [/no Pulumi\.yaml project file found/, "There is no Pulumi project in this folder. Name its folder with --cwd."],
  [/no stack selected/, "No stack is selected. Name one with --stack."],
  [/no stack named/, "The stack does not exist. `pulumi stack ls` lists the stacks."],
  [
    /PULUMI_ACCESS_TOKEN must be set/,
    "Pulumi is not logged in. Set PULUMI_ACCESS_TOKEN, or PULUMI_BACKEND_URL for your own backend.",
  ],
  [
    /passphrase must be set|incorrect passphrase/,
    "The stack's secrets cannot be decrypted. Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.",
  ],
  [
    /stack is currently locked|Another update is currently in progress/,
    "Another update of this stack is in progress. Wait for it. If it crashed, run `pulumi cancel`.",
  ],
];

/** The error for a run that failed, from what it printed. */
export function failureOf(args: readonly string[], { code, stderr }: PulumiRun): PulumiError {
  const said = stderr.replace(/^error: /gm, "").trim();
  const known = advice.find(([words]) => words.test(said));
  const command = `pulumi ${args[0] ?? ""}`.trim();
  if (known) return new PulumiError(`${known[1]} (${command}: ${said})`);
  return new PulumiError(`\`${command}\` failed with exit code ${code}${said ? `: ${said}` : "."}`);
}
