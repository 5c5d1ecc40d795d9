import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pulumiFal } from "./support/pulumi-fal";
import { cliEnvironment, type Declared, type Stack, tokenOf } from "./support/stack";
import { World } from "./support/world";

const acl = (access: string, ...users: string[]) => ({
  default: access,
  rules: users.map((user) => ({ user, decision: "allow" })),
});
const before = { expiration_duration_seconds: 3_600, initial_acl: acl("hide", "sam") };
const files = (args: Declared["args"]): Declared => ({ kind: "StorageSettings", name: "files", args });
const declared = { defaultAccess: "forbid", onDelete: "restore" };

let world: World;
let stack: Stack;

beforeAll(async () => {
  world = await World.start();
  await world.seed({ users: ["acme", "sam"], storage_settings: before });
  stack = await world.stack();
});
afterAll(() => world?.close());

const cli = (...args: string[]) =>
  pulumiFal(stack.dir, { ...cliEnvironment(stack.dir, stack.backend), ...world.env }, ...args);

const settings = async () => (await world.state()).storage_settings;

test("StorageSettings sends the declared settings and leaves the others as fal has them", async () => {
  await stack.program([files(declared)]).up();
  expect(await settings()).toEqual({ ...before, initial_acl: acl("forbid", "sam") });
  expect(stack.resources()["files"]).toMatchObject({
    id: "storage",
    type: tokenOf("StorageSettings"),
    outputs: { effective: { expirationDurationSeconds: 3_600, initialAcl: acl("forbid", "sam") } },
  });
  await stack.preview("--expect-no-changes");
});

test("drift reports that someone opened the access to files, and --fix closes it again", async () => {
  await world.seed({ storage_settings: { initial_acl: acl("allow", "sam"), expiration_duration_seconds: 60 } });
  const found = await cli("drift", "--json");
  expect(found).toMatchObject({ code: 3 });
  expect(JSON.parse(found.out)).toMatchObject({
    drifted: [
      { properties: [{ path: "defaultAccess", declared: "forbid", actual: "allow" }], impacts: [{ notion: "opens" }] },
    ],
  });
  const fixed = await cli("drift", "--fix", "--yes");
  expect(fixed.out).toContain("defaultAccess");
  expect(await settings()).toEqual({ initial_acl: acl("forbid", "sam"), expiration_duration_seconds: 60 });
});

test("rules for users that do not exist fail the update with their names, and the rest is applied", async () => {
  const accessRules = ["sam", "nobody"].map((user) => ({ user, decision: "allow" }));
  const { text } = await stack.program([files({ ...declared, accessRules })]).fails("up", "--yes", "--skip-preview");
  expect(text).toContain('Could not set the access rules for "nobody": fal dropped it');
  expect((await settings()).initial_acl).toEqual(acl("forbid", "sam"));
  await stack.program([files(declared)]).up();
});

test("destroying StorageSettings with onDelete restore sets back what was there before", async () => {
  await stack.destroy();
  expect(await settings()).toEqual({ initial_acl: before.initial_acl, expiration_duration_seconds: 60 });
});

test("import declares the storage settings, and the program has no changes", async () => {
  const { code } = await cli("import", "--types", "storage-settings", "--code", "found.ts");
  expect(code).toBe(0);
  const program = readFileSync(join(stack.dir, "found.ts"), "utf8");
  expect(program).toContain('new fal.StorageSettings("storage-settings", {\n  expirationDurationSeconds: 60,');
  await stack.ok("import", "--file", "import.json", "--yes", "--generate-code=false");
  const args = { expirationDurationSeconds: 60, defaultAccess: "hide", accessRules: before.initial_acl.rules };
  await stack.program([{ kind: "StorageSettings", name: "storage-settings", args }]).preview("--expect-no-changes");
});
