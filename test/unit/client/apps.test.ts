import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { FalNotFoundError, FalServerError, FalValidationError } from "../../../src/client";
import { client, grpcServer } from "./support/servers";

const wire = {
  alias: "flux--staging",
  revision: "rev-1",
  authMode: 2,
  maxConcurrency: 4,
  maxMultiplexing: 1,
  keepAlive: 60,
  activeRunners: 3,
  minConcurrency: 1,
  machineTypes: ["GPU-H100", "GPU-A100"],
  requestTimeout: 3_600,
  validRegions: ["us-west"],
  scalingDelaySeconds: 0,
  environmentName: "staging",
  isRolling: true,
};

describe("reading apps", () => {
  test("apps.list returns an app without the environment's suffix, and with its scaling values", async () => {
    const server = await grpcServer({ listAliases: () => ({ aliases: [wire] }) });
    expect(await client({ grpcUrl: server.url }).apps.list({ environment: "staging" })).toEqual([
      {
        name: "flux",
        alias: "flux--staging",
        environment: "staging",
        revision: "rev-1",
        authMode: "shared",
        minConcurrency: 1,
        maxConcurrency: 4,
        keepAlive: 60,
        scalingDelay: 0,
        requestTimeout: 3_600,
        maxMultiplexing: 1,
        machineTypes: ["GPU-H100", "GPU-A100"],
        regions: ["us-west"],
        activeRunners: 3,
        isRolling: true,
      },
    ]);
  });

  test("apps.get keeps an unknown auth mode", async () => {
    const server = await grpcServer({ listAliases: () => ({ aliases: [{ alias: "a", authMode: Number("7") }] }) });
    expect((await client({ grpcUrl: server.url }).apps.get("a"))?.authMode).toBe("7");
  });

  test("apps.list filters by a part of the name, and apps.get requires the exact name", async () => {
    const aliases = ["flux--staging", "flux-dev--staging", "sd--staging"].map((alias) => ({ alias }));
    const server = await grpcServer({ listAliases: () => ({ aliases }) });
    const { apps } = client({ grpcUrl: server.url, environment: "staging" });
    expect((await apps.list({ filter: "flux" })).map((app) => app.name)).toEqual(["flux", "flux-dev"]);
    expect((await apps.get("flux"))?.alias).toBe("flux--staging");
    expect(await apps.get("flu")).toBeUndefined();
  });

  test("five hundred reads of one environment send one request and return separate objects", async () => {
    const server = await grpcServer({
      listAliases: () => ({ aliases: [{ ...wire, environmentName: "main", alias: "flux" }] }),
    });
    const { apps } = client({ grpcUrl: server.url });
    const found = await Promise.all(Array.from({ length: 500 }, () => apps.get("flux")));
    expect(server.calls).toHaveLength(1);
    found[0]?.machineTypes.push("changed");
    expect(found[1]?.machineTypes).toEqual(["GPU-H100", "GPU-A100"]);
    await Promise.all([apps.get("flux", { fresh: true }), apps.get("flux", { environment: "staging" })]);
    expect(server.calls).toHaveLength(3);
  });

  test("a read after a write returns the new value", async () => {
    let minConcurrency = 0;
    const server = await grpcServer({
      listAliases: () => ({ aliases: [{ alias: "a", minConcurrency }] }),
      updateApplication: (request) => {
        minConcurrency = request.minConcurrency ?? minConcurrency;
        return { aliasInfo: { alias: "a", minConcurrency } };
      },
    });
    const { apps } = client({ grpcUrl: server.url });
    expect((await apps.get("a"))?.minConcurrency).toBe(0);
    await apps.scale("a", { minConcurrency: 2 });
    expect((await apps.get("a"))?.minConcurrency).toBe(2);
  });

  test("a timeout of one caller does not affect other callers of the same read", async () => {
    const server = await grpcServer({
      listAliases: async () => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return { aliases: [{ alias: "a" }] };
      },
    });
    const { apps } = client({ grpcUrl: server.url });
    const stays = apps.get("a");
    await expect(apps.get("a", { timeoutMs: 20 })).rejects.toMatchObject({ code: "FAL_TIMEOUT" });
    expect((await stays)?.name).toBe("a");
    expect(server.calls).toHaveLength(1);
  });
});

