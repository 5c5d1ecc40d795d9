import { z } from "zod";
import { FalAbortedError, FalAuthenticationError, FalError, FalTimeoutError } from "./errors";
import type { CallOptions } from "./transport/dispatch";
import type { Call } from "./transport/failure";
import { path, type RestTransport } from "./transport/rest";

const currentUser = z.object({ nickname: z.string().min(1) }).transform((user) => user.nickname);
const ownerOfFirstApp = z
  .object({ apps: z.array(z.object({ owner: z.string().nullish() })) })
  .transform((answer) => answer.apps[0]?.owner || undefined);

/** For either question. Who we are is context for other calls: no reason to hold them up for long. */
const timeoutMs = 15_000;

/**
 * The nickname of the account that the key belongs to; undefined where fal does not tell.
 *
 * `GET /users/current` is not documented, but fal's SDK uses it; where it fails, the owner of any app is the same name.
 */
export async function readAccount(
  rest: RestTransport,
  restUrl: string,
  apiUrl: string,
  options: CallOptions,
): Promise<string | undefined> {
  const call: Call = { operation: "account", action: "read the account's name", repeat: "read" };
  const limited = { timeoutMs, ...options };
  const user = await unlessRefused(
    rest.call(call, { method: "GET", base: restUrl, path: path`/users/current`, answer: currentUser }, limited),
    options,
  );
  if (user !== undefined) return user;
  return await unlessRefused(
    rest.call(call, { method: "GET", base: apiUrl, path: path`/serverless/apps`, answer: ownerOfFirstApp }, limited),
    options,
  );
}

/** Undefined for every failure but a rejected key and a caller that gave up. */
async function unlessRefused<T>(answer: Promise<T>, options: CallOptions): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const final =
      !(error instanceof FalError) ||
      error instanceof FalAuthenticationError ||
      error instanceof FalAbortedError ||
      (error instanceof FalTimeoutError && options.timeoutMs !== undefined);
    if (final) throw error;
    return undefined;
  }
}
