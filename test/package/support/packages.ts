import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inject } from "vitest";
import { npmCommand, withoutNpmRun } from "../../../tools/setup/npm.mjs";

export const root = resolve(__dirname, "../../..");

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin?: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  /** A package of a command only has none. */
  readonly exports?: Record<string, unknown>;
}

/** A package of this repository. */
export class Package {
  readonly manifest: Manifest;
  readonly directory: string;

  constructor(directory: string) {
    this.directory = join(root, directory);
    this.manifest = JSON.parse(readFileSync(join(this.directory, "package.json"), "utf8"));
  }
}

export const pulumiFal = new Package(".");
export const falEmulator = new Package("emulator");
export const createPulumiFal = new Package("create");

/** The tarball that the set-up packed. */
export function tarballOf({ manifest }: Package): string {
  return join(inject("tarballs"), `${manifest.name}-${manifest.version}.tgz`);
}

export function scratchDirectory(): string {
  return mkdtempSync(join(tmpdir(), "pulumi-fal-package-"));
}

/** A file of a development dependency. */
export function toolFile(request: string): string {
  return createRequire(join(root, "package.json")).resolve(request);
}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program and throws, with what it printed, when it fails. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Output> {
  return new Promise((done, failed) => {
    execFile(command, args, { maxBuffer: 64 * 1024 * 1024, ...options }, (error, stdout, stderr) => {
      if (error) failed(new Error(`${command} ${args.join(" ")}: ${error.message}\n${stdout}${stderr}`));
      else done({ stdout, stderr });
    });
  });
}

export function node(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Output> {
  // NODE_PATH and NODE_OPTIONS would let a consumer find what it did not install.
  const clean = { ...process.env, NODE_PATH: undefined, NODE_OPTIONS: undefined };
  return run(process.execPath, args, { cwd, env: { ...clean, ...env } });
}

export function npm(args: readonly string[], { cwd }: { cwd: string }): Promise<Output> {
  const { command, args: first } = npmCommand(process.env, process.execPath);
  return run(command, [...first, ...args], { cwd, env: withoutNpmRun(process.env) });
}

/**
 * Installs tarballs into an empty project, with Pulumi's SDK of the version that this repository is built against.
 * Dependencies come from npm's cache where they are in it, which they are since this repository was installed.
 */
export async function install(directory: string, tarballs: readonly string[], ...options: string[]): Promise<void> {
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "consumer", private: true }));
  const sdk = `@pulumi/pulumi@${pulumiFal.manifest.devDependencies["@pulumi/pulumi"]}`;
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  await npm(["install", ...quiet, ...options, ...tarballs, sdk], { cwd: directory });
}
