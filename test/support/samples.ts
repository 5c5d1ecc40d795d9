import type { PropertyValues, ResourceDefinition } from "../../src/provider/properties";
import { definitions } from "../../src/resources/definitions.gen";
import { type folders, kindIn } from "../../src/resources/registry";
import { apiKey } from "./kinds/api-key";
import { app } from "./kinds/app";
import { appScale } from "./kinds/app-scale";
import { computeInstance } from "./kinds/compute-instance";
import { environment } from "./kinds/environment";
import type { KindSamples, WrongSample } from "./kinds/kind";
import { secret } from "./kinds/secret";
import { storageSettings } from "./kinds/storage-settings";

export { definitions };

export function definitionOf(kind: string): ResourceDefinition {
  const found = definitions.find((definition) => definition.kind === kind);
  if (!found) throw new Error(`no resource ${kind}`);
  return found;
}

/** By the folders of the registry: a kind without samples does not compile. */
const byFolder: Record<(typeof folders)[number], KindSamples> = {
  environment: environment,
  app: app,
  "app-scale": appScale,
  secret: secret,
  "api-key": apiKey,
  "compute-instance": computeInstance,
  "storage-settings": storageSettings,
};

const byKind = new Map(Object.entries(byFolder).map(([folder, samples]) => [kindIn(folder), samples]));

export function samplesOf(kind: string): KindSamples {
  const samples = byKind.get(kind);
  if (!samples)
    throw new Error(`${kind} has no samples: add test/support/kinds/<folder>.ts to test/support/samples.ts`);
  return samples;
}

export interface WrongInput extends WrongSample {
  readonly kind: string;
}

/** The wrong inputs of all kinds. */
export const wrongInputs: readonly WrongInput[] = definitions.flatMap(({ kind }) =>
  samplesOf(kind).wrong.map((each) => ({ ...each, kind, title: `${kind} ${each.title}` })),
);

export function sample(kind: string, name: string, which: 0 | 1 = 0): unknown {
  const pair = samplesOf(kind).inputs[name];
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
