import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { aliasOf, mainEnvironment } from "../../state/account";
import type { ControlPlane } from "../../state/control-plane";
import { type App, type Instance, parse, type Secret } from "../../state/schema";
import { notFound } from "../../state/violations";
import { requireKey } from "../auth";
import { instanceOrder } from "../compute-order";

const secretWrite = z.object({ name: z.string().min(1), value: z.string().min(1) });
const filesQuery = z.object({ path: z.string().default("") });

/**
 * The alpha surface, `https://rest.alpha.fal.ai`, older than the platform API: bare arrays, `{detail}` errors, no paging.
 * UNCERTAIN: only the compute part was ever published by fal; apps, secrets and files come from a third party's document.
 */
export function alphaRoutes(plane: ControlPlane) {
  return async (app: FastifyInstance): Promise<void> => {
    const anyKey = { onRequest: requireKey(plane, "any") };
    const secretsKey = { onRequest: requireKey(plane, "secrets") };
    const computeKey = { onRequest: requireKey(plane, "compute") };

    app.get("/serverless/apps", anyKey, async () => plane.apps.list().map(showApp));
    const getApp = (id: string) => {
      const found = plane.apps.list().find((each) => appId(each) === id);
      if (!found) throw notFound(`App "${id}" not found`);
      return showApp(found);
    };
    app.get<{ Params: { app_id: string } }>("/serverless/apps/:app_id", anyKey, async (request) =>
      getApp(request.params.app_id),
    );
    // The id holds a slash; the document does not say whether it is to be encoded, so both ways work.
    app.get<{ Params: { owner: string; name: string } }>("/serverless/apps/:owner/:name", anyKey, async (request) =>
      getApp(`${request.params.owner}/${request.params.name}`),
    );

    // This surface knows no environments: main is meant.
    app.get("/serverless/secrets", secretsKey, async () => plane.secrets.list(mainEnvironment).map(showSecret));
    app.post("/serverless/secrets", secretsKey, async (request) => {
      const { name, value } = parse(secretWrite, request.body, "body");
      return showSecret(plane.secrets.set(mainEnvironment, name, value));
    });

    app.get("/serverless/files", anyKey, async (request) =>
      plane.files.below(parse(filesQuery, request.query, "query").path),
    );

    app.get("/compute/instances", computeKey, async () => plane.instances.list().map(showInstance));
    app.post("/compute/instance", computeKey, async (request) =>
      showInstance(plane.instances.create(parse(instanceOrder, request.body, "body"))),
    );
    app.get<{ Params: { id: string } }>("/compute/instance/:id", computeKey, async (request) =>
      showInstance(plane.instances.get(request.params.id)),
    );
    // UNCERTAIN: status and body of this answer; 204 as on the platform surface.
    app.delete<{ Params: { id: string } }>("/compute/instance/:id", computeKey, async (request, reply) => {
      plane.instances.delete(request.params.id);
      return reply.code(204).send();
    });
  };
}

const appId = (app: App) => `${app.owner}/${aliasOf(app)}`;

function showApp(app: App) {
  const gpu = app.machine_types.find((type) => type.startsWith("GPU-"))?.slice("GPU-".length);
  return {
    id: appId(app),
    name: aliasOf(app),
    endpoint: `https://fal.run/${appId(app)}`,
    ...(gpu !== undefined && { gpu }),
    keep_alive: app.keep_alive,
    min_concurrency: app.min_concurrency,
    max_concurrency: app.max_concurrency,
    public: app.auth_mode === "public",
  };
}

const showSecret = ({ name, created_at }: Secret) => ({ name, created_at });

/**
 * As in the document's examples: a machine without a sector names none. An address that is not there yet is null.
 * Region and creator are unknown to this surface, and so is the status `stopped`, which becomes `unknown`.
 */
function showInstance({ id, instance_type, sector, ip, status }: Instance) {
  return {
    id,
    instance_type,
    ...(sector !== null && { sector }),
    ip,
    status: status === "stopped" ? "unknown" : status,
  };
}