describe("scaling apps", () => {
  test("apps.scale sends the alias, the environment and only the given values, including 0", async () => {
    const seen: Record<string, unknown>[] = [];
    const server = await grpcServer({
      updateApplication: (request) => {
        seen.push({ ...request });
        return { aliasInfo: wire };
      },
    });
    const { apps } = client({ grpcUrl: server.url });
    const app = await apps.scale(
      "flux",
      { minConcurrency: 0, scalingDelay: 5, machineTypes: ["GPU-H100"], keepAlive: undefined },
      { environment: "staging" },
    );
    expect(app.name).toBe("flux");
    expect(seen[0]).toMatchObject({
      applicationName: "flux--staging",
      environmentName: "staging",
      minConcurrency: 0,
      scalingDelaySeconds: 5,
      machineTypes: ["GPU-H100"],
      validRegions: [],
    });
    for (const absent of ["keepAlive", "maxConcurrency", "requestStartTimeout", "concurrencyBuffer"]) {
      expect(seen[0]?.[absent]).toBeUndefined();
    }
  });

  test("apps.scale uses the plain name as alias in main", async () => {
    let sent: unknown;
    const server = await grpcServer({
      updateApplication: (request) => {
        sent = [request.applicationName, request.environmentName];
        return { aliasInfo: { alias: "flux" } };
      },
    });
    await client({ grpcUrl: server.url }).apps.scale("flux", { keepAlive: 1 });
    expect(sent).toEqual(["flux", "main"]);
  });

  test.each([
    [{}, /no scaling value is given/],
    [{ keepAlive: undefined }, /no scaling value is given/],
    [{ regions: [] }, /regions must not be empty, because fal cannot clear it/],
    [{ machineTypes: [] }, /machineTypes must not be empty/],
    [{ machineTypes: ["GPU-H100", " "] }, /empty string/],
    [{ keepAlive: -1 }, /keepAlive must be a whole number/],
    [{ keepAlive: 1.5 }, /keepAlive must be a whole number/],
    [{ keepAlive: Number.NaN }, /keepAlive must be a whole number/],
    [{ keepAlive: 2 ** 31 }, /keepAlive must be a whole number/],
    [{ minConcurrency: 3, maxConcurrency: 2 }, /minConcurrency \(3\) must not exceed maxConcurrency \(2\)/],
  ])("apps.scale rejects %j and sends nothing", async (values, reason) => {
    const server = await grpcServer({});
    const failed = client({ grpcUrl: server.url }).apps.scale("flux", values);
    await expect(failed).rejects.toBeInstanceOf(FalValidationError);
    await expect(failed).rejects.toThrow(reason);
    expect(server.calls).toEqual([]);
  });

  test("apps.scale names an app that does not exist and suggests a deployment", async () => {
    const server = await grpcServer({
      updateApplication: () => {
        throw new ConnectError("no such alias", Code.NotFound);
      },
    });
    const failed = client({ grpcUrl: server.url }).apps.scale("flux", { keepAlive: 1 });
    await expect(failed).rejects.toBeInstanceOf(FalNotFoundError);
    await expect(failed).rejects.toThrow(/scaling of app main\/flux: .*no such alias.*fal deploy/);
  });

  test("apps.scale reports that the change may have taken effect if the response has no values", async () => {
    const server = await grpcServer({ updateApplication: () => ({}) });
    const failed = client({ grpcUrl: server.url }).apps.scale("flux", { keepAlive: 1 });
    await expect(failed).rejects.toBeInstanceOf(FalServerError);
    await expect(failed).rejects.toMatchObject({ mayHaveTakenEffect: true });
  });
});

