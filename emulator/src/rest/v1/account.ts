import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ControlPlane } from "../../state/control-plane";
import { parse } from "../../state/schema";
import { requireKey } from "../auth";
import { expandQuery } from "./paging";

const query = z.object({ expand: expandQuery });

export function accountRoutes(app: FastifyInstance, plane: ControlPlane): void {
  app.get("/account/billing", { onRequest: requireKey(plane, "billing") }, async (request) => {
    const { expand } = parse(query, request.query, "query");
    return { username: plane.owner, ...(expand.includes("credits") ? { credits: plane.state().credits } : {}) };
  });
}
