import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { z } from "zod";
import { type Secret, SecretSchema } from "../internal/gen/controller_pb";
import type { GrpcTransport } from "../internal/grpc";
import { path, type RestTransport } from "../internal/rest";
import { defined } from "../internal/values";
import { mainEnvironment } from "../names";
import { platformSecrets, type SecretRoutes } from "../platform/secrets";

/**
 * "fal Serverless Platform API" lists and sets the secrets of main. It has neither environments nor exposure: calls that
 * need them use gRPC, which also completes the list. UNCERTAIN whether setting an existing secret over REST keeps its
 * exposure, as over gRPC.
 */
export function alphaSecrets(rpc: GrpcTransport, rest: RestTransport, restUrl: string): SecretRoutes {
  const overGrpc = platformSecrets(rpc);
  const address = { base: restUrl, path: path`/serverless/secrets` } as const;
  return {
    list: async (call, environment, options) => {
      if (environment !== mainEnvironment) return await overGrpc.list(call, environment, options);
      const [shown, known] = await Promise.all([
        rest.call(call, { ...address, method: "GET", answer: z.array(alphaSecret) }, options),
        overGrpc.list(call, environment, options),
      ]);
      // A secret in either list exists, so that none is treated as gone, or overwritten, by mistake.
      const byName = new Map(known.map((secret) => [secret.name, secret]));
      for (const secret of shown) byName.set(secret.name, completed(byName.get(secret.name), secret));
      return [...byName.values()];
    },
    set: async (call, secret, options) => {
      const { name, value, environment, defaultExposed } = secret;
      if (environment !== mainEnvironment || defaultExposed !== undefined) {
        return await overGrpc.set(call, secret, options);
      }
      const body = () => ({ name, value: value.reveal() });
      await rest.call(call, { ...address, method: "POST", body, answer: alphaSecret }, options);
    },
  };
}

const alphaSecret = z.object({ name: z.string().min(1), created_at: z.string().nullish() });

function completed(known: Secret | undefined, shown: z.infer<typeof alphaSecret>): Secret {
  const createdAt = new Date(shown.created_at ?? Number.NaN);
  const createdTime = Number.isNaN(createdAt.getTime()) ? known?.createdTime : timestampFromDate(createdAt);
  return create(SecretSchema, {
    ...known,
    name: shown.name,
    environmentName: mainEnvironment,
    ...defined({ createdTime }),
  });
}
