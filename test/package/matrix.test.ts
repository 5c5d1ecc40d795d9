import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { SetupError } from "../../tools/setup/errors.mjs";
import { NODE_LINES, NODE_MINIMUM, NODE_TOO_OLD } from "../../tools/setup/versions.mjs";
import { cliEnvironment } from "../e2e/support/stack";
import { World } from "../e2e/support/world";
import { patience } from "../support/patience";
import { sampleOf } from "../support/sample";
import { type Program, programs } from "./support/forms";
import { nodeDirectory, Project, runtimeCommand } from "./support/installers";
import { columnsOf, forms, installers, outcomes, parts, type Row, rows, runtimes, sdkVersions } from "./support/matrix";
import { type Output, pulumiFal, run, scratchDirectory, tarballOf } from "./support/packages";

// The real CLI and the packed tarball in each combination of the matrix, against one fal. All rows start at once and
// wait for a processor, so their time limit is that of the whole.
vi.setConfig({ maxConcurrency: rows.length, testTimeout: 1_200_000 * patience });

const sample = sampleOf(parts, rows);
console.log(`Package matrix, ${sample.title}. \`npm run test:package:all\` runs all.`);

const scratch = scratchDirectory();
const results = new Map<Row, string>();
let fal: World;

beforeAll(async () => {
  fal = await World.start();
});

afterAll(async () => {
  await fal.close();
  rmSync(scratch, { recursive: true, force: true });
  console.log(
    [
      "The matrix, as it ran:",
      ...sample.rows.map((row) => `${results.get(row) ?? "-"} | ${columnsOf(row).join(" | ")}`),
    ].join("\n"),
  );
});

for (const [index, row] of sample.rows.entries()) {
  test.concurrent(columnsOf(row).join(" | "), async ({ skip }) => {
    const reason = await runRow(row, `space-${index + 1}`);
    results.set(row, reason ? `skipped: ${reason}` : outcomes[row.unless ?? "works"]);
    if (reason) skip(reason);
  });
}

test("the package matrix contains every installer, form, Node, runtime and SDK", () => {
  expect(new Set(rows.map(({ installer }) => installer))).toEqual(new Set(Object.keys(installers)));
  expect(new Set(rows.map(({ form }) => form))).toEqual(new Set(Object.keys(forms)));
  expect(new Set(rows.map(({ node }) => node))).toEqual(new Set([NODE_TOO_OLD, NODE_MINIMUM, ...NODE_LINES]));
  expect(new Set(rows.flatMap(({ runtime }) => runtime ?? []))).toEqual(new Set(Object.keys(runtimes)));
  expect(new Set(rows.map(({ sdk }) => sdk))).toEqual(new Set(Object.keys(sdkVersions)));
});

/** Returns the reason if the row cannot run here. */
async function runRow(row: Row, space: string): Promise<string | undefined> {
  const shared = projectOf(row);
  const before = shared.turn;
  let giveBack = () => {};
  shared.turn = new Promise<void>((done) => {
    giveBack = done;
  });
  try {
    await before;
    await processors.use(async () => {
      const nodeBin = await nodeDirectory(row.node);
      const project = await shared.project().catch((error: unknown) => {
        const reason = unreachable(error);
        throw reason ? new SetupError(`its dependencies cannot be fetched: ${reason}`) : error;
      });
      await new Consumer(project, row, space, nodeBin).run();
    });
    return undefined;
  } catch (error) {
    if (error instanceof SetupError) return (error as Error).message.split("\n")[0];
    throw error;
  } finally {
    giveBack();
  }
}

/** Recognizes the errors of package managers when the registry cannot be reached and the cache is incomplete. */
function unreachable(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return /\b(ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH)\b|error sending request/.exec(error.message)?.[0];
}

/** A program in a project, and its stack. */
class Consumer {
  readonly #project: Project;
  readonly #row: Row;
  readonly #space: string;
  readonly #program: Program;
  readonly #env: NodeJS.ProcessEnv;

