import { expect, test } from "vitest";
import { folders, kindIn } from "../../src/resources/registry";
import { SSH_KEY } from "../support/constants";
import { type Declared, resource } from "./support/stack";
import { World } from "./support/world";

// The one end-to-end test of `npm run test:quick`.
test("Pulumi creates, previews and destroys one resource of each kind", async () => {
  const world = await World.start({ instanceReadyMs: 0 });
  try {
    await world.seed({ apps: [{ name: "image-gen" }] });
    const { storage_settings: before } = await world.state();
    // The SDK as users have it.
    const stack = await world.stack({ NODE_OPTIONS: undefined });
    const program: Declared[] = [
      { kind: "Environment", name: "staging", args: { name: "staging" } },
      { kind: "Secret", name: "token", args: { name: "TOKEN", environment: resource("staging"), value: "v" } },
      { kind: "App", name: "app", args: { name: "image-gen", authMode: "private" } },
      { kind: "AppScale", name: "scale", args: { app: resource("app"), keepAlive: 60 } },
      { kind: "ApiKey", name: "key", args: { alias: "ci" } },
      { kind: "ComputeInstance", name: "machine", args: { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY } },
      { kind: "StorageSettings", name: "files", args: { defaultAccess: "forbid", onDelete: "restore" } },
    ];
    expect(program.map(({ kind }) => kind).sort()).toEqual(folders.map(kindIn).sort());
    await stack.program(program, { url: ["app", "url"] }).up();
    const { apps, secrets, keys, instances, environments, storage_settings } = await world.state();
    expect(apps).toEqual([expect.objectContaining({ auth_mode: "private", keep_alive: 60 })]);
    expect(secrets).toEqual([expect.objectContaining({ environment: "staging", value: "v" })]);
    expect([keys.length, instances.length, environments.length]).toEqual([2, 1, 2]);
    expect(storage_settings.initial_acl).toMatchObject({ default: "forbid" });

    await stack.preview("--refresh", "--expect-no-changes");

    await stack.destroy();
    const after = await world.state();
    expect([after.secrets.length, after.keys.length, after.instances.length]).toEqual([0, 1, 0]);
    expect(after.environments.map(({ name }) => name)).toEqual(["main"]);
    expect(after.apps).toHaveLength(1);
    expect(after.storage_settings).toEqual(before);
  } finally {
    await world.close();
  }
});
