import { z } from "zod";
import { FalAbortedError, FalAuthenticationError, FalError } from "./errors";
import type { Call } from "./transport/failure";
import { path, type RestTransport } from "./transport/rest";

const currentUser = z.object({ nickname: z.string().min(1) }).transform((user) => user.nickname);
const ownerOfFirstApp = z
  .object({ apps: z.array(z.object({ owner: z.string().nullish() })) })
  .transform((answer) => answer.apps[0]?.owner || undefined);

/** For each of the two questions. Who we are is context for other calls: no reason to hold them up for long. */
const timeoutMs = 15_000;

/**
 * The nickname of the account that the key belongs to; undefined where fal does not tell.
 *
 * `GET /users/current` is not documented, but fal's SDK uses it; where it fails, the owner of any app is the same name.
 */
export async function readAccount(rest: RestTransport, restUrl: string, apiUrl: string): Promise<string | undefined> {
  const call: Call = { operation: "account", action: "read the account's name", repeat: "read" };
  const user = { method: "GET", base: restUrl, path: path`/users/current`, answer: currentUser } as const;
  const apps = { method: "GET", base: apiUrl, path: path`/serverless/apps`, answer: ownerOfFirstApp } as const;
  return (
    (await unlessFinal(rest.call(call, user, { timeoutMs }))) ??
    (await unlessFinal(rest.call(call, apps, { timeoutMs })))
  );
}

/** Undefined for every failure but a rejected key and a closed client. */
async function unlessFinal<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof FalAuthenticationError || error instanceof FalAbortedError) throw error;
    if (error instanceof FalError) return undefined;
    throw error;
  }
}
