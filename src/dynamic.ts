import "./require-node";
import { DynamicHost, DynamicSession } from "./hosts/dynamic/host";
import { engineAddress } from "./hosts/engine-address";
import { standardInput, watchEngine } from "./hosts/engine-watch";
import { handlers } from "./resources/handlers.gen";

/**
 * The module that Pulumi's dynamic provider host loads. Every stack's state contains
 * `exports.handler=()=>require("pulumi-fal/dynamic").provider("App")`, so this module's name, `provider` and the kinds
 * never change.
 */
const engine = engineAddress(process.argv);
const session = new DynamicSession(engine);
const hosts = new Map(handlers.map((handler) => [handler.definition.kind, new DynamicHost(handler, session)]));

// Exits at once: requests that were not sent stay unsent, because nothing could record their answers.
if (engine !== undefined) watchEngine({ address: engine, stdin: standardInput(), gone: () => process.exit(1) });

/** The provider of a kind of resource. Throws when this version does not have the kind. */
export function provider(kind: string): DynamicHost {
  const host = hosts.get(kind);
  if (!host) {
    throw new Error(`This version of pulumi-fal has no resource "${kind}". Update the npm package pulumi-fal.`);
  }
  return host;
}
