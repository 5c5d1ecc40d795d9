import type { FastifyRequest } from "fastify";
import type { Area } from "../state/access";
import type { ControlPlane } from "../state/control-plane";

/** A hook that rejects requests whose `Authorization: Key id:secret` is invalid or has no access to `area`. */
export function requireKey(plane: ControlPlane, area: Area) {
  return async (request: FastifyRequest): Promise<void> => {
    const [, id, secret] = /^Key ([^:]+):(.+)$/.exec(request.headers.authorization ?? "") ?? [];
    plane.access.authorize(plane.access.authenticate(id, secret), area);
  };
}
