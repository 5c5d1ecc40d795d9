import type { AppInfo } from "../../client";
import { isNotFound } from "../../client/errors";
import { deployResetNames } from "../../client/scaling";
import {
  alreadyExists,
  type Context,
  type CreateContext,
  type CreateResult,
  createNamed,
  type Handler,
  type State,
  sendUpdate,
  type WriteContext,
} from "../../provider/handler";
import { type CheckedInputs, fires, type PropertyValues } from "../../provider/properties";
import { deepEqual, isGiven } from "../../provider/values";
import { aliasOf, idOf, parseId } from "../common";
import { requireEnvironment } from "../environments";
import { inFlight } from "../in-flight";
import { appUnlessGone, environmentOf, explainMissing, findApp, listApps, notDeployed } from "../lookup";
import { type DeployableInputs, deploy, deploymentOf, isDeployable, originOf, ownDeployment } from "./deploy";
import { app, onDeleteOf } from "./properties";
import { foreign, unanswered } from "./source";

type Inputs = CheckedInputs<typeof app>;

/** Unfinished work: fal may or may not have auth mode and revision. */
const unpointed = "point";

export const appHandler: Handler<Inputs> = {
  definition: app,

  async create(inputs, context) {
    const environment = environmentOf(inputs, context);
    const id = idOf(environment, inputs.name);
    const present = await findApp(context, environment, inputs.name, true);
    if (isDeployable(inputs)) return createFromSource(present, inputs, environment, context);
    const current = await pointAlias(present, inputs, environment, context);
    context.acknowledged(pointed(current, inputs));
    return { id, outputs: await outputsOf(current, context) };
  },

  async read(id, state, context) {
    const { environment, name } = parseId("App", id);
    const live = await appUnlessGone(context, environment, name);
    if (!live) return undefined;
    const deployed = state?.outputs["deployedRevision"];
    return {
      inputs: { name, environment, authMode: live.authMode, revision: live.revision },
      outputs: { ...(await outputsOf(live, context)), ...(isGiven(deployed) && { deployedRevision: deployed }) },
      ...(state !== undefined && { pending: await reportForeignDeployment(live, state, context) }),
    };
  },

  explainMissing: (id, context) => explainMissing("App", id, context),

  async update(_id, state, inputs, changed, context) {
    const environment = environmentOf(inputs, context);
    let outputs: PropertyValues = state.outputs;
    if (isDeployable(inputs) && (changed.has("sourceHash") || state.pending.some(isDeployment))) {
      // A response may have been lost, or the revision that runs while it is released may come from the same source.
      const made = state.pending.includes(foreign) ? undefined : await ownDeployment(inputs, environment, context);
      const revision = made ?? (await sendUpdate(unanswered, context, () => deploy(inputs, environment, context)));
      outputs = await deployed(revision, inputs, environment, context);
      context.achieved(["authMode", "sourceHash", "sourceFiles", "sourceCommit", "source"], outputs);
      // A deployment replaces the runners, too.
      return { outputs };
    }
    const again = state.pending.includes(unpointed);
    if (again || changed.has("authMode") || changed.has("revision")) {
      const present = await findApp(context, environment, inputs.name, true);
      // Only what changed: a value under ignoreChanges, which a deploy has moved since, must not be put back.
      const { authMode, revision, ...unchanged } = inputs;
      const sent: Inputs = {
        ...unchanged,
        ...((again || changed.has("authMode")) && authMode !== undefined ? { authMode } : {}),
        ...((again || changed.has("revision")) && revision !== undefined ? { revision } : {}),
      };
      const current = await sendUpdate(unpointed, context, () => pointAlias(present, sent, environment, context));
      context.acknowledged(pointed(current, sent));
      if (present) warnOfResets(present, current, context);
      outputs = await outputsOf(current, context);
      context.achieved(["authMode", "revision"], outputs);
    }
    if (fires(app.inputs.rolloutOn.trigger, state.inputs.rolloutOn, inputs.rolloutOn))
      await context.fal.apps.rollout(inputs.name, { environment, signal: context.signal });
    return { outputs };
  },

  async delete(id, state, context) {
    if (onDeleteOf(state.inputs) !== "delete") return;
    const { environment, name } = parseId("App", id);
    const deletion = context.fal.apps.delete(name, { environment, signal: context.signal });
    await inFlight.delete(environment, deletion);
  },

  scope: "environment",

  list: listApps,
};

/**
 * Deploys, or takes over the app that exists. It may be this resource's own: a process that was killed while it deployed
 * could record nothing.
 */
