import type { FastifyInstance } from "fastify";
import type { ControlPlane } from "../../state/control-plane";
import { requireKey } from "../auth";

export function fileRoutes(app: FastifyInstance, plane: ControlPlane): void {
  const onRequest = requireKey(plane, "any");
  // UNCERTAIN: a directory that does not exist. The operation documents no 404, so it is empty.
  const list = (directory: string) =>
    plane.files.list(directory).map(({ modified_at, ...entry }) => ({
      ...entry,
      created_time: modified_at,
      updated_time: modified_at,
    }));

  app.get("/serverless/files/list", { onRequest }, async () => list(""));
  app.get<{ Params: { "*": string } }>("/serverless/files/list/*", { onRequest }, async (request) =>
    list(request.params["*"]),
  );
}
