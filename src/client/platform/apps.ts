import { z } from "zod";
import type { ListOptions } from "../internal/dispatch";
import type { Call } from "../internal/failure";
import { type AliasInfo, IsolateController } from "../internal/gen/controller_pb";
import type { GrpcTransport } from "../internal/grpc";
import { path, type RestTransport } from "../internal/rest";
import { nameOf } from "../names";

/** How the apps of an environment are read. */
export type AppReader = (call: Call, environment: string, options: ListOptions) => Promise<AliasInfo[]>;

/** How the names of an environment's apps are read in another way, to confirm that one is gone. */
type AppNames = (call: Call, environment: string, options: ListOptions) => Promise<string[]>;

/** `serverlessListApps` of fal's platform API. UNCERTAIN whether names carry the suffix of their environment. */
export function namesOverRest(rest: RestTransport, apiUrl: string): AppNames {
  const answer = z
    .object({ apps: z.array(z.object({ name: z.string().min(1) })) })
    .transform(({ apps }) => apps.map(({ name }) => name));
  return async (call, environment, options) => {
    const request = {
      method: "GET",
      base: apiUrl,
      path: path`/serverless/apps`,
      query: { environment },
      answer,
    } as const;
    return (await rest.call(call, request, options)).map((name) => nameOf(name, environment));
  };
}

/** `ListAliases`, which tells everything. */
export function platformApps(rpc: GrpcTransport): AppReader {
  return async (call, environmentName, options) =>
    (await rpc.call(call, IsolateController.method.listAliases, { environmentName }, options)).aliases;
}
