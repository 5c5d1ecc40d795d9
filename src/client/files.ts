import type { CallOptions } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import type { RestTransport } from "./internal/rest";
import { invalidArgument } from "./internal/values";
import type { FileRoutes } from "./platform/files";
import type { FileInfo } from "./types";

/** Files of the account's persistent volume. */
export class Files {
  readonly #rest: RestTransport;
  readonly #routes: FileRoutes;

  /** @internal */
  constructor(rest: RestTransport, routes: FileRoutes) {
    this.#rest = rest;
    this.#routes = routes;
  }

  /**
   * Lists the files and folders directly in a folder, sorted by path. `path` is relative to `/data`, for example
   * `datasets/images`. Default: the root. All environments share one volume.
   *
   * Source: `serverlessListRoot` and `serverlessListDirectory` of fal's platform API; on surface `alpha` `listFiles` of
   * "fal Serverless Platform API". Without pages. UNCERTAIN whether fal returns an empty list or a `FalNotFoundError` for a
   * folder that does not exist.
   *
   * @throws {FalValidationError} The path leads out of `/data`.
   */
  async list(options: CallOptions & { path?: string | undefined } = {}): Promise<FileInfo[]> {
    const call: Call = { operation: "files.list", action: "list the files in", resource: "/data", repeat: "read" };
    const folder = folderBelowData(call, options.path ?? "");
    const within = folder === "" ? call : { ...call, resource: `/data/${folder}` };
    const entries = await this.#rest.call(within, this.#routes.list(folder), options);
    return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}

/** Normalizes a folder, such as `/data/a/`, `a` or `/`: without `/data` and outer slashes. */
function folderBelowData(call: Call, path: string): string {
  const absolute = path.startsWith("/");
  const parts = path.split("/").filter((part) => part !== "");
  if (absolute && parts.length > 0 && parts.shift() !== "data") {
    throw invalidArgument(
      { ...call, resource: path },
      "path must be below /data. Write a relative path, for example datasets/images.",
    );
  }
  if (parts.some((part) => part === "." || part === "..")) {
    throw invalidArgument({ ...call, resource: path }, 'path must not contain "." or "..".');
  }
  return parts.join("/");
}
