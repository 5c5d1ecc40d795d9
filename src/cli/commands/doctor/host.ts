import { existsSync, readFileSync, realpathSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:http2";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { BillingInfo, FalClient, KeyInfo } from "../../../client";
import { type Credential, discoverCredential, readProfile } from "../../../client/config/credentials";
import { type Endpoints, resolveEndpoints } from "../../../client/config/endpoints";
import { type HttpProxy, Proxies } from "../../../client/config/proxies";
import { findFal } from "../../../client/deploy/command";
import { openTunnel } from "../../../client/diagnostics";
import { messageOf } from "../../../provider/errors";
import type { DeployedCode } from "../../../resources/description";
import type { Terminal } from "../../command-line/command";
import { withFal } from "../../connection";
import { Pulumi } from "../../pulumi/cli";
import { executableIn, pathOf } from "../../pulumi/executables";
import { type FoundPlugin, findPlugin } from "../../pulumi/plugin";
import { type Project, projectFrom } from "../../pulumi/project";
import { StackExport } from "../../pulumi/stack-export";
import { type CodeInState, codeInState } from "../../pulumi/state-code";
import type { RefusedUse } from "./rights";
import { ourFolder } from "./versions";

/** A package as a program in the folder would load it. */
export interface FoundPackage {
  readonly version: string;
  /** Whether it contains the requested module. */
  readonly complete: boolean;
}

/** What the checks read from this host, the network and fal. Tests replace it. */
export interface HostInfo {
  readonly windows: boolean;
  readonly nodeVersion: string;
  readonly env: NodeJS.ProcessEnv;
  /** The folder that programs would run in. */
  readonly cwd: string;
  /** The clone of the repository that `doctor` runs from; undefined if it runs from an installed package. */
  readonly clone: string | undefined;
  /** Undefined if it would not be found. `module` is part of the package, such as `dynamic`. */
  package(name: string, module?: string): FoundPackage | undefined;
  /** The output of `pulumi version`. Throws if there is no CLI. */
  pulumiVersion(signal: AbortSignal): Promise<string>;
  /** The project that programs in the folder belong to. Throws if its file cannot be read. */
  project(): Project | undefined;
  /** The selected stack's configuration by key, without secrets. Throws if there is no stack. */
  config(signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Where Pulumi would find the plugin in a project. */
  plugin(project: Project | undefined): FoundPlugin | undefined;
  /** The code in the state of the selected stack. Throws if there is no stack, or its state cannot be read. */
  codeInState(signal: AbortSignal): Promise<CodeInState>;
  /** Whether an executable is beside the Pulumi CLI or on PATH. */
  isBesidePulumi(name: string): boolean;
  /** The code that the selected stack deploys, by its state. Throws if there is no stack, or its state cannot be read. */
  deployedCode(signal: AbortSignal): Promise<readonly DeployedCode[]>;
  /** The command that would deploy the code. Throws if there is none, or it is too old. */
  falCommand(code: DeployedCode): Promise<string>;
  /** Throws if there is none, or an unusable one. */
  credential(): Pick<Credential, "keyId" | "source">;
  /** Throws if a setting is not an address. */
  endpoints(): Endpoints;
  /** The proxy for a host. Throws if a variable names an unusable one. */
  proxy(url: string): HttpProxy | undefined;
  /** Opens a connection to a host through the proxy; throws if the proxy refuses. */
  tunnel(proxy: HttpProxy, url: string, signal: AbortSignal): Promise<void>;
  /** The HTTP status of a host's answer; throws if the host cannot be reached. */
  restStatus(url: string, signal: AbortSignal): Promise<number>;
  /** Connects to a host with HTTP/2, which gRPC needs; throws if the host does not support it. */
  http2(url: string, signal: AbortSignal): Promise<void>;
  /** The account's name; undefined if fal does not return it. */
  account(signal: AbortSignal): Promise<string | undefined>;
  /** The account's balance; throws if the key may not read it. */
  billing(signal: AbortSignal): Promise<BillingInfo>;
  /** The key in fal's list; undefined if it is missing there. */
  key(signal: AbortSignal): Promise<KeyInfo | undefined>;
  /** What fal refuses to return to the key. */
  refusedUses(signal: AbortSignal): Promise<readonly RefusedUse[]>;
}

export function thisHost({ cwd, env }: Pick<Terminal, "cwd" | "env">): HostInfo {
  const profile = () => readProfile(env);
  const proxy = (url: string) => new Proxies(undefined, env).of(url);
  // The checks end within seconds, so their waits are not shown.
  const ask = <T>(signal: AbortSignal, use: (fal: FalClient) => Promise<T>) =>
    withFal({}, { env, signal, note: () => undefined }, use);
  return {
    windows: process.platform === "win32",
    nodeVersion: process.versions.node,
    env,
    cwd,
    clone: existsSync(join(ourFolder, "src")) ? ourFolder : undefined,
    package: (name, module) => foundPackage(cwd, name, module),
    pulumiVersion: async (signal) => (await new Pulumi({ cwd, env, signal }).ok(["version"])).stdout.trim(),
    project: () => projectFrom(cwd),
    config: async (signal) => configOf(new Pulumi({ cwd, env, signal })),
    plugin: (project) => findPlugin(project, env),
    codeInState: async (signal) => codeInState(await exportedOf(new Pulumi({ cwd, env, signal }))),
    isBesidePulumi: (name) => isBesidePulumi(name, env),
    deployedCode: async (signal) => new StackExport(await exportedOf(new Pulumi({ cwd, env, signal }))).deployedCode(),
    falCommand: async ({ folder = ".", ...code }) => {
      const project = projectFrom(cwd);
      const base = project === undefined ? cwd : dirname(project.file);
      const names = { fal: "source.fal", python: "source.python" };
      return (await findFal({ ...code, cwd: resolve(base, folder), env, names })).join(" ");
    },
    credential: () => discoverCredential(undefined, env, profile),
    endpoints: () => resolveEndpoints({}, env, profile),
    proxy,
    tunnel: async (through, url, signal) => {
      (await openTunnel(through, url, "http/1.1", { signal, timeoutMs })).destroy();
    },
    restStatus: (url, signal) => restStatus(url, proxy(url), signal),
    http2: (url, signal) => http2(url, proxy(url), signal),
    account: (signal) => ask(signal, (fal) => fal.account()),
    billing: (signal) => ask(signal, (fal) => fal.billing({ signal })),
    key: (signal) => ask(signal, (fal) => fal.keys.get(fal.settings.keyId)),
    // Not at the top: a Node that is too old for the handlers' client can still run `doctor`.
    refusedUses: (signal) => ask(signal, async (fal) => (await import("./rights.js")).refusedUses(fal, signal)),
  };
}

async function exportedOf(pulumi: Pulumi): Promise<string> {
  return await ofSelectedStack(() => pulumi.exported());
}

async function configOf(pulumi: Pulumi): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await ofSelectedStack(() => pulumi.ok(["config", "--json"]));
  const entries = Object.entries(JSON.parse(stdout) as Record<string, { value?: string }>);
  return new Map(entries.flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])));
}

