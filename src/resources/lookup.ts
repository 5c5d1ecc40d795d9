import type { AppInfo, SecretInfo } from "../client";
import { isNotFound } from "../client/errors";
import { messageOf } from "../provider/errors";
import type { Context, Handler } from "../provider/handler";
import { sleep } from "../sleep";
import { idOf, mainEnvironment, parseId } from "./common";
import { requireEnvironment } from "./environments";

/** What these functions need of a context. */
type Asking = Pick<Context, "fal"> & { readonly signal: AbortSignal | undefined };

/** The environment that check filled in, else the client's. */
export function environmentOf(inputs: { environment?: string | undefined }, context: Pick<Context, "fal">): string {
  return inputs.environment ?? context.fal.settings.environment;
}

/** A list that is late or incomplete is often complete a moment later. */
const againAfterMs = 1_000;

/**
 * An object that is not found counts as deleted only if a fresh look a moment later does not find it either. If fal has
 * another call that shows the object, `elsewhere` must not contain it.
 */
export async function unlessGone<T>(
  { signal }: Pick<Asking, "signal">,
  look: (fresh: boolean) => Promise<T | undefined>,
  elsewhere?: { readonly object: string; readonly contains: () => Promise<boolean> },
): Promise<T | undefined> {
  const found = await look(false);
  if (found !== undefined) return found;
  await sleep(againAfterMs, signal);
  const again = await look(true);
  if (again === undefined && elsewhere && (await elsewhere.contains())) {
    throw new Error(
      `fal's responses about ${elsewhere.object} contradict each other: one list does not contain it, another response does. ` +
        "It does not count as deleted, and nothing was changed. Run this again later.",
    );
  }
  return again;
}

/** An app, or undefined if it counts as deleted. A missing app is looked for again, and then over REST. */
export function appUnlessGone(context: Asking, environment: string, name: string): Promise<AppInfo | undefined> {
  const { fal, signal } = context;
  return unlessGone(context, (fresh) => findApp(context, environment, name, fresh), {
    object: `app "${idOf(environment, name)}"`,
    contains: async () => {
      const names = await unlessEnvironmentGone(context, environment, fal.appsOverRest(environment, { signal }));
      return names?.includes(name) ?? false;
    },
  });
}

/** An app by its exact name. Without `fresh`, a refresh shares one list. */
export function findApp(
  context: Asking,
  environment: string,
  name: string,
  fresh: boolean,
): Promise<AppInfo | undefined> {
  const { fal, signal } = context;
  return unlessEnvironmentGone(context, environment, fal.apps.get(name, { environment, fresh, signal }));
}

/** `Handler.list` of kinds that have one object per app. */
export const listApps: Handler["list"] = async ({ apps }, environment, signal) =>
  (await apps.list({ environment, signal })).map(({ name }) => ({ id: idOf(environment, name) }));

/** A secret by its exact name, without its value. */
export function findSecret(
  context: Asking,
  environment: string,
  name: string,
  fresh: boolean,
): Promise<SecretInfo | undefined> {
  const { fal, signal } = context;
  return unlessEnvironmentGone(context, environment, fal.secrets.get(name, { environment, fresh, signal }));
}

/**
 * The answer about something in an environment; undefined if the environment does not exist, because fal deletes its
 * contents with it. fal does not document its answer in that case, and "not found" alone does not prove it. So the list
 * of environments decides.
 */
export async function unlessEnvironmentGone<T>(
  context: Asking,
  environment: string,
  answer: Promise<T>,
): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const look = context.fal.environments.get(environment, { fresh: true, signal: context.signal });
    const present = await look.catch((second) => {
      throw new Error(`${messageOf(error)} Its environment could not be looked up: ${messageOf(second)}`, {
        cause: second,
      });
    });
    if (present) throw error;
    return undefined;
  }
}

/** The error for an app that was never deployed. Throws another one if its environment does not exist. */
export async function notDeployed(context: Asking, environment: string, name: string): Promise<Error> {
  await requireEnvironment(context.fal, environment, context.signal);
  const flag = environment === mainEnvironment ? "" : ` --env ${environment}`;
  return new Error(
    `App "${idOf(environment, name)}" does not exist in fal. Deploy it first, for example with \`fal deploy path/to/app.py::MyApp --app-name ${name}${flag}\`.`,
  );
}

/** `Handler.explainMissing` of kinds whose objects are in an environment. */
export async function explainMissing(kind: string, id: string, context: Asking): Promise<void> {
  await requireEnvironment(context.fal, parseId(kind, id).environment, context.signal);
}
