import type { AppDeployment, AppInfo } from "../../client";
import { findFal } from "../../client/deploy/command";
import { isFalError, isNotFound } from "../../client/errors";
import type { Context, WriteContext } from "../../provider/handler";
import type { CheckedInputs } from "../../provider/properties";
import { longestTimerMs, sleep } from "../../sleep";
import { readSource } from "../../source";
import { idOf } from "../common";
import type { app } from "./properties";
import { asksForDeployments, folderOf, type Source, sourceInputs } from "./source";

/**
 * Deploys the source of an app. fal has no call that deploys at most once, so each deployment is annotated with what it
 * consists of: one whose response was lost is found by that, and is never made twice.
 *
 * UNCERTAIN: fal's own CLI (1.83) repeats the registration up to four times after `UNAVAILABLE` and a broken connection.
 * Each may create a revision, with the same annotations; the last one runs.
 */

type Inputs = CheckedInputs<typeof app>;
export type DeployableInputs = Inputs & { readonly source: Source; readonly sourceHash: string };

export function isDeployable(inputs: Inputs): inputs is DeployableInputs {
  return asksForDeployments(inputs);
}

/** The keys of the annotations. Revisions at fal have them, so they never change. */
const keys = {
  project: "pulumi-project",
  stack: "pulumi-stack",
  source: "pulumi-source",
  commit: "git-commit",
  resetScale: "pulumi-reset-scale",
} as const;

/** Who deployed a revision from which source, as far as this provider annotated it. */
export interface Origin {
  readonly isOfThisStack: boolean;
  readonly sourceHash: string | undefined;
}

export function originOf({ annotations }: AppDeployment, { stack }: Pick<Context, "stack">): Origin {
  const isOfThisStack =
    stack !== undefined && annotations?.[keys.project] === stack.project && annotations[keys.stack] === stack.name;
  return { isOfThisStack, sourceHash: annotations?.[keys.source] };
}

/** What fal knows of a revision of the app; undefined if its list of revisions does not contain it. */
export async function deploymentOf(
  revision: string,
  name: string,
  environment: string,
  { fal, signal }: Pick<Context, "fal" | "signal">,
): Promise<AppDeployment | undefined> {
  return (await deploymentsOf(name, environment, { fal, signal })).find((each) => each.revision === revision);
}

/** Newest first. */
async function deploymentsOf(
  name: string,
  environment: string,
  { fal, signal }: Pick<Context, "fal" | "signal">,
): Promise<AppDeployment[]> {
  return fal.apps.deployments(name, { environment, signal }).catch((error: unknown) => {
    if (isNotFound(error)) return [];
    throw error;
  });
}

/**
 * Whether the last deployment of an app, whose revision still runs, has reset all scaling values: a resource with
 * `resetScale` annotated it. An app that was pointed at an older revision keeps its scaling.
 */
export async function hasResetScale({ name, environment, revision }: AppInfo, context: Context): Promise<boolean> {
  const [newest] = await deploymentsOf(name, environment, context);
  return newest?.revision === revision && newest.annotations[keys.resetScale] === "true";
}

/** Deploys, and returns the revision. Throws if the response is lost and fal does not show the deployment either. */
export async function deploy(inputs: DeployableInputs, environment: string, context: WriteContext): Promise<string> {
  const { name, source, authMode, strategy, resetScale, noCache } = inputs;
  const { fal, waitSignal, progress, stack } = context;
  refuseChangedFiles(inputs);
  const cwd = folderOf(source);
  const annotations = {
    ...(stack && { [keys.project]: stack.project, [keys.stack]: stack.name }),
    [keys.source]: inputs.sourceHash,
    ...(inputs.sourceCommit !== undefined && { [keys.commit]: inputs.sourceCommit }),
    ...(resetScale === true && { [keys.resetScale]: "true" }),
  };
  const options = {
    appName: name,
    environment,
    ...(authMode !== undefined && { auth: authMode }),
    ...(strategy !== undefined && { strategy }),
    ...(resetScale !== undefined && { resetScale }),
    ...(noCache !== undefined && { noCache }),
    annotations,
    cwd,
    fal: await findFal({ ...source, cwd, names: { fal: "source.fal", python: "source.python" } }),
    onPhase: (phase: string) => progress(`deploying: ${phase}`),
    signal: waitSignal,
    // The signal has the time limit of the operation.
    timeoutMs: longestTimerMs,
  };
  try {
    return (await context.deploying(() => fal.deploy(source.ref, options))).revision;
  } catch (error) {
    if (!isFalError(error) || !error.mayHaveTakenEffect) throw error;
    const made = await afterLostResponse(inputs, environment, context).catch(() => undefined);
    if (made === undefined) throw error;
    return made;
  }
}

/** The revision that a deployment without a response created. fal shows it a moment later, if at all. */
async function afterLostResponse(
  inputs: DeployableInputs,
  environment: string,
  context: Context,
): Promise<string | undefined> {
  for (const waitMs of [0, 1_000, 2_000]) {
    await sleep(waitMs, context.signal);
    const made = await ownDeployment(inputs, environment, context);
    if (made !== undefined) return made;
  }
  return undefined;
}

/** The newest revision of the app if this stack deployed it from this source: then nothing has to be deployed. */
export async function ownDeployment(
  { name, sourceHash }: DeployableInputs,
  environment: string,
  context: Context,
): Promise<string | undefined> {
  const { fal, signal } = context;
  const live = await fal.apps.get(name, { environment, fresh: true, signal });
  const deployment = live && (await deploymentOf(live.revision, name, environment, context));
  if (!deployment) return undefined;
  const origin = originOf(deployment, context);
  return origin.isOfThisStack && origin.sourceHash === sourceHash ? deployment.revision : undefined;
}

/** What is deployed must be what the preview showed. */
function refuseChangedFiles({ name, environment, source, sourceHash }: DeployableInputs): void {
  const now = sourceInputs({ source }, { readSource });
  if (now["sourceHash"] === sourceHash) return;
  throw new Error(
    `The source of app "${idOf(environment ?? "", name)}" has changed since \`pulumi up\` read it. Nothing was deployed. Run \`pulumi up\` again.`,
  );
}
