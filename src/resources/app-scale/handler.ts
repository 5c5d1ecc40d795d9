import type { AppInfo, ScaleParams } from "../../client";
import { type ScaleName, scaleNames } from "../../client/scaling";
import { differs } from "../../provider/diff";
import {
  type Context,
  createNamed,
  type Handler,
  inputsToSend,
  type State,
  sendUpdate,
  type WriteContext,
} from "../../provider/handler";
import { type CheckedInputs, fires, type PropertyValues, type ResourceDefinition } from "../../provider/properties";
import { isRecord } from "../../provider/values";
import { hasResetScale } from "../app/deploy";
import { idOf, parseId } from "../common";
import { appUnlessGone, environmentOf, explainMissing, findApp, listApps, notDeployed } from "../lookup";
import { newlyManaged, restorable, stillDeclared } from "../previous-values";
import { isResetTrigger } from "../reset-trigger";
import { aboveMaximum, appScale } from "./properties";

type Inputs = CheckedInputs<typeof appScale>;

const definition: ResourceDefinition = appScale;

/** Unfinished work: fal may or may not have the values. */
const unsent = "scale";

export const appScaleHandler: Handler<Inputs> = {
  definition,

  async create(inputs, context) {
    const environment = environmentOf(inputs, context);
    const app = await existing(environment, inputs.app, context);
    const before = liveValues(app);
    const declared = scaleNames.filter((name) => inputs[name] !== undefined);
    warnOfResets(declared, inputs, context);
    const values = pick(
      inputs,
      declared.filter((name) => differs(definition, name, before[name], inputs[name])),
    );
    refuseAboveMaximum(Object.keys(values), inputs, app);
    const id = idOf(environment, inputs.app);
    const found = { ...pick(before, declared) };
    const after = await createNamed(
      id,
      unsent,
      context,
      () => send(inputs.app, values, environment, context, app),
      found,
    );
    context.acknowledged(pick(liveValues(after), declared));
    warnOfRunnerLimits(declared, after, context);
    return { id, outputs: { effective: effective(after) }, previousValues: found };
  },

  async read(id, state, context) {
    const { environment, name } = parseId("AppScale", id);
    const live = await appUnlessGone(context, environment, name);
    if (!live) return undefined;
    const values = liveValues(live);
    const { revision, ...known } = effective(live);
    const before = state && revisionOf(state);
    if (state && before !== undefined && before !== live.revision) {
      reportResets(state, values, before, live, context);
    }
    return {
      inputs: { app: name, environment, ...values },
      // State without a revision gets one with an update, because in a refresh it would look like a change.
      outputs: { effective: state && before === undefined ? known : { ...known, revision } },
      // An import manages all values, so the previous ones are recorded.
      ...(state ? {} : { previousValues: values }),
    };
  },

  explainMissing: (id, context) => explainMissing("AppScale", id, context),

  async update(_id, state, inputs, changed, context) {
    const environment = environmentOf(inputs, context);
    const declared = scaleNames.filter((name) => inputs[name] !== undefined);
    const toSend = new Set(inputsToSend(declared, changed, state.pending.includes(unsent), context));
    const reapplies = fires(appScale.inputs.reapplyOn.trigger, state.inputs.reapplyOn, inputs.reapplyOn);
    if (reapplies) {
      for (const name of declared) {
        if (definition.inputs[name]?.resetByDeploy && !context.isIgnored(name)) toSend.add(name);
      }
    }
    const kept = stillDeclared(state.previousValues, declared);
    if (toSend.size === 0 && !reapplies) return { outputs: state.outputs, previousValues: kept };
    const added = newlyManaged(declared, state);
    const needsMaximum = toSend.has("minConcurrency") && inputs.maxConcurrency === undefined;
    const needsApp = added.length > 0 || needsMaximum || toSend.size === 0;
    const app = needsApp ? await existing(environment, inputs.app, context) : undefined;
    if (app) refuseAboveMaximum([...toSend], inputs, app);
    const found = app ? pick(liveValues(app), added) : {};
    warnOfResets(added, inputs, context);
    const sent = async (names: readonly ScaleName[]): Promise<AppInfo> => {
      const update = () => send(inputs.app, pick(inputs, names), environment, context, app);
      const answer = await sendUpdate(unsent, context, update, found);
      context.acknowledged(pick(liveValues(answer), names));
      return answer;
    };
    let after = await sent([...toSend]);
    const others = declared.filter((name) => !toSend.has(name) && !context.isIgnored(name));
    const resets = await resetSince(state, after, pick(inputs, others), context);
    if (resets.length > 0) {
      // With the old revision in the state, the next update notices the deploy if this one fails.
      context.achieved([...toSend], { effective: { ...effective(after), revision: revisionOf(state) } }, found);
      after = await sent(resets);
    }
    warnOfRunnerLimits([...toSend, ...resets], after, context);
    return { outputs: { effective: effective(after) }, previousValues: { ...kept, ...found } };
  },

  /** With `onDelete: "restore"`, restores the previous values, unless someone else has changed them since. */
  async delete(id, state, context) {
    if (state.inputs.onDelete !== "restore") return;
    const { environment, name: app } = parseId("AppScale", id);
    const found = await appUnlessGone(context, environment, app);
    if (!found) return;
    const live = liveValues(found);
    const restored = restorable(definition, scaleNames, state, live).filter((name) =>
      differs(definition, name, live[name], state.previousValues[name]),
    );
    const values = pick(state.previousValues as Partial<Inputs>, restored);
    // fal cannot clear a list, because a request does not distinguish an empty list from none.
    for (const [name, value] of Object.entries(values)) {
      if (Array.isArray(value) && value.length === 0) {
        context.warnOnce(`\`${name}\` was not restored. It was empty before, and fal cannot clear a list.`);
        delete values[name as ScaleName];
      }
    }
    await send(app, values, environment, context, found);
  },

  scope: "environment",

  list: listApps,
};

