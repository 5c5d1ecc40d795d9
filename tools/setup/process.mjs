// Child processes of the set-up, and the one command it is all done for.
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SetupError } from "./errors.mjs";

const windows = process.platform === "win32";

/** Set-up children that run at this moment, to be ended with us. @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/**
 * @typedef {object} Result
 * @property {number | null} code
 * @property {NodeJS.Signals | null} signal
 * @property {string} stdout
 * @property {string} output stdout and stderr in the order they came
 */

/**
 * Runs a program with its output captured. Never throws because of its exit code; a program that cannot be started
 * answers code 127, as in a shell.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number }} [options]
 * @returns {Promise<Result>}
 */
export function capture(command, args, { cwd, env, timeout } = {}) {
  return new Promise((resolve) => {
    // A process group of its own: ending `npm` or `go` alone would leave the compilers they started at work.
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: !windows });
    running.add(child);
    const timer = timeout ? setTimeout(() => endGroup(child, "SIGKILL"), timeout) : undefined;
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    const settle = (/** @type {Result} */ result) => {
      clearTimeout(timer);
      running.delete(child);
      resolve(result);
    };
    child.on("error", (error) => settle({ code: 127, signal: null, stdout, output: `${output}${error.message}\n` }));
    child.on("close", (code, signal) => settle({ code, signal, stdout, output }));
  });
}

/**
 * As `capture`, for a program that has to succeed.
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof capture>[2]} [options]
 */
export async function mustRun(command, args, options) {
  const result = await capture(command, args, options);
  if (result.code === 0) return result;
  const how = result.signal ? `was ended by ${result.signal}` : `ended with exit code ${result.code}`;
  throw new SetupError(`\`${[command, ...args].join(" ")}\` ${how}:\n${excerpt(result.output)}`);
}

/**
 * The two ends of a long output: some programs say what is wrong first (npm), others last (compilers).
 * @param {string} text
 */
function excerpt(text, first = 12, last = 30) {
  const lines = text.trimEnd().split("\n");
  if (lines.length <= first + last + 1) return lines.join("\n");
  const left = lines.length - first - last;
  return [...lines.slice(0, first), `… ${left} lines left out …`, ...lines.slice(-last)].join("\n");
}

/**
 * @param {string} text
 * @param {number} lines
 */
export function tail(text, lines) {
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function endGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}

/** Ends whatever the set-up still runs; called when we are about to end ourselves. */
export function endChildren() {
  for (const child of running) endGroup(child, "SIGTERM");
}

/**
 * While the set-up runs, a signal ends its children and then us, through `process.exit` so that locks and temporary
 * directories are given back. Returns the function that takes the handlers off again.
 */
export function endOnSignals() {
  /** @type {[NodeJS.Signals, number][]} */
  const signals = [
    ["SIGHUP", 129],
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ];
  const handlers = signals.map(([signal, code]) => {
    const handler = () => {
      endChildren();
      process.exit(code);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const off of handlers) off();
  };
}

/**
 * Runs the command itself: it gets our terminal, and its exit code is ours.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function handOver(command, args, { cwd, env } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: "inherit" });
    // At a terminal Ctrl-C goes to the whole foreground group, so the child has it already; a second SIGINT would
    // make `pulumi` give up its orderly end. Signals sent to us alone (a CI runner, `kill`) are passed on.
    const interactive = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    /** @type {NodeJS.Signals[]} */
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    const handlers = signals.map((signal) => {
      const handler = () => {
        if (signal !== "SIGINT" || !interactive) child.kill(signal);
      };
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    const settle = (/** @type {number} */ code) => {
      for (const off of handlers) off();
      resolve(code);
    };
    child.on("error", (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      settle(127);
    });
    child.on("close", (code, signal) => settle(code ?? 128 + (signalNumbers[signal ?? ""] ?? 0)));
  });
}

/** @type {Record<string, number>} */
const signalNumbers = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** @param {string} file */
export function isExecutable(file) {
  try {
    if (!statSync(file).isFile()) return false;
    if (!windows) accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} name */
export function executableName(name) {
  return windows ? `${name}.exe` : name;
}

/**
 * Where `name` stands on PATH, every place, in order.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
export function onPath(name, env) {
  return (env.PATH ?? "")
    .split(delimiter)
    .filter((directory) => directory !== "")
    .map((directory) => join(directory, executableName(name)))
    .filter(isExecutable);
}
