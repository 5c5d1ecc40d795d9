import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Emulator } from "../../emulator";
import { aliasOf, mainEnvironment } from "../../state/account";
import { parse, parseDeployment, parseSeed } from "../../state/schema";
import { notFound } from "../../state/violations";
import { answerErrorsAs, detailError } from "../errors";
import { moment, rangeOf } from "../v1/ranges";

export const controlPrefix = "/_emulator";

/** Whole minutes, because the traffic model works in minutes. */
const passing = z.strictObject({ seconds: z.int().min(60).multipleOf(60) });
const recordQuery = z.strictObject({
  app: z.string(),
  environment: z.string().default(mainEnvironment),
  start: moment.optional(),
  end: moment.optional(),
});

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

    app.post("/pass-time", async (request) => {
      plane.passTime(parse(passing, request.body, "body").seconds);
      return plane.state();
    });
    app.get("/record", async (request) => {
      const query = parse(recordQuery, request.query, "query");
      const app = plane.apps.list(query.environment).find((each) => each.name === query.app);
      if (!app) throw notFound(`App "${query.app}" not found in ${query.environment}`);
      const { start, end } = rangeOf(query, plane.clock());
      return { app: aliasOf(app), ...plane.usage.record(app, { start, end }) };
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
