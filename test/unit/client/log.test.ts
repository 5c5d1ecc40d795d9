import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Code, ConnectError } from "@connectrpc/connect";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { FalClient, FalConfigurationError } from "../../../src/client";
import { CANARY, client, closedPort, grpcServer, restServer } from "./support/servers";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

function stderr(): string[] {
  const written: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  return written;
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "pulumi-fal-log-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

describe("lines of the debug log", () => {
  test("the debug log contains the operation, host, result, duration and attempt of a REST request", async () => {
    const server = await restServer((_, count) =>
      count === 1
        ? { status: 503, body: CANARY, headers: { "x-request-id": "req_1" } }
        : { body: { instances: [] }, headers: { "x-fal-request-id": "req_2" } },
    );
    const lines: string[] = [];
    await client({ apiUrl: `${server.url}/v1`, log: (line) => lines.push(line) }).compute.list();
    const { host } = new URL(server.url);
    expect(lines).toEqual([
      expect.stringMatching(
        new RegExp(`^compute\\.list: rest GET ${host}: 503 server, \\d+ ms, attempt 1, next in 0 ms, request req_1$`),
      ),
      expect.stringMatching(new RegExp(`^compute\\.list: rest GET ${host}: 200, \\d+ ms, attempt 2, request req_2$`)),
    ]);
  });

  test("the debug log contains the operation, host, result, duration and attempt of a gRPC request", async () => {
    let count = 0;
    const server = await grpcServer({
      setSecret: (_, context) => {
        count += 1;
        if (count === 1) throw new ConnectError(CANARY, Code.Unavailable, { "x-request-id": "req_1" });
        context.responseHeader.set("x-request-id", "req_2");
        return {};
      },
    });
    const lines: string[] = [];
    const fal = client({ grpcUrl: server.url, log: (line) => lines.push(line) });
    await fal.secrets.set("TOKEN", "value-canary");
    const { host } = new URL(server.url);
    const start = `secrets.set main/TOKEN: grpc SetSecret ${host}: `;
    expect(lines).toEqual([
      expect.stringContaining(`${start}UNAVAILABLE server, `),
      expect.stringContaining(`${start}OK, `),
    ]);
    expect(lines[0]).toMatch(/attempt 1, next in 0 ms, request req_1$/);
    expect(lines[1]).toMatch(/attempt 2, request req_2$/);
    expect(lines.join()).not.toContain("canary");
  });

  test("the debug log shows whether a request without a response was sent", async () => {
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    await client({ apiUrl: await closedPort(), log })
      .compute.list()
      .catch(() => {});
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain(": unsent connection, ");
    lines.length = 0;
    const server = await restServer(() => ({ reset: true }));
    await client({ apiUrl: server.url, log })
      .keys.create({ alias: "words of a person" })
      .catch(() => {});
    expect(lines).toEqual([expect.stringMatching(/^keys\.create: rest POST .*: unanswered connection, /)]);
  });

  test("the debug log does not contain a secret in a request id", async () => {
    const value = "value-canary";
    const server = await grpcServer({
      setSecret: () => {
        throw new ConnectError("", Code.InvalidArgument, { "x-request-id": `${CANARY}-${value}` });
      },
    });
    const lines: string[] = [];
    const fal = client({ grpcUrl: server.url, log: (line) => lines.push(line) });
    await fal.secrets.set("A", value).catch(() => {});
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("request ***");
    expect(lines[0]).not.toContain("canary");
  });
});

describe("destinations of the debug log", () => {
  const calling = async (options: { log?: string; env?: Record<string, string> }) => {
    const server = await restServer(() => ({ body: { instances: [] } }));
    await client({ apiUrl: server.url, ...options }).compute.list();
  };

  test("FAL_LOG=debug and the option log write the debug log to stderr", async () => {
    const written = stderr();
    await calling({});
    for (const level of ["off", "info", "0", ""]) await calling({ env: { FAL_LOG: level } });
    await calling({ log: "off", env: { FAL_LOG: "debug" } });
    expect(written).toEqual([]);
    await calling({ env: { FAL_LOG: "DEBUG" } });
    await calling({ log: "debug", env: { FAL_LOG: "off" } });
    expect(written).toEqual([expect.stringMatching(/^fal: compute\.list: .*\n$/), expect.any(String)]);
  });

  test("FAL_LOG_FILE appends lines with timestamps to a file that only its owner can read", async () => {
    const written = stderr();
    const file = join(folder(), "fal.log");
    await calling({ env: { FAL_LOG_FILE: file } });
    expect(written).toEqual([]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await calling({ env: { FAL_LOG_FILE: file, FAL_LOG: "debug" } });
    await calling({ env: { FAL_LOG_FILE: file, FAL_LOG: "off" } });
    expect(written).toHaveLength(1);
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^20\d\d-\d\d-\d\dT[\d:.]+Z compute\.list: rest GET .*: 200, /);
  });

  test("the client rejects a log file that cannot be written before it sends a request", () => {
    const make = (FAL_LOG_FILE: string) => () => new FalClient({ apiKey: "a:b", env: { FAL_LOG_FILE } });
    expect(make("/no/such/folder/fal.log")).toThrow(FalConfigurationError);
    expect(make("/no/such/folder/fal.log")).toThrow(
      "Could not log to /no/such/folder/fal.log: the file cannot be written (ENOENT)",
    );
    expect(make(folder())).toThrow(/\(EISDIR\)/);
  });

  test("the client restricts the permissions of an existing log file and keeps its content", async () => {
    for (const mode of [0o644, 0o666, 0o620]) {
      const file = join(folder(), "fal.log");
      writeFileSync(file, "before\n");
      chmodSync(file, mode);
      await calling({ env: { FAL_LOG_FILE: file } });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(file, "utf8")).toMatch(/^before\n.* compute\.list: /);
      // Also one that is widened, or put there, while the client lives.
      chmodSync(file, mode);
      await calling({ env: { FAL_LOG_FILE: file } });
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
  });

  test("the client rejects links, pipes and files of other users as log files", async () => {
    const dir = folder();
    const make = (FAL_LOG_FILE: string) => () => new FalClient({ apiKey: "a:b", env: { FAL_LOG_FILE } });
    const target = join(dir, "target");
    writeFileSync(target, "mine");
    chmodSync(target, 0o644);
    symlinkSync(target, join(dir, "link"));
    expect(make(join(dir, "link"))).toThrow(/link: it is a symbolic link/);
    expect(readFileSync(target, "utf8")).toBe("mine");
    expect(statSync(target).mode & 0o777).toBe(0o644);
    symlinkSync(join(dir, "nowhere"), join(dir, "dangling"));
    expect(make(join(dir, "dangling"))).toThrow(/symbolic link/);
    expect(existsSync(join(dir, "nowhere"))).toBe(false);
    // Opening a pipe without a reader would wait for one; with a reader it would be handed the lines.
    execFileSync("mkfifo", [join(dir, "pipe")]);
    expect(make(join(dir, "pipe"))).toThrow(/pipe: it is not a regular file/);
    const reader = openSync(join(dir, "pipe"), constants.O_RDONLY | constants.O_NONBLOCK);
    expect(make(join(dir, "pipe"))).toThrow(/pipe: it is not a regular file/);
    closeSync(reader);
    // Another owner: seen from another user, because only root could give a file away.
    const euid = vi.spyOn(process as { geteuid: () => number }, "geteuid").mockReturnValue(4_242);
    expect(make(target)).toThrow(/target: it belongs to another user/);
    euid.mockRestore();
    expect(make("/dev/null")).not.toThrow();
  });

  test("a call succeeds if writing the debug log fails", async () => {
    const server = await restServer(() => ({ body: { instances: [] } }));
    const dir = folder();
    const file = join(dir, "fal.log");
    const fal = client({ apiUrl: server.url, env: { FAL_LOG_FILE: file } });
    rmSync(dir, { recursive: true });
    expect(await fal.compute.list()).toEqual([]);
    const broken = () => {
      throw new Error("no space left");
    };
    expect(await client({ apiUrl: server.url, log: broken }).compute.list()).toEqual([]);
  });

  test("the client rejects an unknown log level in the option log", () => {
    expect(() => new FalClient({ apiKey: "a:b", env: {}, log: "verbose" })).toThrow(
      'log must be "debug" or "off", not "verbose".',
    );
  });
});
