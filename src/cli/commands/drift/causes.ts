import type { AppEvent, FalClient } from "../../../client";
import type { PropertyValues } from "../../../provider/properties";
import { deepEqual } from "../../../provider/values";
import type { InputDescription } from "../../../resources/description";
import type { Refreshed } from "../../pulumi/events";
import { type ResourceType, resourceTypes } from "../../resource-types";
import type { Drifted, DriftedProperty } from "./result";

/** Reads the events of an app, in any order. */
export type EventsOf = (environment: string, app: string) => Promise<readonly AppEvent[]>;

/** Adds likely causes, which follow from the states before and after the refresh. */
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

/** Adds authors and times from the events of apps. `eventsOf` reads the events for a resource. */
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
      const revision = revisionsOf(states.get(resource.urn), type)?.live ?? foreignRevision(resource);
      const inputs = type?.description.inputs ?? {};
      return {
        ...resource,
        properties: resource.properties.map((one) => audited(one, inputs[one.path], events, revision)),
      };
    }),
  );
}

/** Whether fal has events about the change. */
export function isOfAnApp({ type, status }: Drifted): boolean {
  return status === "changed" && resourceTypes.get(type)?.description.drift?.app !== undefined;
}

/** Reads the events of the last 30 days, once for each app. */
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

/** In milliseconds. The report does not wait longer, because it is useful without events too. */
const timeoutMs = 20_000;

/** UNCERTAIN: which of these a deploy emits. Each one makes a revision current. */
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
  // Someone may have changed the value after the deploy that reset it.
  if (change && (!deployed || (deployment && deployment.createdAt < change.createdAt))) {
    const undone = newest(events.filter((event) => changes(event, property, description)));
    if (undone === change) return { ...property, cause: "changedElsewhere", ...whoAndWhen(change) };
  }
  if (deployed) return deployment ? { ...property, ...whoAndWhen(deployment) } : property;
  // Nobody changed the value to the current one, and an ordinary deploy keeps it: the deploy used `--reset-scale`.
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

/** Whether an event contains a change of the property to its current value. */
function changedTo(event: AppEvent, property: DriftedProperty, description: InputDescription | undefined): boolean {
  const { actual } = property;
  if (actual === undefined) return false;
  return pairsOf(event, property, description).some(
    ([before, now]) => deepEqual(now, actual) && !deepEqual(before, actual),
  );
}

/** Whether an event contains a change of the property. */
function changes(event: AppEvent, property: DriftedProperty, description: InputDescription | undefined): boolean {
  return pairsOf(event, property, description).some(([before, now]) => !deepEqual(before, now));
}

/**
 * The values of the property before and after an event. UNCERTAIN: fal documents configurations as objects without the
 * names of their fields; these are the names in fal's own interface.
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

/** The revision that somebody else has deployed, which the state may contain already. */
function foreignRevision({ properties }: Drifted): string | undefined {
  const revision = properties.find(({ next }) => next !== undefined)?.actual;
  return typeof revision === "string" ? revision : undefined;
}

/** The app's current revision, if it is not the one in the state. */
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
