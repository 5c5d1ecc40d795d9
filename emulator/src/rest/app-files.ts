import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ControlPlane } from "../state/control-plane";
import { parse } from "../state/schema";
import { notFound } from "../state/violations";
import { requireKey } from "./auth";

const hashesBody = z.object({ hashes: z.array(z.string()) });

interface PartRoute {
  Params: { hash: string; upload: string; part: string };
}

/**
 * The uploads of an app's files (`app_files`), which fal's CLI sends before it builds. Not in any public document; source: fal
 * 1.83. Their content is received and dropped, and only the hashes of complete files are remembered, until the emulator stops.
 */
export function appFileRoutes(plane: ControlPlane) {
  const complete = new Set<string>();
  const uploads = new Map<string, string>();

  return async (app: FastifyInstance): Promise<void> => {
    const options = { onRequest: requireKey(plane, "apps:write") };
    app.addContentTypeParser("multipart/form-data", (_request, payload, done) => {
      payload.on("end", () => done(null)).on("error", done);
      payload.resume();
    });
    const requireUpload = ({ hash, upload }: { hash: string; upload: string }) => {
      if (uploads.get(upload) !== hash) throw notFound(`Upload "${upload}" not found`);
    };

    app.post("/files/missing_hashes", options, async (request) => {
      const { hashes } = parse(hashesBody, request.body, "body");
      return hashes.filter((hash) => !complete.has(hash));
    });
    const base = "/files/app/multipart/:hash";
    app.post<PartRoute>(`${base}/initiate`, options, async ({ params }) => {
      const upload = randomUUID();
      uploads.set(upload, params.hash);
      return { upload_id: upload };
    });
    app.put<PartRoute>(`${base}/:upload/:part`, options, async ({ params }) => {
      requireUpload(params);
      return { part_number: Number(params.part), etag: randomUUID() };
    });
    app.post<PartRoute>(`${base}/:upload/complete`, options, async ({ params }) => {
      requireUpload(params);
      uploads.delete(params.upload);
      complete.add(params.hash);
      return { etag: randomUUID() };
    });
    app.post<PartRoute>(`${base}/:upload/cancel`, options, async ({ params }) => {
      requireUpload(params);
      uploads.delete(params.upload);
      return {};
    });
  };
}