async function ofSelectedStack<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    // The CLI's advice is for commands that take --stack.
    if (!/no stack selected/.test(messageOf(error))) throw error;
    throw new Error("No stack is selected. Select one with `pulumi stack select`.", { cause: error });
  }
}

function foundPackage(cwd: string, name: string, module: string | undefined): FoundPackage | undefined {
  // Not `require.resolve` with `paths`: from in here the package's own name always resolves to itself.
  const { resolve } = createRequire(join(cwd, "index.js"));
  let file: string;
  try {
    file = resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  try {
    resolve([name, ...(module === undefined ? [] : [module])].join("/"));
    return { version, complete: true };
  } catch {
    return { version, complete: false };
  }
}

function isBesidePulumi(name: string, env: NodeJS.ProcessEnv): boolean {
  const path = pathOf(env);
  const given = env["PULUMI"] || executableIn(path, "pulumi");
  const beside = given === undefined ? [] : [dirname(given), dirname(realPath(given))];
  return executableIn([...beside, ...path], name) !== undefined;
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** Not longer than the time limit of a check. */
const timeoutMs = 10_000;

async function restStatus(url: string, proxy: HttpProxy | undefined, signal: AbortSignal): Promise<number> {
  if (proxy === undefined) {
    const answer = await fetch(url, { signal, redirect: "manual" });
    await answer.body?.cancel();
    return answer.status;
  }
  const { host, pathname } = new URL(url);
  const socket = await openTunnel(proxy, url, "http/1.1", { signal, timeoutMs });
  try {
    return await new Promise((done, fail) => {
      const ask = request({ createConnection: () => socket, headers: { host }, path: pathname, signal });
      ask.once("response", ({ statusCode = 0 }) => done(statusCode));
      ask.once("error", fail);
      ask.end();
    });
  } finally {
    socket.destroy();
  }
}

async function http2(url: string, proxy: HttpProxy | undefined, signal: AbortSignal): Promise<void> {
  // The event below does not come again, and the session would keep the process alive.
  signal.throwIfAborted();
  const socket = proxy && (await openTunnel(proxy, url, "h2", { signal, timeoutMs }));
  await new Promise<void>((done, fail) => {
    const session = connect(url, socket && { createConnection: () => socket });
    const end = (settle: () => void) => {
      session.destroy();
      settle();
    };
    // Only a server that supports HTTP/2 sends them.
    session.once("remoteSettings", () => end(done));
    session.once("error", (error) => end(() => fail(error)));
    signal.addEventListener("abort", () => end(() => fail(signal.reason)), { once: true });
  });
}
