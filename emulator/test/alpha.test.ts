import { describe, expect, test } from "vitest";
import { emulate } from "./support/emulator";

const ORDER = { instance_type: "gpu_1x_h100_sxm5", ssh_key: "ssh-ed25519 AAAA ada@example" };

describe("the examples of fal's documents", () => {
  test('app responses equal the examples of "fal Serverless Platform API" byte by byte', async () => {
    const fal = await emulate({ owner: "my-org" });
    await fal.seed({
      apps: [
        {
          name: "flux-finetune",
          machine_types: ["GPU-H100"],
          keep_alive: 60,
          min_concurrency: 0,
          max_concurrency: 8,
          auth_mode: "private",
        },
        {
          name: "sdxl-lcm",
          machine_types: ["GPU-A100"],
          keep_alive: 120,
          min_concurrency: 1,
          max_concurrency: 16,
          auth_mode: "public",
        },
      ],
    });
    const flux =
      '{"id":"my-org/flux-finetune","name":"flux-finetune","endpoint":"https://fal.run/my-org/flux-finetune","gpu":"H100","keep_alive":60,"min_concurrency":0,"max_concurrency":8,"public":false}';
    const sdxl =
      '{"id":"my-org/sdxl-lcm","name":"sdxl-lcm","endpoint":"https://fal.run/my-org/sdxl-lcm","gpu":"A100","keep_alive":120,"min_concurrency":1,"max_concurrency":16,"public":true}';
    expect(JSON.stringify((await fal.rest("GET", "/serverless/apps")).body)).toBe(`[${flux},${sdxl}]`);
    expect(JSON.stringify((await fal.rest("GET", "/serverless/apps/my-org%2Fsdxl-lcm")).body)).toBe(sdxl);
  });

  test('instance responses equal the examples of "Compute API" byte by byte', async () => {
    const fal = await emulate();
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
    await fal.seed({ instances: [one, eight] });
    expect(JSON.stringify((await fal.rest("GET", "/compute/instances")).body)).toBe(JSON.stringify([one, eight]));
    expect(JSON.stringify((await fal.rest("GET", `/compute/instance/${one.id}`)).body)).toBe(JSON.stringify(one));
  });

  test.each([
    ["GET", "/serverless/apps"],
    ["GET", "/serverless/apps/my-org%2Fsdxl-lcm"],
    ["GET", "/serverless/secrets"],
    ["POST", "/serverless/secrets"],
    ["GET", "/serverless/files"],
    ["GET", "/compute/instances"],
    ["GET", "/compute/instance/550e8400-e29b-41d4-a716-446655440000"],
    ["POST", "/compute/instance"],
    ["DELETE", "/compute/instance/550e8400-e29b-41d4-a716-446655440000"],
  ])("%s %s without a key gets 401 with only a detail", async (method, path) => {
    const fal = await emulate();
    const { status, body } = await fal.rest(method, path, { key: null });
    expect([status, body]).toEqual([401, { detail: expect.any(String) }]);
  });

  test("a stopped instance has the status unknown in the alpha API, which has no status stopped", async () => {
    const fal = await emulate();
    await fal.seed({ instances: [{ id: "a", status: "stopped" }] });
    expect((await fal.rest("GET", "/compute/instance/a")).body).toMatchObject({ status: "unknown" });
  });
});

