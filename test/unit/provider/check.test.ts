import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { check } from "../../../src/provider/check";
import { metadataKey } from "../../../src/provider/metadata";
import type { PropertyValues } from "../../../src/provider/properties";
import { containsUnknown, unknownValue, unwrapSecret } from "../../../src/provider/values";
import { readSource } from "../../../src/source";
import { definitionOf, definitions, inputsOf, requiredNames, sample, wrongInputs } from "../../support/samples";

const context = {
  environment: "main",
  now: Date.parse("2026-06-01T00:00:00Z"),
  pending: [],
  readSource,
  readCommit: () => "c0ffee",
};

function checked(kind: string, news: PropertyValues, olds?: PropertyValues) {
  return check(definitionOf(kind), olds, news, context);
}

/** As the engine hands inputs on: secrets in clear. */
function plainInputs(inputs: PropertyValues): PropertyValues {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, unwrapSecret(value)]));
}

/** Inputs as a class sends them, with the public inputs as declared. */
function registered(kind: string, args: PropertyValues): PropertyValues {
  const { inputs } = definitionOf(kind);
  const plain = Object.fromEntries(Object.entries(args).filter(([name]) => inputs[name]?.public));
  return { ...args, [metadataKey]: { v: 1, plain } };
}

describe("wrong inputs", () => {
  test("the samples contain at least sixty wrong inputs with distinct titles", () => {
    expect(wrongInputs.length).toBeGreaterThanOrEqual(60);
    expect(new Set(wrongInputs.map((wrong) => wrong.title)).size).toBe(wrongInputs.length);
  });

  test.each(wrongInputs.map((wrong) => [wrong.title, wrong] as const))("check rejects %s", (_title, wrong) => {
    const { failures } = checked(wrong.kind, registered(wrong.kind, wrong.args));
    const text = failures.map((failure) => `${failure.reason}`).join("\n");
    expect(failures.length, text).toBeGreaterThan(0);
    for (const part of wrong.says) expect(text).toMatch(typeof part === "string" ? literal(part) : part);
    for (const canary of wrong.never ?? []) expect(JSON.stringify(failures)).not.toContain(canary);
  });

  test("the message for a missing input is one sentence that says what to set", () => {
    const required = definitions.flatMap(({ kind, inputs }) =>
      Object.keys(inputs).flatMap((name) => {
        if (!inputs[name]?.required) return [];
        return checked(kind, {}).failures.filter(({ reason }) => reason.startsWith(`\`${name}\``));
      }),
    );
    expect(required.map(({ reason }) => reason)).toMatchInlineSnapshot(`
      [
        "\`name\` is required: set it to the environment's name.",
        "\`name\` is required: set it to the app's name, without the suffix \`--<environment>\`.",
        "\`app\` is required: set it to the app's name or its id \`environment/name\`.",
        "\`name\` is required: set it to the secret's name, which is also the name of the environment variable.",
        "\`value\` is required: set it to the secret's value.",
        "\`alias\` is required: set it to the key's name in lists.",
        "\`instanceType\` is required: set it to the hardware of the instance: \`gpu_1x_h100_sxm5\` (16 vCPU, 200 GB RAM, 80 GB VRAM, 1 TB disk) or \`gpu_8x_h100_sxm5\` (128 vCPU, 1600 GB RAM, 640 GB VRAM, 8 TB disk).",
        "\`sshKey\` is required: set it to the SSH public key of the user \`ubuntu\`.",
      ]
    `);
  });

  test("an Output in a template string is the only failure of its property, and its text is not printed", () => {
    const name = `${pulumi.output("text")}/a`;
    expect(checked("AppScale", registered("AppScale", { app: name })).failures).toEqual([
      { property: "", reason: expect.stringContaining("`app` contains an Output") },
    ]);
    const value = `Bearer ${JSON.stringify({ key: `${pulumi.output("text")}` })}`;
    expect(checked("Secret", { name: "A", value }).failures).toEqual([
      { property: "", reason: expect.stringContaining("`value` contains an Output") },
    ]);
  });

  test("a check failure names a property only if the engine may print its value", () => {
    expect(checked("Secret", { name: "A", value: "" }).failures).toEqual([
      { property: "", reason: "`value` must not be empty: to remove a secret, remove the resource." },
    ]);
    expect(checked("App", registered("App", { name: "a", authMode: "open" })).failures[0]?.property).toBe("");
    expect(checked("App", registered("App", { name: "a/b" })).failures).toEqual([
      { property: "name", reason: expect.stringMatching(/^`name` must not contain "\/": .* \(got "a\/b"\)\.$/) },
    ]);
  });

  test("a check failure does not repeat a value that a transform set, because it may be secret", () => {
    const given = registered("App", { name: "sd" });
    const { failures, inputs } = checked("App", { ...given, name: "canary/name" });
    expect(failures).toEqual([
      { property: "", reason: expect.stringMatching(/^`name` must not contain "\/": .*`environment`\.$/) },
    ]);
    expect(inputs[metadataKey]).toMatchObject({ secrets: ["name"] });
    // The environment comes from the app's id here.
    const scale = { ...registered("AppScale", { app: "main/a" }), app: "canary/app/x" };
    expect(JSON.stringify(checked("AppScale", scale).failures)).not.toContain("canary");
    // Without the class, the declared inputs are unknown.
    expect(JSON.stringify(checked("App", { name: "canary/name" }).failures)).not.toContain("canary");
  });

  test.each(definitions.map(({ kind }) => kind))(
    "check failures of %s do not show values that are not public",
    (kind) => {
      const definition = definitionOf(kind);
      const settable = Object.keys(definition.inputs).filter((name) => !definition.inputs[name]?.computed);
      const others = settable.filter((name) => !definition.inputs[name]?.public);
      const base = inputsOf(kind, requiredNames(definition));
      const wrongValues = [
        "canary's \"\\ ünïcode",
        7_654_321.5,
        -7_654_321,
        ["canary", 7_654_321.5],
        { every: "canary" },
      ];
      for (const name of others) {
        for (const value of wrongValues) {
          for (const olds of [undefined, { ...base, [name]: "canary before" }]) {
            const { failures, warnings, notes } = checked(kind, registered(kind, { ...base, [name]: value }), olds);
            expect(JSON.stringify([failures, warnings, notes]), name).not.toMatch(/canary|7654321/);
            expect(failures.map(({ property }) => property)).not.toContain(name);
          }
        }
      }
    },
  );

  test("check does not show values of rules that compare two inputs, or values that fal does not document", () => {
    const scale = checked(
      "AppScale",
      registered("AppScale", { app: "a", minConcurrency: 77_777, maxConcurrency: 33_333 }),
    );
    expect(scale.failures).toEqual([
      { property: "", reason: "`minConcurrency` must not be above maxConcurrency: lower it or raise maxConcurrency." },
    ]);
    const types = checked("AppScale", { app: "a", machineTypes: ["GPU-H100", "GPU-CANARY"], regions: ["canary"] });
    expect(types.warnings).toEqual([
      expect.stringMatching(/^`machineTypes\[1\]` is no machine type that fal documents \(XS, /),
      expect.stringMatching(/^`regions\[0\]` is no region that fal documents \(us-west, /),
    ]);
    const olds = { name: "staging", description: "canary one" };
    const { failures } = checked("Environment", { name: "staging", description: "canary two" }, olds);
    expect(JSON.stringify([failures, types.warnings])).not.toMatch(/canary/i);
    expect(failures[0]?.reason).toMatch(/^`description` is fixed at creation/);
  });
});

describe("secrets in ids", () => {
  const identities = definitions.flatMap((definition) =>
    Object.keys(definition.inputs)
      .filter((name) => definition.inputs[name]?.public)
      .map((name) => [definition.kind, name] as const),
  );

  test("every kind whose id depends on inputs has public inputs", () => {
    const kinds = definitions.filter(({ identity }) => identity?.({}) === undefined).map(({ kind }) => kind);
    expect([...new Set(identities.map(([kind]) => kind))]).toEqual(kinds);
  });

  test.each(identities)("check rejects a secret as %s.%s and does not show its value", (kind, name) => {
    const value = `canary-${name}`;
    const inputs = { ...inputsOf(kind, requiredNames(definitionOf(kind))), [name]: value };
    const { failures } = checked(kind, { ...inputs, [metadataKey]: { v: 1, secrets: [name], plain: {} } });
    expect(failures).toContainEqual({
      property: "",
      reason: expect.stringMatching(
        new RegExp(`^\`${name}\` is a secret in this program, but .*clear text. Use a plain`),
      ),
    });
    expect(JSON.stringify(failures)).not.toContain("canary");
  });

  test("check accepts secrets in inputs outside the id and in arguments of functions", () => {
    const secretAlias = { alias: "ci", [metadataKey]: { v: 1, secrets: ["alias"], plain: {} } };
    expect(checked("ApiKey", secretAlias).failures).toEqual([]);
    const ofFunction = { ...definitionOf("App"), isFunction: true as const };
    const secretName = { name: "a", [metadataKey]: { v: 1, secrets: ["name"] } };
    expect(check(ofFunction, undefined, secretName, context).failures).toEqual([]);
  });
});

describe.each(definitions.map((definition) => [definition.kind, definition] as const))(
  "check of %s",
  (kind, definition) => {
    const settable = Object.keys(definition.inputs).filter((name) => !definition.inputs[name]?.computed);
    const required = inputsOf(kind, requiredNames(definition));

    test(`check of ${kind} accepts the samples of each property`, () => {
      for (const name of settable) {
        for (const which of [0, 1] as const) {
          // The required inputs include those that sector and scope depend on.
          const news = { ...required, [name]: sample(kind, name, which) };
          expect(checked(kind, news).failures, `${name} ${which}`).toEqual([]);
        }
      }
    });

    test(`check of ${kind} accepts unknown values, also inside lists and objects`, () => {
      for (const name of settable) {
        for (const value of [unknownValue, [unknownValue], { a: unknownValue }]) {
          const outcome = checked(kind, { ...required, [name]: value });
          expect(outcome.failures, `${name} ${JSON.stringify(value)}`).toEqual([]);
          expect(containsUnknown(unwrapSecret(outcome.inputs[name]))).toBe(true);
        }
      }
    });

    test(`check of ${kind} reports all wrong inputs at once`, () => {
      const news = Object.fromEntries(settable.map((name) => [name, { wrong: true }]));
      const named = new Set(checked(kind, news).failures.map((failure) => failure.reason.split(/[`.]/)[1]));
      expect([...named].sort()).toEqual(settable.filter((name) => definition.inputs[name]).sort());
    });

    test(`check of ${kind} treats null as not declared`, () => {
      const optional = settable.filter((name) => !definition.inputs[name]?.required);
      const nulls = Object.fromEntries(optional.map((name) => [name, null]));
      expect(checked(kind, { ...required, ...nulls })).toEqual(checked(kind, required));
    });

    test(`check of ${kind} keeps the names of secrets`, () => {
      const { inputs } = checked(kind, { ...required, [metadataKey]: { v: 1, secrets: ["other"] } });
      expect(inputs[metadataKey]).toEqual({ v: 2, secrets: ["other"] });
    });

    test(`check of ${kind} returns the same inputs hours later, so that an update plan stays valid`, () => {
      const all = inputsOf(
        kind,
        settable.filter((name) => !["permissions", "scope"].includes(name)),
      );
      const later = { ...context, now: context.now + 23 * 3_600_000 };
      const first = check(definition, undefined, all, context);
      expect(first.failures).toEqual([]);
      expect(check(definition, undefined, all, later)).toEqual(first);
      expect(containsUnknown(first.inputs)).toBe(false);
      for (const name of settable.filter((each) => each !== "adopt" && each !== "description")) {
        const changed = { ...required, [name]: sample(kind, name, 1) };
        const olds = plainInputs(check(definition, undefined, required, context).inputs);
        const planned = check(definition, olds, changed, context).inputs;
        expect(check(definition, olds, changed, later).inputs, name).toEqual(planned);
      }
    });

    test(`check of ${kind} accepts a computed input only as a copy by ignoreChanges, and keeps it`, () => {
      const computed = Object.keys(definition.inputs).filter((name) => definition.inputs[name]?.computed);
      const computing: PropertyValues = {
        ApiKey: { rotation: { every: "30d" } },
        App: { source: { ref: "fal-python.py", cwd: join(__dirname, "../../support") } },
      };
      const all = { ...required, ...(computing[kind] as PropertyValues | undefined) };
      const olds = plainInputs(checked(kind, all).inputs);
      for (const name of computed) {
        expect(checked(kind, { ...all, [name]: olds[name] }, olds), name).toEqual(checked(kind, all, olds));
        const other = checked(kind, { ...all, [name]: sample(kind, name, 1) }, olds);
        expect(other.failures[0]?.reason, name).toMatch(/is an output and cannot be set: remove it/);
        expect(checked(kind, { ...all, [name]: olds[name] }).failures, name).not.toEqual([]);
      }
      // `*` copies all of them, metadata included.
      const kept = checked(kind, { ...olds, [metadataKey]: checked(kind, all).inputs[metadataKey] }, olds);
      expect(kept.failures).toEqual([]);
      for (const name of computed) expect(kept.inputs[name]).toEqual(olds[name]);
    });

    test(`check of ${kind} returns checked inputs unchanged`, () => {
      const first = checked(kind, required);
      expect(checked(kind, required, plainInputs(first.inputs)).inputs).toEqual(first.inputs);
    });
  },
);

describe("inputs that check completes", () => {
  test("check adds the provider's environment", () => {
    expect(checked("App", { name: "a" }).inputs).toMatchObject({ environment: "main", alias: "a" });
    expect(
      check(definitionOf("App"), undefined, { name: "a" }, { ...context, environment: "staging" }).inputs,
    ).toMatchObject({
      environment: "staging",
      alias: "a--staging",
    });
  });

  test("check splits an app's id into environment and name", () => {
    expect(checked("AppScale", { app: "staging/image-gen" }).inputs).toMatchObject({
      app: "image-gen",
      environment: "staging",
    });
  });

  test("check treats the import option as adoption of the declared id and rejects another id", () => {
    expect(checked("App", { name: "a", adopt: "main/a" })).toMatchObject({ inputs: { adopt: true }, failures: [] });
    const other = { ...registered("App", { name: "a" }), adopt: "main/b" };
    expect(checked("App", other).failures[0]?.reason).toMatch(/the id of the declared object \("main\/a"\)/);
    expect(checked("Environment", { name: "a", adopt: "a" }).failures).toEqual([]);
    expect(checked("AppScale", { app: "a", adopt: "main/a" }).failures).toEqual([]);
    expect(checked("AppScale", { app: "staging/a", adopt: "main/a" }).failures).toHaveLength(1);
    expect(checked("StorageSettings", { adopt: "storage" }).failures).toEqual([]);
    expect(checked("StorageSettings", { adopt: "files" }).failures[0]?.reason).toMatch(/declared object \("storage"\)/);
  });

  test.each([
    ["App", { name: unknownValue, adopt: "main/a" }],
    ["AppScale", { app: unknownValue, adopt: "main/a" }],
    ["AppScale", { app: "a", environment: unknownValue, adopt: "main/a" }],
    ["Environment", { name: unknownValue, adopt: "a" }],
    ["Secret", { name: unknownValue, adopt: "main/a" }],
  ])("check accepts any id in the import option of %s while the inputs %j name no known object", (kind, news) => {
    expect(checked(kind, news)).toMatchObject({ inputs: { adopt: true }, failures: [] });
  });

  test("check does not require write-only values for adopted objects, or if they were never managed", () => {
    expect(checked("Secret", { name: "A", adopt: true }).failures).toEqual([]);
    expect(checked("Secret", { name: "A" }, { name: "A", environment: "main" }).failures).toEqual([]);
    expect(checked("Secret", { name: "A", [metadataKey]: { v: 1, managed: ["name"] } }).failures).toEqual([]);
    expect(checked("Secret", { name: "A" }, { name: "A", value: "x" }).failures[0]?.reason).toMatch(
      /`value` is required/,
    );
  });

  test("check rejects a changed description of an environment, and accepts its removal and a rename", () => {
    const olds = { name: "staging", description: "one" };
    expect(checked("Environment", { name: "staging", description: "two" }, olds).failures[0]?.reason).toMatch(
      /ignoreChanges/,
    );
    expect(checked("Environment", { name: "staging" }, olds).failures).toEqual([]);
    expect(checked("Environment", { name: "other", description: "two" }, olds).failures).toEqual([]);
  });
});

describe("undocumented values", () => {
  const machine = inputsOf("ComputeInstance", requiredNames(definitionOf("ComputeInstance")));
  test.each([
    ["ComputeInstance", { ...machine, sector: "sector_4" }, "sector", "sector_1, sector_2, sector_3"],
    ["ComputeInstance", { ...machine, instanceType: "gpu_4x_h100_sxm5" }, "instance type", "gpu_1x_h100_sxm5"],
    ["AppScale", { app: "a", machineTypes: ["GPU-H100", "GPU-Z900"] }, "machine type", "GPU-H100"],
    ["AppScale", { app: "a", regions: ["us-east", "us-east-1"] }, "region", "us-west"],
    ["ApiKey", { alias: "a", preset: "SERVERLES" }, "preset", "SERVERLESS"],
  ])("check accepts %s %j with one warning that lists the documented values", (kind, news, what, documented) => {
    const { failures, warnings } = checked(kind, news);
    expect(failures).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(
        `^\`.*\` is no ${what} that fal documents \\(.*${documented}.* The provider sends it anyway\\.$`,
      ),
    ]);
  });
});

describe("misspelled values", () => {
  const machine = inputsOf("ComputeInstance", requiredNames(definitionOf("ComputeInstance")));
  test.each([
    ["AppScale", { app: "a", machineTypes: ["S", "GPU_H100"] }, "machineTypes[1]", "GPU-H100"],
    ["AppScale", { app: "a", machineTypes: ["H100"] }, "machineTypes[0]", "GPU-H100"],
    ["AppScale", { app: "a", regions: ["us-eats"] }, "regions[0]", "us-east"],
    ["ApiKey", { alias: "a", preset: "SERVERLES" }, "preset", "SERVERLESS"],
    ["ComputeInstance", { ...machine, instanceType: "gpu_1x_h100_smx5" }, "instanceType", "gpu_1x_h100_sxm5"],
  ])("the warning about %s %j suggests a value, and with `strict` it is an error", (kind, news, where, value) => {
    const [warning] = checked(kind, news).warnings;
    expect(warning).toContain(`\`${where}\` is no `);
    expect(warning).toContain(`Did you mean "${value}"? The provider sends it anyway.`);
    const strict = check(definitionOf(kind), undefined, news, { ...context, strict: true });
    expect(strict.warnings).toEqual([]);
    expect(strict.failures.map(({ reason }) => reason)).toEqual([
      warning?.replace("The provider sends it anyway.", "It is an error because of the setting `strict`."),
    ]);
  });

  test("with `strict`, names that fal does not document are errors, and documented values pass", () => {
    const strict = (kind: string, news: PropertyValues) =>
      check(definitionOf(kind), undefined, news, { ...context, strict: true }).failures;
    expect(strict("Secret", { name: "my-token", value: "v" })).toEqual([
      { property: "", reason: expect.stringMatching(/^`name` should consist of letters.*setting `strict`\.$/) },
    ]);
    expect(strict("Secret", { name: "TOKEN", value: "v" })).toEqual([]);
    expect(strict("AppScale", { app: "a", machineTypes: ["GPU-H100"], regions: ["us-east"] })).toEqual([]);
    expect(strict("AppScale", { app: "a", machineTypes: unknownValue })).toEqual([]);
  });

  test("a rejected value gets a suggestion too, unless it is a secret of the program", () => {
    const news = { ...machine, instanceType: "gpu-1x-h100-sxm5" };
    expect(checked("ComputeInstance", news).failures[0]?.reason).toMatch(/Did you mean "gpu_1x_h100_sxm5"\?$/);
    const secret = { ...news, [metadataKey]: { v: 1, secrets: ["instanceType"] } };
    expect(checked("ComputeInstance", secret).failures[0]?.reason).not.toContain("Did you mean");
    const region = { app: "a", regions: ["us-eats"], [metadataKey]: { v: 1, secrets: ["regions"] } };
    expect(checked("AppScale", region).warnings[0]).not.toContain("Did you mean");
  });
});

describe("the fingerprint of a secret", () => {
  const run = (news: PropertyValues, olds?: PropertyValues) => {
    return plainInputs(check(definitionOf("Secret"), olds, news, context).inputs);
  };
  const first = run({ name: "A", value: "one" });

  test("the fingerprint of a secret stays the same while the secret does not change", () => {
    expect(run({ name: "A", value: "one" }, first)["fingerprint"]).toBe(first["fingerprint"]);
  });
  test("the fingerprint of a secret changes with the value and with a new entry of rewriteOn", () => {
    expect(run({ name: "A", value: "two" }, first)["fingerprint"]).not.toBe(first["fingerprint"]);
    expect(run({ name: "A", value: "one", rewriteOn: ["1"] }, first)["fingerprint"]).not.toBe(first["fingerprint"]);
  });
  test("ignoreChanges keeps the fingerprint of a secret, even if the value changes", () => {
    const news = { name: "A", value: "two", fingerprint: first["fingerprint"] };
    expect(run(news, first)["fingerprint"]).toBe(first["fingerprint"]);
  });
  test("the fingerprint of a secret does not depend on the value alone and never repeats", () => {
    expect(run({ name: "A", value: "another" })["fingerprint"]).toBe(first["fingerprint"]);
    const second = run({ name: "A", value: "two" }, first);
    const third = run({ name: "A", value: "one" }, second);
    expect(new Set([first, second, third].map((each) => each["fingerprint"])).size).toBe(3);
  });
  test("the fingerprint of a secret is unknown while the value is unknown, and differs between secrets", () => {
    expect(run({ name: "A", value: unknownValue }, first)["fingerprint"]).toBe(unknownValue);
    expect(run({ name: "B", value: "one" }, first)["fingerprint"]).not.toBe(first["fingerprint"]);
  });
  test("the fingerprint of a secret changes when a value is managed for the first time", () => {
    const { value: _value, ...without } = first;
    expect(run({ name: "A", value: "new" }, without)["fingerprint"]).not.toBe(first["fingerprint"]);
  });
  test("the fingerprint of a secret stays the same if the value is not written", () => {
    const exposed = run({ name: "A", value: "one", defaultExposed: true }, first);
    expect(exposed["fingerprint"]).toBe(first["fingerprint"]);
    const triggered = run({ name: "A", value: "one", rewriteOn: ["1", "2"] });
    const fewer = run({ name: "A", value: "one", rewriteOn: ["2"] }, triggered);
    expect(fewer["fingerprint"]).toBe(triggered["fingerprint"]);
  });
});

/** fal has one call for a secret's value and its exposure. */
describe("the exposure of a secret", () => {
  const olds = { name: "A", environment: "main", value: "one", defaultExposed: true, fingerprint: "f" };
  const hidden = { name: "A", value: "one", defaultExposed: false };

  test("check rejects a change of defaultExposed alone and suggests both fixes", () => {
    const { failures } = checked("Secret", hidden, olds);
    expect(failures).toEqual([
      {
        property: "",
        reason: expect.stringMatching(
          /together with the value.*may be older.*change `value` too, or add an entry to `rewriteOn`/,
        ),
      },
    ]);
  });

  test("check rejects a change of defaultExposed without a value and suggests a fix", () => {
    const { value: _value, ...adopted } = olds;
    const { failures } = checked("Secret", { name: "A", defaultExposed: false }, adopted);
    expect(failures).toEqual([{ property: "", reason: expect.stringMatching(/set `value` too/) }]);
    expect(failures[0]?.reason).not.toMatch(/rewriteOn/);
  });

  test.each<[string, PropertyValues, PropertyValues?]>([
    ["a new value", { ...hidden, value: "two" }],
    ["an unknown value", { ...hidden, value: unknownValue }],
    ["a first value", hidden, { ...olds, value: undefined }],
    ["a new entry of rewriteOn", { ...hidden, rewriteOn: ["a", "b"] }, { ...olds, rewriteOn: ["a"] }],
    ["another secret's name", { ...hidden, name: "B" }],
    ["a first exposure, which the update compares", hidden, { ...olds, defaultExposed: undefined }],
  ])("check accepts a change of defaultExposed with %s", (_title, news, before = olds) => {
    expect(checked("Secret", news, before).failures).toEqual([]);
  });

  test.each<[string, PropertyValues]>([
    ["an entry removed from rewriteOn", { ...hidden, rewriteOn: ["a"] }],
    ["the same entries in another order", { ...hidden, rewriteOn: ["b", "a"] }],
  ])("check rejects a change of defaultExposed with %s", (_title, news) => {
    expect(checked("Secret", news, { ...olds, rewriteOn: ["a", "b"] }).failures).toHaveLength(1);
  });

  test("the preview notes that a secret is written if the change of its value does not show it", () => {
    const notes = (news: PropertyValues, before: PropertyValues) => checked("Secret", news, before).notes;
    expect(notes({ ...hidden, rewriteOn: ["a"] }, olds)).toEqual([
      "`rewriteOn` changes: the value in the program is written to fal and replaces the one that fal has, and `defaultExposed` with it",
    ]);
    expect(notes({ name: "A", value: "one" }, { name: "A", environment: "main", fingerprint: "f" })).toEqual([
      "`value` was not managed so far: the value in the program is written to fal and replaces the one that fal has",
    ]);
    expect(notes({ ...hidden, value: "two" }, olds)).toEqual([]);
    expect(notes({ name: "A", value: "one" }, olds)).toEqual([]);
  });

  test("check rejects rewriteOn without a value", () => {
    const { failures } = checked("Secret", { name: "A", adopt: true, rewriteOn: ["a"] });
    expect(failures).toEqual([{ property: "", reason: expect.stringMatching(/needs `value`/) }]);
  });
});

function literal(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}
