import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Host, kindOfToken, tokenOf as tokenUnder } from "../../../src/provider/tokens";
import { nodeOptions } from "../../support/node-options";
import { showSecrets } from "./show-secrets";

/** A resource of a test program, as data. Arguments may hold `ref`, `resource` and `secret` markers. */
export interface Declared {
  readonly kind: string;
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly options?: Record<string, unknown>;
}

/** An output of another resource of the program. */
export const ref = (name: string, property: string) => ({ $ref: [name, property] });
/** Another resource of the program itself. */
export const resource = (name: string) => ({ $resource: name });
export const secret = (value: unknown) => ({ $secret: value });

export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output and standard error, as a person sees them. */
  readonly text: string;
  readonly stdout: string;
}

const root = resolve(__dirname, "../../..");

export type { Host };
/** What runs the resources of test programs, unless a test decides otherwise. */
export const defaultHost: Host = process.env["PULUMI_FAL_TEST_HOST"] === "plugin" ? "plugin" : "dynamic";

/** The type of a kind in the state of a test's stack. */
export function tokenOf(kind: string, host: Host = defaultHost): string {
  return tokenUnder(kind, host);
}

/** The part of Pulumi.yaml that makes the engine find the plugin. */
export const pluginsOfProject = "plugins:\n  providers:\n    - name: fal\n      path: node_modules/pulumi-fal/plugin\n";

/** Programs are JavaScript. Pulumi would load the TypeScript compiler for each run all the same. */
const runtimeOfProject = "runtime:\n  name: nodejs\n  options:\n    typescript: false\n";
/** The one that the salt in `init` belongs to. */
const passphrase = "e2e";

/** Runs a program given as data: reads it, makes the resources, exports what is asked for. */
const interpreter = `
"use strict";
const pulumi = require("@pulumi/pulumi");
const fal = require("pulumi-fal");
const { resources, exports: exported } = JSON.parse(require("node:fs").readFileSync("program.json", "utf8"));
const made = {};
function value(v) {
  if (Array.isArray(v)) return v.map(value);
  if (typeof v !== "object" || v === null) return v;
  if (v.$ref) return made[v.$ref[0]][v.$ref[1]];
  if (v.$resource) return made[v.$resource];
  if (v.$output) return pulumi.output(made[v.$output]);
  if ("$secret" in v) return pulumi.secret(value(v.$secret));
  return Object.fromEntries(Object.entries(v).map(([k, inner]) => [k, value(inner)]));
}
for (const r of resources) {
  const options = value(r.options ?? {});
  if (r.kind === "Component") made[r.name] = new pulumi.ComponentResource("test:index:Component", r.name, {}, options);
  else made[r.name] = r.get ? fal[r.kind].get(r.name, r.get, options) : new fal[r.kind](r.name, value(r.args), options);
}
for (const [name, [from, property]] of Object.entries(exported ?? {})) module.exports[name] = made[from][property];
`;

/** What the CLI runs with: a backend of its own, and nothing of the machine's own fal settings. */
export function cliEnvironment(directory: string, backend: string): Record<string, string | undefined> {
  return {
    ...process.env,
    ...Object.fromEntries(
      Object.keys(process.env)
        .filter((name) => name.startsWith("FAL_"))
        .map((name) => [name, undefined]),
    ),
    FAL_CONFIG_PATH: join(directory, "no-fal-config.toml"),
    NODE_OPTIONS: nodeOptions(),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_STACK: "dev",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NO_COLOR: "1",
  };
}

/** A stack of its own: project folder, file backend, the built package by its name. Driven by the real CLI. */
export class Stack {
  readonly dir: string;
  readonly backend: string;
  readonly #env: Record<string, string | undefined>;

  constructor(env: Record<string, string | undefined>, host: Host = defaultHost) {
    this.dir = mkdtempSync(join(tmpdir(), "pulumi-fal-e2e-"));
    this.backend = join(this.dir, "state");
    mkdirSync(this.backend);
    mkdirSync(join(this.dir, "node_modules/@pulumi"), { recursive: true });
    symlinkSync(root, join(this.dir, "node_modules/pulumi-fal"), "dir");
    symlinkSync(join(root, "node_modules/@pulumi/pulumi"), join(this.dir, "node_modules/@pulumi/pulumi"), "dir");
    this.host(host);
    writeFileSync(join(this.dir, "package.json"), JSON.stringify({ name: "e2e", main: "index.js" }));
    writeFileSync(join(this.dir, "index.js"), interpreter);
    this.program([]);
    this.#env = { ...cliEnvironment(this.dir, this.backend), ...env };
  }

  /** The files that `pulumi stack init dev` writes. */
  init(): this {
    const salt = "v1:lg8D7VGKYDc=:v1:PH23CXsRQFG89U2T:ubOAN8XJV2Ua1KXtWh11rH5brGRI4g==";
    const latest = { manifest: {}, secrets_providers: { type: "passphrase", state: { salt } }, metadata: {} };
    const state = { version: 3, checkpoint: { stack: "organization/e2e/dev", latest } };
    mkdirSync(join(this.backend, ".pulumi/stacks/e2e"), { recursive: true });
    writeFileSync(join(this.backend, ".pulumi/meta.yaml"), "version: 1\n");
    this.restore(JSON.stringify(state));
    writeFileSync(join(this.dir, "Pulumi.dev.yaml"), `encryptionsalt: ${salt}\n`);
    return this;
  }

