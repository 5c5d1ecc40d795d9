// Surface "alpha": the requests that it sends, and the responses that it reads.

import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import {
  FalAuthenticationError,
  FalConfigurationError,
  FalNotFoundError,
  FalServerError,
  FalValidationError,
} from "../../../src/client";
import type { IsolateController } from "../../../src/client/internal/gen/controller_pb";
import {
  CANARY,
  client,
  closedPort,
  grpcServer,
  KEY,
  type RestAnswer,
  type RestCall,
  restServer,
} from "./support/servers";

/** Servers of the alpha REST API and of gRPC, without the platform API. */
async function alpha(
  answers: (call: RestCall, count: number) => RestAnswer,
  rpcs: Partial<ServiceImpl<typeof IsolateController>> = {},
) {
  const rest = await restServer(answers);
  const grpc = await grpcServer(rpcs);
  const fal = client({ surface: "alpha", restUrl: rest.url, grpcUrl: grpc.url, apiUrl: await closedPort() });
  const asked = () =>
    rest.calls.map(({ method, path, text }) => [method, path, ...(text === "" ? [] : [text])].join(" "));
  return { fal, calls: rest.calls, asked, rpcs: grpc.calls };
}

/** The examples of "Compute API" and of "fal Serverless Platform API". */
const one = {
  id: "550e8400-e29b-41d4-a716-446655440000",
  instance_type: "gpu_1x_h100_sxm5",
  ip: "192.168.1.100",
  status: "ready",
};
const eight = {
  id: "550e8400-e29b-41d4-a716-446655440001",
  instance_type: "gpu_8x_h100_sxm5",
  sector: "sector_2",
  ip: "192.168.1.101",
  status: "provisioning",
};
const flux = {
  id: "my-org/flux-finetune",
  name: "flux-finetune",
  endpoint: "https://fal.run/my-org/flux-finetune",
  gpu: "H100",
  keep_alive: 60,
  min_concurrency: 0,
  max_concurrency: 8,
  public: false,
};
const sdxl = {
  id: "my-org/sdxl-lcm",
  name: "sdxl-lcm",
  endpoint: "https://fal.run/my-org/sdxl-lcm",
  gpu: "A100",
  keep_alive: 120,
  min_concurrency: 1,
  max_concurrency: 16,
  public: true,
};

describe("GPU instances on surface alpha", () => {
  test("the alpha surface lists GPU instances as a plain array", async () => {
    const { fal, asked } = await alpha(() => ({ body: [one, eight] }));
    expect(await fal.compute.list()).toEqual([
      { id: one.id, instanceType: "gpu_1x_h100_sxm5", ip: "192.168.1.100", status: "ready" },
      {
        id: eight.id,
        instanceType: "gpu_8x_h100_sxm5",
        sector: "sector_2",
        ip: "192.168.1.101",
        status: "provisioning",
      },
    ]);
    expect(asked()).toEqual(["GET /compute/instances"]);
  });

  test("the alpha surface reads, creates and deletes a GPU instance under a singular path", async () => {
    const { fal, asked, calls } = await alpha(() => ({ body: eight }));
    expect(await fal.compute.get(eight.id)).toMatchObject({ sector: "sector_2" });
    await fal.compute.create({ instanceType: "gpu_8x_h100_sxm5", sshKey: "ssh-rsa AAAA", sector: "sector_2" });
    await fal.compute.create({ instanceType: "gpu_1x_h100_sxm5", sshKey: "ssh-rsa AAAA" });
    await fal.compute.delete(eight.id);
    expect(asked()).toEqual([
      `GET /compute/instance/${eight.id}`,
      'POST /compute/instance {"instance_type":"gpu_8x_h100_sxm5","ssh_key":"ssh-rsa AAAA","sector":"sector_2"}',
      'POST /compute/instance {"instance_type":"gpu_1x_h100_sxm5","ssh_key":"ssh-rsa AAAA"}',
      `DELETE /compute/instance/${eight.id}`,
    ]);
    for (const { headers } of calls) expect(headers.authorization).toBe(`Key ${KEY}`);
    expect(calls[1]?.headers["content-type"]).toBe("application/json");
  });

  test("the alpha surface treats a null address or sector as absent", async () => {
    const { fal } = await alpha(() => ({ body: { ...one, ip: null, sector: null, status: "init" } }));
    expect(await fal.compute.get(one.id)).toEqual({ id: one.id, instanceType: "gpu_1x_h100_sxm5", status: "init" });
  });

  test("the alpha surface sends no Idempotency-Key and does not retry a creation that fal may have received", async () => {
    for (const lost of [{ reset: true }, { status: 503 }, { status: 429 }]) {
      const { fal, calls } = await alpha(() => lost);
      const order = { instanceType: "gpu_1x_h100_sxm5", sshKey: "ssh-rsa AAAA" };
      await expect(fal.compute.create(order, { idempotencyKey: "k" })).rejects.toMatchObject({
        mayHaveTakenEffect: lost.status !== 429,
      });
      expect(calls).toHaveLength(1);
      expect(calls[0]?.headers).not.toHaveProperty("idempotency-key");
    }
  });

  test("the alpha surface reads an unknown GPU instance as undefined and deletes it without an error", async () => {
    const { fal } = await alpha(({ path }) =>
      path === "/compute/instances" ? { body: [] } : { status: 404, body: { detail: "Instance not found" } },
    );
    expect(await fal.compute.get(one.id)).toBeUndefined();
    await fal.compute.delete(one.id);
  });
});

