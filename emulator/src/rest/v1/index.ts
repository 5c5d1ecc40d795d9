import type { FastifyInstance } from "fastify";
import type { ControlPlane } from "../../state/control-plane";
import { answerErrorsAs, platformError } from "../errors";
import { accountRoutes } from "./account";
import { appRoutes } from "./apps";
import { computeRoutes } from "./compute";
import { fileRoutes } from "./files";
import { keyRoutes } from "./keys";
import { storageRoutes } from "./storage";
import { usageRoutes } from "./usage";

/** The documented platform API, `https://api.fal.ai/v1`. */
export function platformRoutes(plane: ControlPlane) {
  return async (app: FastifyInstance): Promise<void> => {
    answerErrorsAs(app, platformError);
    // Needs no key: clients use it to check whether the host is reachable.
    app.get("/meta", async () => ({ webhook_ip_ranges: ["203.0.113.0/24"] }));
    keyRoutes(app, plane);
    computeRoutes(app, plane);
    appRoutes(app, plane);
    fileRoutes(app, plane);
    accountRoutes(app, plane);
    storageRoutes(app, plane);
    usageRoutes(app, plane);
  };
}
