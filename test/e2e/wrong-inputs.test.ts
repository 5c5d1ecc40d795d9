import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shareOf } from "../support/sample";
import { definitions, samplesOf, type WrongInput, wrongInputs } from "../support/samples";
import { dynamicTest } from "./support/hosts";
import { type Stack, tokenOf } from "./support/stack";
import { World } from "./support/world";

// check.test.ts tries every wrong input without the CLI. What the CLI adds is the same for all inputs of a resource.
const tried = shareOf(
  definitions.flatMap(({ kind }) => {
    const own = wrongInputs.filter((wrong) => wrong.kind === kind);
    const secretive = own.filter(({ never }) => never !== undefined);
    return [...new Set([...own.slice(0, 1), ...secretive.slice(0, 2)])];
  }),
  3,
);
console.log(`Wrong inputs: ${tried.title}. \`npm test -- --sample all\` runs all.`);

describe("a wrong input", () => {
  // Two at a time, each with a fal of its own: a request that should not be has one author.
  const places: Place[] = [];
  const waiting: ((place: Place) => void)[] = [];

  interface Place {
    readonly world: World;
    readonly stack: Stack;
  }

  beforeAll(async () => {
    for (let i = 0; i < 2; i++) {
      const world = await World.start();
      places.push({ world, stack: await world.stack() });
    }
  });
  afterAll(() => Promise.all(places.map(({ world }) => world.close())));

  async function inPlace(work: (place: Place) => Promise<void>): Promise<void> {
    const place = places.pop() ?? (await new Promise<Place>((free) => waiting.push(free)));
    try {
      await work(place);
    } finally {
      const next = waiting.shift();
      if (next) next(place);
      else places.push(place);
    }
  }

  test.concurrent.each(tried.rows)("a wrong input fails the preview, which names property and fix: $title", (wrong) =>
    inPlace(async ({ world, stack }) => {
      stack.program([{ kind: wrong.kind, name: "wrong", args: wrong.args }]);
      const result = await stack.fails("preview");
      expect(result.signal, "ended by itself").toBeNull();
      const messages = complaints(result.text, wrong);
      for (const said of wrong.says.slice(1)) {
        const matching = messages.filter((text) => (typeof said === "string" ? text.includes(said) : said.test(text)));
        expect(matching, `says ${String(said)}:\n${result.text}`).not.toEqual([]);
      }
      for (const hidden of wrong.never ?? []) expect(result.text).not.toContain(hidden);
      expect(result.text).not.toMatch(stackTrace);
      expect(await world.requests()).toEqual([]);
    }),
  );
});

