import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ControlPlane } from "../../state/control-plane";
import { parse, storageAcl, storageSettings } from "../../state/schema";
import { requireKey } from "../auth";

/** Missing settings are cleared. */
const replacement = z.strictObject({
  expiration_duration_seconds: storageSettings.shape.expiration_duration_seconds.default(null),
  initial_acl: storageAcl
    .extend({ rules: storageAcl.shape.rules.default([]) })
    .nullable()
    .default(null),
});

export function storageRoutes(app: FastifyInstance, plane: ControlPlane): void {
  const onRequest = requireKey(plane, "settings");

  app.get("/storage/settings", { onRequest }, async () => plane.storage.settings());

  app.put("/storage/settings", { onRequest }, async (request) =>
    plane.storage.replace(parse(replacement, request.body, "body")),
  );
}
