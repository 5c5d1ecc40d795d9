import type { FastifyInstance } from "fastify";
import type { ControlPlane } from "../../state/control-plane";
import { type Instance, parse } from "../../state/schema";
import { requireKey } from "../auth";
import { instanceOrder } from "../compute-order";
import { page, pageQuery } from "./paging";

const listQuery = pageQuery();

export function computeRoutes(app: FastifyInstance, plane: ControlPlane): void {
  const onRequest = requireKey(plane, "compute");
  const show = (instance: Instance) => ({
    id: instance.id,
    instance_type: instance.instance_type,
    region: instance.region,
    status: instance.status,
    ...(instance.sector !== null && { sector: instance.sector }),
    ...(instance.ip !== null && { ip: instance.ip }),
    creator_user_nickname: plane.owner,
  });

  app.get("/compute/instances", { onRequest }, async (request) => {
    const { items, ...rest } = page(plane.instances.list(), parse(listQuery, request.query, "query"));
    return { instances: items.map(show), ...rest };
  });

  app.post("/compute/instances", { onRequest }, async (request, reply) => {
    const order = parse(instanceOrder, request.body, "body");
    const idempotencyKey = request.headers["idempotency-key"];
    const instance = plane.instances.create(order, typeof idempotencyKey === "string" ? idempotencyKey : undefined);
    return reply.code(201).send(show(instance));
  });

  app.get<{ Params: { id: string } }>("/compute/instances/:id", { onRequest }, async (request) =>
    show(plane.instances.get(request.params.id)),
  );

  app.delete<{ Params: { id: string } }>("/compute/instances/:id", { onRequest }, async (request, reply) => {
    plane.instances.delete(request.params.id);
    return reply.code(204).send();
  });
}
