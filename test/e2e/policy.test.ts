import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SSH_KEY } from "../support/constants";
import { usage, usedApp, working } from "../support/evidence";
import { PolicyPack } from "./support/policy-pack";
import { type Declared, ref, type Stack, secret } from "./support/stack";
import { World } from "./support/world";

/** The rules of `pulumi-fal/policy`, in the pack of examples/policy, run by `pulumi preview --policy-pack`. */
const revisions = [{ id: "rev-1", created_at: "2026-01-01T00:00:00Z" }];
const app = (name: string) => ({ name, environment: "main", owner: "acme", revision: "rev-1", revisions });

const prices = {
  name: "test prices",
  source: "made up",
  date: "2026-01-01",
  currency: "USD",
  machineTypes: { XS: 0.1, "GPU-H100": 2, "GPU-H200": 4 },
  instanceTypes: { gpu_1x_h100_sxm5: 3 },
  gpusPerRunner: { "main/image-gen": 1, "main/llm": 2 },
};

const scale = (name: string, args: Record<string, unknown>): Declared => ({
  kind: "AppScale",
  name,
  args: { app: name, ...args },
});
const machine = (name: string, options: Record<string, unknown> = {}): Declared => ({
  kind: "ComputeInstance",
  name,
  args: { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY },
  options,
});
const key = (name: string, rotation?: Record<string, unknown>): Declared => ({
  kind: "ApiKey",
  name,
  args: { alias: name, ...(rotation && { rotation }) },
});
const publicApp = (name: string): Declared => ({
  kind: "App",
  name,
  args: { name: "image-gen", authMode: "public" },
});

let world: World;
let stack: Stack;
let pack: PolicyPack;
beforeEach(async () => {
  world = await World.start({ instanceReadyMs: 100 });
  await world.seed({ apps: [app("image-gen"), app("llm")] });
  stack = await world.stack();
  pack = new PolicyPack();
  pack.write("prices.json", prices);
  const old = { minConcurrency: 1, maxConcurrency: 20, keepAlive: 60, maxMultiplexing: 1, machineTypes: ["GPU-H100"] };
  pack.write("usage.json", usage([usedApp("image-gen", working(4, 12), old), usedApp("llm", working(1, 1), old)]));
});
afterEach(async () => {
  pack.dispose();
  await world.close();
});

const preview = async (resources: readonly Declared[], config?: Record<string, unknown>) => {
  const { code, text } = await stack.program(resources).run("preview", ...pack.args(config));
  // The engine breaks no lines, but indents them.
  return { code, text, policies: text.slice(text.indexOf("Policies:")) };
};
const costOf = (maximum: number, more: Record<string, unknown> = {}) => ({
  "fal-hourly-cost": { maximum, prices: "prices.json", ...more },
});

