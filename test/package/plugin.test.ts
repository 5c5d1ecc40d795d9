import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { writePluginArchives } from "../../tools/plugin-archives.mjs";
import { SetupError } from "../../tools/setup/errors.mjs";
import { NODE_MINIMUM, NODE_TOO_OLD } from "../../tools/setup/versions.mjs";
import { cliEnvironment } from "../e2e/support/stack";
import { nodeDirectory } from "./support/installers";
import { pulumiFal, root, run, scratchDirectory, tarballOf, toolFile } from "./support/packages";

// How Pulumi finds the plugin of the packed tarball. Previews of a new resource send no request, so no fal is needed,
// and nothing is downloaded but from this machine.

const { version } = pulumiFal.manifest;
const onWindows = process.platform === "win32";
const scratch = scratchDirectory();
const project = join(scratch, "project");
const plugin = join(project, "node_modules/pulumi-fal/plugin");
const archives = join(scratch, "archives");
const platform = `${onWindows ? "windows" : process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
const archive = join(archives, `pulumi-resource-fal-v${version}-${platform}.tar.gz`);

let homes = 0;
/** A CLI with an empty plugin cache, and the settings of the project's stack. */
function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  homes += 1;
  const PULUMI_HOME = join(scratch, `home-${homes}`);
  const set = { ...cliEnvironment(scratch, join(scratch, "state")), NODE_OPTIONS: undefined, PULUMI_HOME, ...more };
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
}

async function pulumi(args: readonly string[], env = environment()): Promise<string> {
  const { stdout, stderr } = await run("pulumi", [...args, "--non-interactive"], { cwd: project, env });
  return stdout + stderr;
}

/** The schema, which the CLI asks of the running plugin. */
async function schemaOf(source: string, env: NodeJS.ProcessEnv, ...options: string[]): Promise<unknown> {
  const args = ["package", "get-schema", source, ...options];
  return JSON.parse((await run("pulumi", args, { cwd: project, env })).stdout);
}

function describeProject(more = ""): void {
  writeFileSync(join(project, "Pulumi.yaml"), `name: consumer\nruntime: nodejs\n${more}`);
}

beforeAll(async () => {
  // As npm lays it out, but for the dependencies, which neither the plugin nor the classes load.
  mkdirSync(join(project, "node_modules/@pulumi"), { recursive: true });
  mkdirSync(join(scratch, "state"));
  await run("tar", ["-xzf", tarballOf(pulumiFal), "-C", scratch], { cwd: scratch });
  await run("mv", ["package", join(project, "node_modules/pulumi-fal")], { cwd: scratch });
  symlinkSync(join(root, "node_modules/@pulumi/pulumi"), join(project, "node_modules/@pulumi/pulumi"), "dir");
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", main: "index.js" }));
  const program = `const fal = require("pulumi-fal");\nnew fal.Environment("staging", { name: "staging" });\n`;
  writeFileSync(join(project, "index.js"), program);
  describeProject();
  await pulumi(["stack", "init", "dev"]);
  await pulumi(["config", "set", "fal:plugin", "true"]);
  writePluginArchives({ plugin, license: join(root, "LICENSE"), version, target: archives });
});

afterAll(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));

describe("the plugin of the tarball is started", () => {
  const previewed = /fal:index:Environment staging create/;

  test("not without a way to find it, and the error names it", async () => {
    describeProject();
    await expect(pulumi(["preview"])).rejects.toThrow("no resource plugin 'pulumi-resource-fal' found");
  });

  test("from `plugins:` of Pulumi.yaml", async () => {
    describeProject("plugins:\n  providers:\n    - name: fal\n      path: node_modules/pulumi-fal/plugin\n");
    expect(await pulumi(["preview"])).toMatch(previewed);
  });

  test("from `packages:` of Pulumi.yaml, as `pulumi package add` writes it", async () => {
    describeProject("packages:\n  fal: ./node_modules/pulumi-fal/plugin\n");
    expect(await pulumi(["preview"])).toMatch(previewed);
  });

  test("from PATH", async () => {
    describeProject();
    const PATH = [plugin, process.env["PATH"]].join(delimiter);
    expect(await pulumi(["preview"], environment({ PATH }))).toMatch(previewed);
  });

  // In the folder, which has a PulumiPlugin.yaml, the CLI runs `npm install`, and fails if it leaves no node_modules.
  test.each([
    ["the folder", "node_modules/pulumi-fal/plugin"],
    ["the archive", archive],
  ])("from the CLI's plugins, after `pulumi plugin install --file` with %s", async (_what, file) => {
    describeProject();
    const env = environment();
    await pulumi(["plugin", "install", "resource", "fal", version, "--file", file], env);
    expect(await pulumi(["preview"], env)).toMatch(previewed);
  });

  test("from a server, which the CLI asks for the archive of its platform", async () => {
    describeProject();
    const asked: string[] = [];
    const server = createServer(({ url = "" }, response) => {
      asked.push(url);
      // With a Content-Length, without which the CLI fails.
      response.end(readFileSync(join(archives, url)));
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = environment({ PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: undefined });
    expect(await schemaOf(`fal@${version}`, env, "--server", address)).toMatchObject({ name: "fal", version });
    expect(asked).toEqual([`/${archive.slice(archives.length + 1)}`]);
  });

  // `pulumi package add` reads the schema first, which takes the program itself, too.
  test("by `pulumi package`, with the path of the program", async () => {
    describeProject();
    const program = `./node_modules/pulumi-fal/plugin/pulumi-resource-fal${onWindows ? ".cmd" : ""}`;
    expect(await schemaOf(program, environment())).toMatchObject({ name: "fal", version });
  });

  // Here the CLI asks the language host to run the folder. The host that is built from Go modules is too old for that.
  test("by `pulumi package add` with the folder, as far as the language host can run plugins", async () => {
    describeProject();
    const added = await pulumi(["package", "add", "./node_modules/pulumi-fal/plugin"]).then(
      () => "added",
      (error: Error) => error.message,
    );
    if (added !== "added")
      expect(added).toContain("could not read plugin [./node_modules/pulumi-fal/plugin]: not supported");
    else expect(readFileSync(join(project, "Pulumi.yaml"), "utf8")).toContain("node_modules/pulumi-fal/plugin");
  });

  test("by the program with which a language host runs plugins", async () => {
    const runner = toolFile("@pulumi/pulumi/cmd/run-plugin");
    const child = spawn(process.execPath, [runner, plugin], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [line] = await once(createInterface(child.stdout), "line");
    expect(line).toMatch(/^\d+$/);
  });
});

describe("the program of the plugin", () => {
  const start = async (path: readonly string[]) => {
    const child = spawn(join(plugin, "pulumi-resource-fal"), { env: { PATH: path.join(delimiter) } });
    const [out, err] = [child.stdout, child.stderr].map((stream) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      return () => Buffer.concat(chunks).toString();
    });
    const [code] = await once(child, "close");
    return { code, out: out?.(), err: err?.() };
  };

  test.skipIf(onWindows)("says in one line that Node is missing", async () => {
    const bin = join(scratch, "without-node");
    mkdirSync(bin);
    for (const name of ["sh", "dirname", "readlink"]) {
      const found = (process.env["PATH"] ?? "").split(delimiter).map((directory) => join(directory, name));
      symlinkSync(found.find((file) => existsSync(file)) ?? "", join(bin, name));
    }
    const err = expect.stringMatching(/^pulumi-resource-fal needs Node.js 22\.19 or newer, but .* on PATH\. .*\n$/);
    expect(await start([bin])).toEqual({ code: 1, out: "", err });
  });

  test.skipIf(onWindows)("says in one line that Node is too old", async ({ skip }) => {
    const old = await nodeDirectory(NODE_TOO_OLD).catch((error: unknown) => {
      if (error instanceof SetupError) return skip((error as Error).message);
      throw error;
    });
    const message = `pulumi-fal ${version} needs Node ${NODE_MINIMUM} or newer, but `;
    const err = expect.stringMatching(
      new RegExp(`^${message}.*/node is Node ${NODE_TOO_OLD}: install a newer one.*\\n$`),
    );
    expect(await start([old, "/usr/bin", "/bin"])).toEqual({ code: 1, out: "", err });
  });
});

describe("the release archives", () => {
  const names = () => readdirSync(archives).sort();

  test("there is one for each platform, and none is larger than 1 MB", () => {
    const platforms = ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64", "windows-arm64"];
    expect(names()).toEqual(platforms.map((each) => `pulumi-resource-fal-v${version}-${each}.tar.gz`));
    for (const name of names()) expect(readFileSync(join(archives, name)).length).toBeLessThan(1_000_000);
  });

  test("the same files give the same archives", () => {
    const again = join(scratch, "again");
    writePluginArchives({ plugin, license: join(root, "LICENSE"), version, target: again });
    for (const name of names()) {
      expect(readFileSync(join(again, name)).equals(readFileSync(join(archives, name))), name).toBe(true);
    }
  });
});

test("the plugin makes the package larger by at most 700 kB", () => {
  // Every project downloads it, and most use the dynamic form. About 600 kB are HTTP, gRPC and zod, without which it
  // could not run alone.
  const files = readdirSync(plugin, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  const packed = gzipSync(Buffer.concat(files.map((name) => readFileSync(join(plugin, name)))));
  expect(packed.length).toBeLessThan(700_000);
});

test("a project with the package alone requires no plugin", () => {
  // With `"pulumi": { "resource": true }`, Pulumi's language host would have the CLI download one for every program.
  expect(pulumiFal.manifest).not.toHaveProperty("pulumi");
});
