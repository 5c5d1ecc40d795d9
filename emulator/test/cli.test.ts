import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";

const CLI = path.join(__dirname, "..", "dist", "cli.js");
const FREE_PORTS = ["--port", "0", "--grpc-port", "0"];

interface Run {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Runs the built command: compiling it takes each start a second. */
function run(...args: string[]): Run {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += chunk));
  child.stderr.on("data", (chunk) => (output.stderr += chunk));
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal })),
  );
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  return { child, output, exit };
}

async function ready(emulator: Run): Promise<string> {
  const lines = () => emulator.output.stdout.match(/^.*\n/);
  await vi.waitFor(() => expect(lines(), emulator.output.stderr).not.toBeNull(), { timeout: 20_000, interval: 20 });
  return emulator.output.stdout;
}

async function outcome(...args: string[]) {
  const finished = run(...args);
  const { code } = await finished.exit;
  return { code, ...finished.output };
}

function folder(): string {
  const created = mkdtempSync(path.join(tmpdir(), "fal-emulator-"));
  onTestFinished(() => rmSync(created, { recursive: true, force: true }));
  return created;
}

test("fal-emulator --json prints one line with the addresses and the key for a client", async () => {
  const emulator = run(...FREE_PORTS, "--json", "--owner", "ada", "--instance-ready-ms", "0");
  const text = await ready(emulator);

  const { restUrl, grpcUrl, ...rest } = JSON.parse(text);
  expect(text.trim().split("\n")).toHaveLength(1);
  expect(restUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(grpcUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(grpcUrl).not.toBe(restUrl);
  expect(rest).toEqual({ apiUrl: `${restUrl}/v1`, key: "emu:secret", owner: "ada" });
  const keys = await fetch(`${rest.apiUrl}/keys`, { headers: { authorization: `Key ${rest.key}` } });
  expect(keys.status).toBe(200);
});

test("fal-emulator prints the variables that connect clients", async () => {
  const emulator = run(...FREE_PORTS);
  await vi.waitFor(() => expect(emulator.output.stdout).toContain("_emulator/state"), { timeout: 20_000 });
  for (const name of [
    "FAL_KEY=emu:secret",
    "FAL_API_URL=",
    "FAL_REST_URL=",
    "FAL_GRPC_URL=",
    "FAL_GRPC_HOST=127.0.0.1:",
    "FAL_REST_HOST=127.0.0.1:",
    "ISOLATE_TEST_MODE=1",
  ]) {
    expect(emulator.output.stdout).toContain(name);
  }
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "fal-emulator writes its state and exits with code 0 on %s despite an open connection",
  async (signal) => {
    const state = path.join(folder(), "state.json");
    const emulator = run(...FREE_PORTS, "--json", "--state", state);
    const { restUrl } = JSON.parse(await ready(emulator));
    // fetch keeps this connection open.
    const seed = JSON.stringify({ apps: [{ name: "sd" }] });
    await fetch(`${restUrl}/_emulator/seed`, {
      method: "POST",
      body: seed,
      headers: { "content-type": "application/json" },
    });

    emulator.child.kill(signal);

    expect(await emulator.exit).toEqual({ code: 0, signal: null });
    expect(JSON.parse(readFileSync(state, "utf8")).apps).toMatchObject([{ name: "sd" }]);
    expect(emulator.output.stderr).toBe("");
  },
);

test("fal-emulator --seed fills the account", async () => {
  const seed = path.join(folder(), "seed.json");
  writeFileSync(seed, JSON.stringify({ owner: "ada", secrets: [{ name: "A", value: "b" }] }));
  const { restUrl, owner } = JSON.parse(await ready(run(...FREE_PORTS, "--json", "--seed", seed)));
  expect(owner).toBe("ada");
  const state = await (await fetch(`${restUrl}/_emulator/state`)).json();
  expect(state).toMatchObject({ secrets: [{ name: "A", value: "b" }] });
});

test("fal-emulator --help lists all flags of the README, and --version prints the version", async () => {
  const help = await outcome("--help");
  expect(help).toMatchObject({ code: 0, stderr: "" });
  const readme = readFileSync(path.join(__dirname, "..", "README.md"), "utf8");
  for (const flag of [
    "--port",
    "--grpc-port",
    "--seed",
    "--state",
    "--owner",
    "--instance-ready-ms",
    "--latency-ms",
    "--json",
  ]) {
    expect(help.stdout).toContain(flag);
    expect(readme).toContain(`| \`${flag}`);
  }
  expect(await outcome("--version")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

describe.runIf(existsSync("/dev/full"))("standard output that takes nothing", () => {
  const shell = async (line: string) => {
    const child = spawn("sh", ["-c", line, "sh", process.execPath, CLI]);
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += chunk));
    await new Promise((resolve) => child.once("close", resolve));
    return stderr;
  };

  test("fal-emulator exits without an error if the reader closes its output", async () => {
    expect(await shell('{ sleep 0.2; "$@" --help; echo "code $?" >&2; } | true')).toBe("code 0\n");
  });

  test("fal-emulator reports a full standard output in one line, and does not run without an address", async () => {
    const failed = "fal-emulator: could not write to standard output: no space left on device.\ncode 1\n";
    expect(await shell('"$@" --help >/dev/full; echo "code $?" >&2')).toBe(failed);
    expect(await shell('"$@" --port 0 --grpc-port 0 >/dev/full; echo "code $?" >&2')).toBe(failed);
  });
});

describe("wrong command lines", () => {
  test.each([
    [["--prot", "1"], "--prot"],
    [["extra"], "extra"],
    [["--port", "many"], '--port must be a whole number from 0 to 65535, not "many"'],
    [["--grpc-port", "65536"], "--grpc-port"],
    [["--instance-ready-ms", "-1"], "--instance-ready-ms"],
    [["--latency-ms", "1.5"], "--latency-ms"],
    [["--port"], "--port"],
    [["--owner", "a/b"], "--owner"],
    [["--seed", "/does/not/exist.json"], "/does/not/exist.json"],
    [["--state", "/does/not/exist/state.json"], "/does/not/exist/state.json"],
  ])("fal-emulator with the wrong arguments %j exits with code 2 and names the mistake", async (args, mention) => {
    const ports = args.some((arg) => arg.includes("port")) ? [] : FREE_PORTS;
    const { code, stdout, stderr } = await outcome(...ports, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^fal-emulator: /);
    expect(stderr).toContain(mention);
    expect(stderr).not.toContain("    at ");
  });
});

test.each(["--port", "--grpc-port"])(
  "fal-emulator exits with code 1 and names the port if the port of %s is in use",
  async (flag) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = String(typeof address === "object" && address ? address.port : 0);

    const { code, stderr } = await outcome(...FREE_PORTS, flag, port);

    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} is in use`);
  },
);
