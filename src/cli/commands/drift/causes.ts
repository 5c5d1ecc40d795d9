import type { AppEvent, FalClient } from "../../../client";
import type { PropertyValues } from "../../../provider/properties";
import { deepEqual } from "../../../provider/values";
import type { InputDescription } from "../../../resources/description";
import type { Refreshed } from "../../pulumi/events";
import { type ResourceType, resourceTypes } from "../../resource-types";
import type { Drifted, DriftedProperty } from "./result";

/** What fal tells of an app's past: its audit trail, newest first or not. */
export type EventsOf = (environment: string, app: string) => Promise<readonly AppEvent[]>;

/** What the states before and after tell of how it came to this. Nothing here is certain: a report calls it likely. */
export function likelyCauses(drifted: readonly Drifted[], refreshed: readonly Refreshed[]): Drifted[] {
  const states = new Map(refreshed.map((one) => [one.urn, one]));
  return drifted.map((resource) => {
    const type = resourceTypes.get(resource.type);
    const revisions = revisionsOf(states.get(resource.urn), type);
    if (!type || revisions === undefined) return resource;
    const properties = resource.properties.map((property): DriftedProperty => {
      if (type.definition.inputs[property.path]?.resetByDeploy) return { ...property, cause: "resetByDeploy" };
      const isRevision = property.actual === revisions.live;
      return isRevision ? { ...property, cause: "deployedElsewhere" } : property;
    });
    return { ...resource, properties };
  });
}

/** Adds who and when, where the events of the app tell: `eventsOf` has them for a resource. */
export async function withAuditTrail(
  drifted: readonly Drifted[],
  refreshed: readonly Refreshed[],
  eventsOf: (resource: Drifted, ...app: Parameters<EventsOf>) => ReturnType<EventsOf>,
): Promise<Drifted[]> {
  const states = new Map(refreshed.map((one) => [one.urn, one]));
  return await Promise.all(
    drifted.map(async (resource) => {
      const type = resourceTypes.get(resource.type);
      const app = type?.description.drift?.app;
      if (!isOfAnApp(resource) || !app || resource.id === undefined) return resource;
      const { environment, name } = app(resource.id);
      const events = await eventsOf(resource, environment, name);
      const revision = revisionsOf(states.get(resource.urn), type)?.live;
      const inputs = type?.description.inputs ?? {};
      return {
        ...resource,
        properties: resource.properties.map((one) => audited(one, inputs[one.path], events, revision)),
      };
    }),
  );
}

/** Whether it has a past that fal tells. */
export function isOfAnApp({ type, status }: Drifted): boolean {
  return status === "changed" && resourceTypes.get(type)?.description.drift?.app !== undefined;
}

/** Of each app once, however many resources ask; the trail of the last 30 days. */
export function appEvents(fal: FalClient, signal: AbortSignal, failed: (message: string) => void): EventsOf {
  const asked = new Map<string, Promise<readonly AppEvent[]>>();
  const start = new Date(Date.now() - 30 * 24 * 3_600_000);
  return (environment, app) => {
    const key = `${environment}/${app}`;
    const events =
      asked.get(key) ??
      fal.apps
        .events(app, {
          environment,
          start,
          category: [...deployments, "config_changed"],
          limit: 200,
          signal,
          timeoutMs,
        })
        .catch((error: unknown) => {
          signal.throwIfAborted();
          failed(error instanceof Error ? error.message : String(error));
          return [];
        });
    asked.set(key, events);
    return events;
  };
}

/** The trail is an extra: it may not hold the report up. Milliseconds. */
const timeoutMs = 20_000;

/** UNCERTAIN: which of these a deploy emits; all that make a revision current are taken. */
const deployments = ["deployment_ended", "deployment_rolling_ended", "deployment_recreate_applied"] as const;

function audited(
  property: DriftedProperty,
  description: InputDescription | undefined,
  events: readonly AppEvent[],
  live: string | undefined,
): DriftedProperty {
  const deployment = newest(
    events.filter(
      ({ category, payload }) =>
        (deployments as readonly string[]).includes(category) &&
        live !== undefined &&
        payload.newApplicationId === live,
    ),
  );
  const change = newest(events.filter((event) => changedTo(event, property, description)));
  const deployed = property.cause !== undefined;
  // A value that a deploy may have reset may have been changed again since.
  if (change && (!deployed || (deployment && deployment.createdAt < change.createdAt))) {
    const undone = newest(events.filter((event) => changes(event, property, description)));
    if (undone === change) return { ...property, cause: "changedElsewhere", ...whoAndWhen(change) };
  }
  if (deployed) return deployment ? { ...property, ...whoAndWhen(deployment) } : property;
  // An ordinary deploy keeps it, and nobody changed it to what it is: so that deploy was one with `--reset-scale`.
  return deployment && description?.resetByResetScale
    ? { ...property, cause: "resetByDeploy", ...whoAndWhen(deployment) }
    : property;
}

function newest(events: readonly AppEvent[]): AppEvent | undefined {
  return events.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];
}

function whoAndWhen({ createdAt, payload: { actor } }: AppEvent): Pick<DriftedProperty, "by" | "at"> {
  const by = actor?.nickname || actor?.fullName;
  return { ...(by ? { by } : {}), at: createdAt };
}

/** Whether an event says that the property became what it is. */
function changedTo(event: AppEvent, property: DriftedProperty, description: InputDescription | undefined): boolean {
  const { actual } = property;
  if (actual === undefined) return false;
  return pairsOf(event, property, description).some(
    ([before, now]) => deepEqual(now, actual) && !deepEqual(before, actual),
  );
}

/** Whether an event says that the property became something else than it was. */
function changes(event: AppEvent, property: DriftedProperty, description: InputDescription | undefined): boolean {
  return pairsOf(event, property, description).some(([before, now]) => !deepEqual(before, now));
}

/**
 * What an event says that the property was, and became. UNCERTAIN: fal documents configurations as objects, not their
 * names; these are the names of fal's own interface.
 */
function pairsOf(
  { category, payload }: AppEvent,
  { path }: DriftedProperty,
  description: InputDescription | undefined,
): (readonly [unknown, unknown])[] {
  if (category !== "config_changed") return [];
  const [before, after] = description?.event ?? [];
  if (before !== undefined && after !== undefined && payload[after] !== undefined) {
    return [[payload[before], payload[after]]];
  }
  const name = path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return [name, `valid_${name}`].flatMap((wire) => {
    const now = payload.newConfig?.[wire];
    return now === undefined ? [] : [[payload.oldConfig?.[wire], now] as const];
  });
}

/** The app's revisions, where another one is current now. */
function revisionsOf(
  refreshed: Refreshed | undefined,
  type: ResourceType | undefined,
): { readonly live: string } | undefined {
  const revisionIn = (outputs: PropertyValues | undefined) => {
    const revision = outputs && type?.description.drift?.revision?.(outputs);
    return typeof revision === "string" ? revision : undefined;
  };
  const before = revisionIn(refreshed?.old.outputs);
  const live = revisionIn(refreshed?.live?.outputs);
  return before === undefined || live === undefined || before === live ? undefined : { live };
}
