import type { ScaleName } from "../../../client/scaling";
import {
  type AppScaling,
  appScaling,
  costOfApp,
  costOfInstance,
  type HourlyCost,
  type Load,
  type Prices,
  type Range,
  range,
  warmRunners,
} from "../../../cost";
import { metadataOf, withoutMetadata } from "../../../provider/metadata";
import type { PropertyValues } from "../../../provider/properties";
import { containsUnknown, isRecord } from "../../../provider/values";
import { appScale } from "../../../resources/app-scale/properties";
import { idOf, nameIn } from "../../../resources/common";
import { computeInstance } from "../../../resources/compute-instance/properties";
import type { ResourceState, Step } from "../../pulumi/plan";
import { type Change, recordedInputs, unknownText } from "./change";

export interface GpuInstance {
  readonly instanceType: string;
}

/** What an app or GPU instance runs before and after the update; undefined if it is not in this stack then. */
export interface Capacity {
  readonly urn: string;
  /** Its name in reports. */
  readonly label: string;
  readonly changes: boolean;
  readonly before?: AppScaling | GpuInstance;
  readonly after?: AppScaling | GpuInstance;
  /** The app runs already, with a scaling that a preview does not contain. */
  readonly unknownBefore?: true;
}

/**
 * What runs before and after a step. An app whose scaling is no longer managed keeps it, so it still counts.
 *
 * @param change undefined if the resource is unchanged
 * @param gone ids of apps and names of environments that the plan deletes
 * @param handedOver whether another resource manages the object afterwards, and counts it
 */
export function capacityOf(
  step: Step,
  change: Change | undefined,
  kind: string,
  gone: ReadonlySet<string>,
  handedOver: boolean,
): Capacity[] {
  const name = change?.label ?? "";
  if (kind === computeInstance.kind) return instances(step, change, name, handedOver);
  if (kind !== appScale.kind) return [];
  const remains = (scaling: AppScaling | undefined) =>
    scaling && (gone.has(scaling.app) || gone.has(scaling.app.split("/")[0] ?? "")) ? undefined : scaling;
  const before = scalingBefore(step.old);
  const after = scalingAfter(step);
  if (change === undefined || change.op === "create" || change.op === "update") {
    return [capacity(step.urn, labelOf(after ?? before) ?? name, change, before, remains(after))];
  }
  const left = remains(scalingLeft(step.old));
  const old = handedOver ? [] : [capacity(step.urn, labelOf(before) ?? name, change, before, left)];
  return change.op === "delete" ? old : [...old, capacity(step.urn, labelOf(after) ?? name, change, undefined, after)];
}

/** Warm runners on one side of the update; undefined where nothing runs that has any. */
export function warmRange(capacity: Capacity, side: "before" | "after"): Range | undefined {
  return side === "before" && capacity.unknownBefore ? range(0, 0, ["unmanaged"]) : warmOf(capacity[side]);
}

/** What runs on one side of the update costs; undefined where nothing does. */
export function costRange(
  capacity: Capacity,
  side: "before" | "after",
  prices: Prices,
  load?: Load,
): HourlyCost | undefined {
  if (side === "before" && capacity.unknownBefore) return { ...range(0, 0, ["unmanaged"]), unpriced: [] };
  const running = capacity[side];
  return running && costOf(running, prices, load);
}

/** The warm runners of an app; undefined for anything else. */
export function warmOf(running: AppScaling | GpuInstance | undefined): Range | undefined {
  return running && "app" in running ? warmRunners(running) : undefined;
}

/** The least number of warm runners; undefined also if it is unknown. */
export function knownWarm(running: AppScaling | GpuInstance | undefined): number | undefined {
  const warm = warmOf(running);
  return warm?.open.includes("runners") ? undefined : warm?.min;
}

function costOf(running: AppScaling | GpuInstance, prices: Prices, load: Load = "idle"): HourlyCost {
  return "app" in running ? costOfApp(running, prices, load) : costOfInstance(running.instanceType, prices);
}

function capacity(
  urn: string,
  label: string,
  change: Change | undefined,
  before: AppScaling | GpuInstance | undefined,
  after: AppScaling | GpuInstance | undefined,
): Capacity {
  const unknownBefore = !before && after && "app" in after ? ({ unknownBefore: true } as const) : {};
  return {
    urn,
    label,
    changes: change !== undefined,
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
    ...unknownBefore,
  };
}

function instances(step: Step, change: Change | undefined, name: string, handedOver: boolean): Capacity[] {
  const planned = instanceOf(step.new?.inputs ?? {});
  // An adopted instance runs already, and adopting does not change it.
  const before = change?.effect === "adopted" ? planned : instanceOf(recordedInputs(step.old));
  if (change?.deletion?.outcome !== "kept") return [capacity(step.urn, name, change, before, planned)];
  const stays = handedOver ? [] : [capacity(step.urn, name, change, before, before)];
  return change.op === "delete" ? stays : [...stays, capacity(step.urn, name, change, undefined, planned)];
}

function instanceOf({ instanceType }: PropertyValues): GpuInstance | undefined {
  return typeof instanceType === "string"
    ? { instanceType: containsUnknown(instanceType) ? unknownText : instanceType }
    : undefined;
}

function scalingBefore(state: ResourceState | undefined): AppScaling | undefined {
  if (!state) return undefined;
  const recorded = recordedInputs(state);
  return scalingOf(recorded, recorded["effective"]);
}

function scalingAfter({ old, new: planned }: Step): AppScaling | undefined {
  if (!planned) return undefined;
  const inputs = withoutMetadata(planned.inputs);
  const recorded = recordedInputs(old);
  const sameApp = recorded["app"] === inputs["app"] && recorded["environment"] === inputs["environment"];
  return scalingOf(inputs, sameApp ? recorded["effective"] : undefined);
}

/** The scaling after the resource is deleted: with `restore` the values from before it, otherwise the current ones. */
function scalingLeft(state: ResourceState | undefined): AppScaling | undefined {
  if (!state) return undefined;
  const recorded = recordedInputs(state);
  const restores = recorded["onDelete"] === "restore" && !state.retainOnDelete;
  return scalingOf({ ...recorded, ...(restores ? metadataOf(recorded)?.found : {}) }, recorded["effective"]);
}

function scalingOf(inputs: PropertyValues, effective: unknown): AppScaling | undefined {
  const { app, environment } = inputs;
  if (typeof app !== "string" || typeof environment !== "string") return undefined;
  const live = isRecord(effective) ? effective : {};
  const value = (name: ScaleName) => {
    const found = inputs[name] ?? live[name];
    return containsUnknown(found) ? undefined : found;
  };
  // A value that is known only after the update may be any number.
  const warm: readonly ScaleName[] = ["minConcurrency", "concurrencyBuffer"];
  const warmIsKnown = !containsUnknown(warm.map((name) => inputs[name] ?? live[name]));
  const id = containsUnknown([app, environment]) ? unknownText : idOf(environment, app);
  return appScaling(id, (name) => (warmIsKnown || !warm.includes(name) ? value(name) : undefined));
}

function labelOf(scaling: AppScaling | undefined): string | undefined {
  const [environment, name] = scaling?.app.split("/") ?? [];
  return name === undefined ? undefined : nameIn(environment, name);
}
