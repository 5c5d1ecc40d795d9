import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeOptions } from "../support/node-options";
import { type Declared, type Result, ref, type Stack } from "./support/stack";
import { World } from "./support/world";

/** The days of a key, with the program's and the provider's clock moved on. */
describe("a key that rotates every 30 days", () => {
  let world: World;
  let stack: Stack;

  beforeAll(async () => {
    world = await World.start();
    stack = await world.stack();
  });
  afterAll(() => world?.close());

  const key = (rotation: Record<string, string>, args: Record<string, unknown> = {}): Declared => ({
    kind: "ApiKey",
    name: "key",
    args: { alias: "ci", rotation, ...args },
  });
  const declare = (...declared: Declared[]) => stack.program(declared, { key: ["key", "key"] });

  /** Runs the CLI so many days from now; it must succeed. */
  async function onDay(day: number, ...args: string[]): Promise<string> {
    const env = {
      NODE_OPTIONS: nodeOptions(resolve(__dirname, "support/move-clock.cjs")),
      TEST_CLOCK_AHEAD_MS: String(day * 86_400_000),
    };
    const result: Result = await stack.runWith(env, ...args);
    expect(result.code, result.text).toBe(0);
    return result.text;
  }
  const upOn = (day: number) => onDay(day, "up", "--yes", "--skip-preview");

  const outputs = () => stack.encryptedResources()["key"]?.outputs ?? {};
  const current = () => String(outputs()["keyId"]);
  const previous = () => (outputs()["previousKeys"] as { keyId: string }[]).map(({ keyId }) => keyId);
  /** Keys at fal, without the one that everything here runs with. */
  const live = async () => (await world.state()).keys.map((each) => each.key_id).filter((id) => id !== "emu");

  test("a key that is not due is not rotated", async () => {
    await declare(key({ every: "30d" })).up();
    await onDay(29, "preview", "--expect-no-changes");
    expect(await live()).toEqual([current()]);
  });

  test("a preview reports that a key is due and changes nothing", async () => {
    await world.clearRequests();
    const text = await onDay(31, "preview", "--diff");
    expect(text).toMatch(/~ generation\s*: 1 => 2/);
    expect(text.match(/A new key replaces the current one, because it has been due since \d{4}-/g)).toHaveLength(1);
    expect(text).toMatch(/stays valid until \S+Z, and the first `pulumi up` after that revokes it/);
    expect(await world.requests()).toEqual([]);
  });

  test("the first up rotates a due key, and both keys work during the overlap", async () => {
    const first = current();
    await upOn(31);
    expect(current()).not.toBe(first);
    expect(previous()).toEqual([first]);
    expect((await live()).sort()).toEqual([first, current()].sort());
    expect((await stack.outputs())["key"]).toMatch(new RegExp(`^${current()}:`));
    await onDay(31.5, "preview", "--expect-no-changes");
    await onDay(31.5, "refresh", "--yes", "--skip-preview", "--expect-no-changes");
  });

  test("the first up after the overlap revokes the old key, as the preview reports", async () => {
    expect(await onDay(33, "preview")).toMatch(/The previous key, valid until \S+Z, is revoked/);
    expect(await live()).toHaveLength(2);
    await upOn(33);
    expect(await live()).toEqual([current()]);
    expect(previous()).toEqual([]);
    await onDay(33, "preview", "--expect-no-changes");
  });

  test("a longer period postpones a rotation that is already due", async () => {
    const before = current();
    declare(key({ every: "60d" }));
    expect(await upOn(70)).toMatch(/1 updated/);
    expect(current()).toBe(before);
    await onDay(88, "preview", "--expect-no-changes");
    expect(await onDay(92, "preview")).toMatch(/it has been due since/);
  });

  test("a refresh notices a key revoked elsewhere, and up creates a successor", async () => {
    declare(key({ every: "60d" }, { alias: "cd" }));
    expect(await onDay(70, "preview")).toMatch(/the alias changes, and fal cannot rename a key/);
    await upOn(70);
    const [old, gone] = [previous()[0] ?? "", current()];
    await world.remove("keys", gone);
    const refreshed = await onDay(70, "refresh", "--yes", "--skip-preview");
    expect(refreshed).toContain(
      `Key ${gone} was revoked elsewhere, so its users have lost access. The next \`pulumi up\` creates a new key.`,
    );
    expect(await live()).toEqual([old]);
    const preview = await onDay(70, "preview", "--diff");
    expect(preview).toMatch(/~ generation\s*: 3 => 4/);
    expect(preview).toMatch(/because it was revoked elsewhere\./);
    await upOn(70);
    expect(current()).not.toBe(gone);
    expect(previous()).toEqual([old]);
    expect((await live()).sort()).toEqual([old, current()].sort());
    await onDay(70, "preview", "--expect-no-changes");
  });

  test("an old key that was revoked elsewhere is not revoked again", async () => {
    await world.remove("keys", previous()[0] ?? "");
    await onDay(70, "refresh", "--yes", "--skip-preview");
    expect(previous()).toEqual([]);
    await world.clearRequests();
    await upOn(72);
    expect((await world.requests()).map((request) => request.rpc)).not.toContain("RevokeUserKey");
    await onDay(72, "preview", "--refresh", "--expect-no-changes");
  });

  test("an update plan creates and rotates a key, days later too", async () => {
    await world.seed({ apps: [{ name: "image-gen", environment: "main" }] });
    const program = (value: string, trigger: string) =>
      declare(
        key({ every: "60d", trigger }, { alias: "cd" }),
        { kind: "Secret", name: "token", args: { name: "TOKEN", value } },
        { kind: "ApiKey", name: "other", args: { alias: "other", rotation: { every: "30d", trigger } } },
        { kind: "App", name: "app", args: { name: "image-gen", rolloutOn: [ref("token", "fingerprint")] } },
      );
    program("one", "1");
    await onDay(72, "preview", "--save-plan", "plan.json");
    await onDay(72, "up", "--yes", "--plan", "plan.json");
    program("two", "2");
    await onDay(73, "preview", "--save-plan", "plan.json");
    await world.clearRequests();
    await onDay(80, "up", "--yes", "--plan", "plan.json");
    const sent = async () => (await world.requests()).map((request) => request.rpc);
    expect((await sent()).filter((rpc) => rpc === "RolloutApplication")).toHaveLength(1);
    // Made again, the secret has the mark that the app knows from before.
    program("three", "2");
    await onDay(80, "up", "--yes", "--skip-preview", "--replace", stack.encryptedResources()["token"]?.urn ?? "");
    program("four", "2");
    await world.clearRequests();
    await onDay(80, "up", "--yes", "--skip-preview", "--replace", stack.encryptedResources()["token"]?.urn ?? "");
    expect(await sent()).toContain("RolloutApplication");
  });
});