describe("the policy pack", () => {
  test("the policy pack blocks violations and names resource, value, limit and fix", async () => {
    const config = {
      "fal-warm-runners": { maximum: 10 },
      ...costOf(20),
      "fal-machine-types": { machineTypes: { main: ["GPU-H100"] }, instanceTypes: ["gpu_8x_h100_sxm5"] },
      "fal-key-rotation": { maximum: "30d" },
      "fal-no-starving-change": { maximum: 2, usage: "usage.json" },
      "fal-no-idle-above": { maximum: 5, usage: "usage.json" },
    };
    const program = [
      scale("image-gen", { minConcurrency: 8, maxConcurrency: 10, machineTypes: ["GPU-H200", "GPU-H100"] }),
      scale("llm", { minConcurrency: 1, maxConcurrency: 20, concurrencyBuffer: 3, machineTypes: ["GPU-H100"] }),
      publicApp("site"),
      key("forever"),
      key("seldom", { every: "60d" }),
      machine("trainer"),
    ];
    const { code, policies } = await preview(program, config);
    expect(code).not.toBe(0);
    for (const message of [
      'The stack keeps 11 runners warm, more than the allowed 10: "image-gen" 8, "llm" 3. Lower `minConcurrency` or',
      'The stack costs $31.00 – $47.00/h according to the prices "test prices" of 2026-01-01, more than the allowed $20.00/h: "image-gen" $16.00 – $32.00/h, "llm" $12.00/h, "trainer" $3.00/h. Keep fewer',
      '"image-gen" may run on "GPU-H200", but the environment "main" allows only GPU-H100. Use an allowed type',
      '"trainer" is "gpu_1x_h100_sxm5", but this policy allows only gpu_8x_h100_sxm5. Use an allowed type',
      '"site" has `authMode` "public": everybody can call it, and the account pays. If this is intended, name the resource "site-public"',
      '"forever" has no `rotation.every`, but "30d" is the longest allowed period. Set `rotation: { every: "30d" }`',
      '"seldom" rotates every "60d", but "30d" is the longest allowed period',
      '"trainer" is not protected: a change of the program could delete it',
      '"image-gen": by usage, more runners were busy than the program allows in 3.57% of hours, more than the allowed 2%. Raise `maxConcurrency`',
      '"llm": by usage, idle runners cost up to $',
    ]) {
      expect(policies).toContain(message);
    }
    expect(policies).not.toContain("advisory");

    const { code: upCode } = await stack.run("up", "--yes", ...pack.args(config));
    expect(upCode).not.toBe(0);
    expect((await world.state()).instances).toEqual([]);
  });

  test("the policy pack accepts values equal to the limits", async () => {
    const { code, policies } = await preview(
      [
        scale("image-gen", { minConcurrency: 3, maxConcurrency: 12, machineTypes: ["GPU-H100"] }),
        publicApp("public-site"),
        key("ci", { every: "30d" }),
        machine("trainer", { protect: true }),
        machine("scratch"),
      ],
      {
        "fal-warm-runners": { maximum: 3 },
        ...costOf(12),
        "fal-machine-types": { machineTypes: { "*": ["GPU-H100"] }, instanceTypes: ["gpu_1x_h100_sxm5"] },
        "fal-key-rotation": { maximum: "30d" },
        "fal-protected-machines": { except: ["scratch"] },
        "fal-no-starving-change": { maximum: 0, usage: "usage.json" },
      },
    );
    expect(policies).not.toMatch(/mandatory|advisory/);
    expect(code).toBe(0);
  });

  test("the policy pack has defaults only for key rotation and protection of GPU instances", async () => {
    const { code, policies } = await preview([
      scale("image-gen", { minConcurrency: 500, machineTypes: ["GPU-H200"] }),
      key("seldom", { every: "91d" }),
      machine("trainer"),
    ]);
    expect(code).not.toBe(0);
    expect(policies).toContain('"seldom" rotates every "91d", but "90d" is the longest allowed period');
    expect(policies).toContain('"trainer" is not protected');
    expect(policies).not.toMatch(/warm|costs|may run on/);
  });

  test("the policy pack can be advisory or disabled", async () => {
    const { code, policies } = await preview([key("forever"), machine("trainer"), publicApp("site")], {
      "fal-key-rotation": "advisory",
      "fal-protected-machines": "disabled",
      "fal-no-public-apps": { allowed: ["main/image-gen"] },
    });
    expect(code).toBe(0);
    expect(policies).toMatch(/\[advisory\] +fal-key-rotation/);
    expect(policies).not.toContain("fal-protected-machines");
    expect(policies).not.toContain("fal-no-public-apps");
  });
});

