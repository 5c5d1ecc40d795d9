import { z } from "zod";
import { path, type RestRequest } from "../internal/rest";
import { defined } from "../internal/values";
import type { FileInfo } from "../types";

/** How a folder is listed. `folder` is below `/data`, without outer slashes; empty: the root. */
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
 * fal's platform API. The folder is one path parameter of the specification, so its slashes are escaped.
 * UNCERTAIN whether fal wants them so: the specification does not say.
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

/** UNCERTAIN whether paths carry `/data`: fal's examples do not. */
export function relativePath(path: string): string {
  return path.replace(/^\/data(?=\/|$)/, "").replace(/^\/+|\/+$/g, "");
}
