import { z } from "zod";
import { FalConfigurationError, FalValidationError } from "./errors";
import { type CallOptions, oneDeadline } from "./transport/dispatch";
import type { Call } from "./transport/failure";
import { collectPages } from "./transport/pages";
import { path, type RestTransport } from "./transport/rest";
import { defined } from "./values";

/** What an event is about. fal may know more than these (source: `serverlessListAppEvents` of fal's platform API). */
export type AppEventCategory =
  | "runner_started"
  | "runner_failed"
  | "runner_finished"
  | "runner_pending"
  | "runner_startup_failure"
  | "runner_docker_pull"
  | "runner_setup"
  | "runner_draining"
  | "runner_stopping"
  | "deployment_started"
  | "deployment_failed"
  | "deployment_ended"
  | "deployment_rolling_started"
  | "deployment_rolling_failed"
  | "deployment_rolling_ended"
  | "deployment_recreate_applied"
  | "config_changed"
  | (string & {});

/** Something that happened to an app: its audit trail. */
export interface AppEvent {
  eventId: string;
  category: AppEventCategory;
  /** ISO 8601. */
  createdAt: string;
  payload: AppEventPayload;
}

/** What fal tells about an event; each category fills some of these. */
export interface AppEventPayload {
  jobId?: string;
  machineType?: string;
  reason?: string;
  /** State of a runner. */
  state?: string;
  /** Revision that a deployment made current. */
  newApplicationId?: string;
  oldApplicationId?: string;
  /** Scaling values, under fal's own names. */
  oldConfig?: Record<string, unknown>;
  newConfig?: Record<string, unknown>;
  oldAppAuthMode?: string;
  newAppAuthMode?: string;
  /** Who did it. */
  actor?: { nickname?: string; fullName?: string };
}

/** Which events to list. */
export interface AppEventFilter {
  /** Not before. */
  start?: Date | undefined;
  /** Not after. */
  end?: Date | undefined;
  /** Only these; left out: all. */
  category?: readonly AppEventCategory[] | undefined;
  /** At most this many. Left out: 50. */
  limit?: number | undefined;
}

/** What fal serves on one page at most (source: `serverlessListAppEvents`). */
const largestPage = 1000;

/** @internal Events of apps: REST of the platform API, and nothing else. */
export class AppEvents {
  readonly #rest: RestTransport;
  readonly #apiUrl: string;
  readonly #account: () => Promise<string | undefined>;

  constructor(rest: RestTransport, apiUrl: string, account: () => Promise<string | undefined>) {
    this.#rest = rest;
    this.#apiUrl = apiUrl;
    this.#account = account;
  }

  async list(call: Call, alias: string, options: CallOptions & AppEventFilter): Promise<AppEvent[]> {
    const refuse = (reason: string): never => {
      const { operation, resource } = call;
      throw new FalValidationError(`${operation} of ${resource}: ${reason}`, { operation, resource });
    };
    const limit = options.limit ?? 50;
    if (!Number.isInteger(limit) || limit < 1) refuse(`limit must be a whole number of 1 or more, not ${limit}.`);
    for (const name of ["start", "end"] as const) {
      if (options[name] !== undefined && Number.isNaN(options[name].getTime())) refuse(`${name} is not a valid date.`);
    }
    const within = oneDeadline(options);
    const owner = await this.#account();
    if (owner === undefined) {
      throw new FalConfigurationError(
        `Could not ${call.action} ${call.resource}: fal asks for the name of the account, but does not tell whose the key is.`,
        { operation: call.operation, resource: call.resource },
      );
    }
    return await collectPages(
      call.operation,
      (cursor) =>
        this.#rest.call(
          call,
          {
            method: "GET",
            base: this.#apiUrl,
            // UNCERTAIN: the operation takes no environment, so the name is the one that addresses contain.
            path: path`/serverless/apps/${owner}/${alias}/events`,
            query: {
              start: options.start?.toISOString(),
              end: options.end?.toISOString(),
              category: options.category,
              limit: String(Math.min(limit, largestPage)),
              cursor,
            },
            answer: eventPage,
          },
          within,
        ),
      (event) => event.eventId,
      limit,
    );
  }
}

// Wire conversions

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
