import type { FalClient } from "../client";
import { isNotFound } from "../client/errors";
import { didYouMean } from "../provider/suggest";

/** The error for an app that does not exist in an environment, with the closest name. `effect`: what the command did. */
export function noApp(name: string, environment: string, existing: readonly string[], effect = ""): Error {
  return new Error(
    `App "${name}" does not exist in environment "${environment}". ${effect}List the apps with \`pulumi-fal apps list\`.` +
      didYouMean(name, existing),
  );
}

/** The answer about an app. If fal does not find it, the list of apps decides whether it exists. */
export async function ofExistingApp<T>(
  fal: FalClient,
  name: string,
  environment: string,
  answer: Promise<T>,
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const existing = (await fal.apps.list({ environment })).map((app) => app.name);
    throw existing.includes(name) ? error : noApp(name, environment, existing);
  }
}
