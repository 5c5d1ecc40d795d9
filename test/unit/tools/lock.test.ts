import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, isStale, withLock } from "../../../tools/setup/lock.mjs";

const minute = 60_000;

describe("isStale", () => {
  const here = { host: "here", isAlive: (pid: number) => pid === 1 };

  test("a lock of the same machine is stale if its process has ended", () => {
    expect(isStale({ pid: 1, host: "here" }, 0, here)).toBe(false);
    expect(isStale({ pid: 2, host: "here" }, 0, here)).toBe(true);
  });

  test("a lock of another machine is not stale while its heartbeat is recent", () => {
    expect(isStale({ pid: 2, host: "there" }, minute / 2, here)).toBe(false);
  });

  test("a lock without a recent heartbeat is stale, even if its process id is in use", () => {
    expect(isStale({ pid: 1, host: "here" }, 2 * minute, here)).toBe(true);
    expect(isStale({ pid: 1, host: "there" }, 2 * minute, here)).toBe(true);
  });

  test("an unreadable lock becomes stale only after a while", () => {
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

  test("withLock runs one holder at a time and then removes the lock", async () => {
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

  test("withLock removes the lock if the work fails", async () => {
    await expect(withLock(file, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(file)).toBe(false);
  });

  test("withLock takes over the lock of a process that has ended", async () => {
    await withLock(file, async () => {}); // Makes the directory.
    const pid = deadPid();
    expect(isAlive(pid)).toBe(false);
    writeFileSync(file, JSON.stringify({ pid, host: hostname() }));
    expect(await withLock(file, async () => "done", { pollMs: 5 })).toBe("done");
    expect(existsSync(file)).toBe(false);
  });

  test("withLock waits for a running holder and reports it", async () => {
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
