import type { FastifyInstance } from "fastify";
import type { ControlPlane } from "../state/control-plane";
import { requireKey } from "./auth";

/** Not in any public document, but fal's SDK calls it: `nickname` is the owner in `owner/app`. */
export function currentUserRoute(plane: ControlPlane) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get("/users/current", { onRequest: requireKey(plane, "any") }, async () => ({
      user_id: `user_${plane.owner}`,
      nickname: plane.owner,
      full_name: plane.owner,
      is_personal: false,
      is_locked: false,
    }));
  };
}