describe("unknown values in previews", () => {
  const unknown = ref("other", "createdAt");

  test("an unknown value is not a missing price", async () => {
    const program = [
      key("other", { every: "30d" }),
      scale("image-gen", { minConcurrency: 1, machineTypes: [unknown] }),
      { ...machine("trainer", { protect: true }), args: { instanceType: unknown, sshKey: SSH_KEY } },
    ];
    const { code, policies } = await preview(program, {
      ...costOf(10),
      "fal-warm-runners": { maximum: 1 },
      "fal-no-idle-above": { maximum: 100, usage: "usage.json" },
      "fal-machine-types": { machineTypes: {}, instanceTypes: [] },
    });
    expect(code).toBe(0);
    expect(policies).toMatch(/can't run policy 'fal-hourly-cost'.* during preview/);
    expect(policies.match(/can't run policy 'fal-machine-types'/g)).toHaveLength(2);
    expect(policies).toMatch(/can't run policy 'fal-no-idle-above'.* during preview/);
    expect(policies).not.toContain("fal-warm-runners");
  });

  test("unknown values are reported, and known violations are still found", async () => {
    const program = [
      key("other", { every: "30d" }),
      scale("image-gen", { minConcurrency: unknown, machineTypes: ["GPU-H100"] }),
      scale("llm", { minConcurrency: 4, machineTypes: ["GPU-H100"] }),
    ];
    const within = await preview(program, { "fal-warm-runners": { maximum: 4 }, ...costOf(16) });
    expect(within.code).toBe(0);
    expect(within.policies).toMatch(/can't run policy 'fal-warm-runners'.* during preview: .*\.minConcurrency/);
    expect(within.policies).toMatch(/can't run policy 'fal-hourly-cost'.* during preview: .*\.minConcurrency/);

    const beyond = await preview(program, { "fal-warm-runners": { maximum: 3 }, ...costOf(15) });
    expect(beyond.code).not.toBe(0);
    expect(beyond.policies).toMatch(/keeps at least 4 runners warm, more than the allowed 3: "llm" 4/);
    expect(beyond.policies).toMatch(/costs at least \$16\.00\/h .* more than the allowed \$15\.00\/h/);
  });
});

describe("the cost", () => {
  test("the cost policy rejects resources without a price unless they are allowed", async () => {
    const program = [scale("image-gen", { minConcurrency: 1, machineTypes: ["GPU-B200"] })];
    pack.write("usage.json", usage([usedApp("image-gen", working(1, 1))], { daysAgo: 8 }));
    const refused = await preview(program, {
      ...costOf(10),
      "fal-no-idle-above": { maximum: 1000, usage: "usage.json" },
    });
    expect(refused.policies).toContain(
      'The usage file decides nothing about "image-gen", because the usage file is 8 days old. Write it again',
    );
    expect(refused.code).not.toBe(0);
    expect(refused.policies).toContain(
      'Without a price in the prices "test prices" of 2026-01-01, or without a declared machine type: "image-gen".',
    );
    expect((await preview(program, costOf(10, { unpriced: "allow" }))).code).toBe(0);
  });

  test("the cost policy counts values that fal reports for undeclared properties", async () => {
    await world.seed({ apps: [{ ...app("image-gen"), min_concurrency: 1, machine_types: ["GPU-H200"] }] });
    const program = [scale("image-gen", { minConcurrency: 2 })];
    await stack.program(program).up();
    const { policies } = await preview(program, costOf(7));
    expect(policies).toContain("costs $8.00/h");
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      "a prices file that is not there",
      costOf(1, { prices: "none.json" }),
      /Could not read the prices file \S*none\.json: there is no such/,
    ],
    ["no prices file", { "fal-hourly-cost": { maximum: 1 } }, /`prices` is not: name a prices file/],
    ["a limit beyond all time", { "fal-key-rotation": { maximum: "99999999d" } }, /`maximum` must be a duration of at/],
    ["a limit that is no number", { "fal-warm-runners": { maximum: "ten" } }, /fal-warm-runners.*maximum/s],
  ])("a wrong configuration of the policy pack is explained: %s", async (_, config, message) => {
    const { code, text } = await preview([scale("image-gen", { minConcurrency: 1 }), key("ci")], config);
    expect(code).not.toBe(0);
    expect(text).toMatch(message);
    expect(text).not.toMatch(/^ +at /m);
  });
});

test("policy messages contain no secrets", async () => {
  const word = "Sw0rdfish";
  const { code, text } = await preview(
    [
      scale("image-gen", { minConcurrency: 9, machineTypes: secret([`${word}-type`]), environment: "main" }),
      { kind: "Secret", name: "token", args: { name: "TOKEN", value: word } },
      key("ci", secret({ every: "400d", trigger: `${word}-trigger` }) as never),
    ],
    {
      "fal-warm-runners": { maximum: 1 },
      ...costOf(0),
      "fal-machine-types": { machineTypes: { "*": ["XS"] } },
    },
  );
  expect(code).not.toBe(0);
  expect(text).toContain('"image-gen" may run on a value of another form');
  expect(text).not.toContain(word);
});
