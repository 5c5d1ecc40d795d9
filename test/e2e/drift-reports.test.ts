import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FalClient } from "pulumi-fal/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Drifted, DriftResult } from "../../src/cli/commands/drift/result";
import { SSH_KEY } from "../support/constants";
import { pulumiFal } from "./support/pulumi-fal";
import { cliEnvironment, type Declared, type Stack } from "./support/stack";
import { World } from "./support/world";

/**
 * Reports of drift that the real CLI found, as people read them: `test/fixtures/drift/*.md` and the pages of the gallery,
 * written anew by `-u`. Each file is to be read by eye: would you know in ten seconds what happened and what to do?
 */

const prices = {
  name: "contract of May 2026",
  source: "test",
  date: "2026-05-01",
  currency: "USD",
  machineTypes: { "GPU-H100": 2, XS: 0.1 },
  instanceTypes: { gpu_1x_h100_sxm5: 2.5 },
  gpusPerRunner: Object.fromEntries(["image-gen", "upscale"].map((app) => [`main/${app}`, 1])),
};

/** In natural order, which is not that of the state. */
const fleet = Array.from({ length: 50 }, (_, index) => `app${index + 1}`);

const program: Declared[] = [
  { kind: "App", name: "image-gen", args: { name: "image-gen", authMode: "private" } },
  { kind: "App", name: "upscale", args: { name: "upscale", authMode: "shared" } },
  ...["image-gen", "upscale"].map(
    (name): Declared => ({
      kind: "AppScale",
      name: `${name}-scale`,
      args: { app: name, minConcurrency: 1, maxConcurrency: 4, machineTypes: ["GPU-H100"] },
    }),
  ),
  ...fleet.map((name): Declared => ({ kind: "AppScale", name, args: { app: name, maxConcurrency: 4, keepAlive: 60 } })),
  { kind: "Secret", name: "hf", args: { name: "HF_TOKEN", value: "canary", defaultExposed: false } },
  { kind: "Secret", name: "token", args: { name: "TOKEN", value: "canary" } },
  { kind: "StorageSettings", name: "files", args: { defaultAccess: "forbid" } },
  { kind: "ApiKey", name: "ci", args: { alias: "ci" } },
  { kind: "ComputeInstance", name: "trainer", args: { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY } },
];

let world: World;
let stack: Stack;
let fal: FalClient;

beforeAll(async () => {
  world = await World.start({ instanceReadyMs: 1 });
  const { FAL_KEY: apiKey, FAL_API_URL: apiUrl, FAL_REST_URL: restUrl, FAL_GRPC_URL: grpcUrl } = world.env;
  fal = new FalClient({ apiKey, apiUrl, restUrl, grpcUrl, env: {} });
  const names = ["image-gen", "upscale", ...fleet];
  await world.seed({ apps: names.map((name) => ({ name, environment: "main", machine_types: ["GPU-H100"] })) });
  stack = await world.stack();
  writeFileSync(join(stack.dir, "prices.json"), JSON.stringify(prices));
  stack.program(program);
  await stack.up();
});
afterAll(async () => {
  await fal?.close();
  await world?.close();
});

/** Runs the command once for all formats, and compares the comment and the page with the recorded ones. */
async function report(name: string, ...args: string[]): Promise<DriftResult> {
  const outs = ["md", "json", "html", "txt"].flatMap((ending) => ["--out", `drift.${ending}`]);
  const ran = await pulumiFal(
    stack.dir,
    { ...cliEnvironment(stack.dir, stack.backend), ...world.env },
    ...["drift", "--prices", "prices.json", ...outs, ...args],
  );
  expect(ran.code, ran.notes).toBe(3);
  const texts = ["md", "json", "html", "txt"].map((ending) => readFileSync(join(stack.dir, `drift.${ending}`), "utf8"));
  for (const text of texts) expect(text).not.toContain("canary");
  await expect(stable(texts[0] ?? "")).toMatchFileSnapshot(join(__dirname, `../fixtures/drift/${name}.md`));
  const page = join(__dirname, `../../docs/gallery/drift-${name}.html`);
  await expect(stable(texts[2] ?? "")).toMatchFileSnapshot(page);
  const result: DriftResult = JSON.parse(texts[1] ?? "");
  // Ids and times can be copied from every format.
  for (const { id = "", properties } of result.drifted) {
    for (const text of [texts[0], texts[2], texts[3]]) expect(text).toContain(id.split("/").at(-1));
    for (const { at } of properties)
      expect(texts[0]).toContain(at === undefined ? "" : at.slice(0, 16).replace("T", " "));
  }
  return result;
}

/** What differs from run to run. */
function stable(text: string): string {
  const ids = [...new Set(text.match(/(?<=[`>])(?:inst_)?[0-9a-f]{16}(?=[`<])/g))];
  return ids
    .reduce((all, id, index) => all.replaceAll(id, `id-${index + 1}`), text)
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, "2030-01-01 00:00 UTC");
}

