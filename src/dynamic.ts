import "./require-node";
import { DynamicHost, Process } from "./provider/host";
import { handlers } from "./resources/handlers";

/**
 * What Pulumi's dynamic provider host loads: every stack's state holds
 * `exports.handler=()=>require("pulumi-fal/dynamic").provider("App")`. This module's name, `provider` and the kinds are
 * a contract with all of them and never change.
 */
const process = new Process();
const hosts = new Map(handlers.map((handler) => [handler.definition.kind, new DynamicHost(handler, process)]));

/** The provider of a kind of resource. Throws when this version does not know the kind. */
export function provider(kind: string): DynamicHost {
  const host = hosts.get(kind);
  if (!host) {
    throw new Error(`this version of pulumi-fal has no resource "${kind}": update the npm package pulumi-fal`);
  }
  return host;
}
