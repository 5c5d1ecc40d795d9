import type { PropertyValues, ResourceDefinition } from "../../src/provider/properties";
import { definitions } from "../../src/resources/definitions.gen";
import { OTHER_SSH_KEY, SSH_KEY } from "./constants";

export { definitions };

export function definitionOf(kind: string): ResourceDefinition {
  const found = definitions.find((definition) => definition.kind === kind);
  if (!found) throw new Error(`no resource ${kind}`);
  return found;
}

/**
 * Two different valid values of every input of every resource. A test fails when a table has an input without samples,
 * so each new property is covered by the diff laws and the real-CLI update tests from its first day.
 */
export const samples: Record<string, Record<string, readonly [unknown, unknown]>> = {
  App: {
    name: ["image-gen", "video-gen"],
    environment: ["main", "staging"],
    authMode: ["private", "public"],
    revision: ["rev-1", "rev-2"],
    strategy: ["rolling", "recreate"],
    rolloutOn: [["a"], ["b"]],
    onDelete: ["retain", "delete"],
    alias: ["image-gen", "video-gen"],
    adopt: [false, true],
  },
  AppScale: {
    app: ["image-gen", "video-gen"],
    environment: ["main", "staging"],
    minConcurrency: [0, 2],
    maxConcurrency: [4, 8],
    concurrencyBuffer: [0, 1],
    concurrencyBufferPerc: [0, 20],
    keepAlive: [0, 300],
    scalingDelay: [0, 15],
    requestTimeout: [600, 1200],
    requestStartTimeout: [0, 30],
    startupTimeout: [300, 900],
    maxMultiplexing: [1, 4],
    machineTypes: [
      ["GPU-H100", "GPU-A100"],
      ["GPU-A100", "GPU-H100"],
    ],
    regions: [["us-east"], ["us-east", "eu-west"]],
    reapplyOn: [["a"], ["b"]],
    onDelete: ["retain", "restore"],
    adopt: [false, true],
  },
  Secret: {
    name: ["HF_TOKEN", "DB_URL"],
    environment: ["main", "staging"],
    value: ["hf_one", "hf_two"],
    defaultExposed: [false, true],
    rewriteOn: [["a"], ["b"]],
    fingerprint: ["f1", "f2"],
    adopt: [false, true],
  },
  ApiKey: {
    alias: ["ci", "cd"],
    preset: ["DEPLOY", "READONLY"],
    permissions: [["models:requests:submit"], ["serverless:apps:run"]],
    scope: ["ADMIN", "API"],
    rotation: [{ every: "30d" }, { every: "30d", trigger: "1" }],
    generation: [1, 2],
    rotateAfter: ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"],
    adopt: ["key-1", "key-2"],
  },
  ComputeInstance: {
    instanceType: ["gpu_8x_h100_sxm5", "gpu_1x_h100_sxm5"],
    sshKey: [SSH_KEY, OTHER_SSH_KEY],
    sector: ["sector_1", "sector_2"],
    waitForReady: [true, false],
    adopt: ["inst_1", "inst_2"],
  },
  Environment: {
    name: ["staging", "preview"],
    description: ["one", "two"],
    forceDestroy: [false, true],
    adopt: [false, true],
  },
};

export function sample(kind: string, name: string, which: 0 | 1 = 0): unknown {
  const pair = samples[kind]?.[name];
  if (!pair) throw new Error(`no sample for ${kind}.${name}`);
  return pair[which];
}

/** Inputs of a kind with the given properties, as the program would send them. */
export function inputsOf(kind: string, names: readonly string[]): PropertyValues {
  return Object.fromEntries(names.map((name) => [name, sample(kind, name)]));
}

export function requiredNames(definition: ResourceDefinition): string[] {
  return Object.entries(definition.inputs)
    .filter(([, property]) => property.required)
    .map(([name]) => name);
}
