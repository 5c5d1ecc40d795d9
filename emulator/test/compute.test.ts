import { describe, expect, test } from "vitest";
import { emulate } from "./support/emulator";

const ORDER = { instance_type: "gpu_1x_h100_sxm5", ssh_key: "ssh-ed25519 AAAA ada@example" };

describe("compute instances", () => {
  test("are provisioned first, without an address, and become ready with one", async () => {
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

  test("never return the ssh key", async () => {
    const fal = await emulate({ instanceReadyMs: 0 });
    const created = await fal.platform("POST", "/compute/instances", { body: ORDER });
    const listed = await fal.platform("GET", "/compute/instances");
    expect(JSON.stringify([created.body, listed.body])).not.toContain("ssh-ed25519");
  });

  test("get different addresses, also when many are ready at once", async () => {
    const fal = await emulate({ instanceReadyMs: 0 });
    for (let n = 0; n < 3; n++) await fal.platform("POST", "/compute/instances", { body: ORDER });
    const { instances } = (await fal.platform("GET", "/compute/instances")).body;
    expect(new Set(instances.map((each: { ip: string }) => each.ip)).size).toBe(3);
  });

  test("are listed in pages", async () => {
    const fal = await emulate();
    await fal.seed({ instances: ["a", "b", "c"].map((id) => ({ id })) });
    const first = await fal.platform("GET", "/compute/instances?limit=2");
    expect(first.body).toMatchObject({ instances: [{ id: "a" }, { id: "b" }], has_more: true });
    const second = await fal.platform("GET", `/compute/instances?limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ instances: [{ id: "c" }], has_more: false, next_cursor: null });
  });

  test("are gone after their deletion, so a second one answers 404", async () => {
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

  test("take a sector with eight GPUs", async () => {
    const fal = await emulate();
    const body = { ...ORDER, instance_type: "gpu_8x_h100_sxm5", sector: "sector_2" };
    expect(await fal.platform("POST", "/compute/instances", { body })).toMatchObject({
      status: 201,
      body: { sector: "sector_2" },
    });
  });

  test.each([
    ["no body", undefined, "body"],
    ["an unknown type", { ...ORDER, instance_type: "gpu_2x" }, "instance_type"],
    ["no ssh key", { instance_type: ORDER.instance_type }, "ssh_key"],
    ["an empty ssh key", { ...ORDER, ssh_key: "" }, "ssh_key"],
    ["an unknown sector", { ...ORDER, instance_type: "gpu_8x_h100_sxm5", sector: "sector_9" }, "sector"],
    ["a sector with one GPU", { ...ORDER, sector: "sector_1" }, "sector"],
    ["what is not JSON", "{", "JSON"],
  ])("are refused for %s, and nothing starts", async (_name, body, mention) => {
    const fal = await emulate();

    const answer = await fal.platform("POST", "/compute/instances", { body });

    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ type: "validation_error", message: expect.stringContaining(mention) });
    expect((await fal.state()).instances).toEqual([]);
  });
});

describe("Idempotency-Key", () => {
  test("replays the first answer for ten minutes and orders no second machine", async () => {
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

  test("is not spent by an order that is refused", async () => {
    const fal = await emulate();
    const headers = { "idempotency-key": "a" };
    await fal.platform("POST", "/compute/instances", { body: { ...ORDER, ssh_key: "" }, headers });
    expect((await fal.platform("POST", "/compute/instances", { body: ORDER, headers })).status).toBe(201);
  });

  test("finds the machine whose answer was lost", async () => {
    const fal = await emulate();
    await fal.faults([{ match: { transport: "rest", method: "POST" }, fault: { reset: true, afterEffect: true } }]);
    const call = { body: ORDER, headers: { "idempotency-key": "a" } };

    await expect(fal.platform("POST", "/compute/instances", call)).rejects.toThrow();
    const retried = await fal.platform("POST", "/compute/instances", call);

    expect((await fal.state()).instances.map((each) => each.id)).toEqual([retried.body.id]);
  });
});

describe("seeded instances", () => {
  test("keep the status they were given: provisioning for ever, or stopped while they were about to be ready", async () => {
    const fal = await emulate({ instanceReadyMs: 0 });
    await fal.seed({ instances: [{ id: "stuck", status: "provisioning" }] });
    const { id } = (await fal.platform("POST", "/compute/instances", { body: ORDER })).body;
    await fal.seed({ instances: [{ id, status: "stopped" }] });

    expect((await fal.platform("GET", "/compute/instances/stuck")).body.status).toBe("provisioning");
    expect((await fal.platform("GET", `/compute/instances/${id}`)).body.status).toBe("stopped");
  });

  test("that are ready have an address", async () => {
    const fal = await emulate();
    await fal.seed({ instances: [{ id: "a" }, { id: "b", ip: "198.51.100.7" }] });
    expect((await fal.platform("GET", "/compute/instances/a")).body.ip).toMatch(/^203\.0\.113\./);
    expect((await fal.platform("GET", "/compute/instances/b")).body.ip).toBe("198.51.100.7");
  });
});
