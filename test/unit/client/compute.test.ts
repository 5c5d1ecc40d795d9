import { describe, expect, test } from "vitest";
import { FalPermissionError, FalServerError, FalValidationError } from "../../../src/client";
import { client, restServer } from "./support/servers";

describe("listing GPU instances", () => {
  test("compute.list collects all pages", async () => {
    const server = await restServer((call) =>
      call.path.includes("cursor=Mg%3D%3D")
        ? {
            body: {
              instances: [{ id: "b", instance_type: "t", region: "other", status: "init" }],
              next_cursor: null,
              has_more: false,
            },
          }
        : {
            body: {
              instances: [{ id: "a", instance_type: "t", region: "other", status: "ready", ip: "1.2.3.4" }],
              next_cursor: "Mg==",
              has_more: true,
            },
          },
    );
    expect(await client({ apiUrl: `${server.url}/v1` }).compute.list()).toEqual([
      { id: "a", instanceType: "t", region: "other", status: "ready", ip: "1.2.3.4" },
      { id: "b", instanceType: "t", region: "other", status: "init" },
    ]);
    expect(server.calls.map((call) => call.path)).toEqual([
      "/v1/compute/instances",
      "/v1/compute/instances?cursor=Mg%3D%3D",
    ]);
  });

  test("compute.list fails if a cursor repeats", async () => {
    const server = await restServer(() => ({ body: { instances: [], next_cursor: "x", has_more: true } }));
    await expect(client({ apiUrl: server.url }).compute.list()).rejects.toBeInstanceOf(FalServerError);
    expect(server.calls).toHaveLength(2);
  });

  test("compute.list omits null properties and keeps unknown values", async () => {
    const odd = {
      id: "a",
      instance_type: "gpu_new",
      status: "melting",
      ip: null,
      sector: null,
      region: null,
      more: [1],
    };
    const server = await restServer(() => ({ body: { instances: [odd] } }));
    expect(await client({ apiUrl: server.url }).compute.list()).toEqual([
      { id: "a", instanceType: "gpu_new", status: "melting" },
    ]);
  });
});

test("the client reads, creates and deletes a GPU instance under the documented paths", async () => {
  const machine = { id: "inst_1", instance_type: "gpu_1x_h100_sxm5", region: "us-west", status: "ready" };
  const server = await restServer(({ method }) => (method === "DELETE" ? { status: 204 } : { body: machine }));
  const { compute } = client({ apiUrl: `${server.url}/v1` });
  expect(await compute.get("inst_1")).toMatchObject({ id: "inst_1", region: "us-west" });
  await compute.create({ instanceType: "gpu_1x_h100_sxm5", sshKey: "ssh-rsa AAAA" }, { idempotencyKey: "k-1" });
  await compute.delete("inst_1");
  expect(server.calls.map(({ method, path, text }) => [method, path, text].join(" ").trim())).toEqual([
    "GET /v1/compute/instances/inst_1",
    'POST /v1/compute/instances {"instance_type":"gpu_1x_h100_sxm5","ssh_key":"ssh-rsa AAAA"}',
    "DELETE /v1/compute/instances/inst_1",
  ]);
  expect(server.calls[1]?.headers["idempotency-key"]).toBe("k-1");
});

test("compute.get returns undefined for an unknown GPU instance and does not cache that", async () => {
  const server = await restServer(() => ({ status: 404, body: { error: { type: "not_found", message: "no" } } }));
  const { compute } = client({ apiUrl: server.url });
  expect(await compute.get("inst_1")).toBeUndefined();
  expect(await compute.get("inst_1")).toBeUndefined();
  expect(server.calls).toHaveLength(2);
});

test("compute.get fails for a status other than 404", async () => {
  for (const status of [400, 403, 410]) {
    const server = await restServer(() => ({ status }));
    await expect(client({ apiUrl: server.url }).compute.get("inst_1")).rejects.toMatchObject({ status });
  }
});

test("compute.delete fails on a 404 while the list contains the GPU instance", async () => {
  const listed = (status: string) => ({ body: { instances: [{ id: "inst_1", instance_type: "t", status }] } });
  const deleting = async (status: string) => {
    const server = await restServer(({ method }) => (method === "GET" ? listed(status) : { status: 404 }));
    await client({ apiUrl: server.url }).compute.delete("inst_1");
  };
  await expect(deleting("ready")).rejects.toMatchObject({ status: 404, resource: "inst_1" });
  await deleting("stopped");
});

test("a missing permission is an error that does not count as a missing GPU instance", async () => {
  const server = await restServer(() => ({ status: 403 }));
  const { compute } = client({ apiUrl: server.url });
  await expect(compute.get("inst_1")).rejects.toBeInstanceOf(FalPermissionError);
  await expect(compute.delete("inst_1")).rejects.toThrow(/ADMIN scope/);
});

describe("creating GPU instances", () => {
  const answer = {
    id: "inst_1",
    instance_type: "gpu_8x_h100_sxm5",
    region: "us-west",
    sector: "sector_1",
    status: "provisioning",
  };

  test("compute.create sends the sector only if it is given", async () => {
    const server = await restServer(() => ({ status: 201, body: answer }));
    const { compute } = client({ apiUrl: server.url });
    expect(
      await compute.create({ instanceType: "gpu_8x_h100_sxm5", sshKey: "ssh-ed25519 A", sector: "sector_1" }),
    ).toEqual({
      id: "inst_1",
      instanceType: "gpu_8x_h100_sxm5",
      region: "us-west",
      sector: "sector_1",
      status: "provisioning",
    });
    await compute.create({ instanceType: "gpu_1x_h100_sxm5", sshKey: "ssh-ed25519 A" });
    expect(server.calls.map((call) => call.body)).toEqual([
      { instance_type: "gpu_8x_h100_sxm5", ssh_key: "ssh-ed25519 A", sector: "sector_1" },
      { instance_type: "gpu_1x_h100_sxm5", ssh_key: "ssh-ed25519 A" },
    ]);
  });

  test.each([
    [{ instanceType: "", sshKey: "k" }, /instanceType must not be empty/],
    [{ instanceType: "gpu_1x_h100_sxm5", sshKey: " " }, /sshKey must not be empty/],
    [{ instanceType: "gpu_1x_h100_sxm5", sshKey: "k", sector: "sector_1" }, /requires instanceType gpu_8x_h100_sxm5/],
  ])("compute.create rejects %j and sends nothing", async (wanted, reason) => {
    const server = await restServer(() => ({ status: 201, body: answer }));
    const failed = client({ apiUrl: server.url }).compute.create(wanted);
    await expect(failed).rejects.toBeInstanceOf(FalValidationError);
    await expect(failed).rejects.toThrow(reason);
    expect(server.calls).toEqual([]);
  });
});
