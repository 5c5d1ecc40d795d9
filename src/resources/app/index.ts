import type * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../environment";
import { nameOr } from "../resource";
import { type AppArgs, AppBase } from "./generated";

export type { AppArgs } from "./generated";

/**
 * A deployed fal app (an alias) in an environment: who may call it, which revision it runs, when its runners are
 * renewed. The app must exist, unless `revision` names one that an alias can be made for.
 *
 * @example
 * const app = new fal.App("image-gen", { name: "image-gen", authMode: "private" });
 * export const url = app.url;
 */
export class App extends AppBase {
  constructor(name: string, args: AppArgs, options?: pulumi.CustomResourceOptions) {
    super(
      name,
      args && { ...args, environment: nameOr<Environment>(args.environment, "Environment", (e) => e.name) },
      options,
    );
  }

  /** An existing app by its id, `environment/name`. Fails when there is none. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): App {
    return new App(name, undefined as unknown as AppArgs, { ...options, id });
  }
}
