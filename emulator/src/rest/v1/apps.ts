import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { aliasOf, mainEnvironment } from "../../state/account";
import type { ControlPlane } from "../../state/control-plane";
import { type App, eventCategories, parse } from "../../state/schema";
import { notFound } from "../../state/violations";
import { requireKey } from "../auth";
import { expandQuery, page, pageQuery } from "./paging";
import { moment } from "./ranges";

const listQuery = z.object({
  environment: z.string().default(mainEnvironment),
  search: z.string().default(""),
  expand: expandQuery,
});
const category = z.enum(eventCategories);
const eventsQuery = pageQuery(1000).extend({
  start: moment.optional(),
  end: moment.optional(),
  category: z.union([category.transform((each) => [each]), z.array(category)]).optional(),
});
const revisionsQuery = pageQuery(100);
const statusKnownForMs = 30 * 24 * 60 * 60 * 1000;

interface AppRoute {
  Params: { owner: string; name: string };
}

// UNCERTAIN: whether `name` and `endpoint_id` carry the `--<environment>` suffix outside main. They do here, as fal.run's
// addresses and gRPC's aliases do.
export const endpointId = (app: App) => `${app.owner}/${aliasOf(app)}`;

export function appRoutes(app: FastifyInstance, plane: ControlPlane): void {
  // fal marks these operations for any key.
  const onRequest = requireKey(plane, "any");

  const requireApp = ({ owner, name }: AppRoute["Params"]): App => {
    const found = plane.apps.list().find((each) => each.owner === owner && aliasOf(each) === name);
    if (!found) throw notFound(`App "${owner}/${name}" not found`);
    return found;
  };

  app.get("/serverless/apps", { onRequest }, async (request) => {
    const { environment, search, expand } = parse(listQuery, request.query, "query");
    // UNCERTAIN: an environment that does not exist; the operation documents no 404, so it holds no apps.
    const apps = plane.apps
      .list(environment)
      .filter((each) => aliasOf(each).toLowerCase().includes(search.toLowerCase()))
      .map((each) => show(each, expand.includes("endpoints")));
    return { apps };
  });

  app.get<AppRoute>("/serverless/apps/:owner/:name/revisions", { onRequest }, async (request) => {
    const query = parse(revisionsQuery, request.query, "query");
    const found = requireApp(request.params);
    const ref = { alias: aliasOf(found), environment: found.environment };
    const { items, ...rest } = page(plane.apps.revisions(ref), query);
    return {
      endpoint_id: endpointId(found),
      revisions: items.map(({ revision }) => {
        const recent = plane.clock() - Date.parse(revision.created_at) < statusKnownForMs;
        return {
          revision_id: revision.id,
          created_at: revision.created_at,
          is_current: revision.id === found.revision,
          message: revision.message ?? null,
          annotations: revision.annotations ?? null,
          // The spec's schema lists three statuses and allows null by type, but not in its enum; so null is never sent.
          status: revision.status ?? "deployed",
          // UNCERTAIN: whose name fal returns. It is assumed to be that of the account of the key.
          deployed_by: recent ? (revision.deployed_by ?? plane.owner) : null,
        };
      }),
      ...rest,
    };
  });

  app.get<AppRoute>("/serverless/apps/:owner/:name/events", { onRequest }, async (request) => {
    const { start, end, category, ...query } = parse(eventsQuery, request.query, "query");
    const found = requireApp(request.params);
    const events = plane.apps
      .events(found)
      .filter((event) => {
        const at = Date.parse(event.created_at);
        return (
          (start === undefined || at >= start) &&
          (end === undefined || at <= end) &&
          (category === undefined || category.includes(event.category))
        );
      })
      .toReversed();
    const { items, ...rest } = page(events, query);
    return {
      endpoint_id: endpointId(found),
      events: items.map(({ event_id, category, created_at, payload }) => ({ event_id, category, created_at, payload })),
      ...rest,
    };
  });
}

function show(app: App, withEndpoints: boolean) {
  return {
    endpoint_id: endpointId(app),
    name: aliasOf(app),
    owner: app.owner,
    environment: app.environment,
    machine_type: app.machine_types[0] ?? "",
    auth_mode: app.auth_mode,
    keep_alive: app.keep_alive,
    min_concurrency: app.min_concurrency,
    max_concurrency: app.max_concurrency,
    request_timeout: app.request_timeout,
    startup_timeout: app.startup_timeout,
    valid_regions: app.valid_regions,
    updated_at: app.updated_at,
    ...(withEndpoints && { endpoints: [endpointId(app)] }),
  };
}
