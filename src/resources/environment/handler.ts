import { messageOf } from "../../provider/errors";
import { alreadyExists, type Context, createNamed, type Handler } from "../../provider/handler";
import { poll } from "../../provider/poll";
import type { CheckedInputs } from "../../provider/properties";
import { mainEnvironment } from "../common";
import { inFlight } from "../in-flight";
import { unlessEnvironmentGone, unlessGone } from "../lookup";
import { environment } from "./properties";

type Inputs = CheckedInputs<typeof environment>;

/** Unfinished work: fal may or may not have created the environment. */
const uncreated = "create";

export const environmentHandler: Handler<Inputs> = {
  definition: environment,

  async create(inputs, context) {
    const present = await find(context, inputs.name);
    if (present) {
      if (!inputs.adopt) throw alreadyExists(`environment "${inputs.name}"`, present.createdAt);
      if (inputs.description !== undefined && inputs.description !== (present.description ?? "")) {
        throw new Error(
          `Environment "${inputs.name}" has another description than the program declares, ` +
            "and fal cannot change it. Declare the existing text, or leave it out.",
        );
      }
      return { id: inputs.name, outputs: outputsOf(present) };
    }
    const created = await createNamed(inputs.name, uncreated, context, () => make(inputs, context));
    context.acknowledged({ description: created.description || undefined });
    return { id: inputs.name, outputs: outputsOf(created) };
  },

  async read(id, _state, context) {
    const { fal, signal } = context;
    const live = await unlessGone(context, (fresh) => fal.environments.get(id, { fresh, signal }), {
      object: `environment "${id}"`,
      // An environment that contains apps exists.
      contains: async () => {
        const apps = fal.apps.list({ environment: id, fresh: true, signal });
        return ((await unlessEnvironmentGone(context, id, apps)) ?? []).length > 0;
      },
    });
    if (!live) return undefined;
    return { inputs: { name: live.name, description: live.description || undefined }, outputs: outputsOf(live) };
  },

  /** fal cannot change an environment. An update only records inputs, or finishes a creation without response. */
  async update(_id, state, inputs, _changed, context) {
    if (!state.pending.includes(uncreated)) return { outputs: state.outputs };
    const present = (await find(context, inputs.name)) ?? (await make(inputs, context));
    context.acknowledged({ description: present.description || undefined });
    return { outputs: outputsOf(present) };
  },

  async delete(id, state, context) {
    const { fal } = context;
    if (id === mainEnvironment) {
      context.warn(
        `Environment "${id}" always exists and cannot be deleted. It is only removed from this stack's state.`,
      );
      return;
    }
    if (!state.inputs.forceDestroy) await refuseWhileInUse(id, context);
    await fal.environments.delete(id, { signal: context.signal });
  },

  scope: "environment",

  // `main` always exists and cannot be deleted, so there is nothing to manage.
  list: async (_fal, environment) => (environment === mainEnvironment ? [] : [{ id: environment }]),
};

function make(inputs: Inputs, context: Context) {
  const options = inputs.description !== undefined ? { description: inputs.description } : {};
  return context.fal.environments.create(inputs.name, { ...options, signal: context.signal });
}

function find({ fal, signal }: Context, name: string) {
  return fal.environments.get(name, { fresh: true, signal });
}

function outputsOf(info: { createdAt?: string | undefined; isDefault: boolean }) {
  return { createdAt: info.createdAt, isDefault: info.isDefault };
}

/**
 * How long to check again before the deletion fails: another deletion of this process may still take effect, or the
 * engine may be about to start one. If none starts, there is none, or the engine waits for this one (`--parallel 1`).
 */
const afterDeleteMs = 30_000;
const withoutDeleteMs = 6_000;

/** fal deletes apps and secrets with their environment without a confirmation, so the provider checks first. */
async function refuseWhileInUse(name: string, context: Context): Promise<void> {
  const { signal } = context;
  const started = Date.now();
  let refusal: Error | undefined;
  let wasEmpty = false;
  await poll(context, {
    intervalMs: 1_500,
    probe: async () => {
      await inFlight.deletesIn(name);
      const [apps, secrets] = await Promise.all([
        unlessEnvironmentGone(context, name, context.fal.apps.list({ environment: name, fresh: true, signal })),
        unlessEnvironmentGone(context, name, context.fal.secrets.list({ environment: name, fresh: true, signal })),
      ]).catch((error) => {
        if (refusal === undefined) throw error;
        throw new Error(`${refusal.message} The last check failed: ${messageOf(error)}`, { cause: error });
      });
      if (!apps || !secrets) return { done: undefined };
      const held = [...apps.map((app) => `app ${app.name}`), ...secrets.map((secret) => `secret ${secret.name}`)];
      if (held.length === 0) {
        // A single empty list is not enough, because fal would delete anything that it omits.
        if (wasEmpty) return { done: await refuseWhatRestLists(name, context) };
        wasEmpty = true;
        return { waiting: undefined };
      }
      wasEmpty = false;
      const shown = held.length > 10 ? [...held.slice(0, 10), `${held.length - 10} more`] : held;
      refusal = stillInUse(name, shown);
      const lastEnded = inFlight.lastEnded(name);
      const patience =
        lastEnded === undefined ? started + withoutDeleteMs : Math.max(lastEnded, started) + afterDeleteMs;
      if (Date.now() >= patience) throw refusal;
      return { waiting: `waiting until it is empty: it contains ${shown.join(", ")}` };
    },
    // The remaining contents are a better explanation than the time limit.
    stopped: (_reason, cause) => refusal ?? cause,
  });
}

function stillInUse(name: string, shown: readonly string[]): Error {
  return new Error(
    `Environment "${name}" was not deleted, because it still contains ${shown.join(", ")}, which fal would delete too. ` +
      'Deleting an `App` keeps the app at fal unless `onDelete` is "delete". First remove what is not in this stack. ' +
      "Resources of this stack may not be deleted yet, because the engine does not know the order: " +
      "give them `environment: <the Environment>` or the option `dependsOn`, or declare them after the Environment, and run `pulumi up`. " +
      "Or run the command with `--continue-on-error`, which deletes the rest, and then again. " +
      "To delete everything in it, set `forceDestroy: true`, run `pulumi up`, then destroy.",
  );
}

/** Checks a second time, with fal's REST list. */
async function refuseWhatRestLists(name: string, { fal, signal }: Context): Promise<void> {
  const apps = await fal.appsOverRest(name, { signal });
  if (apps.length === 0) return;
  throw new Error(
    `Environment "${name}" was not deleted, because fal's REST list still contains ${apps.slice(0, 10).join(", ")}, although its gRPC list is empty. ` +
      "fal would delete these apps too. Run this again later. To delete everything in it, set `forceDestroy: true`, run `pulumi up`, then destroy.",
  );
}
