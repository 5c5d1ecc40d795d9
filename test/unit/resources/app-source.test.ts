import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { AppDeployment } from "../../../src/client";
import { FalServerError } from "../../../src/client/errors";
import { check } from "../../../src/provider/check";
import type { CreateContext, UpdateContext } from "../../../src/provider/handler";
import type { PropertyValues } from "../../../src/provider/properties";
import { appHandler } from "../../../src/resources/app/handler";
import { app, onDeleteOf } from "../../../src/resources/app/properties";
import { readSource } from "../../../src/source";

const scratch = mkdtempSync(join(tmpdir(), "pulumi-fal-app-source-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = join(scratch, "app");
mkdirSync(folder);
const fal = join(scratch, "fal-1.83");
writeFileSync(fal, "#!/bin/sh\necho 1.83.0\n", { mode: 0o755 });
writeFileSync(join(folder, "app.py"), "code");
writeFileSync(join(folder, "pyproject.toml"), "");

const source = { ref: "app.py::Flux", cwd: folder, fal };

function checked(inputs: PropertyValues, olds?: PropertyValues, pending: readonly string[] = []) {
  const context = { environment: "main", now: 0, pending, readSource };
  return check(app, olds, { name: "flux", ...inputs }, context);
}

describe("check", () => {
  test("computes a hash, and the digest of each file", () => {
    const { inputs, failures, notes } = checked({ source });
    expect(failures).toEqual([]);
    expect(inputs["sourceHash"]).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(inputs["sourceFiles"] as object)).toEqual(["app.py", "pyproject.toml"]);
    expect(notes).toEqual(["the app is deployed (2 files)"]);
  });

  test("another class, another file or another version is another hash", () => {
    const hash = (given: object) => checked({ source: { ...source, ...given } }).inputs["sourceHash"];
    const hashes = [
      hash({}),
      hash({ ref: "app.py::Other" }),
      hash({ files: ["app.py"] }),
      hash({ version: "1" }),
      hash({ version: "2" }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hash({ fal: "other" })).toBe(hash({}));
  });

  test("a version decides instead of the files, which need not exist", () => {
    const { inputs, failures } = checked({ source: { ref: "nope.py", version: "1" } });
    expect(failures).toEqual([]);
    expect(inputs).not.toHaveProperty("sourceFiles");
  });

  test("the commit is the one at which the source last changed, so that commits of other files change nothing", () => {
    const at = (commit: string | undefined, inputs: PropertyValues, olds?: PropertyValues) => {
      const context = { environment: "main", now: 0, pending: [], readSource, readCommit: () => commit };
      return check(app, olds, { name: "flux", ...inputs }, context).inputs;
    };
    const first = at("c1", { source });
    expect(first["sourceCommit"]).toBe("c1");
    expect(at("c2", { source }, first)["sourceCommit"]).toBe("c1");
    expect(at("c2", { source: { ...source, version: "2" } }, first)["sourceCommit"]).toBe("c2");
    expect(at(undefined, { source })).not.toHaveProperty("sourceCommit");
    expect(at("c1", { source, revision: "r1" })).not.toHaveProperty("sourceCommit");
  });

  test("a pinned revision needs no hash, because nothing is deployed", () => {
    expect(checked({ source, revision: "r1" }).inputs).not.toHaveProperty("sourceHash");
  });

  test.each([
    [{ ref: "nope.py::Flux", cwd: folder }, /^`source\.ref` .*nope\.py/],
    [{ ...source, files: ["*.nope"] }, /^`source\.files` /],
    [{ ...source, version: "1", files: ["app.py"] }, /^`source` accepts `files` and `ignore` only without `version`/],
    [{ ...source, fal: "fal", python: "python3" }, /^`source` accepts only one of `fal` and `python`/],
    [{}, /^`source\.ref` must be a file and a class in it/],
    [{ ref: "--help" }, /^`source\.ref` must not begin with a dash/],
    ["app.py", /^`source` must be an object with `ref`/],
  ])("%o is refused before any request", (given, reason) => {
    const { failures } = checked({ source: given });
    expect(failures.map((failure) => failure.reason)).toEqual([expect.stringMatching(reason)]);
  });

  test("notes say what is deployed and why", () => {
    const { inputs: olds } = checked({ source });
    expect(checked({ source }, olds).notes).toEqual([]);
    expect(checked({ source }, olds, ["redeploy"]).notes).toEqual([
      "the app is deployed again, because somebody else deployed it",
    ]);
    const renamed = { ...olds, sourceHash: "0", sourceFiles: { "app.py": "0", "old.py": "1" } };
    expect(checked({ source }, renamed).notes).toEqual([
      "the app is deployed: app.py changed, pyproject.toml added, old.py removed",
    ]);
    const pinned = checked({ source, revision: "r1" }).inputs;
    const unless = ["the app is deployed, unless the revision that runs comes from the same source"];
    expect(checked({ source }, pinned).notes).toEqual(unless);
    expect(checked({ source, adopt: true }).notes).toEqual(unless);
  });

  test("an app with source is deleted with its resource, unless onDelete says otherwise", () => {
    expect([onDeleteOf({ source }), onDeleteOf({}), onDeleteOf({ source, onDelete: "retain" })]).toEqual([
      "delete",
      "retain",
      "retain",
    ]);
  });
});

describe("the handler", () => {
  const { inputs } = checked({ source, environment: "main" });
  const stack = { project: "shop", name: "dev" };
  const hash = String(inputs["sourceHash"]);

  /** An account with one app, whose revisions are the deployments. */
  function world(deployments: AppDeployment[], deploy: () => Promise<{ revision: string }>) {
    const calls: unknown[] = [];
    const current = () => deployments[0];
    const appInfo = () => {
      const revision = current()?.revision;
      return revision && { name: "flux", environment: "main", revision, authMode: "private", machineTypes: [] };
    };
    const client = {
      settings: { environment: "main" },
      account: async () => "acme",
      environments: { get: async () => ({ name: "main" }) },
      apps: {
        get: async () => appInfo(),
        deployments: async () => deployments,
        rollout: async () => calls.push("rollout"),
      },
      deploy: async (_ref: string, options: object) => {
        calls.push(options);
        return await deploy();
      },
    };
    const { signal } = new AbortController();
    const saved: unknown[] = [];
    const context: CreateContext & UpdateContext = {
      fal: client as unknown as CreateContext["fal"],
      signal,
      waitSignal: signal,
      timeLimit: "30m0s",
      now: 0,
      stack,
      progress: () => undefined,
      warn: () => undefined,
      warnOnce: () => undefined,
      creation: undefined,
      deploying: (deployment) => deployment(),
      exists: (...given) => saved.push(given),
      acknowledged: () => undefined,
      isManagedElsewhere: () => false,
      isIgnored: () => false,
      achieved: () => undefined,
      unfinished: (pending) => saved.push(pending),
    };
    return { context, calls, saved };
  }
  const made = (revision: string, annotations?: Record<string, string>): AppDeployment =>
    ({ revision, isCurrent: true, ...(annotations && { annotations }) }) as AppDeployment;
  const own = { "pulumi-project": "shop", "pulumi-stack": "dev", "pulumi-source": hash };
  const create = (context: CreateContext, given: PropertyValues = {}) =>
    appHandler.create({ ...inputs, environment: "main", ...given } as never, context);
  const update = (context: UpdateContext, pending: string[], changed: string[], given: PropertyValues = {}) =>
    appHandler.update(
      "main/flux",
      { inputs: {}, outputs: {}, managed: [], pending, previousValues: {} },
      { ...inputs, environment: "main", ...given } as never,
      new Set(changed),
      context,
    );

  test("a first deployment is annotated with stack and source", async () => {
    const deployments: AppDeployment[] = [];
    const { context, calls } = world(deployments, async () => {
      deployments.unshift(made("r1", own));
      return { revision: "r1" };
    });
    const { outputs } = await create(context);
    expect(outputs).toMatchObject({ currentRevision: "r1", deployedRevision: "r1" });
    expect(calls).toEqual([expect.objectContaining({ appName: "flux", environment: "main", cwd: folder, fal: [fal] })]);
    expect(calls[0]).toMatchObject({ annotations: own });
  });

  test("a deployment that resets all scaling values is annotated with that, for the app's AppScale", async () => {
    const { context, calls } = world([made("r1", own)], async () => ({ revision: "r1" }));
    const changed = { ...inputs, sourceHash: hash, resetScale: true };
    await update(context, ["redeploy"], [], changed);
    expect(calls[0]).toMatchObject({ resetScale: true, annotations: { ...own, "pulumi-reset-scale": "true" } });
  });

  test("an app of somebody else is not replaced, and adopted only on request", async () => {
    const deployments = [made("theirs", { "pulumi-source": hash })];
    const { context, calls } = world(deployments, async () => ({ revision: "r2" }));
    await expect(create(context)).rejects.toThrow(/App "main\/flux" already exists/);
    expect((await create(context, { adopt: true })).outputs).toMatchObject({ deployedRevision: "theirs" });
    expect(calls).toEqual([]);
    await create(context, { adopt: true, sourceHash: hash, name: "flux" });
    expect(calls).toEqual([]);
  });

  test("a deployment that a killed run made is taken over", async () => {
    const { context, calls } = world([made("r1", own)], async () => ({ revision: "r2" }));
    expect((await create(context)).outputs).toMatchObject({ deployedRevision: "r1" });
    expect(calls).toEqual([]);
  });

  const lost = () =>
    new FalServerError("lost", { operation: "deploy", resource: "flux", attempts: 1, mayHaveTakenEffect: true });

  test("a lost response is resolved by the annotation", async () => {
    const deployments = [made("r1", { ...own, "pulumi-source": "old" })];
    const { context, calls, saved } = world(deployments, async () => {
      deployments.unshift(made("r2", own));
      throw lost();
    });
    expect((await update(context, [], ["sourceHash"])).outputs).toMatchObject({ deployedRevision: "r2" });
    expect([calls.length, saved]).toEqual([1, []]);
  });

  test("a lost response that fal does not explain is recorded, and the next update looks again first", async () => {
    const deployments = [made("r1", { ...own, "pulumi-source": "old" })];
    const { context, calls, saved } = world(deployments, () => Promise.reject(lost()));
    await expect(update(context, [], ["sourceHash"])).rejects.toThrow("lost");
    expect(saved).toEqual([["deploy"]]);
    deployments.unshift(made("r2", own));
    expect((await update(context, ["deploy"], [])).outputs).toMatchObject({ deployedRevision: "r2" });
    expect(calls).toHaveLength(1);
  });

  test("a foreign deployment is replaced only if it is pending, and a deployment replaces the runners itself", async () => {
    const deployments = [made("theirs"), made("r1", own)];
    const { context, calls } = world(deployments, async () => {
      deployments.unshift(made("r2", own));
      return { revision: "r2" };
    });
    await update(context, ["redeploy"], ["rolloutOn"], { rolloutOn: ["b"] });
    expect(calls).toHaveLength(1);
    expect(calls).not.toContain("rollout");
  });

  test("files that changed since check are not deployed", async () => {
    const { context, calls } = world([], async () => ({ revision: "r1" }));
    await expect(create(context, { sourceHash: "0" })).rejects.toThrow(/has changed since `pulumi up` read it/);
    expect(calls).toEqual([]);
  });
});
