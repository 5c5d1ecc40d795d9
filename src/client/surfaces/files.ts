import { z } from "zod";
import type { FileInfo } from "../infos";
import { path, type RestRequest } from "../transport/rest";
import { defined } from "../values";

/** How a folder is listed. `folder` is below `/data`, without outer slashes; empty: the root. */
export interface FileRoutes {
  list(folder: string): RestRequest<FileInfo[]>;
}

const text = z.string().nullish();

// Platform

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

// Alpha

const alphaFile = z.object({ path: z.string().min(1), size: z.number().nullish(), modified_at: text });

/**
 * "fal Serverless Platform API": `{ path, size, modified_at }`. UNCERTAIN whether its list goes into folders, and how it
 * shows one; whatever lies deeper than the folder is shown as the folder that it is in, as the platform does it.
 */
export function alphaFiles(restUrl: string): FileRoutes {
  return {
    list: (folder) => ({
      method: "GET",
      base: restUrl,
      path: path`/serverless/files`,
      query: { path: folder || undefined },
      answer: z.array(alphaFile).transform((files) => entriesOf(folder, files)),
    }),
  };
}

function entriesOf(folder: string, files: readonly z.infer<typeof alphaFile>[]): FileInfo[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  const entries = new Map<string, FileInfo>();
  for (const file of files) {
    const full = relativePath(file.path);
    // UNCERTAIN whether paths begin at /data or at the folder that was asked for.
    const below = full.startsWith(prefix) ? full.slice(prefix.length) : full;
    const [name = "", ...deeper] = below.split("/");
    if (name === "") continue;
    const isFile = deeper.length === 0 && !file.path.endsWith("/");
    const updatedAt = latest(isFile ? undefined : entries.get(name)?.updatedAt, file.modified_at || undefined);
    entries.set(name, {
      ...entry(`${prefix}${name}`, isFile, isFile ? (file.size ?? 0) : 0),
      ...defined({ updatedAt }),
    });
  }
  return [...entries.values()];
}

function latest(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Date.parse(one) > Date.parse(other) ? one : other;
}

// Both

function entry(path: string, isFile: boolean, size: number): FileInfo {
  return { path, name: path.slice(path.lastIndexOf("/") + 1), isFile, size };
}

/** UNCERTAIN whether paths carry `/data`: fal's examples do not. */
function relativePath(path: string): string {
  return path.replace(/^\/data(?=\/|$)/, "").replace(/^\/+|\/+$/g, "");
}
