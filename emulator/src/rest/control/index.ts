import type { FastifyInstance } from "fastify";
import type { Emulator } from "../../emulator";
import { parseDeployment, parseSeed } from "../../state/schema";
import { answerErrorsAs, detailError } from "../errors";

export const controlPrefix = "/_emulator";

/** The control endpoints. They need no key, are not recorded, and ignore faults and latency. */
export function controlRoutes({ plane, faults, requests }: Emulator) {
  return async (app: FastifyInstance): Promise<void> => {
    answerErrorsAs(app, detailError);

    // Includes the values of secrets, so that tests can check what a client has stored.
    app.get("/state", async () => plane.state());
    app.post("/seed", async (request) => {
      plane.merge(parseSeed(request.body, "seed"));
      return plane.state();
    });
    app.post("/deploy", async (request) => plane.apps.deploy(parseDeployment(request.body)));
    app.post("/reset", async () => {
      plane.reset();
      faults.clear();
      requests.clear();
      return plane.state();
    });

    app.get("/requests", async () => requests.list());
    app.delete("/requests", async (_request, reply) => {
      requests.clear();
      return reply.code(204).send();
    });

    app.get("/faults", async () => faults.list());
    app.post("/faults", async (request) => {
      faults.replace(request.body);
      return faults.list();
    });
    app.delete("/faults", async (_request, reply) => {
      faults.clear();
      return reply.code(204).send();
    });
  };
}
