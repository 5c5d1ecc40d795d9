import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ControlPlane } from "../../state/control-plane";
import { parse } from "../../state/schema";
import { requireKey } from "../auth";
import { expandQuery, page, pageQuery } from "./paging";

const newKey = z.object({ alias: z.string().min(1).max(255) });
const listQuery = pageQuery().extend({ expand: expandQuery });

export function keyRoutes(app: FastifyInstance, plane: ControlPlane): void {
  const onRequest = requireKey(plane, "keys:manage");

  app.get("/keys", { onRequest }, async (request) => {
    const query = parse(listQuery, request.query, "query");
    // REST lists only keys of API scope. UNCERTAIN: keys without an equivalent scope are omitted too.
    const keys = plane.keys.list().filter((key) => key.scope === "API");
    const { items, ...rest } = page(keys, query);
    const creator = query.expand.includes("creator_info")
      ? { creator_nickname: plane.owner, creator_email: `${plane.owner}@example.com` }
      : {};
    return {
      keys: items.map(({ key_id, alias, scope, created_at }) => ({ key_id, alias, scope, created_at, ...creator })),
      ...rest,
    };
  });

  app.post("/keys", { onRequest }, async (request, reply) => {
    const { alias } = parse(newKey, request.body, "body");
    const { key_id, key_secret } = plane.keys.create(alias, { scope: "API" });
    return reply.code(201).send({ key_id, key_secret, key: `${key_id}:${key_secret}` });
  });

  // Documented as idempotent: 204 also for a key that does not exist. UNCERTAIN: whether REST revokes keys of other
  // scopes, which it does not list. Here it does.
  app.delete<{ Params: { key_id: string } }>("/keys/:key_id", { onRequest }, async (request, reply) => {
    plane.keys.revoke(request.params.key_id);
    return reply.code(204).send();
  });
}
