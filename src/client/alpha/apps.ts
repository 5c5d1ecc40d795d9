import { z } from "zod";
import type { ListOptions } from "../internal/dispatch";
import type { Call } from "../internal/failure";
import { type AliasInfo, ApplicationAuthMode } from "../internal/gen/controller_pb";
import type { GrpcTransport } from "../internal/grpc";
import { absentIf404, path, type RestTransport } from "../internal/rest";
import { mainEnvironment } from "../names";
import { type AppReader, platformApps } from "../platform/apps";

/**
 * "fal Serverless Platform API" decides which apps exist, and `ListAliases` adds the values that it lacks. This API has no
 * environments, so apps outside main are read only over gRPC.
 */
export function alphaApps(rpc: GrpcTransport, rest: RestTransport, restUrl: string, account: Account): AppReader {
  const overGrpc = platformApps(rpc);
  const list = { method: "GET", base: restUrl, path: path`/serverless/apps`, answer: z.array(alphaApp) } as const;
  return async (call, environment, options) => {
    if (environment !== mainEnvironment) return await overGrpc(call, environment, options);
    const [shown, aliases] = await Promise.all([rest.call(call, list, options), overGrpc(call, environment, options)]);
    const byAlias = new Map(shown.map((app) => [app.alias, app]));
    const complete = aliases.map(async (alias) => {
      const app = byAlias.get(alias.alias) ?? (await one(call, alias.alias, options));
      return app && completed(alias, app);
    });
    return (await Promise.all(complete)).filter((app) => app !== undefined);
  };

  /**
   * Reads an app that only gRPC lists. Only a 404 means that it does not exist. The request contains the account's name; if
   * fal does not return the name, gRPC's list decides.
   */
  async function one(call: Call, alias: string, options: ListOptions): Promise<AlphaApp | undefined> {
    const owner = await account();
    if (owner === undefined) return { alias };
    // UNCERTAIN how fal expects the slash of the id. It is part of one path parameter, so it is escaped.
    const request = {
      method: "GET",
      base: restUrl,
      path: path`/serverless/apps/${`${owner}/${alias}`}`,
      answer: alphaApp,
    } as const;
    return await absentIf404(rest.call(call, request, options));
  }
}

type Account = () => Promise<string | undefined>;

const number = z.number().nullish();

/** `ServerlessApp`. Its id is `owner/alias`. */
const alphaApp = z
  .object({
    id: z.string().min(1),
    gpu: z.string().nullish(),
    keep_alive: number,
    min_concurrency: number,
    max_concurrency: number,
    public: z.boolean().nullish(),
  })
  .transform(({ id, ...values }) => ({ alias: id.slice(id.indexOf("/") + 1), ...values }));

type AlphaApp = z.infer<typeof alphaApp>;

function completed(alias: AliasInfo, app: AlphaApp): AliasInfo {
  return {
    ...alias,
    authMode: authMode(app.public ?? undefined, alias.authMode),
    machineTypes: machineTypes(app.gpu || undefined, alias.machineTypes),
    keepAlive: app.keep_alive ?? alias.keepAlive,
    minConcurrency: app.min_concurrency ?? alias.minConcurrency,
    maxConcurrency: app.max_concurrency ?? alias.maxConcurrency,
  };
}

/** REST returns only whether the app is public. gRPC distinguishes the other modes. */
function authMode(isPublic: boolean | undefined, known: ApplicationAuthMode): ApplicationAuthMode {
  if (isPublic === undefined || isPublic === (known === ApplicationAuthMode.PUBLIC)) return known;
  return isPublic ? ApplicationAuthMode.PUBLIC : ApplicationAuthMode.PRIVATE;
}

/** REST returns one GPU, as `H100` for `GPU-H100`. If gRPC's list contains it, that list is complete. */
function machineTypes(gpu: string | undefined, known: string[]): string[] {
  const type = gpu === undefined || gpu.startsWith("GPU-") ? gpu : `GPU-${gpu}`;
  return type === undefined || known.includes(type) ? known : [type];
}
