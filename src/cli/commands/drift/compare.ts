import type { Prices } from "../../../cost";
import { metadataKey } from "../../../provider/metadata";
import {
  type PropertyValues,
  type ResourceDefinition,
  recordedInputNames,
  referredObjects,
  type Value,
} from "../../../provider/properties";
import { deepEqual, isRecord } from "../../../provider/values";
import type { Capacity } from "../../capacity/capacity";
import { errorsOf, messagesOf } from "../../pulumi/diagnostics";
import type { EngineRun, Refreshed } from "../../pulumi/events";
import { nameOf, type ResourceState, secretText } from "../../pulumi/plan";
import { objectKey, type RecordedResource } from "../../pulumi/stack-export";
import { type Link, sourceOf } from "../../report/source";
import { type ResourceType, resourceTypes } from "../../resource-types";
import { capacityOf, meaningOf } from "./meaning";
import type { Cause, Drifted, DriftedProperty, StackFailure, Warning } from "./result";

export interface Comparison {
  readonly drifted: readonly Drifted[];
  readonly checked: number;
  readonly failures: readonly StackFailure[];
  /** Warnings of the providers about resources that they read. */
  readonly warnings: readonly Warning[];
  /** Properties that differ, but are in `ignoreChanges`, as `name.property`. */
  readonly ignored: readonly string[];
  /** Names of resources whose last `pulumi up` did not finish. */
  readonly unfinished: readonly string[];
  /** All apps and GPU instances, also unchanged ones. */
  readonly capacities: readonly Capacity[];
}

/**
 * Compares what a refresh read with the state of the stack. `link` returns the address of a line of the program. Without
 * `prices`, there are no costs.
 */
export function compare(
  stack: string,
  engine: EngineRun,
  recorded: ReadonlyMap<string, RecordedResource>,
  link: Link,
  prices?: Prices,
): Comparison {
  const drifted: Drifted[] = [];
  const capacities: Capacity[] = [];
  const ignored: string[] = [];
  const unfinished: string[] = [];
  let checked = 0;
  for (const refreshed of engine.refreshed) {
    const { urn, old, live } = refreshed;
    const resource = recorded.get(urn);
    if (!resource?.managed) continue;
    checked += 1;
    const name = nameOf(urn);
    if (pendingOf(old.outputs).length > 0) unfinished.push(name);
    const source = sourceOf(resource.sourcePosition, link);
    const type = resourceTypes.get(old.type);
    const found = (status: Drifted["status"], properties: readonly DriftedProperty[], cause?: Cause) => {
      const runs = type ? capacityOf(refreshed, type, properties) : [];
      capacities.push(...runs);
      const meaning = meaningOf(refreshed, properties, type, runs, prices);
      drifted.push({ ...about, ...meaning, status, properties, ...(cause === undefined ? {} : { cause }) });
    };
    const about = {
      stack,
      urn,
      type: old.type,
      name,
      ...(old.id ? { id: old.id } : {}),
      ...(source ? { source } : {}),
    };
    if (!live) {
      found("missing", [], type?.description.drift?.missing);
      continue;
    }
    const differing = refreshed.op === "update" ? differences(refreshed) : [];
    const properties = differing.filter(({ path }) => !isIgnored(path, resource, refreshed));
    ignored.push(...differing.filter((one) => !properties.includes(one)).map(({ path }) => `${name}.${path}`));
    properties.push(...foreignIn(refreshed, type));
    const explained = differing.length > 0 || refreshed.op !== "update" || (type && isLeftOver(old.outputs));
    if (properties.length > 0 || !explained) found("changed", properties);
    else if (type) capacities.push(...capacityOf(refreshed, type, undefined));
  }
  const states = new Map(engine.refreshed.map(({ urn, old }) => [urn, old]));
  const warnings = messagesOf(engine.diagnostics, "warning").map(({ text: message, ...about }) => ({
    stack,
    ...about,
    message,
  }));
  return {
    drifted: withRecreation(drifted, states),
    checked,
    failures: failuresOf(stack, engine),
    warnings,
    ignored,
    unfinished,
    capacities,
  };
}

function differences({ old, live }: Refreshed): DriftedProperty[] {
  const now = live ?? old;
  const type = resourceTypes.get(old.type);
  if (!type) {
    const names = differingNames(old.inputs, now.inputs);
    return (names.length > 0 ? names : differingNames(old.outputs, now.outputs)).map((path) => ({ path }));
  }
  const { definition, description } = type;
  const properties = differingNames(old.inputs, now.inputs, definition)
    // The provider computes these from other properties. They do not exist at fal, so they cannot drift.
    .filter((path) => !definition.inputs[path]?.computed)
    .map((path) => property(path, old.inputs[path], now.inputs[path], type));
  const lost = description.drift?.lost;
  if (lost && pendingOf(now.inputs).includes(lost.pending)) {
    const { output, cause } = lost;
    properties.push({ ...property(output, old.outputs[output], undefined, type), cause });
  }
  if (properties.length > 0 || isLeftOver(old.outputs)) return properties;
  // A value that the program made secret is `[secret]` on both sides. Nothing else differs, so one of these does.
  return Object.keys(old.inputs)
    .filter((path) => old.inputs[path] === secretText && definition.inputs[path]?.writeOnly !== true)
    .map((path) => property(path, secretText, secretText, type));
}

