import { describe, expect, test } from "vitest";
import type { CreateContext } from "../../../src/provider/handler";
import type { PropertyValues } from "../../../src/provider/properties";
import { handlers } from "../../../src/resources/handlers.gen";

/** Adoption takes over an existing object or fails with the reason. It never creates or deletes objects. */
const key = { keyId: "k1", alias: "ci", scope: "API" as const };
const machine = {
  id: "inst_1",
  instanceType: "gpu_8x_h100_sxm5",
  sector: "sector_1",
  status: "ready",
  ip: "203.0.113.9",
};
const environment = { name: "staging", description: "theirs", isDefault: false };
const secret = { name: "TOKEN", environment: "main", defaultExposed: true };

/** An account that can only be read: everything else is missing, so calling it fails the test. */
const fal = {
  settings: { environment: "main" },
  keys: { get: async (id: string) => (id === key.keyId ? key : undefined) },
  compute: { get: async (id: string) => (id === machine.id ? machine : undefined) },
  environments: { get: async (name: string) => (name === environment.name ? environment : undefined) },
  secrets: { get: async (name: string) => (name === secret.name ? secret : undefined) },
};

const context = (): CreateContext => ({
  fal: fal as unknown as CreateContext["fal"],
  signal: new AbortController().signal,
  waitSignal: new AbortController().signal,
  timeLimit: "5m0s",
  now: 0,
  stack: undefined,
  progress: () => undefined,
  warn: () => undefined,
  warnOnce: () => undefined,
  creation: undefined,
  deploying: (deployment) => deployment(),
  acknowledged: () => undefined,
  exists: () => undefined,
});

function create(kind: string, inputs: PropertyValues) {
  const handler = handlers.find(({ definition }) => definition.kind === kind);
  if (!handler) throw new Error(`no resource ${kind}`);
  return handler.create(inputs, context());
}

const keyInputs = { alias: "ci", generation: 1, adopt: "k1" };
const machineInputs = { instanceType: "gpu_8x_h100_sxm5", adopt: "inst_1" };

describe("adoption", () => {
  test("adoption accepts an object that matches the declared properties", async () => {
    const made = await Promise.all([
      create("ApiKey", keyInputs),
      create("ComputeInstance", machineInputs),
      create("Environment", { name: "staging", adopt: true }),
      create("Environment", { name: "staging", description: "theirs", adopt: true }),
      create("Secret", { name: "TOKEN", environment: "main", fingerprint: "f", adopt: true }),
    ]);
    expect(made.map(({ id }) => id)).toEqual(["k1", "inst_1", "staging", "staging", "main/TOKEN"]);
  });

  test.each([
    [
      "an environment's description",
      () => create("Environment", { name: "staging", description: "mine", adopt: true }),
      /another description than the program declares.*Declare the existing text, or leave it out/,
    ],
    [
      "a key's alias",
      () => create("ApiKey", { ...keyInputs, alias: "cd" }),
      /another alias than the program declares.*Declare the existing alias/,
    ],
    [
      "a key's scope",
      () => create("ApiKey", { ...keyInputs, scope: "ADMIN" }),
      /scope "API".*other permissions.*Declare `scope: "API"`/,
    ],
    [
      "a GPU instance's type",
      () => create("ComputeInstance", { ...machineInputs, instanceType: "gpu_1x_h100_sxm5" }),
      /"gpu_8x_h100_sxm5".*differs from the program.*Declare the existing value/,
    ],
    [
      "a GPU instance's sector",
      () => create("ComputeInstance", { ...machineInputs, sector: "sector_2" }),
      /"sector_1".*differs from the program/,
    ],
    [
      "a secret's exposure (without a value)",
      () =>
        create("Secret", { name: "TOKEN", environment: "main", fingerprint: "f", defaultExposed: false, adopt: true }),
      /another `defaultExposed` than the program declares.*set `value` too/,
    ],
  ] as const)("adoption fails if %s differs, with the difference and the fix", async (_title, attempt, says) => {
    await expect(attempt()).rejects.toThrow(says);
  });

  test.each([
    ["a key", () => create("ApiKey", { ...keyInputs, adopt: "k2" }), /Key "k2" cannot be adopted/],
    [
      "a GPU instance",
      () => create("ComputeInstance", { ...machineInputs, adopt: "inst_2" }),
      /GPU instance inst_2 cannot be adopted/,
    ],
    [
      "a secret without a value",
      () => create("Secret", { name: "NONE", environment: "main", fingerprint: "f", adopt: true }),
      /"main\/NONE" cannot be adopted.*Set `value` to create it/,
    ],
  ] as const)("adoption fails for %s that does not exist", async (_title, attempt, says) => {
    await expect(attempt()).rejects.toThrow(says);
  });
});
