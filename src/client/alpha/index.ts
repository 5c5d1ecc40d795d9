// All code that only fal's older REST APIs need ("fal Serverless Platform API" and "Compute API"). To remove it, delete this
// folder, its lines in ../surfaces.ts, and its name in ../config/surface-names.ts.
import type { RouteContext, Routes } from "../platform";
import { alphaApps } from "./apps";
import { alphaCompute } from "./compute";
import { alphaFiles } from "./files";
import { alphaSecrets } from "./secrets";

export function alpha({ rpc, rest, account, endpoints: { restUrl } }: RouteContext): Routes {
  return {
    apps: alphaApps(rpc, rest, restUrl, account),
    compute: alphaCompute(restUrl),
    events: undefined,
    files: alphaFiles(restUrl),
    secrets: alphaSecrets(rpc, rest, restUrl),
  };
}
