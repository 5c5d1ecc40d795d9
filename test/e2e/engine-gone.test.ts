import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, describe, expect, test } from "vitest";
import { SSH_KEY } from "../support/constants";
import { processesBelow } from "./support/processes";
import { World } from "./support/world";

const root = resolve(__dirname, "../..");
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

function node(stdin: "pipe" | "ignore", code: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ["-e", code, ...args], { cwd: root, stdio: [stdin, "pipe", "inherit"] });
  children.push(child);
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("no standard output");
  const [line] = await once(createInterface(child.stdout), "line");
  return line;
}

/** A process that listens as the engine does. */
async function engine(): Promise<{ child: ChildProcess; address: string }> {
  const code = `const server = require("node:net").createServer((socket) => socket.on("error", () => {}));
    server.listen(0, "127.0.0.1", () => console.log(server.address().port));`;
  const child = node("ignore", code);
  return { child, address: `127.0.0.1:${await firstLine(child)}` };
}

/** A process that has loaded the package as Pulumi's provider host does, with the host's arguments, and never ends by itself. */
async function provider(stdin: "pipe" | "ignore", address: string): Promise<ChildProcess> {
  const code = `require("pulumi-fal/dynamic").provider("App"); setInterval(() => {}, 1_000); console.log("loaded");`;
  const child = node(stdin, code, "dynamic-provider", address);
  await firstLine(child);
  return child;
}

const pass = (ms: number) => new Promise((done) => setTimeout(done, ms));
const alive = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

async function endsWithin(child: ChildProcess, ms: number): Promise<void> {
  if (alive(child)) await Promise.race([once(child, "exit"), pass(ms)]);
  expect(child.exitCode).toBe(1);
}

describe.concurrent("a provider process", () => {
  test.each([
    ["a pipe that is closed from the start", "pipe", false],
    ["an open pipe", "pipe", true],
    ["/dev/null", "ignore", true],
  ] as const)("a provider process whose standard input is %s ends with its engine", async (what, stdin, stop) => {
    const { child, address } = await engine();
    const subject = await provider(stdin, address);
    if (what.includes("closed")) subject.stdin?.end();
    await pass(3_000);
    expect(alive(subject)).toBe(true);
    // An engine that hangs is no dead one. Windows cannot stop a process.
    if (stop && process.platform !== "win32") {
      child.kill("SIGSTOP");
      await pass(4_000);
      expect(alive(subject)).toBe(true);
    }
    child.kill("SIGKILL");
    await endsWithin(subject, 6_000);
  });

  test("a provider process without an engine's address keeps running", async () => {
    const subject = await provider("pipe", "--no-engine");
    subject.stdin?.end();
    await pass(2_000);
    expect(alive(subject)).toBe(true);
  });
});

describe("an order whose engine is killed", () => {
  test("a provider whose engine was killed ends within seconds, and the next up creates the only GPU instance", async () => {
    const world = await World.start({ instanceReadyMs: 0 });
    try {
      const orders = async () => (await world.requests()).filter(({ method }) => method === "POST").length;
      const noCapacity = {
        match: { method: "POST", path: "/compute/instances$" },
        fault: { status: 503, headers: { "retry-after": "8" } },
      };
      await world.faults([{ ...noCapacity, times: 1_000 }]);
      const stack = await world.stack();
      stack.program([
        { kind: "ComputeInstance", name: "machine", args: { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY } },
      ]);
      const { child, result } = stack.start("up", "--yes", "--skip-preview");
      let text = "";
      child.stdout?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      // The row shows what the order waits for.
      const row =
        /ComputeInstance machine creating.* waiting to create compute instance: fal answered 503 to POST \/v1\/compute\/instances.*, \d attempts?; next attempt in \ds/;
      await expect.poll(() => text, { timeout: 60_000 }).toMatch(row);
      const { provider } = processesBelow(child.pid ?? 0);
      expect(provider).not.toEqual([]);
      child.kill("SIGKILL");
      await expect.poll(() => provider.filter(isAlive), { timeout: 5_000 }).toEqual([]);
      await result;
      // There is capacity again, and the ended provider sends no order.
      await world.faults([]);
      const sent = await orders();
      await pass(3_000);
      expect([await orders(), (await world.state()).instances]).toEqual([sent, []]);

      await stack.run("cancel", "--yes");
      await stack.refresh("--clear-pending-creates");
      await stack.up();
      expect((await world.state()).instances).toHaveLength(1);
      await stack.preview("--expect-no-changes");
    } finally {
      await world.close();
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
