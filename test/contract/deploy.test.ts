import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startEmulator } from "fal-emulator";
import { FalClient } from "pulumi-fal/client";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { findFal } from "../../src/client/deploy/command";
import { falCli, noFalCli } from "../support/fal-cli";

const APP = `
import fal

class Hello(fal.App, name="hello", keep_alive=77, max_concurrency=3):
    machine_type = "S"
    app_files = ["words.txt"]

    @fal.endpoint("/")
    def run(self) -> dict:
        return {}
`;

/** The client runs fal's own CLI and then reads the result. */
describe.skipIf(!falCli)(`deployments with the fal CLI${falCli ? "" : ` (skipped: ${noFalCli})`}`, () => {
  async function account() {
    const cwd = mkdtempSync(join(tmpdir(), "pulumi-fal-deploy-"));
    writeFileSync(join(cwd, "app.py"), APP);
    writeFileSync(join(cwd, "words.txt"), "hello");
    const emulator = await startEmulator({ seed: { environments: [{ name: "preview" }] } });
    const { key: apiKey, apiUrl, restUrl, grpcUrl } = emulator;
    const fal = new FalClient({ apiKey, apiUrl, restUrl, grpcUrl, environment: "preview", env: {} });
    onTestFinished(async () => {
      await fal.close();
      await emulator.close();
      rmSync(cwd, { recursive: true });
    });
    const control = async (path: string, body?: object) => {
      const headers = { "content-type": "application/json" };
      const init = body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) };
      return await (await fetch(`${restUrl}/_emulator/${path}`, init)).json();
    };
    return {
      fal,
      own: { cwd, fal: falCli },
      faults: (faults: object[]) => control("faults", faults),
      /** The apps that deploys registered. */
      registered: async () => {
        const requests = (await control("requests")) as { app?: string }[];
        return requests.flatMap(({ app }) => app ?? []);
      },
    };
  }

  test("deploy creates revisions in the client's account and environment with the requested scaling", async () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    // Where another account's settings would lead.
    for (const name of ["FAL_HOST", "FAL_GRPC_HOST", "FAL_REST_HOST"]) vi.stubEnv(name, "127.0.0.1:9");
    vi.stubEnv("FAL_KEY", "other:account");
    vi.stubEnv("FAL_ENV", "main");
    vi.stubEnv("FORCE_COLOR", "1");
    const { fal, own } = await account();

    const first = await fal.deploy("app.py::Hello", { ...own, auth: "public" });
    expect(first).toEqual({ revision: expect.stringMatching(/./), appName: "hello", environment: "preview" });
    expect(await fal.apps.get("hello")).toMatchObject({
      alias: "hello--preview",
      revision: first.revision,
      authMode: "public",
      keepAlive: 77,
      maxConcurrency: 3,
      machineTypes: ["S"],
    });
    expect(await fal.apps.list({ environment: "main" })).toEqual([]);

    await fal.apps.scale("hello", { keepAlive: 99 });
    const lines: string[] = [];
    const onOutput = (line: string) => lines.push(line);
    const annotations = { GIT_SHA: "1234", NOTE: "a=b" };
    const second = await fal.deploy("app.py", { ...own, message: "--reset-scale", annotations, onOutput });
    expect(lines).toEqual(expect.arrayContaining(["Deploying 'Hello' as app 'hello'", "✓ Build complete"]));
    expect(await fal.apps.get("hello")).toMatchObject({ revision: second.revision, keepAlive: 99 });

    // The one Python file of the directory.
    const third = await fal.deploy(undefined, { ...own, resetScale: true, strategy: "recreate", noCache: true });
    expect(await fal.apps.get("hello")).toMatchObject({ revision: third.revision, keepAlive: 77 });
    const revisions = (await fal.apps.revisions("hello")).map(({ revision }) => revision);
    expect(revisions).toEqual([third, second, first].map(({ revision }) => revision));
    const plain = {
      createdAt: expect.any(String),
      isCurrent: false,
      annotations: {},
      status: "deployed",
      deployedBy: "acme",
    };
    expect(await fal.apps.deployments("hello")).toEqual([
      { ...plain, revision: third.revision, isCurrent: true },
      { ...plain, revision: second.revision, message: "--reset-scale", annotations },
      { ...plain, revision: first.revision },
    ]);
  });

  test("deploy with the CLI of the project reports its phases and the log of a failed build, and registers nothing", async () => {
    const { fal, own, faults, registered } = await account();
    symlinkSync(dirname(dirname(falCli ?? "")), join(own.cwd, ".venv"));
    const command = await findFal({ cwd: own.cwd, env: {} });
    expect(command).toEqual([join(own.cwd, ".venv/bin/fal")]);
    const logs = ["Collecting torch==99", "ERROR: No matching distribution found for torch==99"];
    const failure = { grpcCode: "INVALID_ARGUMENT", body: "Error while building the environment." };
    await faults([{ match: { rpc: "BuildEnvironment" }, fault: { logs, logDelayMs: 50, ...failure } }]);

    const seen: string[] = [];
    const onPhase = (phase: string, line = "") => seen.push(`${phase}: ${line}`);
    const failed = fal.deploy("app.py::Hello", { ...own, fal: command, onPhase });
    await expect(failed).rejects.toMatchObject({ code: "FAL_ERROR", mayHaveTakenEffect: false });
    await expect(failed).rejects.toThrow(
      `the fal CLI exited with 1: Error while building the environment. The build's log ends with: ${logs.join(" | ")}.`,
    );
    expect(seen).toEqual([
      "loading the code: ",
      "packaging: ",
      "uploading: words.txt",
      "building the image: ",
      ...logs.map((line) => `building the image: ${line}`),
    ]);
    expect(await registered()).toEqual([]);
  });

  test("apps.deployments shows that a deploy took effect whose response was lost", async () => {
    const { fal, own, faults, registered } = await account();
    const command = await findFal({ cwd: own.cwd, python: join(dirname(falCli ?? ""), "python"), env: {} });
    await faults([{ match: { rpc: "RegisterApplication" }, fault: { grpcCode: "INTERNAL", afterEffect: true } }]);
    const annotations = { hash: "0123" };
    const failed = fal.deploy("app.py::Hello", { ...own, fal: command, annotations });
    await expect(failed).rejects.toMatchObject({ code: "FAL_ERROR", mayHaveTakenEffect: true });
    expect(await fal.apps.deployments("hello")).toMatchObject([{ isCurrent: true, annotations }]);
    expect(await registered()).toEqual(["preview/hello"]);
  });

  test("deploy fails with the error of the CLI", async () => {
    const { fal, own } = await account();
    const refused = fal.deploy("app.py::Hello", { ...own, environment: "nope" });
    await expect(refused).rejects.toThrow(
      'Could not deploy nope/app.py::Hello: the fal CLI exited with 1: Environment "nope" not found.',
    );
    const missing = fal.deploy("missing.py", own);
    await expect(missing).rejects.toMatchObject({ code: "FAL_ERROR", mayHaveTakenEffect: false });
    await expect(missing).rejects.toThrow(/No such file or directory: .*missing\.py/);
    const unknown = fal.deploy("app.py", { ...own, auth: "nobody" });
    await expect(unknown).rejects.toThrow(/exited with 2: .*nobody is not a auth option/);
  });
});
