import { z } from "zod";
import { path } from "../internal/rest";
import { defined } from "../internal/values";
import { entry, type FileRoutes, relativePath } from "../platform/files";
import type { FileInfo } from "../types";

const alphaFile = z.object({ path: z.string().min(1), size: z.number().nullish(), modified_at: z.string().nullish() });

/**
 * "fal Serverless Platform API" returns `{ path, size, modified_at }`. UNCERTAIN whether a list contains the files in
 * subfolders, and how it contains the subfolders themselves. Files in a subfolder are shown as the subfolder, as on the
 * platform API.
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
    // UNCERTAIN whether paths are relative to /data or to the requested folder.
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