  program(
    resources: readonly (Declared & { get?: string })[],
    exports: Record<string, readonly [string, string]> = {},
  ): this {
    writeFileSync(join(this.dir, "program.json"), JSON.stringify({ resources, exports }));
    return this;
  }

  /** Moves the stack to a host. */
  host(host: Host): this {
    const config = host === "plugin" ? "config:\n  fal:plugin: true\n" : "";
    writeFileSync(join(this.dir, "Pulumi.yaml"), `name: e2e\n${runtimeOfProject}${pluginsOfProject}${config}`);
    return this;
  }

  /** A program as its text, where data does not say it. */
  source(code: string): this {
    writeFileSync(join(this.dir, "index.js"), code);
    return this;
  }

  /** Runs the CLI; the result tells how it ended. */
  run(...args: string[]): Promise<Result> {
    return this.runWith({}, ...args);
  }

  runWith(env: Record<string, string | undefined>, ...args: string[]): Promise<Result> {
    return new Promise((done) => {
      const options = { cwd: this.dir, env: this.#merged(env), maxBuffer: 256 * 1024 * 1024 };
      const child = execFile("pulumi", [...args, "--non-interactive"], options, (_error, stdout, stderr) => {
        done({ code: child.exitCode, signal: child.signalCode, text: `${stdout}${stderr}`, stdout });
      });
    });
  }

  /** As `run`, but still running: for signals. */
  start(...args: string[]): { child: ChildProcess; result: Promise<Result> } {
    const child = spawn("pulumi", [...args, "--non-interactive"], { cwd: this.dir, env: this.#merged({}) });
    let text = "";
    let stdout = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    const result = new Promise<Result>((done) => {
      child.on("close", (code, signal) => done({ code, signal, text, stdout }));
    });
    return { child, result };
  }

  /** Runs the CLI and throws, with what it printed, when it fails. */
  async ok(...args: string[]): Promise<Result> {
    const result = await this.run(...args);
    if (result.code !== 0) throw new Error(`pulumi ${args.join(" ")} exited with ${result.code}:\n${result.text}`);
    return result;
  }

  /** Runs the CLI and throws when it succeeds. */
  async fails(...args: string[]): Promise<Result> {
    const result = await this.run(...args);
    if (result.code === 0) throw new Error(`pulumi ${args.join(" ")} should have failed:\n${result.text}`);
    return result;
  }

  up(...args: string[]): Promise<Result> {
    return this.ok("up", "--yes", "--skip-preview", ...args);
  }

  preview(...args: string[]): Promise<Result> {
    return this.ok("preview", ...args);
  }

  refresh(...args: string[]): Promise<Result> {
    return this.ok("refresh", "--yes", "--skip-preview", ...args);
  }

  destroy(...args: string[]): Promise<Result> {
    return this.ok("destroy", "--yes", "--skip-preview", ...args);
  }

  /** The stack's state with its secrets in clear, as the CLI shows it: resources by name, without the stack and providers. */
  async exported(): Promise<Record<string, StateResource>> {
    const { stdout } = await this.ok("stack", "export", "--show-secrets");
    return this.#byName(JSON.parse(stdout).deployment.resources ?? []);
  }

  /** As `exported`, from the state file and so at once. */
  resources(): Record<string, StateResource> {
    return this.#byName(this.recorded().resources);
  }

  /** As `resources`, with secrets encrypted. */
  encryptedResources(): Record<string, StateResource> {
    return this.#byName(JSON.parse(this.stateFile()).checkpoint.latest?.resources ?? []);
  }

  /** All that the state file says, with its secrets in clear. */
  recorded(): { resources: StateResource[]; pendingOperations: unknown[] } {
    const { resources = [], pending_operations: pendingOperations = [] } =
      showSecrets(JSON.parse(this.stateFile()).checkpoint.latest, passphrase) ?? {};
    return { resources, pendingOperations };
  }

  #byName(all: StateResource[]): Record<string, StateResource> {
    const ours = all.filter((entry) => kindOfToken(entry.type) !== undefined);
    return Object.fromEntries(ours.map((entry) => [entry.urn.split("::").at(-1) ?? "", entry]));
  }

  async outputs(): Promise<Record<string, unknown>> {
    const { stdout } = await this.ok("stack", "output", "--json", "--show-secrets");
    return JSON.parse(stdout);
  }

  /** The state file as it lies on disk. */
  stateFile(): string {
    return readFileSync(this.#stateFile, "utf8");
  }

  /** Makes the state file what it was at another time, here or in another stack. */
  restore(stateFile: string): void {
    writeFileSync(this.#stateFile, stateFile);
  }

  dispose(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  get #stateFile(): string {
    return join(this.backend, ".pulumi/stacks/e2e/dev.json");
  }

  #merged(env: Record<string, string | undefined>): NodeJS.ProcessEnv {
    const merged = { ...this.#env, ...env };
    return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  }
}

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
  readonly initErrors?: string[];
  readonly protect?: boolean;
  readonly sourcePosition?: string;
}
