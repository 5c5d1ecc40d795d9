import type { FalClient } from "../client";
import { didYouMean } from "../provider/suggest";
import { mainEnvironment } from "./common";

/** The names of the account's environments. The first is `main`, which always exists. */
export async function environmentNames(
  fal: FalClient,
  options: { readonly fresh?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  const others = (await fal.environments.list(options))
    .map(({ name }) => name)
    .filter((name) => name !== mainEnvironment);
  return [mainEnvironment, ...others.sort()];
}

/** The error for a `name` that is not in `names`. `account` is the account's nickname, if fal returns it. */
export function noEnvironment(name: string, names: readonly string[], account?: string): Error {
  if (name === account) {
    return new Error(
      `Environment "${name}" does not exist, because "${name}" is the account. In the account, there is ${names.join(", ")}. Name an app without its owner, as "app" or "environment/app", and not by \`endpointId\`.`,
    );
  }
  return new Error(
    `Environment "${name}" does not exist. In the account, there is ${names.join(", ")}.${didYouMean(name, names)}`,
  );
}

/**
 * Throws if the account has no environment of this name. Does not throw if it cannot read the list, for example because
 * the key may not read it.
 */
export async function requireEnvironment(fal: FalClient, name: string, signal: AbortSignal | undefined): Promise<void> {
  if (name === mainEnvironment) return;
  for (const fresh of [false, true]) {
    const names = await environmentNames(fal, { fresh, signal }).catch(() => undefined);
    if (names === undefined || names.includes(name)) return;
    // A shared list may not contain a new environment yet.
    if (fresh) throw noEnvironment(name, names, await fal.account().catch(() => undefined));
  }
}