describe("apps on surface alpha", () => {
  const aliases = [
    {
      alias: "flux-finetune",
      revision: "rev-1",
      authMode: 2,
      keepAlive: 1,
      maxConcurrency: 1,
      machineTypes: ["GPU-H200", "GPU-H100"],
      environmentName: "main",
    },
    {
      alias: "sdxl-lcm",
      revision: "rev-2",
      authMode: 0,
      keepAlive: 1,
      machineTypes: ["GPU-H100"],
      concurrencyBuffer: 3,
      environmentName: "main",
    },
  ];
  const listAliases = () => ({ aliases });

  test("the alpha surface prefers values of the REST API and adds the missing ones from gRPC", async () => {
    const { fal, asked, rpcs } = await alpha(() => ({ body: [flux, sdxl] }), { listAliases });
    expect(await fal.apps.list()).toMatchObject([
      {
        name: "flux-finetune",
        revision: "rev-1",
        // REST only reports that it is not public. gRPC reports that it is shared.
        authMode: "shared",
        keepAlive: 60,
        minConcurrency: 0,
        maxConcurrency: 8,
        // REST's H100 is in this list, so the complete list is returned.
        machineTypes: ["GPU-H200", "GPU-H100"],
      },
      {
        name: "sdxl-lcm",
        revision: "rev-2",
        authMode: "public",
        keepAlive: 120,
        minConcurrency: 1,
        maxConcurrency: 16,
        machineTypes: ["GPU-A100"],
        concurrencyBuffer: 3,
      },
    ]);
    expect(asked()).toEqual(["GET /serverless/apps"]);
    expect(rpcs).toEqual(["ListAliases"]);
  });

  test("the alpha surface takes values that REST omits or returns as null from gRPC", async () => {
    const bare = { id: "my-org/sdxl-lcm", name: "sdxl-lcm", endpoint: "https://fal.run/my-org/sdxl-lcm", gpu: null };
    const { fal } = await alpha(() => ({ body: [bare] }), { listAliases: () => ({ aliases: aliases.slice(1) }) });
    expect(await fal.apps.list()).toMatchObject([{ authMode: "private", keepAlive: 1, machineTypes: ["GPU-H100"] }]);
  });

  test("concurrent reads of apps on the alpha surface share one list request per API", async () => {
    const { fal, asked, rpcs } = await alpha(() => ({ body: [flux, sdxl] }), { listAliases });
    await Promise.all(Array.from({ length: 50 }, (_, at) => fal.apps.get(at % 2 === 0 ? "flux-finetune" : "sdxl-lcm")));
    expect([asked().length, rpcs.length]).toEqual([1, 1]);
  });

  test("the alpha surface reads an app that only gRPC lists by its escaped id", async () => {
    const { fal, asked } = await alpha(
      (call) => {
        if (call.path === "/users/current") return { body: { nickname: "my-org" } };
        if (call.path === "/serverless/apps") return { body: [] };
        return call.path.endsWith("flux-finetune") ? { body: flux } : { status: 404, body: { detail: "Not found" } };
      },
      { listAliases },
    );
    expect(await fal.apps.list()).toMatchObject([{ name: "flux-finetune", keepAlive: 60 }]);
    expect(asked().toSorted()).toEqual([
      "GET /serverless/apps",
      "GET /serverless/apps/my-org%2Fflux-finetune",
      "GET /serverless/apps/my-org%2Fsdxl-lcm",
      "GET /users/current",
    ]);
  });

  test("the alpha surface returns an app that only gRPC lists as gRPC has it if fal does not report the account", async () => {
    const rest = await restServer((call) => (call.path === "/serverless/apps" ? { body: [] } : { status: 404 }));
    const platform = await restServer(() => ({ body: { apps: [] } }));
    const grpc = await grpcServer({ listAliases: () => ({ aliases: aliases.slice(1) }) });
    const fal = client({ surface: "alpha", restUrl: rest.url, grpcUrl: grpc.url, apiUrl: platform.url });
    expect(await fal.apps.list()).toMatchObject([{ name: "sdxl-lcm", keepAlive: 1, machineTypes: ["GPU-H100"] }]);
  });

  test("the alpha surface ignores an app that only REST lists", async () => {
    const { fal } = await alpha(() => ({ body: [flux, sdxl] }), { listAliases: () => ({ aliases: [] }) });
    expect(await fal.apps.get("flux-finetune")).toBeUndefined();
  });

  test("the alpha surface reads other environments over gRPC alone", async () => {
    const staging = [{ alias: "flux--staging", environmentName: "staging" }];
    const { fal, asked } = await alpha(() => ({ body: [flux] }), { listAliases: () => ({ aliases: staging }) });
    expect(await fal.apps.list({ environment: "staging" })).toMatchObject([{ name: "flux" }]);
    expect(asked()).toEqual([]);
  });

  test("the alpha surface rejects app events with a fix and sends nothing", async () => {
    const { fal, asked } = await alpha(() => ({}));
    const failed = fal.apps.events("flux-finetune");
    await expect(failed).rejects.toBeInstanceOf(FalConfigurationError);
    await expect(failed).rejects.toThrow(
      /^Could not list the events of app main\/flux-finetune: surface "alpha" has no events\. Set surface to "platform"/,
    );
    expect(asked()).toEqual([]);
  });
});

