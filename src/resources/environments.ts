import type { FalClient } from "../client";
import { suggestName } from "../provider/suggest";
import { mainEnvironment } from "./common";

/** The names of the account's environments: `main` first, which always exists. */
export async function environmentNames(
  fal: FalClient,
  options: { readonly fresh?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  const others = (await fal.environments.list(options))
    .map(({ name }) => name)
    .filter((name) => name !== mainEnvironment);
  return [mainEnvironment, ...others.sort()];
}

/** `name` is none of `names`. `account` is the account's nickname, where fal states it. */
export function noEnvironment(name: string, names: readonly string[], account?: string): Error {
  if (name === account) {
    return new Error(
      `Environment "${name}" does not exist, because "${name}" is the account. Name an app without its owner, as "app" or "environment/app", and not by \`endpointId\`.`,
    );
  }
  const nearest = suggestName(name, names);
  return new Error(
    `Environment "${name}" does not exist. The account has ${names.join(", ")}.${nearest === undefined ? "" : ` Did you mean "${nearest}"?`}`,
  );
}

/**
 * Throws when the account has no environment of this name. Where the list cannot be had (a key without the right to
 * it), nothing is known and nothing is thrown.
 */
export async function requireEnvironment(fal: FalClient, name: string, signal: AbortSignal | undefined): Promise<void> {
  if (name === mainEnvironment) return;
  for (const fresh of [false, true]) {
    const names = await environmentNames(fal, { fresh, signal }).catch(() => undefined);
    if (names === undefined || names.includes(name)) return;
    // One that was made a moment ago may not be in a list that is shared.
    if (fresh) throw noEnvironment(name, names, await fal.account().catch(() => undefined));
  }
}
