import { z } from "zod";
import { FalNotFoundError, FalPermissionError, FalValidationError } from "./errors";
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
 * Throws where neither gives a clear answer: a fal that cannot be asked must not pass for one that does not tell.
 */
export async function readAccount(rest: RestTransport, restUrl: string, apiUrl: string): Promise<string | undefined> {
  const call: Call = { operation: "account", action: "read the account's name", repeat: "read" };
  const user = { method: "GET", base: restUrl, path: path`/users/current`, answer: currentUser } as const;
  const apps = { method: "GET", base: apiUrl, path: path`/serverless/apps`, answer: ownerOfFirstApp } as const;
  let unclear: unknown;
  for (const question of [user, apps]) {
    try {
      const name = await rest.call(call, question, { timeoutMs });
      if (name !== undefined) return name;
    } catch (error) {
      if (!isClear(error)) unclear ??= error;
    }
  }
  if (unclear !== undefined) throw unclear;
  return undefined;
}

/** An answer of fal's that will be the same tomorrow: no such address here, not for this key, not in this form. */
function isClear(error: unknown): boolean {
  return (
    error instanceof FalNotFoundError || error instanceof FalPermissionError || error instanceof FalValidationError
  );
}
