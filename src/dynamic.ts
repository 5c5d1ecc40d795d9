import "./require-node";
import { standardInput, watchEngine } from "./provider/engine-watch";
import { DynamicHost, Process } from "./provider/host";
import { engineAddress } from "./provider/progress";
import { handlers } from "./resources/handlers.gen";

/**
 * What Pulumi's dynamic provider host loads: every stack's state holds
 * `exports.handler=()=>require("pulumi-fal/dynamic").provider("App")`. This module's name, `provider` and the kinds are
 * a contract with all of them and never change.
 */
const shared = new Process();
const hosts = new Map(handlers.map((handler) => [handler.definition.kind, new DynamicHost(handler, shared)]));

const engine = engineAddress(process.argv);
// At once: nothing that was not sent is sent any more, and nobody is left who could record an answer.
if (engine !== undefined) watchEngine({ address: engine, stdin: standardInput(), gone: () => process.exit(1) });

/** The provider of a kind of resource. Throws when this version does not know the kind. */
export function provider(kind: string): DynamicHost {
  const host = hosts.get(kind);
  if (!host) {
    throw new Error(`this version of pulumi-fal has no resource "${kind}": update the npm package pulumi-fal`);
  }
  return host;
}
