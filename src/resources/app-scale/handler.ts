import type { AppInfo, ScaleValues } from "../../client";
import { differs } from "../../provider/diff";
import { type Context, createNamed, type Handler } from "../../provider/handler";
import type { Bag, CheckedInputs, ResourceDefinition } from "../../provider/properties";
import { idOf, parseId } from "../common";
import { environmentOf, findApp, notDeployed } from "../lookup";
import { appScale, type ScaleName, scaleNames } from "./properties";

type Inputs = CheckedInputs<typeof appScale>;

const definition: ResourceDefinition = appScale;

/** State of work: whether fal has the values is not known. */
const unsent = "scale";

export const appScaleHandler: Handler<Inputs> = {
  definition,

  async create(inputs, context) {
    const environment = environmentOf(inputs, context);
    const app = await existing(environment, inputs.app, context);
    const before = liveValues(app);
    const declared = scaleNames.filter((name) => inputs[name] !== undefined);
    const values = pick(
      inputs,
      declared.filter((name) => differs(definition, name, before[name], inputs[name])),
    );
    const id = idOf(environment, inputs.app);
    const found = { ...pick(before, declared) };
    const after = await createNamed(
      id,
      unsent,
      context,
      () => send(inputs.app, values, environment, context, app),
      found,
    );
    return { id, outputs: { effective: effective(after) }, found };
  },

  async read(id, _state, context) {
    const { environment, name } = parseId("AppScale", id);
    const live = await findApp(context, environment, name, false);
    if (!live) return undefined;
    return { inputs: { app: name, environment, ...liveValues(live) }, outputs: { effective: effective(live) } };
  },

  async update(_id, state, inputs, changed, context) {
    const environment = environmentOf(inputs, context);
    const declared = scaleNames.filter((name) => inputs[name] !== undefined);
    const toSend = new Set(state.pending.includes(unsent) ? declared : declared.filter((name) => changed.has(name)));
    if (appears(state.inputs.reapplyOn, inputs.reapplyOn)) {
      for (const name of declared) {
        if (definition.inputs[name]?.resetByDeploy) toSend.add(name);
      }
    }
    // What is no longer managed is forgotten, so that it is found anew when it comes back.
    const kept = Object.fromEntries(Object.entries(state.found).filter(([name]) => name in inputs));
    if (toSend.size === 0) return { outputs: state.outputs, found: kept };
    const newlyManaged = declared.filter((name) => !state.managed.includes(name));
    const before = newlyManaged.length > 0 ? liveValues(await existing(environment, inputs.app, context)) : {};
    const after = await send(inputs.app, pick(inputs, [...toSend]), environment, context, undefined);
    return { outputs: { effective: effective(after) }, found: { ...kept, ...pick(before, newlyManaged) } };
  },

  /** Puts back, where asked, what was found when a value became managed, unless somebody else changed it since. */
  async delete(id, state, context) {
    if (state.inputs.onDelete !== "restore") return;
    const { environment, name: app } = parseId("AppScale", id);
    const found = await findApp(context, environment, app, true);
    if (!found) return;
    const live = liveValues(found);
    const restored = scaleNames.filter(
      (name) =>
        state.inputs[name] !== undefined &&
        name in state.found &&
        !differs(definition, name, live[name], state.inputs[name]) &&
        differs(definition, name, live[name], state.found[name]),
    );
    const values = pick(state.found as Partial<Inputs>, restored);
    // An empty list is the same as none on the wire: fal cannot go back to it.
    for (const [name, value] of Object.entries(values)) {
      if (Array.isArray(value) && value.length === 0) {
        context.warn(
          `app "${id}": ${name} was empty when it became managed, and fal cannot clear a list: it stays as it is`,
        );
        delete values[name as ScaleName];
      }
    }
    await send(app, values, environment, context, found);
  },
};

/** Whether a list has a value that it did not have: one that is only taken out says nothing of a deploy. */
function appears(before: readonly string[] = [], after: readonly string[] = []): boolean {
  return after.some((value) => !before.includes(value));
}

async function existing(environment: string, name: string, context: Context): Promise<AppInfo> {
  const app = await findApp(context, environment, name, true);
  if (!app) throw notDeployed(environment, name);
  return app;
}

/** One request for all values; none when there is nothing to say and what is live is known. */
async function send(
  app: string,
  values: ScaleValues,
  environment: string,
  context: Context,
  live: AppInfo | undefined,
): Promise<AppInfo> {
  if (Object.keys(values).length === 0 && live) return live;
  return context.fal.apps.scale(app, values, { environment, signal: context.signal });
}

function pick(from: Partial<Record<ScaleName, unknown>>, names: readonly ScaleName[]): ScaleValues {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as ScaleValues;
}

export function effective(app: AppInfo): Bag {
  return Object.fromEntries(scaleNames.map((name) => [name, app[name]]));
}

/** Live values as they compare with declared ones. */
function liveValues(app: AppInfo): Partial<Record<ScaleName, unknown>> {
  return Object.fromEntries(
    scaleNames.map((name) => [name, app[name] ?? (definition.inputs[name]?.zeroClears ? 0 : undefined)]),
  );
}
