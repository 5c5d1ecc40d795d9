import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Readable } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { watchEngine } from "../../../src/hosts/engine-watch";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Listens as the engine's log service does. */
async function listen(port = 0): Promise<{ server: Server; port: number; connections: () => number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => {});
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close());
  return { server, port: (server.address() as AddressInfo).port, connections: () => connections };
}

/** Both ends of a pipe: the engine's end, and the provider's standard input. */
async function pipe(): Promise<{ engine: Socket; stdin: Socket }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  const [[engine], stdin] = await Promise.all([
    once(server, "connection") as Promise<[Socket]>,
    once(server, "listening").then(() => connect((server.address() as AddressInfo).port, "127.0.0.1")),
  ]);
  server.close();
  closers.push(
    () => engine.destroy(),
    () => stdin.destroy(),
  );
  return { engine, stdin };
}

function watch(port: number, stdin: Readable | undefined, everyMs: number) {
  let gone = 0;
  const count = () => {
    gone += 1;
  };
  watchEngine({ address: `127.0.0.1:${port}`, stdin, gone: count, everyMs });
  return { gone: () => gone };
}

const never = 3_600_000;
const pass = (ms: number) => new Promise((done) => setTimeout(done, ms));

test("the end of standard input makes the provider check whether the engine still listens", async () => {
  const { server, port, connections } = await listen();
  const { engine, stdin } = await pipe();
  const { gone } = watch(port, stdin, never);
  await expect.poll(connections).toBe(1);
  server.close();
  engine.destroy();
  await expect.poll(gone, { timeout: 3_000 }).toBe(1);
});

test("the provider notices once that the engine ended, without standard input", async () => {
  const { server, port, connections } = await listen();
  const { gone } = watch(port, undefined, 50);
  await expect.poll(connections).toBeGreaterThan(1);
  expect(gone()).toBe(0);
  server.close();
  await expect.poll(gone, { timeout: 3_000 }).toBe(1);
  await pass(300);
  expect(gone()).toBe(1);
});

test("the end of standard input does not count as the end of the engine while the engine listens", async () => {
  const { port, connections } = await listen();
  const { engine, stdin } = await pipe();
  engine.destroy();
  const { gone } = watch(port, stdin, 50);
  await expect.poll(connections).toBeGreaterThan(5);
  expect(gone()).toBe(0);
});

test("a standard input that is not a pipe is not read", async () => {
  const { port, connections } = await listen();
  let reads = 0;
  const stdin = new Readable({
    read() {
      reads += 1;
    },
  });
  const { gone } = watch(port, stdin, 50);
  await expect.poll(connections).toBeGreaterThan(2);
  expect([reads, gone()]).toEqual([0, 0]);
});

test("an address that never answered does not count as the end of the engine, even if standard input is closed", async () => {
  const { server, port } = await listen();
  server.close();
  await once(server, "close");
  const { engine, stdin } = await pipe();
  engine.destroy();
  const { gone } = watch(port, stdin, 20);
  await pass(800);
  expect(gone()).toBe(0);
});

test("a short interruption does not count as the end of the engine", async () => {
  const { server, port, connections } = await listen();
  const { gone } = watch(port, undefined, 30);
  await expect.poll(connections).toBeGreaterThan(1);
  server.close();
  await once(server, "close");
  // Two refusals at most, 150 ms after each other.
  await pass(100);
  const again = await listen(port);
  await expect.poll(again.connections).toBeGreaterThan(5);
  expect(gone()).toBe(0);
});
