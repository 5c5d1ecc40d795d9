#!/usr/bin/env node
import { readFileSync } from "node:fs";
import path from "node:path";
import { getSystemErrorMap, parseArgs } from "node:util";
import { type EmulatorOptions, type RunningEmulator, startEmulator } from "./server";
import { Violation } from "./state/violations";

const defaultPort = 4600;
const defaultGrpcPort = 4601;

const help = `Usage: fal-emulator [options]

A local fal.ai control plane on 127.0.0.1: REST and gRPC on real ports.

Options:
  --port N               REST port; 0 picks a free one (default: ${defaultPort})
  --grpc-port N          gRPC port; 0 picks a free one (default: ${defaultGrpcPort})
  --seed FILE            initial state as JSON, also after a reset (default: an empty account)
  --state FILE           keep the state in FILE across restarts; if FILE exists, --seed is used only for a reset
  --owner NAME           the account's name (default: the name in the state or seed, else acme)
  --instance-ready-ms N  how long provisioning a compute instance takes, in milliseconds (default: 3000)
  --latency-ms N         delay of every call in milliseconds (default: 0)
  --json                 print the ready line as JSON
  --help                 show this help
  --version              show the version

Exit codes: 0 stopped by a signal, 1 could not run (for example, a port is in use), 2 wrong option or file.
`;

/** A mistake on the command line. */
class UsageError extends Error {}

// `print` reports failures of standard output. Those of standard error cannot be reported.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

async function main(): Promise<void> {
  const options = await readOptions(process.argv.slice(2));
  if (options) await run(options);
}

/** Undefined after --help and --version. */
async function readOptions(args: string[]): Promise<(EmulatorOptions & { json: boolean }) | undefined> {
  const { values } = parseCommandLine(args);
  if (values.help) {
    await print(help);
    return undefined;
  }
  if (values.version) {
    await print(`${version()}\n`);
    return undefined;
  }
  if (values.owner === "" || values.owner?.includes("/"))
    throw new UsageError("--owner must be a non-empty name without a slash.");
  return {
    port: integer("--port", values.port, 65535) ?? defaultPort,
    grpcPort: integer("--grpc-port", values["grpc-port"], 65535) ?? defaultGrpcPort,
    ...defined("seed", values.seed),
    ...defined("stateFile", values.state),
    ...defined("owner", values.owner),
    ...defined("instanceReadyMs", integer("--instance-ready-ms", values["instance-ready-ms"], 86_400_000)),
    ...defined("latencyMs", integer("--latency-ms", values["latency-ms"], 3_600_000)),
    json: values.json ?? false,
  };
}

function parseCommandLine(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: "string" },
        "grpc-port": { type: "string" },
        seed: { type: "string" },
        state: { type: "string" },
        owner: { type: "string" },
        "instance-ready-ms": { type: "string" },
        "latency-ms": { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function integer(flag: string, text: string | undefined, maximum: number): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text) || Number(text) > maximum) {
    throw new UsageError(`${flag} must be a whole number from 0 to ${maximum}, not "${text}".`);
  }
  return Number(text);
}

async function run({ json, ...options }: EmulatorOptions & { json: boolean }): Promise<void> {
  // Registered before the servers listen, so that an early signal still writes the state.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
  const emulator = await startEmulator(options);
  try {
    await print(json ? readyLine(emulator) : readyText(emulator));
    await stopped;
  } finally {
    await emulator.close();
  }
}

/** A reader such as `head` may close the pipe early: that is no failure. */
async function print(text: string): Promise<void> {
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
    process.stdout.write(text, resolve);
  });
  if (!error || error.code === "EPIPE") return;
  const reason = getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? error.message;
  throw new Error(`could not write to standard output: ${reason}.`);
}

function readyLine({ apiUrl, restUrl, grpcUrl, key, owner }: RunningEmulator): string {
  return `${JSON.stringify({ apiUrl, restUrl, grpcUrl, key, owner })}\n`;
}

function readyText({ apiUrl, restUrl, grpcUrl, key, owner }: RunningEmulator): string {
  return `fal-emulator ${version()} is ready for account "${owner}". Press Ctrl+C to stop it.

Point pulumi-fal at it:
  export FAL_KEY=${key} FAL_API_URL=${apiUrl} FAL_REST_URL=${restUrl} FAL_GRPC_URL=${grpcUrl}

Point the official fal CLI at it:
  export FAL_KEY=${key} FAL_GRPC_HOST=${new URL(grpcUrl).host} FAL_REST_HOST=${new URL(restUrl).host} ISOLATE_TEST_MODE=1

Show its state:
  curl ${restUrl}/_emulator/state
`;
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(path.join(__dirname, "..", "package.json"), "utf8"));
  return manifest && typeof manifest === "object" && "version" in manifest ? String(manifest.version) : "unknown";
}

function fail(error: unknown): void {
  const usage = error instanceof UsageError || error instanceof Violation;
  process.stderr.write(`fal-emulator: ${describe(error)}\n`);
  if (error instanceof UsageError) process.stderr.write("Run fal-emulator --help for its options.\n");
  process.exitCode = usage ? 2 : 1;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "EADDRINUSE" && "port" in error) {
    return `port ${String(error.port)} is in use. Choose another one, or 0 for a free one.`;
  }
  return error.message;
}

function defined<Name extends string, T>(name: Name, value: T | undefined): { [K in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [K in Name]: T });
}

main().catch(fail);