describe("names of apps", () => {
  test("apps.get rejects a name that contains the environment's suffix", async () => {
    const { apps } = client({ grpcUrl: (await grpcServer({})).url });
    const failed = apps.get("flux--staging", { environment: "staging" });
    await expect(failed).rejects.toThrow(/Use "flux"; the client adds the suffix/);
    await expect(apps.delete("")).rejects.toBeInstanceOf(FalValidationError);
    await expect(apps.list({ environment: " " })).rejects.toBeInstanceOf(FalValidationError);
  });
});

describe("changing apps", () => {
  test("apps.setAlias sends the auth mode and the strategy only if they are given", async () => {
    const seen: unknown[] = [];
    const server = await grpcServer({
      setAlias: (request) => {
        seen.push([
          request.alias,
          request.revision,
          request.authMode,
          request.deploymentStrategy,
          request.environmentName,
        ]);
        return { aliasInfo: wire };
      },
    });
    const { apps } = client({ grpcUrl: server.url, environment: "staging" });
    await apps.setAlias("flux", "rev-1");
    await apps.setAlias("flux", "rev-1", { authMode: "private", strategy: "recreate" });
    await apps.setAlias("flux", "rev-1", { authMode: "public", strategy: "rolling", environment: "main" });
    expect(seen).toEqual([
      ["flux--staging", "rev-1", undefined, undefined, "staging"],
      ["flux--staging", "rev-1", 0, 0, "staging"],
      ["flux", "rev-1", 1, 1, "main"],
    ]);
    await expect(apps.setAlias("flux", "rev-1", { authMode: "secret" })).rejects.toThrow(/private, public or shared/);
    await expect(apps.setAlias("flux", "")).rejects.toBeInstanceOf(FalValidationError);
  });

  test("apps.rollout sends whether runners are killed at once", async () => {
    const seen: unknown[] = [];
    const server = await grpcServer({
      rolloutApplication: (request) => {
        seen.push([request.applicationName, request.environmentName, request.force]);
        return {};
      },
    });
    const { apps } = client({ grpcUrl: server.url });
    await apps.rollout("flux", { environment: "staging" });
    await apps.rollout("flux", { force: true });
    expect(seen).toEqual([
      ["flux--staging", "staging", false],
      ["flux", "main", true],
    ]);
  });

  test("apps.delete succeeds for an app that is gone and fails for a listed app or any other error", async () => {
    let code = Code.NotFound;
    let aliases: { alias: string }[] = [];
    const server = await grpcServer({
      deleteAlias: () => {
        throw new ConnectError("x", code);
      },
      listAliases: () => ({ aliases }),
    });
    const { apps } = client({ grpcUrl: server.url });
    await apps.delete("flux");
    aliases = [{ alias: "flux" }];
    await expect(apps.delete("flux")).rejects.toMatchObject({ code: "FAL_NOT_FOUND", resource: "main/flux" });
    code = Code.PermissionDenied;
    await expect(apps.delete("flux")).rejects.toMatchObject({ code: "FAL_PERMISSION", resource: "main/flux" });
  });

  test("apps.revisions returns revisions with their time of creation", async () => {
    const server = await grpcServer({
      listApplications: (request) => {
        expect([request.applicationName, request.environmentName]).toEqual(["flux--staging", "staging"]);
        return {
          applications: [
            { applicationId: "rev-2", createdAt: { seconds: 1_700_000_000n }, machineTypes: ["XS"], keepAlive: 10 },
          ],
        };
      },
    });
    expect(await client({ grpcUrl: server.url }).apps.revisions("flux", { environment: "staging" })).toEqual([
      {
        revision: "rev-2",
        environment: "staging",
        createdAt: "2023-11-14T22:13:20.000Z",
        minConcurrency: 0,
        maxConcurrency: 0,
        keepAlive: 10,
        maxMultiplexing: 0,
        machineTypes: ["XS"],
        regions: [],
        activeRunners: 0,
      },
    ]);
  });
});