/** The value at fal of each property of apps in the report, by the name of the property. */
async function actualOf({ kind, label }: { kind: string; label: string }): Promise<Record<string, unknown>> {
  const { apps } = await world.state();
  const app: Record<string, unknown> = apps.find(({ name }) => name === label) ?? {};
  const wire = (name: string) => app[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
  return kind === "App" || kind === "AppScale"
    ? Object.fromEntries(
        ["authMode", "minConcurrency", "maxConcurrency", "keepAlive"].map((name) => [name, wire(name)]),
      )
    : {};
}

/** Compares what the report says of apps with the emulator. */
async function expectTrue(drifted: readonly Drifted[], side: "actual" | "declared"): Promise<void> {
  for (const { type, label, properties } of drifted) {
    const actual = await actualOf({ kind: type.split(":").at(-1) ?? "", label });
    for (const property of properties) {
      if (property.path in actual)
        expect([label, property.path, actual[property.path]]).toEqual([label, property.path, property[side]]);
    }
  }
}

const open = async () => {
  await world.seed({
    apps: [{ name: "image-gen", environment: "main", auth_mode: "public" }],
    secrets: [{ name: "HF_TOKEN", environment: "main", value: "canary", default_exposed: true }],
    storage_settings: { initial_acl: { default: "allow", rules: [] } },
  });
};

test("the report of what was opened begins with it, and fal has what it says", async () => {
  await open();
  const { drifted, summary } = await report("opened");
  expect(summary).toMatchObject({ changed: 3, lost: 0, opens: 3, enlarges: 0 });
  expect(drifted.map(({ label, impacts }) => [label, impacts.map(({ notion }) => notion)])).toEqual(
    ["files", "HF_TOKEN", "image-gen"].map((label) => [label, ["opens"]]),
  );
  await expectTrue(drifted, "actual");
  const { secrets, storage_settings: files } = await world.state();
  expect(secrets.find(({ name }) => name === "HF_TOKEN")).toMatchObject({ default_exposed: true });
  expect(files.initial_acl).toMatchObject({ default: "allow" });
  await world.seed({
    apps: [{ name: "image-gen", environment: "main", auth_mode: "private" }],
    secrets: [{ name: "HF_TOKEN", environment: "main", value: "canary", default_exposed: false }],
    storage_settings: { initial_acl: { default: "forbid", rules: [] } },
  });
});

test("the report of what scaled shows who did it and what it costs, and what a correction enlarges again", async () => {
  await fal.apps.scale("image-gen", { minConcurrency: 3, maxConcurrency: 400 });
  await fal.apps.scale("upscale", { minConcurrency: 0 });
  await world.seed({ apps: [{ name: "upscale", environment: "main", auth_mode: "private" }] });
  const { drifted, summary, cost } = await report("scaled");
  expect(summary).toMatchObject({ opens: 0, enlarges: 1, warmRunners: { from: 2, to: 3 } });
  expect(summary.costPerHour).toEqual({ from: 6.5, to: 8.5, currency: "USD" });
  expect(cost?.full).toMatchObject({ from: { min: 418.5 }, to: { min: 1210.5 } });
  expect(drifted.map(({ label }) => label)).toEqual(["image-gen", "upscale", "upscale"]);
  expect(drifted.flatMap(({ onCorrection }) => onCorrection.map(({ summary: what }) => what)).sort()).toEqual([
    "becomes shared",
    "scales up",
  ]);
  await expectTrue(drifted, "actual");
});

test("a report of more than fifty resources can be read and acted on, and the correction does what it says", async () => {
  const { ci, trainer } = stack.resources();
  await open();
  await world.seed({ apps: fleet.map((name) => ({ name, environment: "main", keep_alive: 5 })) });
  await fal.apps.scale("app2", { maxConcurrency: 40 });
  await fal.apps.scale("app10", { maxConcurrency: 40 });
  await world.remove("secrets", "main/TOKEN");
  await world.remove("keys", ci?.id ?? "");
  await world.remove("instances", trainer?.id ?? "");
  const { keyId } = await fal.keys.create({ alias: "ci", scope: "API" });

  const { drifted, summary, verdict, askedFal } = await report("fifty-resources", "--live");
  expect(summary).toMatchObject({ lost: 3, opens: 3, enlarges: 3 });
  expect(verdict).toContain(
    "1 GPU instance, 1 API key and 1 secret are missing, 3 resources give access that is not declared",
  );
  const labels = drifted.map(({ label }) => label);
  expect(labels.indexOf("app2")).toBeLessThan(labels.indexOf("app10"));
  expect(labels.filter((label) => /^app\d/.test(label)).slice(2)).toEqual(
    fleet.filter((name) => name !== "app2" && name !== "app10"),
  );
  expect([askedFal, drifted.find(({ label }) => label === "ci")?.similar]).toEqual([true, [keyId]]);
  await expectTrue(drifted, "actual");

  // fal sets this only together with the value, so the program has to ask for both.
  const rewritten = { ...program.find(({ name }) => name === "hf")?.args, rewriteOn: ["2030-01-01"] };
  stack.program(program.map((each) => (each.name === "hf" ? { ...each, args: rewritten } : each)));
  await stack.up("--refresh");
  await expectTrue(drifted, "declared");
  const { keys, secrets, instances } = await world.state();
  expect(keys.filter(({ alias }) => alias === "ci")).toHaveLength(2);
  expect(secrets.map(({ name }) => name).sort()).toEqual(["HF_TOKEN", "TOKEN"]);
  expect(instances).toHaveLength(1);
});
