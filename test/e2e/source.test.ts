import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { falCli, noFalCli, runFal } from "../support/fal-cli";
import { pulumiFal } from "./support/pulumi-fal";
import { cliEnvironment, type Declared, resource, type Stack } from "./support/stack";
import { World } from "./support/world";

/** An app whose code the stack deploys, with the real `pulumi` and `fal` CLIs. */
describe.skipIf(!falCli)(`an app with source${falCli ? "" : ` (skipped: ${noFalCli})`}`, () => {
  let world: World;
  let stack: Stack;

  const code = (greeting: string, keepAlive = 77) => `
import fal

class Hello(fal.App, name="hello", keep_alive=${keepAlive}, max_concurrency=3):
    machine_type = "S"
    startup_timeout = 600

    @fal.endpoint("/")
    def run(self) -> dict:
        return {"greeting": "${greeting}"}
`;

  const write = (name: string, text: string) => {
    const file = join(stack.dir, "app", name);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  };
  const app = (args: Record<string, unknown> = {}): Declared => ({
    kind: "App",
    name: "hello",
    args: { name: "hello", source: { ref: "app.py::Hello", cwd: "app", fal: falCli }, ...args },
  });
  const scale = (args: Record<string, unknown> = {}): Declared => ({
    kind: "AppScale",
    name: "scale",
    args: { app: resource("hello"), startupTimeout: 300, maxConcurrency: 5, ...args },
  });
  const deployments = async () => (await world.requests()).filter(({ rpc }) => rpc === "RegisterApplication").length;
  const live = async () => (await world.state()).apps.find(({ name }) => name === "hello");

  async function official(...args: string[]): Promise<string> {
    const env = {
      ...world.env,
      FAL_GRPC_HOST: new URL(world.env.FAL_GRPC_URL).host,
      FAL_REST_HOST: new URL(world.env.FAL_REST_URL).host,
      ISOLATE_TEST_MODE: "1",
      HOME: stack.dir,
      PATH: process.env["PATH"] ?? "",
      COLUMNS: "400", // Tables shorten what does not fit.
    };
    const { stdout, stderr, code: exit } = await runFal({ args, env });
    expect(exit, stderr.toString()).toBe(0);
    return stdout.toString();
  }

  /** The official CLI sees the revisions that the state has, and which of them runs. */
  async function agrees(): Promise<void> {
    const { currentRevision, deployedRevision } = stack.resources()["hello"]?.outputs ?? {};
    expect(currentRevision).toBe((await live())?.["revision"]);
    const { apps } = JSON.parse(await official("apps", "list", "--json")) as { apps: Record<string, unknown>[] };
    expect(apps.find(({ alias }) => alias === "hello")).toMatchObject({ revision: currentRevision });
    const rows = (await official("apps", "list-rev", "hello")).matchAll(/^│ (\S+) /gm);
    expect([...rows].map(([, revision]) => revision)).toEqual(
      expect.arrayContaining([currentRevision, deployedRevision]),
    );
  }

  beforeAll(async () => {
    world = await World.start();
    stack = await world.stack();
    write("app.py", code("hello"));
    write("requirements.txt", "numpy\n");
    execFileSync("git", ["init", "-q"], { cwd: stack.dir });
  });
  afterAll(() => world?.close());

  test("a preview deploys nothing and says what would be deployed, and the first up deploys", async () => {
    stack.program([app(), scale()]);
    expect((await stack.preview("--diff")).text).toMatch(/the app is deployed \(2 files\)/);
    expect(await deployments()).toBe(0);
    await stack.up();
    expect(await deployments()).toBe(1);
    expect(await live()).toMatchObject({
      startup_timeout: 300,
      max_concurrency: 5,
      revisions: [
        { annotations: { "pulumi-stack": "dev", "pulumi-source": stack.resources()["hello"]?.outputs["sourceHash"] } },
      ],
    });
    await agrees();
  });

  test("nothing is deployed while the files stay the same, also if the scaling changes", async () => {
    await world.clearRequests();
    await stack.preview("--expect-no-changes");
    await stack.program([app(), scale({ maxConcurrency: 6 })]).up();
    await stack.refresh("--expect-no-changes");
    expect(await deployments()).toBe(0);
  });

  test("a change of the code is reported by file and deployed, with all scaling that the deployment resets", async () => {
    write("app.py", code("hi"));
    write("weights.bin", "0101");
    stack.program([app({ resetScale: true }), scale({ maxConcurrency: 6 })]);
    const { text } = await stack.preview("--diff");
    expect(text).toMatch(/the app is deployed: app\.py changed, weights\.bin added/);
    expect(text).toMatch(/~ app\.py +: "[0-9a-f]+" => "[0-9a-f]+"/);
    expect(await deployments()).toBe(0);
    await stack.up();
    expect(await deployments()).toBe(1);
    expect(await live()).toMatchObject({ startup_timeout: 300, max_concurrency: 6, keep_alive: 77 });
    await agrees();
    await stack.preview("--refresh", "--expect-no-changes");
  });

  test("a revision pins the app without a deployment, and without it the newest code runs again", async () => {
    const revisions = (await live())?.["revisions"] as { id: string }[] | undefined;
    const first = revisions?.[0];
    await world.clearRequests();
    await stack.program([app({ revision: first?.id }), scale({ maxConcurrency: 6 })]).up();
    expect(await live()).toMatchObject({ revision: first?.id, startup_timeout: 300 });
    write("app.py", code("pinned"));
    await stack.preview("--expect-no-changes");
    expect(await deployments()).toBe(0);
    await stack.program([app(), scale({ maxConcurrency: 6 })]).up();
    expect(await deployments()).toBe(1);
    await agrees();
  });

  test("a foreign deployment stays and is reported, or is replaced", async () => {
    const foreign = { name: "hello", environment: "main", startup_timeout: 600 };
    await world.deploy({ ...foreign, revision: "theirs" });
    await world.clearRequests();
    const env = { ...cliEnvironment(stack.dir, stack.backend), ...world.env };
    const drift = await pulumiFal(stack.dir, env, "drift", "--stack", "dev", "--format", "text");
    expect(drift.code).toBe(3);
    expect(drift.out).toMatch(/app hello +currentRevision +\S+ +theirs\n +Who and when: deployed elsewhere, acme/);
    expect(drift.out).toMatch(/App hello: onForeignDeploy is keep, so it stays until the source changes/);
    expect((await stack.up("--refresh")).text).toMatch(
      /Revision theirs, deployed.* runs instead of \S+, which this resource deployed/,
    );
    expect(await deployments()).toBe(0);
    expect(await live()).toMatchObject({ revision: "theirs" });
    write("requirements.txt", "numpy\ntorch\n");
    expect((await stack.preview()).text).toMatch(/the app is deployed: requirements\.txt changed/);
    write("requirements.txt", "numpy\n");
    await stack.program([app({ onForeignDeploy: "redeploy" }), scale({ maxConcurrency: 6 })]).up();
    const fixed = await pulumiFal(stack.dir, env, "drift", "--fix", "--yes", "--stack", "dev", "--format", "text");
    expect(fixed.out).toMatch(/it is redeployed \(somebody else has deployed it\)/);
    expect(fixed.code).toBe(0);
    expect(await deployments()).toBe(1);
    await agrees();
  });

  test("a failed build leaves the old revision, and the next up deploys", async () => {
    const before = await live();
    write("app.py", "import fal\nraise RuntimeError('broken')\n");
    await world.clearRequests();
    const { text } = await stack.fails("up", "--yes", "--skip-preview");
    expect(text).toMatch(/broken/);
    expect(await live()).toMatchObject({ revision: before?.["revision"] });
    write("app.py", code("repaired"));
    await stack.up();
    expect(await deployments()).toBe(1);
    await agrees();
  });

  test("a lost response is resolved by the annotation, and the app is deployed once", async () => {
    write("app.py", code("lost"));
    await world.clearRequests();
    await world.faults([{ match: { rpc: "RegisterApplication" }, fault: { grpcCode: "INTERNAL", afterEffect: true } }]);
    await stack.up();
    await agrees();
    await stack.preview("--refresh", "--expect-no-changes");
    expect(await deployments()).toBe(1);
  });

  test("an engine that is killed ends the build, and the next up deploys once; a finished deployment is taken over", async () => {
    /** Starts an update, and kills the engine once `when` is true. */
    async function killedUp(when: () => Promise<boolean>): Promise<void> {
      const { child, result } = stack.start("up", "--yes", "--skip-preview");
      await expect.poll(when, { timeout: 60_000, interval: 50 }).toBe(true);
      child.kill("SIGKILL");
      await result;
      await stack.ok("cancel", "--yes");
    }
    const asked = async (name: string) => (await world.requests()).some(({ rpc }) => rpc === name);

    write("app.py", code("killed while building"));
    await world.clearRequests();
    const build = { logs: ["Step 1", "Step 2"], logDelayMs: 3_000 };
    await world.faults([{ match: { rpc: "BuildEnvironment" }, fault: build }]);
    await killedUp(() => asked("BuildEnvironment"));
    await new Promise((done) => setTimeout(done, 7_000));
    expect(await deployments()).toBe(0);

    const before = (await live())?.["revision"];
    const lateResponse = { delayMs: 30_000, afterEffect: true };
    await world.faults([{ match: { rpc: "RegisterApplication" }, fault: lateResponse }]);
    await killedUp(async () => (await live())?.["revision"] !== before);
    await stack.up();
    expect(await deployments()).toBe(1);
    await agrees();
    await stack.preview("--refresh", "--expect-no-changes");
  });

  test("ten apps in two environments are deployed in one update", async () => {
    await world.clearRequests();
    const apps = Array.from({ length: 10 }, (_, index): Declared => {
      const environment = index % 2 === 0 ? "main" : resource("staging");
      const source = { ref: "app.py::Hello", cwd: "app", fal: falCli };
      return { kind: "App", name: `app-${index}`, args: { name: `app-${index}`, environment, source } };
    });
    const staging = { kind: "Environment", name: "staging", args: { name: "staging" } };
    await stack.program([app({ onForeignDeploy: "redeploy" }), scale({ maxConcurrency: 6 }), staging, ...apps]).up();
    expect(await deployments()).toBe(10);
    await stack.preview("--expect-no-changes");
    const { apps: all } = await world.state();
    expect(all.filter(({ environment }) => environment === "staging")).toHaveLength(5);
    expect(await deployments()).toBe(10);
  });

  test("destroy deletes the apps", async () => {
    await stack.destroy();
    expect((await world.state()).apps).toEqual([]);
  });

  test("what does not exist is named before any request", async () => {
    await world.clearRequests();
    stack.program([app({ source: { ref: "nope.py::Hello", cwd: "app" } })]);
    expect((await stack.fails("preview")).text).toMatch(/`source\.ref` .*nope\.py/);
    expect(await world.requests()).toEqual([]);
  });
});
