import { describe, expect, test } from "vitest";
import { emulate } from "./support/emulator";

const ORDER = { instance_type: "gpu_1x_h100_sxm5", ssh_key: "ssh-ed25519 AAAA ada@example" };

describe("compute instances", () => {
  test("an instance is first provisioned without an address, and then ready with one", async () => {
    let now = Date.parse("2026-11-01T12:00:00Z");
    const fal = await emulate({ clock: () => now, instanceReadyMs: 60_000, owner: "ada" });

    const created = await fal.platform("POST", "/compute/instances", { body: ORDER });
    expect(created).toMatchObject({ status: 201, body: { status: "provisioning", creator_user_nickname: "ada" } });
    expect(created.body).not.toHaveProperty("ip");
    const path = `/compute/instances/${created.body.id}`;

    now += 59_999;
    expect((await fal.platform("GET", path)).body.status).toBe("provisioning");
    now += 1;
    expect((await fal.platform("GET", path)).body).toMatchObject({
      status: "ready",
      ip: expect.stringMatching(/^203\.0\.113\./),
    });
    expect((await fal.state()).instances[0]).toMatchObject({ status: "ready", ssh_key: ORDER.ssh_key });
  });

  test("responses about instances never contain the SSH key", async () => {
    const fal = await emulate({ instanceReadyMs: 0 });
    const created = await fal.platform("POST", "/compute/instances", { body: ORDER });
    const listed = await fal.platform("GET", "/compute/instances");
    expect(JSON.stringify([created.body, listed.body])).not.toContain("ssh-ed25519");
  });

  test("instances that are ready at the same time have different addresses", async () => {
    const fal = await emulate({ instanceReadyMs: 0 });
    for (let n = 0; n < 3; n++) await fal.platform("POST", "/compute/instances", { body: ORDER });
    const { instances } = (await fal.platform("GET", "/compute/instances")).body;
    expect(new Set(instances.map((each: { ip: string }) => each.ip)).size).toBe(3);
  });

  test("instances are listed in pages", async () => {
    const fal = await emulate();
    await fal.seed({ instances: ["a", "b", "c"].map((id) => ({ id })) });
    const first = await fal.platform("GET", "/compute/instances?limit=2");
    expect(first.body).toMatchObject({ instances: [{ id: "a" }, { id: "b" }], has_more: true });
    const second = await fal.platform("GET", `/compute/instances?limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ instances: [{ id: "c" }], has_more: false, next_cursor: null });
  });

  test("a deleted instance does not exist, and deleting it again gets 404", async () => {
    const fal = await emulate();
    const { id } = (await fal.platform("POST", "/compute/instances", { body: ORDER })).body;

    expect(await fal.platform("DELETE", `/compute/instances/${id}`)).toMatchObject({ status: 204, body: undefined });

    expect(await fal.platform("GET", `/compute/instances/${id}`)).toMatchObject({
      status: 404,
      body: { error: { type: "not_found", message: expect.stringContaining(id) } },
    });
    expect((await fal.platform("DELETE", `/compute/instances/${id}`)).status).toBe(404);
    expect((await fal.state()).instances).toEqual([]);
  });

  test("an instance with eight GPUs accepts a sector", async () => {
    const fal = await emulate();
    const body = { ...ORDER, instance_type: "gpu_8x_h100_sxm5", sector: "sector_2" };
    expect(await fal.platform("POST", "/compute/instances", { body })).toMatchObject({
      status: 201,
      body: { sector: "sector_2" },
    });
  });

  test.each([
    ["without a body", undefined, "body"],
    ["with an unknown instance type", { ...ORDER, instance_type: "gpu_2x" }, "instance_type"],
    ["without an SSH key", { instance_type: ORDER.instance_type }, "ssh_key"],
    ["with an empty SSH key", { ...ORDER, ssh_key: "" }, "ssh_key"],
    ["with an unknown sector", { ...ORDER, instance_type: "gpu_8x_h100_sxm5", sector: "sector_9" }, "sector"],
    ["with a sector and one GPU", { ...ORDER, sector: "sector_1" }, "sector"],
    ["with invalid JSON", "{", "JSON"],
  ])("an order %s is rejected and starts no instance", async (_name, body, mention) => {
    const fal = await emulate();

    const answer = await fal.platform("POST", "/compute/instances", { body });

    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ type: "validation_error", message: expect.stringContaining(mention) });
    expect((await fal.state()).instances).toEqual([]);
  });
});

describe("Idempotency-Key", () => {
  test("a repeated Idempotency-Key replays the first response for ten minutes and orders no second instance", async () => {
    let now = Date.parse("2026-11-01T12:00:00Z");
    const fal = await emulate({ clock: () => now, instanceReadyMs: 0 });
    const order = (key: string) =>
      fal.platform("POST", "/compute/instances", { body: ORDER, headers: { "idempotency-key": key } });

    const first = await order("a");
    now += 10 * 60_000 - 1;
    expect(await order("a")).toMatchObject({ status: 201, body: first.body });
    expect((await fal.state()).instances).toHaveLength(1);

    expect((await order("b")).body.id).not.toBe(first.body.id);
    now += 1;
    expect((await order("a")).body.id).not.toBe(first.body.id);
    expect((await fal.state()).instances).toHaveLength(3);
  });

  test("a rejected order does not use up its Idempotency-Key", async () => {
    const fal = await emulate();
    const headers = { "idempotency-key": "a" };
    await fal.platform("POST", "/compute/instances", { body: { ...ORDER, ssh_key: "" }, headers });
    expect((await fal.platform("POST", "/compute/instances", { body: ORDER, headers })).status).toBe(201);
  });

  test("a repeated Idempotency-Key finds the instance of a lost response", async () => {
    const fal = await emulate();
    await fal.faults([{ match: { transport: "rest", method: "POST" }, fault: { reset: true, afterEffect: true } }]);
    const call = { body: ORDER, headers: { "idempotency-key": "a" } };

    await expect(fal.platform("POST", "/compute/instances", call)).rejects.toThrow();
    const retried = await fal.platform("POST", "/compute/instances", call);

    expect((await fal.state()).instances.map((each) => each.id)).toEqual([retried.body.id]);
  });
});

describe("seeded instances", () => {
  test("seeded instances keep the status of the seed", async () => {
    const fal = await emulate({ instanceReadyMs: 0 });
    await fal.seed({ instances: [{ id: "stuck", status: "provisioning" }] });
    const { id } = (await fal.platform("POST", "/compute/instances", { body: ORDER })).body;
    await fal.seed({ instances: [{ id, status: "stopped" }] });

    expect((await fal.platform("GET", "/compute/instances/stuck")).body.status).toBe("provisioning");
    expect((await fal.platform("GET", `/compute/instances/${id}`)).body.status).toBe("stopped");
  });

  test("seeded instances that are ready have an address", async () => {
    const fal = await emulate();
    await fal.seed({ instances: [{ id: "a" }, { id: "b", ip: "198.51.100.7" }] });
    expect((await fal.platform("GET", "/compute/instances/a")).body.ip).toMatch(/^203\.0\.113\./);
    expect((await fal.platform("GET", "/compute/instances/b")).body.ip).toBe("198.51.100.7");
  });
});