describe("unknown values in previews", () => {
  let world: World;
  let stack: Stack;

  /** A value of every input of every kind. */
  const everyInput: Record<string, Record<string, unknown>> = Object.fromEntries(
    definitions.map(({ kind }) => [kind, samplesOf(kind).together]),
  );

  /**
   * A program in which every input comes through an output of `source`, an environment that is created or updated in
   * the same run. `deep`: not the list or object as a whole is unknown, but what is in it.
   */
  const program = `
    "use strict";
    const fal = require("pulumi-fal");
    const { inputs, deep, source } = JSON.parse(require("node:fs").readFileSync("program.json", "utf8"));
    const origin = new fal.Environment("source", source);
    const later = (value) => origin.createdAt.apply(() => (value === null ? undefined : value));
    const fed = (value) => {
      if (!deep || typeof value !== "object" || value === null) return later(value);
      if (Array.isArray(value)) return value.map(fed);
      return Object.fromEntries(Object.entries(value).map(([SSH_KEY, inner]) => [SSH_KEY, fed(inner)]));
    };
    for (const [kind, args] of Object.entries(inputs)) {
      new fal[kind](kind, Object.fromEntries(Object.entries(args).map(([name, value]) => [name, fed(value)])));
    }`;

  const run = (inputs: typeof everyInput, source: Record<string, unknown>, deep = false): void =>
    writeFileSync(join(stack.dir, "program.json"), JSON.stringify({ inputs, source, deep }));

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 100 });
    await world.seed({ apps: [{ name: "image-gen", environment: "main", revision: "rev-1" }] });
    stack = await world.stack();
    writeFileSync(join(stack.dir, "index.js"), program);
  });
  afterAll(() => world?.close());

  test("the tests with unknown values try every input of every resource", () => {
    for (const definition of definitions) {
      const inputs = Object.entries(definition.inputs).filter(([, property]) => !property.computed);
      expect(Object.keys(everyInput[definition.kind] ?? {}).sort(), definition.kind).toEqual(
        inputs.map(([name]) => name).sort(),
      );
    }
    expect(Object.keys(everyInput)).toHaveLength(definitions.length);
  });

  test.each([
    ["whole", false],
    ["inside lists and objects", true],
  ])("a preview of new resources accepts unknown values without a request: %s", async (_how, deep) => {
    run(everyInput, { name: "source" }, deep);
    const { stdout } = await stack.preview("--json");
    const { steps, changeSummary } = JSON.parse(stdout) as {
      steps: { urn: string; newState: { inputs: Record<string, unknown> } }[];
      changeSummary: Record<string, number>;
    };
    expect(changeSummary).toEqual({ create: definitions.length + 2 });
    // What makes the test one: no value of the program was known.
    const shown = JSON.stringify(steps.filter(({ urn }) => !/::(source|e2e-dev)$/.test(urn)));
    for (const known of ["image-gen", "TOKEN", "DEPLOY", "gpu_8x", "staging"]) expect(shown).not.toContain(known);
    expect(await world.requests()).toEqual([]);
  });

  test("up creates everything from values that its preview did not know", async () => {
    run(everyInput, { name: "source" });
    await stack.up();
    await stack.preview("--expect-no-changes");
    const state = await world.state();
    expect(state.environments.map(({ name }) => name)).toEqual(["main", "source", "staging"]);
    expect(state.apps).toMatchObject([
      { name: "image-gen", auth_mode: "private", min_concurrency: 1, max_concurrency: 4, machine_types: ["GPU-H100"] },
    ]);
    expect(state.secrets).toMatchObject([{ name: "TOKEN", value: "hf_value", default_exposed: true }]);
    expect(state.keys).toContainEqual(expect.objectContaining({ alias: "ci", preset: "DEPLOY" }));
    expect(state.instances).toMatchObject([{ instance_type: "gpu_8x_h100_sxm5", sector: "sector_1", status: "ready" }]);
  });

  dynamicTest(
    "a preview of existing resources accepts unknown values without a request (the plugin's are known)",
    async () => {
      await world.clearRequests();
      run(everyInput, { name: "source", forceDestroy: true });
      const { stdout } = await stack.preview("--json");
      const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
      const opOf = (name: string) => steps.filter(({ urn }) => urn.endsWith(`::${name}`)).map(({ op }) => op);
      expect(opOf("source")).toEqual(["update"]);
      // An unknown name could be another one; nothing in place of it would be a promise that the run may break.
      for (const kind of ["App", "AppScale", "Secret", "ComputeInstance", "Environment"]) {
        expect(opOf(kind), kind).toContain("replace");
      }
      expect(opOf("ApiKey")).toEqual(["update"]);
      expect(await world.requests()).toEqual([]);
    },
  );

  test("unknown values that turn out to be unchanged change nothing", async () => {
    const before = await world.state();
    run(everyInput, { name: "source", forceDestroy: true });
    const { stdout } = await stack.up("--json");
    expect(summaryOf(stdout)).toMatchObject({ update: 1, same: definitions.length + 1 });
    expect(await world.state()).toEqual(before);
  });

  test("unknown values that turn out to be changed are sent to fal", async () => {
    run(
      {
        ...everyInput,
        AppScale: { ...everyInput["AppScale"], maxConcurrency: 6 },
        Secret: { ...everyInput["Secret"], value: "hf_other" },
      },
      { name: "source" },
    );
    const { stdout } = await stack.up("--json");
    expect(summaryOf(stdout)).toMatchObject({ update: 3, same: definitions.length - 1 });
    const state = await world.state();
    expect(state.apps).toMatchObject([{ max_concurrency: 6, min_concurrency: 1 }]);
    expect(state.secrets).toMatchObject([{ name: "TOKEN", value: "hf_other" }]);
  });
});

/** A line of a JavaScript stack trace. */
const stackTrace = /^\s+at .*[:(]\d+/m;

/** What the engine says of the resource, behind "has a problem"; each begins with the property's name. */
function complaints(text: string, wrong: WrongInput): string[] {
  const pattern = new RegExp(`error: ${tokenOf(wrong.kind)} resource 'wrong'.*has a problem: (.*)`, "g");
  const property = String(wrong.says[0]);
  const lines = [...text.matchAll(pattern)].map((match) => match[1] ?? "");
  const about = lines.filter((line) => line.startsWith(`\`${property}`));
  expect(about, `a message about ${property}:\n${text}`).not.toEqual([]);
  return about;
}

/** The engine's own count, from the last event of `up --json`. */
function summaryOf(stdout: string): Record<string, number> {
  const events = stdout.split("\n").filter((line) => line.startsWith("{"));
  for (const line of events.reverse()) {
    const summary = (JSON.parse(line) as { summaryEvent?: { resourceChanges: Record<string, number> } }).summaryEvent;
    if (summary) return summary.resourceChanges;
  }
  throw new Error(`no summary in:\n${stdout}`);
}