async function createFromSource(
  present: AppInfo | undefined,
  inputs: DeployableInputs,
  environment: string,
  context: CreateContext,
): Promise<CreateResult> {
  const id = idOf(environment, inputs.name);
  if (present === undefined) await requireEnvironment(context.fal, environment, context.signal);
  const live = present && (await deploymentOf(present.revision, inputs.name, environment, context));
  const origin = live && originOf(live, context);
  if (present && !inputs.adopt && !origin?.isOfThisStack) throw alreadyExists(`app "${id}"`, live?.createdAt);
  const revision =
    present && origin?.sourceHash === inputs.sourceHash
      ? present.revision
      : await createNamed(id, unanswered, context, () => deploy(inputs, environment, context));
  return { id, outputs: await deployed(revision, inputs, environment, context) };
}

/** The outputs of an app that has been deployed. What a deployment does not set follows. */
async function deployed(
  revision: string,
  inputs: DeployableInputs,
  environment: string,
  context: WriteContext,
): Promise<PropertyValues> {
  const live = await findApp(context, environment, inputs.name, true);
  if (!live) throw await notDeployed(context, environment, inputs.name);
  const current = await pointAlias(live, inputs, environment, context);
  context.acknowledged(pointed(current, inputs));
  return { ...(await outputsOf(current, context)), deployedRevision: revision };
}

function isDeployment(work: string): boolean {
  return work === unanswered || work === foreign;
}

/** Reports a revision that this resource did not deploy. Returns the work that it causes. */
async function reportForeignDeployment(live: AppInfo, state: State<Inputs>, context: Context): Promise<string[]> {
  const { deployedRevision } = state.outputs;
  const { onForeignDeploy, revision } = state.inputs;
  if (!isGiven(deployedRevision) || isGiven(revision) || live.revision === deployedRevision) return [];
  // Who and when is a courtesy: a key that may not read it must not fail the refresh.
  const deployment = await deploymentOf(live.revision, live.name, live.environment, context).catch(() => undefined);
  const by = deployment?.deployedBy === undefined ? "" : ` by ${deployment.deployedBy}`;
  const at = deployment?.createdAt === undefined ? "" : ` at ${deployment.createdAt}`;
  const deploysAgain = onForeignDeploy === "redeploy";
  const next = deploysAgain
    ? "The next `pulumi up` deploys `source` again (`onForeignDeploy`)"
    : 'It stays until the source changes. To replace it, set `onForeignDeploy: "redeploy"`';
  context.warn(
    `Revision ${live.revision}, deployed${by}${at}, runs instead of ${String(deployedRevision)}, which this resource deployed. ${next}.`,
  );
  return deploysAgain ? [foreign] : [];
}

/** UNCERTAIN: whether a call that leaves the revision as it is resets what a deploy resets. The answer shows it. */
function warnOfResets(before: AppInfo, after: AppInfo, context: WriteContext): void {
  if (before.revision !== after.revision) return;
  const reset = deployResetNames.filter((name) => !deepEqual(before[name], after[name]));
  if (reset.length === 0) return;
  context.warnOnce(
    `When fal changed the auth mode of the app, it also reset ${reset.join(", ")}, as a deploy does. ` +
      "If an `AppScale` declares them, `pulumi up --refresh` sends them again.",
  );
}

/** What fal's answer says of what was sent. */
function pointed({ authMode, revision }: AppInfo, sent: Inputs): PropertyValues {
  return {
    ...(sent.authMode !== undefined ? { authMode } : {}),
    ...(sent.revision !== undefined ? { revision } : {}),
  };
}

/** Brings revision and auth mode to what is declared, in one call, if anything differs; a declared revision may make the alias. */
async function pointAlias(
  present: AppInfo | undefined,
  inputs: Inputs,
  environment: string,
  context: Context,
): Promise<AppInfo> {
  const { name, authMode, strategy } = inputs;
  const revision = inputs.revision ?? present?.revision;
  if (revision === undefined) throw await notDeployed(context, environment, name);
  const repoints = revision !== present?.revision;
  if (present && !repoints && (authMode === undefined || authMode === present.authMode)) return present;
  const options = {
    environment,
    ...(authMode !== undefined ? { authMode } : {}),
    ...(repoints && strategy !== undefined ? { strategy } : {}),
    signal: context.signal,
  };
  return context.fal.apps.setAlias(name, revision, options).catch(async (error) => {
    // Without app and revision there is nothing to point at: only a deploy helps.
    if (present || !isNotFound(error)) throw error;
    throw await notDeployed(context, environment, name);
  });
}

async function outputsOf(info: AppInfo, context: Context): Promise<PropertyValues> {
  return {
    ...addresses(await context.fal.account(), aliasOf(info.name, info.environment)),
    currentRevision: info.revision,
    machineTypes: info.machineTypes,
  };
}

/**
 * Not in any answer: they follow from owner and alias (fal's documentation, manage-environments). Where fal does not
 * tell the account, what state knows stays.
 */
export function addresses(owner: string | undefined, alias: string): PropertyValues {
  if (owner === undefined) return {};
  const endpointId = `${owner}/${alias}`;
  return { owner, endpointId, url: `https://fal.run/${endpointId}`, queueUrl: `https://queue.fal.run/${endpointId}` };
}
