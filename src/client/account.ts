import { z } from "zod";
import {
  type FalError,
  FalNotFoundError,
  FalPermissionError,
  FalServerError,
  FalValidationError,
  isFalError,
} from "./errors";
import type { CallOptions } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { path, type RestTransport } from "./internal/rest";

const currentUser = z.object({ nickname: z.string().min(1) }).transform((user) => user.nickname);
const ownerOfFirstApp = z
  .object({ apps: z.array(z.object({ owner: z.string().nullish() })) })
  .transform((answer) => answer.apps[0]?.owner || undefined);

export const accountCall: Call = { operation: "account", action: "read the account's name", repeat: "read" };

/** For each of the two questions. Who we are is context for other calls: no reason to hold them up for long. */
const timeoutMs = 15_000;

/** Whose key it is. */
export interface Account {
  /** The account's nickname; undefined where fal does not tell. */
  readonly name: string | undefined;
  /** Why fal does not tell, where it refused to. */
  readonly refused?: FalError;
}

/**
 * The account that the key belongs to.
 *
 * `GET /users/current` is not documented, but fal's SDK uses it; where it fails, the owner of any app is the same name.
 * Throws where neither gives a clear answer: a fal that cannot be asked must not pass for one that does not tell.
 */
export async function readAccount(rest: RestTransport, restUrl: string, apiUrl: string): Promise<Account> {
  const user = { method: "GET", base: restUrl, path: path`/users/current`, answer: currentUser } as const;
  const apps = { method: "GET", base: apiUrl, path: path`/serverless/apps`, answer: ownerOfFirstApp } as const;
  let unclear: unknown;
  let refused: FalError | undefined;
  for (const question of [user, apps]) {
    try {
      const name = await rest.call(accountCall, question, { timeoutMs });
      if (name !== undefined) return { name };
    } catch (error) {
      if (!isClear(error)) unclear ??= error;
      else if (error instanceof FalPermissionError) refused ??= error;
    }
  }
  if (unclear !== undefined) throw unclear;
  return { name: undefined, ...(refused ? { refused } : {}) };
}

/**
 * An answer of fal's that will be the same tomorrow: no such address here, not for this key, not in this form. A locked
 * account is no answer to the question, and everything else would fail with the same reason.
 */
function isClear(error: unknown): boolean {
  if (isFalError(error) && error.refusal === "account") return false;
  return (
    (error instanceof FalServerError && error.status === 404) ||
    error instanceof FalNotFoundError ||
    error instanceof FalPermissionError ||
    error instanceof FalValidationError
  );
}

/** What an account is billed by. */
export interface BillingInfo {
  /** The account's nickname. */
  username: string;
  /** Left out where fal does not tell. */
  credits?: { currentBalance: number; currency: string };
}

const billing = z
  .object({
    username: z.string(),
    credits: z.object({ current_balance: z.number(), currency: z.string() }).nullish(),
  })
  .transform(
    ({ username, credits }): BillingInfo => ({
      username,
      ...(credits ? { credits: { currentBalance: credits.current_balance, currency: credits.currency } } : {}),
    }),
  );

/** `GET /account/billing` of the platform API, for keys with ADMIN scope. */
export async function readBilling(rest: RestTransport, apiUrl: string, options: CallOptions): Promise<BillingInfo> {
  const call: Call = { operation: "billing", action: "read the account's balance", repeat: "read" };
  return await rest.call(
    call,
    { method: "GET", base: apiUrl, path: path`/account/billing`, query: { expand: "credits" }, answer: billing },
    options,
  );
}