/** Which of these declared values a deploy has reset since they were last seen: another revision runs, and they differ. */
async function resetSince(
  state: State<Inputs>,
  live: AppInfo,
  declared: PropertyValues,
  context: Context,
): Promise<ScaleName[]> {
  const seen = revisionOf(state);
  if (seen === undefined || seen === live.revision) return [];
  const values = liveValues(live);
  const differing = scaleNames.filter(
    (name) => name in declared && differs(definition, name, values[name], declared[name]),
  );
  const always = differing.filter((name) => definition.inputs[name]?.resetByDeploy);
  if (always.length === differing.length) return always;
  // The others were changed elsewhere, unless the deployment reset all values.
  return (await hasResetScale(live, context)) ? differing : always;
}

/** fal would accept it and keep fewer runners. If both are declared, check rejects that. */
function refuseAboveMaximum(sent: readonly string[], inputs: Inputs, live: AppInfo): void {
  const { minConcurrency, maxConcurrency } = inputs;
  if (minConcurrency === undefined || maxConcurrency !== undefined || !sent.includes("minConcurrency")) return;
  if (minConcurrency <= live.maxConcurrency) return;
  throw new Error(`${aboveMaximum(minConcurrency, live.maxConcurrency)} Nothing was changed.`);
}

/** fal accepts more warm runners than it allows, and keeps fewer. */
function warnOfRunnerLimits(sent: readonly ScaleName[], live: AppInfo, context: WriteContext): void {
  const about: readonly ScaleName[] = ["minConcurrency", "concurrencyBuffer", "maxConcurrency"];
  if (!about.some((name) => sent.includes(name))) return;
  for (const name of ["minConcurrency", "concurrencyBuffer"] as const) {
    const warm = live[name] ?? 0;
    if (warm <= live.maxConcurrency) continue;
    context.warnOnce(
      `The app has ${name} ${warm}, but fal allows only ${live.maxConcurrency} runners (maxConcurrency). ` +
        `Raise maxConcurrency to ${warm} or more, or lower ${name}.`,
    );
  }
}

/** Warns when such a value becomes managed, unless `reapplyOn` already contains a value that changes with a deploy. */
function warnOfResets(newlyManaged: readonly ScaleName[], inputs: Inputs, context: WriteContext): void {
  const names = newlyManaged.filter((name) => definition.inputs[name]?.resetByDeploy);
  if (names.length === 0 || inputs.reapplyOn?.some((trigger) => !isResetTrigger(trigger))) return;
  context.warnOnce(
    `Every deploy of the app resets ${names.join(", ")} to the values in its code. ` +
      "To send the declared values again, add a value to `reapplyOn` that changes with each deploy " +
      "(an `App` with `source` or `revision`, given as `app`, adds one). `pulumi up --refresh` also corrects them.",
  );
}

/** Warns about managed values that differ at fal, if a revision runs with which they were not read before. */
function reportResets(
  state: State<Inputs>,
  live: Partial<Record<ScaleName, unknown>>,
  before: string,
  app: AppInfo,
  context: Context,
): void {
  const resets = scaleNames.filter(
    (name) =>
      definition.inputs[name]?.resetByDeploy &&
      state.managed.includes(name) &&
      state.inputs[name] !== undefined &&
      differs(definition, name, state.inputs[name], live[name]),
  );
  if (resets.length === 0) return;
  const them = resets.length === 1 ? "it" : "them";
  context.warn(
    `A deploy (revision ${app.revision} instead of ${before}) reset ${resets.join(", ")}. \`pulumi up\` sends ${them} again.`,
  );
}

/** The revision that ran when the values in the state were read. State of the first versions does not contain it. */
function revisionOf(state: State<Inputs>): string | undefined {
  const { effective } = state.outputs;
  const revision = isRecord(effective) ? effective["revision"] : undefined;
  return typeof revision === "string" ? revision : undefined;
}

async function existing(environment: string, name: string, context: Context): Promise<AppInfo> {
  const app = await findApp(context, environment, name, true);
  if (!app) throw await notDeployed(context, environment, name);
  return app;
}

/** Sends all values with one request. Sends nothing if there are no values and the live ones are known. */
async function send(
  app: string,
  values: ScaleParams,
  environment: string,
  context: Context,
  live: AppInfo | undefined,
): Promise<AppInfo> {
  if (Object.keys(values).length === 0 && live) return live;
  return context.fal.apps.scale(app, values, { environment, signal: context.signal });
}

function pick(from: Partial<Record<ScaleName, unknown>>, names: readonly ScaleName[]): ScaleParams & PropertyValues {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as ScaleParams & PropertyValues;
}

export function effective(app: AppInfo): PropertyValues {
  return { ...Object.fromEntries(scaleNames.map((name) => [name, app[name]])), revision: app.revision };
}

/** Live values in the form of declared ones. */
function liveValues(app: AppInfo): Partial<Record<ScaleName, unknown>> {
  return Object.fromEntries(
    scaleNames.map((name) => [name, app[name] ?? (definition.inputs[name]?.zeroClears ? 0 : undefined)]),
  );
}
