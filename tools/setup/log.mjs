// What the set-up says while it works. All of it goes to stderr: stdout belongs to the command that is run in the end.

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * @param {number} ms
 * @returns {string} "8s", "3m02s"
 */
export function duration(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
}

/**
 * Runs slow work and says so: once at the start, then every ten seconds, because a silent minute looks like a hang.
 * @template T
 * @param {string} label what is being done, e.g. "installing the npm dependencies"
 * @param {(report: (detail: string) => void) => Promise<T>} work may report a detail that the next line shows
 * @param {{ quietFor?: number, every?: number, write?: (line: string) => void }} [options] quietFor: work that is over
 *   within this time is not worth a line
 * @returns {Promise<T>}
 */
export async function slowly(label, work, { quietFor = 0, every = 10_000, write = say } = {}) {
  const started = Date.now();
  let detail = "";
  let announced = false;
  const announce = () => {
    announced = true;
    write(`setup: ${label} …`);
  };
  const first = quietFor > 0 ? setTimeout(announce, quietFor) : announce();
  const ticker = setInterval(() => {
    write(`setup: ${label} … ${duration(Date.now() - started)}${detail && ` (${detail})`}`);
  }, every);
  try {
    const result = await work((text) => {
      detail = text;
    });
    if (announced) write(`setup: ${label}: done in ${duration(Date.now() - started)}`);
    return result;
  } catch (error) {
    write(`setup: ${label}: did not work, after ${duration(Date.now() - started)}`);
    throw error;
  } finally {
    if (first) clearTimeout(first);
    clearInterval(ticker);
  }
}

/**
 * What is said while another process holds a lock.
 * @param {string} what
 * @returns {(holder: string, waited: number) => void}
 */
export function waitingFor(what) {
  return (holder, waited) =>
    say(
      `setup: waiting for ${what}, prepared by another run (${holder}) …${waited >= 1000 ? ` ${duration(waited)}` : ""}`,
    );
}