describe("apps", () => {
  test("the alpha API lists the apps of all environments as a plain array", async () => {
    const fal = await emulate();
    await fal.seed({
      apps: [
        { name: "sd", machine_types: ["GPU-H100"], auth_mode: "public", keep_alive: 60 },
        { name: "tiny", environment: "staging" },
      ],
    });

    expect((await fal.rest("GET", "/serverless/apps")).body).toEqual([
      {
        id: "acme/sd",
        name: "sd",
        endpoint: "https://fal.run/acme/sd",
        gpu: "H100",
        keep_alive: 60,
        min_concurrency: 0,
        max_concurrency: 2,
        public: true,
      },
      // No GPU among the machine types, so none is named.
      expect.not.objectContaining({ gpu: expect.anything() }),
    ]);
  });

  test.each(["acme%2Fsd", "acme/sd"])("the alpha API finds an app by the id %s", async (id) => {
    const fal = await emulate();
    await fal.seed({ apps: [{ name: "sd" }] });
    expect(await fal.rest("GET", `/serverless/apps/${id}`)).toMatchObject({ status: 200, body: { id: "acme/sd" } });
  });

  test.each(["none", "acme%2Fnone", "other/sd"])("the alpha API does not find the app %s", async (id) => {
    const fal = await emulate();
    await fal.seed({ apps: [{ name: "sd" }] });
    expect(await fal.rest("GET", `/serverless/apps/${id}`)).toMatchObject({
      status: 404,
      body: { detail: expect.any(String) },
    });
  });
});

describe("secrets", () => {
  test("the alpha API sets secrets with status 200 and never returns their values", async () => {
    const fal = await emulate();
    const set = (value: string) => fal.rest("POST", "/serverless/secrets", { body: { name: "HF_TOKEN", value } });

    expect(await set("hf_one")).toMatchObject({ status: 200 });
    expect((await set("hf_two")).body).toEqual({ name: "HF_TOKEN", created_at: expect.any(String) });

    expect((await fal.rest("GET", "/serverless/secrets")).body).toEqual([
      { name: "HF_TOKEN", created_at: expect.any(String) },
    ]);
    expect((await fal.state()).secrets).toMatchObject([{ environment: "main", value: "hf_two" }]);
  });

  test("the alpha API lists only the secrets of main", async () => {
    const fal = await emulate();
    await fal.seed({ secrets: [{ name: "A", environment: "staging", value: "b" }] });
    expect((await fal.rest("GET", "/serverless/secrets")).body).toEqual([]);
  });

  test.each([undefined, { name: "A" }, { name: "", value: "b" }, { name: "A", value: "" }])(
    "the alpha API rejects the secret %j",
    async (body) => {
      const fal = await emulate();
      expect(await fal.rest("POST", "/serverless/secrets", { body })).toMatchObject({
        status: 400,
        body: { detail: expect.stringMatching(/^body/) },
      });
      expect((await fal.state()).secrets).toEqual([]);
    },
  );
});

describe("compute", () => {
  test("the alpha API creates, reads, lists and deletes instances under /compute/instance", async () => {
    const fal = await emulate({ instanceReadyMs: 0 });

    const created = await fal.rest("POST", "/compute/instance", { body: ORDER });
    expect(created.body).toMatchObject({ status: "provisioning", ip: null });
    const path = `/compute/instance/${created.body.id}`;

    expect((await fal.rest("GET", path)).body).toMatchObject({ status: "ready", ip: expect.any(String) });
    expect((await fal.rest("GET", "/compute/instances")).body).toMatchObject([{ id: created.body.id }]);
    expect((await fal.rest("DELETE", path)).status).toBe(204);
    expect(await fal.rest("GET", path)).toMatchObject({ status: 404, body: { detail: expect.any(String) } });
    expect((await fal.rest("DELETE", path)).status).toBe(404);
  });

  test("the alpha API rejects an invalid order of an instance", async () => {
    const fal = await emulate();
    expect(await fal.rest("POST", "/compute/instance", { body: { ...ORDER, sector: "sector_1" } })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("sector") },
    });
  });
});

test("the alpha API returns the owner of the key", async () => {
  const fal = await emulate({ owner: "ada" });
  expect(await fal.rest("GET", "/users/current")).toMatchObject({
    status: 200,
    body: { nickname: "ada", full_name: "ada", user_id: expect.any(String), is_personal: false },
  });
});

test("the alpha API responds with a detail on unknown paths", async () => {
  const fal = await emulate();
  expect(await fal.rest("GET", "/none")).toMatchObject({
    status: 404,
    body: { detail: expect.stringContaining("/none") },
  });
});
