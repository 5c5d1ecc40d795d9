import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { version } from "../../src/version";
import type { Stack } from "./support/stack";
import { type StateFixture, stateFixtures } from "./support/state-fixture";
import { World } from "./support/world";

/**
 * Refreshes, updates and destroys states of earlier versions without a replacement. The fixtures contain a state of
 * each version. support/write-state-fixture.ts writes that of this version.
 */
const fixtures = existsSync(stateFixtures) ? readdirSync(stateFixtures).filter((file) => file.endsWith(".json")) : [];

test("a state fixture of this version exists", () => {
  expect(fixtures).toContain(`${version}.json`);
});

describe.each(fixtures)("the state %s", (file) => {
  const fixture = JSON.parse(readFileSync(join(stateFixtures, file), "utf8")) as StateFixture;

  async function restore(): Promise<{ world: World; stack: Stack }> {
    const world = await World.start({ instanceReadyMs: 100 });
    const stack = await world.stack();
    await world.seed(fixture.world);
    const path = join(stack.dir, "deployment.json");
    writeFileSync(path, JSON.stringify(fixture.deployment));
    await stack.ok("stack", "import", "--file", path);
    stack.program(fixture.program);
    return { world, stack };
  }

  test(`a refresh and a preview of the state ${file} find no changes`, async () => {
    const { world, stack } = await restore();
    try {
      await stack.refresh("--expect-no-changes");
      await stack.preview("--expect-no-changes");
    } finally {
      await world.close();
    }
  });

  test(`up updates the resources of the state ${file} in place`, async () => {
    const { world, stack } = await restore();
    try {
      const changed = fixture.program.map((each) =>
        each.kind === "AppScale" ? { ...each, args: { ...each.args, maxConcurrency: 9 } } : each,
      );
      const { text } = await stack.program(changed).up();
      expect(text).toMatch(/1 updated/);
      expect(text).not.toMatch(/replaced|created|deleted/);
      expect((await world.state()).apps[0]).toMatchObject({ max_concurrency: 9 });
    } finally {
      await world.close();
    }
  });

  test(`destroy of the state ${file} restores the previous values`, async () => {
    const { world, stack } = await restore();
    try {
      await stack.destroy();
      const state = await world.state();
      expect(state.instances).toEqual([]);
      expect(state.secrets).toEqual([]);
      expect(state.environments.map((each) => each.name)).toEqual(["main"]);
      expect(state.keys.map((each) => each.key_id)).toEqual(["emu"]);
      expect(state.apps).toEqual([expect.objectContaining({ name: "image-gen", min_concurrency: 0 })]);
    } finally {
      await world.close();
    }
  });
});
