// The one place that chooses between fal's two REST surfaces. What is the same on both is not in here.
import type { Endpoints } from "../endpoints";
import type { GrpcTransport } from "../transport/grpc";
import type { RestTransport } from "../transport/rest";
import { type AppReader, alphaApps, platformApps } from "./apps";
import { alphaCompute, type ComputeRoutes, platformCompute } from "./compute";
import { type EventRoute, platformEvents } from "./events";
import { alphaFiles, type FileRoutes, platformFiles } from "./files";
import { alphaSecrets, platformSecrets, type SecretRoutes } from "./secrets";

/** How the REST areas are reached: fal's documented platform API, or the older documents' host. */
export type Surface = "platform" | "alpha";

/** How each area that differs is reached. */
export interface Routes {
  readonly apps: AppReader;
  readonly compute: ComputeRoutes;
  /** Absent where the surface has no events. */
  readonly events: EventRoute | undefined;
  readonly files: FileRoutes;
  readonly secrets: SecretRoutes;
}

interface Reach {
  readonly rpc: GrpcTransport;
  readonly rest: RestTransport;
  readonly endpoints: Endpoints;
  /** The account's nickname, where fal tells it. */
  readonly account: () => Promise<string | undefined>;
}

export const surfaces: Readonly<Record<Surface, (reach: Reach) => Routes>> = {
  platform: ({ rpc, endpoints: { apiUrl } }) => ({
    apps: platformApps(rpc),
    compute: platformCompute(apiUrl),
    events: platformEvents(apiUrl),
    files: platformFiles(apiUrl),
    secrets: platformSecrets(rpc),
  }),
  alpha: ({ rpc, rest, account, endpoints: { restUrl } }) => ({
    apps: alphaApps(rpc, rest, restUrl, account),
    compute: alphaCompute(restUrl),
    events: undefined,
    files: alphaFiles(restUrl),
    secrets: alphaSecrets(rpc, rest, restUrl),
  }),
};
