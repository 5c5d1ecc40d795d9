// fal's documented platform API, and gRPC for what it lacks.
import type { Endpoints } from "../config/endpoints";
import type { GrpcTransport } from "../internal/grpc";
import type { RestTransport } from "../internal/rest";
import { type AppReader, platformApps } from "./apps";
import { type ComputeRoutes, platformCompute } from "./compute";
import { type EventRoute, platformEvents } from "./events";
import { type FileRoutes, platformFiles } from "./files";
import { platformSecrets, type SecretRoutes } from "./secrets";

/** The requests of the areas that differ between the surfaces. */
export interface Routes {
  readonly apps: AppReader;
  readonly compute: ComputeRoutes;
  /** Undefined if the surface has no events. */
  readonly events: EventRoute | undefined;
  readonly files: FileRoutes;
  readonly secrets: SecretRoutes;
}

/** What the routes of a surface need. */
export interface RouteContext {
  readonly rpc: GrpcTransport;
  readonly rest: RestTransport;
  readonly endpoints: Endpoints;
  /** The account's nickname; undefined if fal does not return it. */
  readonly account: () => Promise<string | undefined>;
}

export function platform({ rpc, endpoints: { apiUrl } }: RouteContext): Routes {
  return {
    apps: platformApps(rpc),
    compute: platformCompute(apiUrl),
    events: platformEvents(apiUrl),
    files: platformFiles(apiUrl),
    secrets: platformSecrets(rpc),
  };
}
