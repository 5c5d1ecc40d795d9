import { type AccountName, requireAccount } from "./account";
import { FalConfigurationError } from "./errors";
import { type CallOptions, oneDeadline } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { collectPages } from "./internal/paging";
import type { RestTransport } from "./internal/rest";
import { couldNot, requireDate, requireLimit } from "./internal/values";
import type { AppEventQuery, EventRoute } from "./platform/events";
import type { AppEvent, AppEventCategory } from "./types";

/** Options of `apps.events`. */
export interface ListEventsOptions {
  /** The earliest time. Default: no limit. */
  start?: Date | undefined;
  /** The latest time. Default: no limit. */
  end?: Date | undefined;
  /** Only events of these categories. Default: all. */
  category?: readonly AppEventCategory[] | undefined;
  /** The maximum number of events. Default: 50. */
  limit?: number | undefined;
}

/** fal's maximum page size (source: `serverlessListAppEvents`). */
const largestPage = 1000;
const defaultLimit = 50;

/** @internal Events of apps. Only the platform API has them. */
export class AppEvents {
  readonly #rest: RestTransport;
  readonly #route: EventRoute | undefined;
  readonly #account: AccountName;

  constructor(rest: RestTransport, route: EventRoute | undefined, account: AccountName) {
    this.#rest = rest;
    this.#route = route;
    this.#account = account;
  }

  async list(call: Call, alias: string, options: CallOptions & ListEventsOptions): Promise<AppEvent[]> {
    const route = this.#route;
    if (route === undefined) {
      throw new FalConfigurationError(couldNot(call, 'surface "alpha" has no events. Set surface to "platform".'), {
        operation: call.operation,
        resource: call.resource,
      });
    }
    const query = queryOf(call, options);
    const within = oneDeadline(options);
    const owner = await requireAccount(call, this.#account, within);
    return await collectPages(
      call,
      (cursor, page) => this.#rest.call(call, route(owner, alias, { ...query, cursor }), page),
      (event) => event.eventId,
      within,
      { atMost: options.limit ?? defaultLimit },
    );
  }
}

function queryOf(call: Call, { start, end, category, limit = defaultLimit }: ListEventsOptions): AppEventQuery {
  requireLimit(call, limit);
  requireDate(call, "start", start);
  requireDate(call, "end", end);
  return { start: start?.toISOString(), end: end?.toISOString(), category, limit: Math.min(limit, largestPage) };
}
