import type { AppScaling } from "../../cost";
import { metadataOf, withoutMetadata } from "../../provider/metadata";
import { appScale } from "../../resources/app-scale/properties";
import { computeInstance } from "../../resources/compute-instance/properties";
import { type Capacity, instanceOf, labelOf, type Running, scalingOf } from "../capacity/capacity";
import type { ResourceState, Step } from "../pulumi/plan";
import { type Change, recordedInputs } from "./change";

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

function capacity(
  urn: string,
  label: string,
  change: Change | undefined,
  before: Running | undefined,
  after: Running | undefined,
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
