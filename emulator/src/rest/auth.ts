import type { FastifyRequest } from "fastify";
import type { Area } from "../state/access";
import type { ControlPlane } from "../state/control-plane";

/** A hook that lets a request through when its `Authorization: Key id:secret` may do what `area` says. */
export function requireKey(plane: ControlPlane, area: Area) {
  return async (request: FastifyRequest): Promise<void> => {
    const [, id, secret] = /^Key ([^:]+):(.+)$/.exec(request.headers.authorization ?? "") ?? [];
    plane.access.authorize(plane.access.authenticate(id, secret), area);
  };
}