describe("secrets on surface alpha", () => {
  const createdAt = "2026-11-01T12:00:00.000Z";

  test("the alpha surface lists secrets of main over REST and adds their exposure from gRPC", async () => {
    const { fal, asked, rpcs } = await alpha(
      () => ({ body: [{ name: "A", created_at: createdAt }, { name: "B" }, { name: "NEW", created_at: "never" }] }),
      {
        listSecrets: () => ({
          secrets: [
            { name: "A", defaultExposed: false, createdTime: timestampFromDate(new Date(0)) },
            { name: "B", createdTime: timestampFromDate(new Date(createdAt)) },
            { name: "LATE" },
          ],
        }),
      },
    );
    expect(await fal.secrets.list()).toEqual([
      { name: "A", environment: "main", createdAt, defaultExposed: false },
      { name: "B", environment: "main", createdAt },
      // A secret in only one of the two lists is returned too. Otherwise it would count as deleted.
      { name: "LATE", environment: "main" },
      { name: "NEW", environment: "main" },
    ]);
    expect(asked()).toEqual(["GET /serverless/secrets"]);
    expect(rpcs).toEqual(["ListSecrets"]);
  });

  test("the alpha surface sets a secret of main with its name and value", async () => {
    const { fal, asked, rpcs } = await alpha(() => ({ body: { name: "HF_TOKEN", created_at: createdAt } }));
    await fal.secrets.set("HF_TOKEN", "hf_ü\n");
    expect(asked()).toEqual(['POST /serverless/secrets {"name":"HF_TOKEN","value":"hf_ü\\n"}']);
    expect(rpcs).toEqual([]);
  });

  test("the alpha surface retries setting a secret", async () => {
    const { fal, calls } = await alpha((_, count) => (count === 1 ? { reset: true } : { body: { name: "A" } }));
    await fal.secrets.set("A", "b");
    expect(calls).toHaveLength(2);
  });

  test("the alpha surface uses gRPC for an exposure, another environment and deletions", async () => {
    const { fal, asked, rpcs } = await alpha(() => ({ status: 500 }), {
      setSecret: () => ({}),
      listSecrets: () => ({ secrets: [{ name: "A" }] }),
    });
    await fal.secrets.set("A", "b", { defaultExposed: true });
    await fal.secrets.set("A", "b", { environment: "staging" });
    await fal.secrets.unset("A");
    expect(await fal.secrets.list({ environment: "staging" })).toEqual([{ name: "A", environment: "staging" }]);
    expect(rpcs).toEqual(["SetSecret", "SetSecret", "SetSecret", "ListSecrets"]);
    expect(asked()).toEqual([]);
  });

  test("errors of the alpha surface do not contain the value of a secret", async () => {
    const value = "s3cret-canary-value";
    const { fal } = await alpha(() => ({ status: 400, body: { detail: `bad value ${value} of ${CANARY}` } }));
    const error = await fal.secrets.set("A", value).catch((failed: Error) => failed);
    expect(error).toBeInstanceOf(FalValidationError);
    expect(String(error)).not.toContain(value);
    expect(String(error)).not.toContain(CANARY);
  });
});

