import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, isStale, withLock } from "../../../tools/setup/lock.mjs";

const minute = 60_000;

describe("isStale", () => {
  const here = { host: "here", isAlive: (pid: number) => pid === 1 };

  test("asks whether the process lives, on the same machine", () => {
    expect(isStale({ pid: 1, host: "here" }, 0, here)).toBe(false);
    expect(isStale({ pid: 2, host: "here" }, 0, here)).toBe(true);
  });

  test("knows nothing of the processes of another machine", () => {
    expect(isStale({ pid: 2, host: "there" }, minute / 2, here)).toBe(false);
  });

  test("takes a missing heartbeat for the end, whoever has the process id now", () => {
    expect(isStale({ pid: 1, host: "here" }, 2 * minute, here)).toBe(true);
    expect(isStale({ pid: 1, host: "there" }, 2 * minute, here)).toBe(true);
  });

  test("gives a lock that is being written a moment", () => {
    expect(isStale(undefined, 100, here)).toBe(false);
    expect(isStale(undefined, minute / 2, here)).toBe(true);
  });
});

describe("withLock", () => {
  let directory: string;
  let file: string;
  const deadPid = () => spawnSync(process.execPath, ["-e", ""]).pid;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "lock-"));
    file = join(directory, "locks", "a.lock");
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test("lets one in at a time, and gives back", async () => {
    let inside = 0;
    const most: number[] = [];
    const work = async () => {
      inside++;
      most.push(inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withLock(file, work, { pollMs: 5 })));
    expect(most).toEqual([1, 1, 1]);
    expect(existsSync(file)).toBe(false);
  });

  test("gives back when the work fails", async () => {
    await expect(withLock(file, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(file)).toBe(false);
  });

  test("takes over from a holder that is gone", async () => {
    await withLock(file, async () => {}); // Makes the directory.
    const pid = deadPid();
    expect(isAlive(pid)).toBe(false);
    writeFileSync(file, JSON.stringify({ pid, host: hostname() }));
    expect(await withLock(file, async () => "done", { pollMs: 5 })).toBe("done");
    expect(existsSync(file)).toBe(false);
  });

  test("waits for a holder that lives, and says for whom", async () => {
    await withLock(file, async () => {});
    writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname() }));
    const said: string[] = [];
    const waiting = withLock(file, async () => "done", { pollMs: 5, onWait: (holder: string) => said.push(holder) });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(said).toEqual([`process ${process.pid} on ${hostname()}`]);
    utimesSync(file, 0, 0); // Its heartbeat stops.
    expect(await waiting).toBe("done");
  });
});
