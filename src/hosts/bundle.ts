import { requireNode } from "../node";
import type { DynamicHost } from "./dynamic/host";

// What plugin/hosts.js contains: both hosts, because they share nearly all their code. Each is loaded only when it is used.

/**
 * For Pulumi's dynamic provider host, plugin/hosts.js is `pulumi-fal/dynamic`: it loads about three times as fast as the
 * hundreds of files that it replaces, and every `pulumi` command loads it.
 */
export function provider(kind: string): DynamicHost {
  // `../dynamic` asks, too, but by an import without names, which the bundler leaves out.
  requireNode();
  return (require("../dynamic") as typeof import("../dynamic")).provider(kind);
}

/** For plugin/main.js. */
export function servePlugin(): void {
  require("./plugin/main");
}