describe("files on surface alpha", () => {
  const cat = { path: "datasets/cat.jpg", size: 5, modified_at: "2026-11-02T00:00:00.000Z" };
  const dog = { path: "datasets/deep/dog.jpg", size: 7, modified_at: "2026-11-03T00:00:00.000Z" };
  const cow = { path: "/data/datasets/deep/cow.jpg", size: 7, modified_at: "2026-11-01T00:00:00.000Z" };

  test("the alpha surface lists a folder by path and shows deeper files as folders", async () => {
    const { fal, asked } = await alpha(() => ({ body: [dog, cat, cow] }));
    expect(await fal.files.list({ path: "/data/datasets" })).toEqual([
      { path: "datasets/cat.jpg", name: "cat.jpg", isFile: true, size: 5, updatedAt: cat.modified_at },
      { path: "datasets/deep", name: "deep", isFile: false, size: 0, updatedAt: dog.modified_at },
    ]);
    expect(await fal.files.list()).toEqual([
      { path: "datasets", name: "datasets", isFile: false, size: 0, updatedAt: dog.modified_at },
    ]);
    await fal.files.list({ path: "a b/c" });
    expect(asked()).toEqual([
      "GET /serverless/files?path=datasets",
      "GET /serverless/files",
      "GET /serverless/files?path=a+b%2Fc",
    ]);
  });

  test("the alpha surface accepts paths that are relative to the folder", async () => {
    const { fal } = await alpha(() => ({ body: [{ path: "cat.jpg" }, { path: "deep/" }] }));
    expect(await fal.files.list({ path: "datasets" })).toEqual([
      { path: "datasets/cat.jpg", name: "cat.jpg", isFile: true, size: 0 },
      { path: "datasets/deep", name: "deep", isFile: false, size: 0 },
    ]);
  });
});

describe("errors on surface alpha", () => {
  test.each([
    [{ detail: "Invalid key" }, /: Invalid key\. The key came from/],
    [{ detail: [{ loc: ["query", "path"], msg: "too long" }, "no"] }, /: query\.path: too long; no\. /],
  ])("the alpha surface reports the error body %j", async (body, message) => {
    const { fal } = await alpha(() => ({ status: 401, body }));
    const failed = fal.files.list();
    await expect(failed).rejects.toBeInstanceOf(FalAuthenticationError);
    await expect(failed).rejects.toThrow(message);
  });

  test("the alpha surface reports a 404 of a list as an error", async () => {
    const { fal } = await alpha(() => ({ status: 404, body: { detail: "Not Found" } }), {
      listAliases: () => ({ aliases: [] }),
      listSecrets: () => ({ secrets: [] }),
    });
    for (const read of [fal.apps.list(), fal.secrets.list(), fal.compute.list(), fal.files.list()]) {
      await expect(read).rejects.toBeInstanceOf(FalNotFoundError);
    }
  });

  test("the alpha surface rejects a list in the form of the platform surface", async () => {
    const { fal } = await alpha(() => ({ body: { instances: [], apps: [] } }), {
      listAliases: () => ({ aliases: [] }),
    });
    await expect(fal.compute.list()).rejects.toBeInstanceOf(FalServerError);
    await expect(fal.apps.list()).rejects.toBeInstanceOf(FalServerError);
  });
});

test("the alpha surface uses the same APIs as the platform surface for keys, environments and runners", async () => {
  const platform = await restServer(() => ({ status: 201, body: { key_id: "k", key_secret: "s", key: "k:s" } }));
  const grpc = await grpcServer({ listEnvironments: () => ({}), listRunners: () => ({}), listUserKeys: () => ({}) });
  const fal = client({ surface: "alpha", restUrl: await closedPort(), grpcUrl: grpc.url, apiUrl: platform.url });
  await fal.keys.create({ alias: "ci" });
  await Promise.all([fal.keys.list(), fal.environments.list(), fal.runners.list()]);
  expect(platform.calls.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /keys"]);
  expect(grpc.calls.toSorted()).toEqual(["ListEnvironments", "ListRunners", "ListUserKeys"]);
});
