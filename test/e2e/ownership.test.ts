import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Stack, tokenOf } from "./support/stack";
import { World, type WorldState } from "./support/world";

/**
 * Two resources that refer to one object. What is decided about them is proved for every kind in
 * test/unit/provider/ownership.test.ts; this is the order in which the real engine asks, with several provider
 * processes, with --target, and in a destroy.
 */
const program = `
const fal = require("pulumi-fal");
const P = JSON.parse(process.env.P || "{}");
const name = P.renamed ? "new" : "old";
const provider = P.renamed ? new fal.Provider("another", { apiKey: process.env.FAL_KEY }) : undefined;
const adopt = P.renamed ? true : undefined;
const kept = P.empty ? [] : [
  new fal.Secret(name, { name: "TOK", value: "v1", adopt }, { provider }),
  new fal.Environment(name, { name: "stg", adopt }, { provider }),
];
if (P.fails) new fal.App("missing", { name: "not-there" }, { dependsOn: kept });
if (P.twice) new fal.Secret("twice", { name: "TOK", value: "v1" }, { provider: new fal.Provider("third", { apiKey: process.env.FAL_KEY }) });
`;

let world: World;
let stack: Stack;
afterEach(() => world?.close());

/** A stack and its fal at one moment. */
interface Moment {
  readonly state: string;
  readonly fal: WorldState;
}
/** After the first update, and after a rename in an update that failed before its deletions. */
let deployed: Moment;
let renamed: Moment;

async function begin(moment?: Moment): Promise<void> {
  world = await World.start();
  stack = (await world.stack()).source(program);
  if (!moment) return;
  await world.seed({ ...moment.fal });
  stack.restore(moment.state);
}

beforeAll(async () => {
  const moment = async () => ({ state: stack.stateFile(), fal: await world.state() });
  await begin();
  try {
    await stack.up();
    deployed = await moment();
    await renameInAFailedUpdate();
    renamed = await moment();
  } finally {
    await world.close();
  }
});

const given = (settings: Record<string, boolean>) => ({ P: JSON.stringify(settings) });
const urn = (kind: string, name: string) => `urn:pulumi:dev::e2e::${tokenOf(kind)}::${name}`;
async function atFal(): Promise<string[]> {
  const { secrets, environments } = await world.state();
  return [...secrets, ...environments].map(({ name }) => name).filter((name) => name !== "main");
}
const resources = () => Object.values(stack.encryptedResources()).length;

/** A rename with `adopt`, to another provider of the same account, in an update that fails before its deletions. */
async function renameInAFailedUpdate(): Promise<void> {
  const { code } = await stack.runWith(given({ renamed: true, fails: true }), "up", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(JSON.parse(stack.stateFile()).checkpoint.latest.resources.map((each: { id?: string }) => each.id)).toEqual(
    expect.arrayContaining(["main/TOK", "stg"]),
  );
}

describe("two resources for one object", () => {
  test("a preview rejects two resources for one object, under different providers too", async () => {
    await begin(deployed);
    const { code, text } = await stack.runWith(given({ twice: true }), "preview");
    expect(code).not.toBe(0);
    expect(text).toMatch(
      /Two resources of this program manage secret "main\/TOK": Secret "(old|twice)" and Secret "(old|twice)"/,
    );
  });

  test("removing one of two resources for an object keeps the object", async () => {
    await begin(renamed);
    const { text } = await stack.runWith(given({ renamed: true }), "up", "--yes", "--skip-preview");
    expect(await atFal()).toEqual(["TOK", "stg"]);
    expect(text).toMatch(/Did not delete secret "main\/TOK", because Secret "new" manages it now/);
    expect((await stack.runWith(given({ renamed: true }), "preview", "--refresh", "--expect-no-changes")).code).toBe(0);
  });

  test("destroy --target of one of two resources keeps their object", async () => {
    await begin(renamed);
    await stack.destroy("--target", urn("Secret", "old"));
    expect(await atFal()).toEqual(["TOK", "stg"]);
    const settings = given({ renamed: true });
    await stack.runWith(settings, "up", "--yes", "--skip-preview", "--target", urn("Environment", "old"));
    expect(await atFal()).toEqual(["TOK", "stg"]);
  });

  test("destroy deletes two resources together with their object", async () => {
    await begin(renamed);
    await stack.destroy();
    expect(await atFal()).toEqual([]);
    expect(resources()).toBe(0);
  });

  test("removing both resources deletes their object", async () => {
    await begin(renamed);
    expect((await stack.runWith(given({ empty: true }), "up", "--yes", "--skip-preview")).code).toBe(0);
    expect(await atFal()).toEqual([]);
  });
});
