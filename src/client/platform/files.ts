import { z } from "zod";
import { path, type RestRequest } from "../internal/rest";
import { defined } from "../internal/values";
import type { FileInfo } from "../types";

/** The request that lists a folder. `folder` is relative to `/data`, without slashes at the ends; empty for the root. */
export interface FileRoutes {
  list(folder: string): RestRequest<FileInfo[]>;
}

const text = z.string().nullish();

const platformFile = z
  .object({
    path: z.string().min(1),
    is_file: z.boolean().nullish(),
    size: z.number().nullish(),
    created_time: text,
    updated_time: text,
    checksum_sha256: text,
    checksum_md5: text,
  })
  .transform((wire) => ({
    ...entry(relativePath(wire.path), wire.is_file ?? true, wire.size ?? 0),
    ...defined({
      createdAt: wire.created_time || undefined,
      updatedAt: wire.updated_time || undefined,
      checksumSha256: wire.checksum_sha256 || undefined,
      checksumMd5: wire.checksum_md5 || undefined,
    }),
  }));

/**
 * fal's platform API. In the specification, the folder is a single path parameter, so its slashes are escaped. UNCERTAIN
 * whether fal expects that.
 */
export function platformFiles(apiUrl: string): FileRoutes {
  return {
    list: (folder) => ({
      method: "GET",
      base: apiUrl,
      path: folder === "" ? path`/serverless/files/list` : path`/serverless/files/list/${folder}`,
      answer: z.array(platformFile),
    }),
  };
}

export function entry(path: string, isFile: boolean, size: number): FileInfo {
  return { path, name: path.slice(path.lastIndexOf("/") + 1), isFile, size };
}

/** Removes `/data` and the slashes at the ends. UNCERTAIN whether fal's paths contain `/data`; its examples do not. */
export function relativePath(path: string): string {
  return path.replace(/^\/data(?=\/|$)/, "").replace(/^\/+|\/+$/g, "");
}
