import { z } from "zod";
import type { ListOptions } from "../internal/dispatch";
import type { Call } from "../internal/failure";
import { type AliasInfo, IsolateController } from "../internal/gen/controller_pb";
import type { GrpcTransport } from "../internal/grpc";
import { path, type RestTransport } from "../internal/rest";
import { nameOf } from "../names";

/** Reads the apps of an environment. */
export type AppReader = (call: Call, environment: string, options: ListOptions) => Promise<AliasInfo[]>;

/** Reads the names of an environment's apps through another API, to confirm that an app is gone. */
type AppNames = (call: Call, environment: string, options: ListOptions) => Promise<string[]>;

/** `serverlessListApps` of fal's platform API. UNCERTAIN whether names contain the suffix of their environment. */
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

/** `ListAliases`, which returns all values. */
export function platformApps(rpc: GrpcTransport): AppReader {
  return async (call, environmentName, options) =>
    (await rpc.call(call, IsolateController.method.listAliases, { environmentName }, options)).aliases;
}