  constructor(project: Project, row: Row, space: string, nodeBin: string) {
    this.#project = project;
    this.#row = row;
    this.#space = space;
    this.#program = programs[row.form](space);
    const backend = join(scratch, `state-${space}`);
    mkdirSync(backend);
    const { PATH = "", ...rest } = { ...cliEnvironment(scratch, backend), ...fal.env };
    // Our own node_modules/.bin is on it in the prepared environment.
    const path = PATH.split(delimiter).filter((directory) => !directory.includes("node_modules"));
    this.#env = {
      ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
      NODE_PATH: undefined,
      NODE_OPTIONS: undefined,
      PATH: [nodeBin, ...path].join(delimiter),
      ...project.env,
    };
  }

  async run(): Promise<void> {
    const { files, manifest, runtime, script } = this.#program;
    const { directory } = this.#project;
    this.#project.describe(manifest);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), this.#imported(text));
    try {
      if (script !== undefined) return await this.#script(script);
      writeFileSync(join(directory, "Pulumi.yaml"), `name: consumer\nruntime: ${runtime ?? "nodejs"}\n`);
      await this.#pulumi("stack", "init", "dev");
      if (this.#row.unless === "refused") return await this.#refused();
      if (this.#row.unless === "repaired") await this.#repair(() => this.#pulumi("preview"));
      await this.#pulumi("up", "--yes", "--skip-preview");
      expect(await this.#made()).toEqual({ environment: true, secret: "hf" });
      expect(JSON.parse((await this.#pulumi("stack", "output", "--json")).stdout)).toMatchObject({ main: true });
      // Without the compiler's checks, which `up` has made.
      const unchecked = { ...this.#env, PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
      await run("pulumi", ["preview", "--expect-no-changes"], { cwd: directory, env: unchecked });
      await this.#pulumi("destroy", "--yes", "--skip-preview");
      expect(await this.#made()).toEqual({ environment: false, secret: undefined });
    } finally {
      for (const file of [...Object.keys(files), "Pulumi.yaml", "Pulumi.dev.yaml"]) {
        rmSync(join(directory, file), { force: true });
      }
    }
  }

  /** A preview that cannot load the provider names the cause and the command; the command is what helps. */
  async #repair(preview: () => Promise<Output>): Promise<void> {
    const failure = await preview().then(
      () => "",
      (error: Error) => error.message,
    );
    expect(failure).toMatch(/Previewing update.*warning: pulumi-fal cannot be loaded from the project's folder/s);
    expect(failure).toContain("add it to the dependencies of the package.json there, as its README describes");
    this.#project.describe(this.#program.manifest, ours());
    await this.#project.install();
  }

  /** Whatever Node starts, the program, the provider process, the client or a command, names the Node that it needs. */
  async #refused(): Promise<void> {
    const options = { cwd: this.#project.directory, env: this.#env };
    const starts = {
      program: () => this.#pulumi("preview"),
      provider: () => run("node", ["-e", 'require("pulumi-fal/dynamic").provider("App")'], options),
      client: () => run("node", ["-e", 'require("pulumi-fal/client")'], options),
      command: () => run("node", ["node_modules/pulumi-fal/dist/cli/main.js", "apps", "list"], options),
    };
    for (const [what, start] of Object.entries(starts)) {
      const failure = await start().then(
        () => "",
        (error: Error) => error.message,
      );
      expect(failure, what).toContain(`needs Node ${NODE_MINIMUM} or newer, but `);
      expect(failure, what).toContain(` is Node ${this.#row.node}: install a newer one, or put it first on PATH`);
      expect(failure, what).not.toContain("TypeError");
    }
  }

  async #script(script: string): Promise<void> {
    const [command, ...options] = this.#row.runtime ? await runtimeCommand(this.#row.runtime) : ["node"];
    const round = () => run(command, [...options, script], { cwd: this.#project.directory, env: this.#env });
    if (this.#row.unless === "repaired") await this.#repair(round);
    expect((await round()).stdout).toContain("done\n");
    expect(await this.#made()).toEqual({ environment: false, secret: undefined });
  }

  #imported(text: string): string {
    return this.#row.indirect ? text.replaceAll(`"pulumi-fal"`, `"shared"`) : text;
  }

  #pulumi(...args: string[]): Promise<Output> {
    return run("pulumi", [...args, "--non-interactive"], { cwd: this.#project.directory, env: this.#env });
  }

  async #made(): Promise<object> {
    const { environments, secrets } = await fal.state();
    return {
      environment: environments.some(({ name }) => name === this.#space),
      secret: secrets.find(({ environment, name }) => environment === this.#space && name === "HF_TOKEN")?.value,
    };
  }
}

/** Rows that differ in the program only share a project: it is installed once, and they take turns in it. */
const projects = new Map<string, { turn: Promise<unknown>; project: () => Promise<Project> }>();

function projectOf(row: Row) {
  const key = projectKey(row);
  const known = projects.get(key);
  if (known) return known;
  const directory = join(scratch, `project-${projects.size + 1}`);
  let made: Promise<Project> | undefined;
  const entry = {
    turn: Promise.resolve() as Promise<unknown>,
    project: () => {
      made ??= makeProject(row, directory);
      return made;
    },
  };
  projects.set(key, entry);
  return entry;
}

function projectKey(row: Row): string {
  // Pulumi prefers the project's own ts-node to the one that it brings: only who asks for it gets it. A repair changes the project.
  const alone = row.unless === "repaired" ? row.form : toolsOf(row).includes("ts-node");
  return JSON.stringify([row.installer, row.sdk, row.indirect ?? false, alone]);
}

function toolsOf(row: Row) {
  return programs[row.form]("").tools ?? [];
}

async function makeProject(row: Row, directory: string): Promise<Project> {
  const { sdk, typescript } = sdkVersions[row.sdk];
  const versions: Record<string, string | undefined> = {
    ...pulumiFal.manifest.devDependencies,
    typescript,
    "ts-node": "10.9.2",
  };
  const tools = sample.rows.filter((other) => projectKey(other) === projectKey(row)).flatMap(toolsOf);
  const direct = {
    "@pulumi/pulumi": sdk,
    ...Object.fromEntries(tools.map((tool) => [tool, versions[tool] ?? ""])),
  };
  const project = row.indirect
    ? new Project(directory, row.installer, direct, { "@pulumi/pulumi": sdk, ...ours() })
    : new Project(directory, row.installer, { ...direct, ...ours() });
  project.describe();
  await project.install();
  return project;
}

function ours() {
  return { "pulumi-fal": `file:${tarballOf(pulumiFal)}` };
}

/** Lets as many work at a time as it has places. */
class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((called) => this.#waiting.push(called));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

const processors = new Places(Math.min(4, availableParallelism()));
