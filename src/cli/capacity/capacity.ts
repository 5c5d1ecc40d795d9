import type { ScaleName } from "../../client/scaling";
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
} from "../../cost";
import type { PropertyValues } from "../../provider/properties";
import { containsUnknown, isRecord } from "../../provider/values";
import { appScale } from "../../resources/app-scale/properties";
import { idOf, nameIn } from "../../resources/common";
import { computeInstance } from "../../resources/compute-instance/properties";
import type { UsageScaling } from "../../usage/evidence";
import { usageScaling } from "../../usage/scaling";
import { unknownText } from "../pulumi/plan";

export interface GpuInstance {
  readonly instanceType: string;
}

/** The scaling of an app. A value that is absent is unknown. */
export type ScaledApp = AppScaling & UsageScaling;

export type Running = ScaledApp | GpuInstance;

/** What an app or GPU instance runs before and after a change; undefined if it does not exist then, or in another stack. */
export interface Capacity {
  readonly urn: string;
  /** Its name in reports. */
  readonly label: string;
  readonly changes: boolean;
  readonly before?: Running;
  readonly after?: Running;
  /** The app runs already, with a scaling that a preview does not contain. */
  readonly unknownBefore?: true;
}

/** The same change in the other direction. */
export function reversed({ before, after, ...rest }: Capacity): Capacity {
  return { ...rest, ...(after ? { before: after } : {}), ...(before ? { after: before } : {}) };
}

/** Warm runners on one side of the change; undefined where nothing runs that has any. */
export function warmRange(capacity: Capacity, side: "before" | "after"): Range | undefined {
  return side === "before" && capacity.unknownBefore ? range(0, 0, ["unmanaged"]) : warmOf(capacity[side]);
}

/** What runs on one side of the change costs; undefined where nothing does. */
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
export function warmOf(running: Running | undefined): Range | undefined {
  return running && "app" in running ? warmRunners(running) : undefined;
}

/** The least number of warm runners; undefined also if it is unknown. */
export function knownWarm(running: Running | undefined): number | undefined {
  const warm = warmOf(running);
  return warm?.open.includes("runners") ? undefined : warm?.min;
}

function costOf(running: Running, prices: Prices, load: Load = "idle"): HourlyCost {
  return "app" in running ? costOfApp(running, prices, load) : costOfInstance(running.instanceType, prices);
}

/** What an app or GPU instance runs; undefined for any other kind. The outputs contain what the inputs leave out. */
export function runningOf(kind: string, inputs: PropertyValues, outputs: PropertyValues): Running | undefined {
  if (kind === computeInstance.kind) return instanceOf(inputs);
  return kind === appScale.kind ? scalingOf(inputs, outputs["effective"]) : undefined;
}

export function instanceOf({ instanceType }: PropertyValues): GpuInstance | undefined {
  return typeof instanceType === "string"
    ? { instanceType: containsUnknown(instanceType) ? unknownText : instanceType }
    : undefined;
}

export function scalingOf(inputs: PropertyValues, effective: unknown): ScaledApp | undefined {
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
  const known = (name: ScaleName) => (warmIsKnown || !warm.includes(name) ? value(name) : undefined);
  return { ...usageScaling(known), ...appScaling(id, known) };
}

export function labelOf(scaling: AppScaling | undefined): string | undefined {
  const [environment, name] = scaling?.app.split("/") ?? [];
  return name === undefined ? undefined : nameIn(environment, name);
}
