import * as pulumi from "@pulumi/pulumi";
import { type App, deployTriggers } from "../app";
import type { Environment } from "../environment";
import { isKind, nameOr, register } from "../resource";
import { type AppScaleArgs, AppScaleBase, shape } from "./args.gen";

export type { AppScaleArgs } from "./args.gen";

/**
 * The scaling of an existing app. Only the values that you set are managed. A deploy resets some of them: see
 * `reapplyOn`. Deleting the resource leaves the values as they are, unless `onDelete` is `restore`.
 *
 * @example
 * new fal.AppScale("image-gen", { app: "image-gen", minConcurrency: 1, maxConcurrency: 8, keepAlive: 300 });
 */
export class AppScale extends AppScaleBase {
  constructor(name: string, args: AppScaleArgs, options?: pulumi.CustomResourceOptions) {
    super(...register(shape, name, args && withResolvedApp(args), options));
  }

  /** Whether a value is an `AppScale`, also one made by another copy of this package. */
  static isInstance(value: unknown): value is AppScale {
    return isKind(value, "AppScale");
  }

  /** The scaling of an existing app, by `environment/name`. Fails when there is none. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): AppScale {
    return new AppScale(name, undefined as unknown as AppScaleArgs, { ...options, id });
  }
}

/**
 * Resolves an `App` to its declared inputs, because a preview of its update does not know its outputs. So one `up`
 * changes the app and applies its scaling again, and previews stay exact.
 */
function withResolvedApp(args: AppScaleArgs): Record<string, unknown> {
  const environment = nameOr<Environment>(args.environment, "Environment", (e) => e.name);
  if (!isKind(args.app, "App") && !pulumi.Output.isInstance(args.app)) return { ...args, environment };
  const triggers = nameOr<App>(args.app, "App", (app) => deployTriggers(app));
  return {
    ...args,
    // Its id, which check splits. Check rejects another `environment`.
    app: nameOr<App>(args.app, "App", (app) => pulumi.interpolate`${app.environment}/${app.name}`),
    environment,
    reapplyOn: pulumi.all([args.reapplyOn, triggers]).apply(([given, own]) => {
      const all = [...(given ?? []), ...(Array.isArray(own) ? (own as string[]) : [])];
      return all.length > 0 ? all : undefined;
    }),
  };
}
