// The official release of the Pulumi CLI.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { messageOf, SetupError } from "./errors.mjs";
import { say, slowly } from "./log.mjs";
import { capture, executableName, mustRun, onPath } from "./process.mjs";
import { PULUMI_PINNED } from "./versions.mjs";

const BASE = "https://get.pulumi.com/releases/sdk";
/** A blocked host often drops packets instead of refusing: the next route should not wait for minutes. */
const CONNECT_MS = 15_000;
const STALL_MS = 60_000;

/**
 * @param {string} version
 * @param {string} platform
 * @param {string} arch
 * @returns {string}
 */
export function archiveName(version, platform, arch) {
  const os = { linux: "linux", darwin: "darwin", win32: "windows" }[platform];
  const cpu = { x64: "x64", arm64: "arm64" }[arch];
  if (!os || !cpu) throw new SetupError(`there is no official release for ${platform} on ${arch}`);
  return `pulumi-v${version}-${os}-${cpu}.${os === "windows" ? "zip" : "tar.gz"}`;
}

/**
 * The checksum of a file in a list as `sha256sum` writes it.
 * @param {string} list
 * @param {string} file
 * @returns {string | undefined}
 */
export function checksumFor(list, file) {
  for (const line of list.split("\n")) {
    const [sum, name] = line.trim().split(/\s+\*?/);
    if (name === file && sum && /^[0-9a-f]{64}$/i.test(sum)) return sum.toLowerCase();
  }
  return undefined;
}

/**
 * @param {string} target
 * @param {{ env: NodeJS.ProcessEnv }} context
 */
export async function downloadPulumi(target, { env }) {
  const base = (env.PULUMI_FAL_DOWNLOAD_URL ?? BASE).replace(/\/$/, "");
  const name = archiveName(PULUMI_PINNED, process.platform, process.arch);
  const archive = join(target, name);
  const get = proxyIn(env) && onPath("curl", env).length > 0 ? withCurl(env) : withFetch;
  try {
    await slowly("downloading the Pulumi CLI", async (report) => {
      await get(`${base}/${name}`, archive, report);
      report("unpacking");
      await verify(archive, name, `${base}/pulumi-${PULUMI_PINNED}-checksums.txt`, get);
      const unpacked = join(target, "unpacked");
      mkdirSync(unpacked);
      await mustRun("tar", ["-xf", archive, "-C", unpacked]);
      // The archives for Windows have one folder more.
      const inner = ["pulumi/bin", "pulumi"].map((path) => join(unpacked, path)).find((path) => existsSync(path));
      if (inner === undefined) throw new SetupError(`${name} does not have the layout of a Pulumi release`);
      renameSync(inner, join(target, "bin"));
      rmSync(unpacked, { recursive: true });
      await mustRun(join(target, "bin", executableName("pulumi")), ["version"], {
        env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      });
    });
  } catch (error) {
    // Nothing half-done for the next route.
    for (const leftover of ["bin", "unpacked"]) rmSync(join(target, leftover), { recursive: true, force: true });
    throw new SetupError(messageOf(error));
  } finally {
    rmSync(archive, { force: true });
  }
}

/**
 * The list comes from the same host as the archive, so it tells a damaged or cut-off download, not a forged one; that
 * is what https is for. Its absence is said and accepted.
 * @param {string} archive
 * @param {string} name
 * @param {string} url
 * @param {Get} get
 */
async function verify(archive, name, url, get) {
  const file = `${archive}.checksums`;
  let expected;
  try {
    await get(url, file, () => {});
    expected = checksumFor(readFileSync(file, "utf8"), name);
  } catch {
    expected = undefined;
  } finally {
    rmSync(file, { force: true });
  }
  if (!expected) {
    say(`setup: ${url} has no checksum for ${name}: not verified beyond https`);
    return;
  }
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(archive)) hash.update(chunk);
  const actual = hash.digest("hex");
  if (actual !== expected) throw new SetupError(`${name}: its SHA-256 is ${actual}, and ${url} says ${expected}`);
}

/** @typedef {(url: string, file: string, report: (detail: string) => void) => Promise<void>} Get */

/** @param {NodeJS.ProcessEnv} env */
function proxyIn(env) {
  return env.HTTPS_PROXY ?? env.https_proxy ?? env.ALL_PROXY ?? env.all_proxy;
}

/**
 * Node's fetch knows nothing of proxies before Node 24; curl does.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Get}
 */
function withCurl(env) {
  const limits = [
    "--connect-timeout",
    String(CONNECT_MS / 1000),
    "--speed-limit",
    "1",
    "--speed-time",
    String(STALL_MS / 1000),
  ];
  return async (url, file) => {
    const result = await capture("curl", ["-fsSL", ...limits, "-o", file, url], { env });
    if (result.code !== 0) throw new SetupError(`${url}: ${result.output.trim() || `curl ended with ${result.code}`}`);
  };
}

/** @type {Get} */
async function withFetch(url, file, report) {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(new Error(`no answer within ${CONNECT_MS / 1000} seconds`)), CONNECT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || !response.body) throw new SetupError(`HTTP ${response.status}`);
    const total = Number(response.headers.get("content-length") ?? 0);
    let received = 0;
    const watch = new Transform({
      transform(chunk, _encoding, done) {
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(new Error("the download stalled")), STALL_MS);
        received += chunk.length;
        report(total ? `${megabytes(received)} of ${megabytes(total)} MB` : `${megabytes(received)} MB`);
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(/** @type {any} */ (response.body)), watch, createWriteStream(file));
  } catch (error) {
    // fetch says "fetch failed" and keeps the reason to itself.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new SetupError(`${url}: ${messageOf(cause)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}
