// Everything that only fal's older REST documents need ("fal Serverless Platform API" and "Compute API"). To drop them,
// delete this folder and its line in ../surfaces.ts.
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