/** A deployment by somebody else. Once a refresh has recorded it, no input and no output differs any more. */
function foreignIn({ old, live }: Refreshed, type: ResourceType | undefined): DriftedProperty[] {
  const found = live && type?.description.drift?.foreign?.(old.inputs, live.outputs);
  if (!type || !found) return [];
  const { output, deployed, running, next, stays } = found;
  const shown = property(output, deployed, running, type);
  return [{ ...shown, cause: "deployedElsewhere", next, ...(stays ? { stays } : {}) }];
}

/** Missing objects that Pulumi deploys again, and those that come back with them. */
function withRecreation(drifted: readonly Drifted[], states: ReadonlyMap<string, ResourceState>): Drifted[] {
  const inputsOf = ({ urn }: Drifted) => states.get(urn)?.inputs ?? {};
  const deployed = drifted.map((resource) => {
    const text = resourceTypes.get(resource.type)?.description.redeploys?.(inputsOf(resource));
    return resource.status !== "missing" || text === undefined ? resource : { ...resource, recreated: text };
  });
  const back = new Set(
    deployed.flatMap(({ recreated, type, id }) =>
      recreated && id ? [objectKey(resourceTypes.get(type)?.kind ?? "", id)] : [],
    ),
  );
  return deployed.map((resource) => {
    const type = resourceTypes.get(resource.type);
    if (resource.status !== "missing" || !type?.description.needsDeploy || resource.recreated) return resource;
    const refers = referredObjects(type.definition, inputsOf(resource));
    const comesBack = refers.some(({ kind, id }) => back.has(objectKey(kind, id)));
    return comesBack
      ? { ...resource, recreated: "is set again once the app that it belongs to is deployed" }
      : resource;
  });
}

function property(path: string, declared: unknown, actual: unknown, type: ResourceType): DriftedProperty {
  const { unit } = type.definition.inputs[path] ?? {};
  const { writtenWith } = type.description.inputs[path] ?? {};
  return {
    path,
    ...(declared === undefined ? {} : { declared }),
    ...(actual === undefined ? {} : { actual }),
    ...(unit === undefined ? {} : { unit }),
    ...(writtenWith === undefined ? {} : { writtenWith }),
  };
}

/**
 * Names of the properties that differ, in the order of `before`. Names that begin with `__` are not properties. For a
 * fal resource, only inputs that its outputs repeat count. The others, such as `adopt`, matter only at the creation, and
 * a refresh removes them.
 */
export function differingNames(
  before: PropertyValues,
  after: PropertyValues,
  definition?: ResourceDefinition,
): string[] {
  const mirrored = definition && new Set(recordedInputNames(definition));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !name.startsWith("__") && (mirrored?.has(name) ?? true) && !deepEqual(before[name], after[name]),
  );
}

/** Whether the last update left work, or fal did not keep a value. The engine reports both as changes. */
function isLeftOver(outputs: PropertyValues): boolean {
  const metadata = outputs[metadataKey];
  return pendingOf(outputs).length > 0 || (isRecord(metadata) && metadata["notKept"] !== undefined);
}

function pendingOf(properties: PropertyValues): string[] {
  const metadata = properties[metadataKey];
  const pending = isRecord(metadata) ? metadata["pending"] : undefined;
  return Array.isArray(pending) ? pending.map(String) : [];
}

/** Whether `ignoreChanges` covers every difference in a property. It may name parts, such as `tags.team`. */
function isIgnored(path: string, { ignoreChanges }: RecordedResource, { old, live }: Refreshed): boolean {
  if (ignoreChanges.includes(path) || ignoreChanges.includes("*")) return true;
  const [before, now] = [old.inputs[path], live?.inputs[path]];
  if (deepEqual(before, now)) return false;
  const parts = ignoreChanges.map(keysOf).filter(([name]) => name === path);
  const [left, right] = [before, now].map((value) => parts.reduce((rest, [, ...keys]) => without(rest, keys), value));
  return deepEqual(left, right);
}

/** The keys of a property path as Pulumi writes them: `tags.team`, `rules[0].port`, `tags["a.b"]`. */
function keysOf(path: string): string[] {
  const keys = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g);
  return [...keys].map(([, quoted, index, name]) => quoted?.replace(/\\(.)/g, "$1") ?? index ?? name ?? "");
}

/** Returns the value without the part at `path`, in which `*` matches every key. */
function without(value: Value, [key, ...keys]: readonly string[]): Value {
  if (key === undefined) return undefined;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, inner]): [string, Value][] => {
    if (key !== "*" && key !== name) return [[name, inner]];
    return keys.length === 0 ? [] : [[name, without(inner, keys)]];
  });
  return Object.fromEntries(entries);
}

/** The reasons why a run failed, each once, with its resources. */
export function failuresOf(stack: string, engine: EngineRun): StackFailure[] {
  const reasons = new Map<string, string[]>();
  for (const { urn, text } of errorsOf(engine.diagnostics)) {
    reasons.set(text, [...(reasons.get(text) ?? []), ...(urn ? [urn] : [])]);
  }
  if (reasons.size === 0 && engine.result !== "succeeded") {
    reasons.set("The engine ended without a result.", [...engine.unread]);
  }
  return [...reasons].map(([message, urns]) => ({ stack, urns, message }));
}
