import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../environment";
import { resetTrigger } from "../reset-trigger";
import { isKind, nameOr, register } from "../resource";
import { type AppArgs, AppBase, shape } from "./args.gen";

export type { AppArgs, AppProperties } from "./args.gen";

/**
 * A fal app (an alias) in an environment: its code, who may call it, which revision it runs, when its runners are
 * renewed. Without `source`, the app must exist, unless `revision` names one that an alias can be made for.
 *
 * @example
 * const app = new fal.App("image-gen", { name: "image-gen", source: { ref: "app.py::ImageGen" }, authMode: "private" });
 * export const url = app.url;
 */
export class App extends AppBase {
  constructor(name: string, args: AppArgs, options?: pulumi.CustomResourceOptions) {
    super(
      ...register(
        shape,
        name,
        args && {
          ...args,
          environment: nameOr<Environment>(args.environment, "Environment", (e) => e.name),
          // Declared as an output, for `deployTriggers`.
          __fal: undefined,
        },
        options,
      ),
    );
    if (args?.revision !== undefined || args?.source !== undefined) {
      // Unlike other outputs, the hash is known in a preview, because check computes it. A pinned app has none.
      const hash = args.source === undefined ? undefined : this.sourceHash;
      const own = pulumi.output(args.revision).apply((revision) => {
        if (revision !== undefined) return pulumi.output([`revision ${revision}`]);
        return pulumi.output(hash).apply((known) => (known === undefined ? [] : [`source ${known}`]));
      });
      Object.defineProperty(this, declaredTriggers, { value: own });
    }
  }

  /** Whether a value is an `App`, also one made by another copy of this package. */
  static isInstance(value: unknown): value is App {
    return isKind(value, "App");
  }

  /** An existing app by its id, `environment/name`. Fails when there is none. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): App {
    return new App(name, undefined as unknown as AppArgs, { ...options, id });
  }
}

/**
 * What a deploy of this app depends on, as declared: an output of that name would be unknown where it is not managed.
 * The symbol is the same for every copy of this package, because an App of one may be given to an AppScale of another.
 */
const declaredTriggers = Symbol.for("pulumi-fal.App.triggers");

interface Observed {
  readonly [declaredTriggers]?: pulumi.Output<string[]>;
  /** The metadata, which check has completed: known in a preview, unlike what only an update returns. */
  readonly __fal?: pulumi.Output<{ readonly resets?: number } | undefined>;
}

/** Values that change when this program deploys or repoints the app, which resets some scaling. @internal */
export function deployTriggers(app: App): pulumi.Output<string[]> {
  const { [declaredTriggers]: own, __fal: metadata } = app as Observed;
  return pulumi
    .all([own ?? [], pulumi.unsecret(pulumi.output(metadata))])
    .apply(([declared, known]) => (known?.resets ? [...declared, resetTrigger(known.resets)] : declared));
}
