// A lock between processes, as a file. It survives that its holder is killed: the next one finds it stale.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const HEARTBEAT_MS = 2_000;
const STALE_MS = 60_000;
const REMIND_MS = 10_000;

/** @typedef {{ pid: number, host: string }} Holder */

/**
 * Whether the holder is gone. The process id answers at once, but only on the same machine; the heartbeat also covers
 * a home directory shared between machines or containers, and a process id that was given to somebody else.
 * @param {Holder | undefined} holder undefined: the file holds no readable answer
 * @param {number} age milliseconds since the last heartbeat
 * @param {{ host: string, isAlive: (pid: number) => boolean }} here
 */
export function isStale(holder, age, here) {
  if (age > STALE_MS) return true;
  // Unreadable: most likely being written at this moment.
  if (!holder) return age > 2 * HEARTBEAT_MS;
  return holder.host === here.host && !here.isAlive(holder.pid);
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/**
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (holder: string, waited: number) => void, pollMs?: number }} [options] onWait is called when
 *   the wait begins, and every ten seconds
 * @returns {Promise<T>}
 */
export async function withLock(file, work, { onWait, pollMs = 250 } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = JSON.stringify({ pid: process.pid, host: hostname() });
  let began = 0;
  let reminded = 0;
  while (!take(file, mine)) {
    const text = read(file);
    const age = ageOf(file);
    if (age === undefined) continue; // Given back in between.
    const holder = parse(text);
    if (isStale(holder, age, { host: hostname(), isAlive })) {
      breakLock(file, text);
      continue;
    }
    const now = Date.now();
    if (began === 0) began = now;
    if (now - reminded >= REMIND_MS) {
      reminded = now;
      onWait?.(holder ? `process ${holder.pid} on ${holder.host}` : "unknown", now - began);
    }
    await sleep(pollMs);
  }
  const giveBack = () => {
    if (read(file) === mine) rmSync(file, { force: true });
  };
  process.on("exit", giveBack);
  const heartbeat = setInterval(() => {
    try {
      const now = new Date();
      utimesSync(file, now, now);
    } catch {
      // Broken by somebody who took us for dead, after a suspended laptop for instance: what the lock guards is moved
      // into place at once, so two makers waste time and do no harm.
    }
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off("exit", giveBack);
    giveBack();
  }
}

/**
 * @param {string} file
 * @param {string} content
 */
function take(file, content) {
  try {
    writeFileSync(file, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Takes a stale lock away. By renaming, so that of two who judged it stale only one does; should the file have
 * changed hands since it was judged, it is put back.
 * @param {string} file
 * @param {string | undefined} judged
 */
function breakLock(file, judged) {
  const aside = `${file}.stale-${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  try {
    if (read(aside) !== judged) linkSync(aside, file);
  } catch {
    // A third one holds the lock by now.
  }
  rmSync(aside, { force: true });
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function ageOf(file) {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return undefined;
  }
}

/**
 * @param {string | undefined} text
 * @returns {Holder | undefined}
 */
function parse(text) {
  try {
    const holder = JSON.parse(text ?? "");
    return typeof holder.pid === "number" && typeof holder.host === "string" ? holder : undefined;
  } catch {
    return undefined;
  }
}
