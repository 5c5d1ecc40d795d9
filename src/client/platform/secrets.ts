import type { CallOptions, ListOptions } from "../internal/dispatch";
import type { Call } from "../internal/failure";
import { IsolateController, type Secret } from "../internal/gen/controller_pb";
import type { GrpcTransport } from "../internal/grpc";
import { defined } from "../internal/values";
import type { Redacted } from "../redacted";

interface SecretToSet {
  readonly name: string;
  readonly value: Redacted;
  readonly environment: string;
  readonly defaultExposed?: boolean | undefined;
}

/** Lists and sets secrets. They are deleted over gRPC on either surface. */
export interface SecretRoutes {
  list(call: Call, environment: string, options: ListOptions): Promise<Secret[]>;
  set(call: Call, secret: SecretToSet, options: CallOptions): Promise<void>;
}

/** `ListSecrets` and `SetSecret`. */
export function platformSecrets(rpc: GrpcTransport): SecretRoutes {
  return {
    list: async (call, environmentName, options) =>
      (await rpc.call(call, IsolateController.method.listSecrets, { environmentName }, options)).secrets,
    set: async (call, { name, value, environment, defaultExposed }, options) => {
      const exposed = defined({ defaultExposed });
      const request = () => ({ name, value: value.reveal(), environmentName: environment, ...exposed });
      await rpc.call(call, IsolateController.method.setSecret, request, options);
    },
  };
}
