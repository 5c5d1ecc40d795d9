import { z } from "zod";
import type { ListPage } from "../internal/paging";
import type { RestRequest } from "../internal/rest";
import { defined } from "../internal/values";
import type { AppEvent, AppEventPayload } from "../types";
import { appPath } from "./app-path";

/** Selects the events of a page. */
export interface AppEventQuery {
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly category?: readonly string[] | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The request for one page of events. The older REST APIs and gRPC have no events. */
export type EventRoute = (owner: string, alias: string, query: AppEventQuery) => RestRequest<ListPage<AppEvent>>;

/** `serverlessListAppEvents` of fal's platform API. */
export function platformEvents(apiUrl: string): EventRoute {
  return (owner, alias, query) => ({
    method: "GET",
    base: apiUrl,
    path: `${appPath(owner, alias)}/events`,
    query: { ...query, limit: String(query.limit) },
    answer: eventPage,
  });
}

const text = z.string().nullish();
const config = z.record(z.string(), z.unknown()).nullish();

const payload = z
  .object({
    job_id: text,
    machine_type: text,
    reason: text,
    state: text,
    new_application_id: text,
    old_application_id: text,
    old_config: config,
    new_config: config,
    old_app_auth_mode: text,
    new_app_auth_mode: text,
    actor: z.object({ nickname: text, full_name: text }).nullish(),
  })
  .transform(
    (wire): AppEventPayload =>
      defined({
        jobId: wire.job_id ?? undefined,
        machineType: wire.machine_type ?? undefined,
        reason: wire.reason ?? undefined,
        state: wire.state ?? undefined,
        newApplicationId: wire.new_application_id ?? undefined,
        oldApplicationId: wire.old_application_id ?? undefined,
        oldConfig: wire.old_config ?? undefined,
        newConfig: wire.new_config ?? undefined,
        oldAppAuthMode: wire.old_app_auth_mode ?? undefined,
        newAppAuthMode: wire.new_app_auth_mode ?? undefined,
        actor:
          wire.actor == null
            ? undefined
            : defined({ nickname: wire.actor.nickname ?? undefined, fullName: wire.actor.full_name ?? undefined }),
      }),
  );

const event = z
  .object({ event_id: z.string().min(1), category: z.string(), created_at: z.string(), payload: payload.nullish() })
  .transform(
    (wire): AppEvent => ({
      eventId: wire.event_id,
      category: wire.category,
      createdAt: wire.created_at,
      payload: wire.payload ?? {},
    }),
  );

const eventPage = z
  .object({ events: z.array(event), next_cursor: text })
  .transform((wire) => ({ items: wire.events, next: wire.next_cursor || undefined }));
