// What a run of the demo holds: a scratch folder, child processes, a stack's config file; and how it is given back.
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { blank, command, tell } from "./terminal.mjs";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** A step did not end as it should; its own output says why. */
export class DemoError extends Error {}

class Interrupted extends Error {}

/** @type {[NodeJS.Signals, number][]} */
const SIGNALS = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
];

/**
 * @typedef {object} Project
 * @property {string} directory
 * @property {string} name in its Pulumi.yaml
 * @property {string} program what a reader may change
 * @property {number} reads the calls to fal of the functions in the program
 */

export class Session {
  scratch = mkdtempSync(join(tmpdir(), "pulumi-fal-demo-"));
  /** @type {Project} */
  project = { directory: ROOT, name: "pulumi-fal-quickstart", program: "examples/quickstart/index.ts", reads: 0 };
  /** The stack's name; another one where a stack of that name has its config file here already. */
  stack = freeStackName();
  /** What the commands need, in the order it is printed in. @type {Record<string, string>} */
  exports = {
    PULUMI_BACKEND_URL: pathToFileURL(join(this.scratch, "state")).href,
    PULUMI_CONFIG_PASSPHRASE: "demo",
  };
  kept = false;
  started = Date.now();
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #emulator;
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #child;
  #exitCode = 0;

  constructor() {
    mkdirSync(join(this.scratch, "state"));
    for (const [signal, code] of SIGNALS) process.on(signal, () => this.#interrupt(signal, code));
    process.on("exit", () => {
      if (!this.kept) this.end();
    });
  }

  /** A stack that is selected elsewhere, or in another run, must not be the one that is worked on. */
  get env() {
    return {
      ...process.env,
      ...this.exports,
      PULUMI_HOME: join(this.scratch, "home"),
      PULUMI_STACK: this.stack,
    };
  }

  get configFile() {
    return join(this.project.directory, `Pulumi.${this.stack}.yaml`);
  }

  /**
   * Runs Pulumi on the terminal and insists on its exit code.
   * @param {string} text its arguments as a reader would type them; double quotes, no variables
   * @param {{ output?: string }} [options] output: a file of the scratch folder that gets what it prints
   */
  async pulumi(text, { output } = {}) {
    await this.#run("pulumi", "pulumi", text, { output });
    // `pulumi up` prints an empty line of its own.
    if (!/^(up|config set)/.test(text) && output === undefined) blank();
  }

  /**
   * The same for `pulumi-fal`, as this clone has built it.
   * @param {string} text
   * @param {{ exitCode?: number }} [options]
   */
  async pulumiFal(text, options = {}) {
    const script = relative(this.project.directory, join(ROOT, "dist", "cli", "main.js"));
    await this.#run(process.execPath, "node", `${script} ${text}`, options);
  }

  /**
   * Any other program.
   * @param {string} file
   * @param {string} text
   */
  async program(file, text) {
    await this.#run(file, file, text, {});
  }

  /**
   * @param {string} file
   * @param {string} name what the reader sees of it
   * @param {string} text
   * @param {{ exitCode?: number, output?: string | undefined }} options
   */
  async #run(file, name, text, { exitCode = 0, output }) {
    const target = output === undefined ? undefined : join(this.scratch, output);
    command(`${name} ${text}${target === undefined ? "" : ` > ${target}`}`);
    const stdout = target === undefined ? "inherit" : openSync(target, "w");
    const code = await this.start(file, wordsOf(text), this.env, ["inherit", stdout, "inherit"]);
    if (typeof stdout === "number") closeSync(stdout);
    if (code !== exitCode) {
      throw new DemoError(`\`${name} ${text}\` exited with ${code} instead of ${exitCode}; see its output above`);
    }
  }

  /**
   * @param {string} file
   * @param {string[]} args
   * @param {NodeJS.ProcessEnv} env
   * @param {import("node:child_process").StdioOptions} [stdio]
   * @returns {Promise<number>} the exit code
   */
  async start(file, args, env, stdio = "inherit") {
    this.check();
    const child = spawn(file, args, { cwd: this.project.directory, env, stdio });
    this.#child = child;
    const code = await new Promise((settle) => {
      child.on("error", (error) => {
        process.stderr.write(`${file}: ${error.message}\n`);
        settle(127);
      });
      child.on("close", (exit, signal) => settle(exit ?? (signal ? 128 : 1)));
    });
    this.#child = undefined;
    this.check();
    return code;
  }

  /**
   * A process in the background, out of reach of the terminal's Ctrl-C: it must outlive the command that Ctrl-C ends.
   * @param {string} file
   * @param {string[]} args
   * @param {number} output file descriptor
   */
  background(file, args, output) {
    this.check();
    this.#emulator = spawn(file, args, { cwd: ROOT, stdio: ["ignore", output, output], detached: true });
    this.#emulator.unref();
    return this.#emulator;
  }

  /** Throws once the demo was told to stop. */
  check() {
    if (this.#exitCode !== 0) throw new Interrupted();
  }

  /**
   * @param {NodeJS.Signals} signal
   * @param {number} code
   */
  #interrupt(signal, code) {
    const again = this.#exitCode !== 0;
    this.#exitCode = code;
    if (!this.#child) process.exit(this.failed(new Interrupted()));
    // At a terminal Ctrl-C went to the child as well. Pulumi ends in an orderly way at the first signal only.
    const interactive = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    if (again && signal !== "SIGINT") this.#child.kill("SIGKILL");
    else if (signal !== "SIGINT" || !interactive) this.#child.kill("SIGINT");
  }

  /**
   * @param {unknown} error
   * @returns {number} the exit code
   */
  failed(error) {
    if (error instanceof Interrupted) {
      blank();
      tell("Interrupted. The local fal was stopped and the temporary folder was removed.");
      return this.#exitCode;
    }
    blank();
    if (error instanceof DemoError) process.stderr.write(`demo: stopped, because ${error.message}.\n`);
    else process.stderr.write(`demo: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  }

  /** Leaves nothing behind. Synchronous, and harmless when done twice. */
  end() {
    this.#emulator?.kill("SIGTERM");
    this.#emulator = undefined;
    rmSync(this.configFile, { force: true });
    rmSync(this.scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * `config set a "b c"` is `config`, `set`, `a`, `b c`.
 * @param {string} text
 */
function wordsOf(text) {
  return [...text.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

function freeStackName() {
  for (let number = 1; ; number++) {
    const name = number === 1 ? "demo" : `demo-${number}`;
    if (!existsSync(join(ROOT, `Pulumi.${name}.yaml`))) return name;
  }
}
