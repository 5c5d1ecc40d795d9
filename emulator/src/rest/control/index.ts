import type { FastifyInstance } from "fastify";
import type { Emulator } from "../../emulator";
import { parseDeployment, parseSeed } from "../../state/schema";
import { answerErrorsAs, detailError } from "../errors";

export const controlPrefix = "/_emulator";

/** For tests: needs no key, is not logged, and is never hit by a fault. */
export function controlRoutes({ plane, faults, requests }: Emulator) {
  return async (app: FastifyInstance): Promise<void> => {
    answerErrorsAs(app, detailError);

    // Everything, values of secrets included: this is the witness of what a client really did.
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
