import { z } from "zod";
import {
  FalConfigurationError,
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
import { couldNot } from "./internal/values";

const currentUser = z.object({ nickname: z.string().min(1) }).transform((user) => user.nickname);
const ownerOfFirstApp = z
  .object({ apps: z.array(z.object({ owner: z.string().nullish() })) })
  .transform((answer) => answer.apps[0]?.owner || undefined);

export const accountCall: Call = { operation: "account", action: "read the account's name", repeat: "read" };

/** For each of the two requests. Short, because other calls wait for the account's name. */
const timeoutMs = 15_000;

/** The account of the key. */
export interface Account {
  /** The account's nickname; undefined if fal does not return it. */
  readonly name: string | undefined;
  /** Set if fal refused to return the name. */
  readonly refused?: FalError;
}

/**
 * Reads the account that the key belongs to.
 *
 * `GET /users/current` is not documented, but fal's SDK uses it. If it fails, the owner of any app is the same name. Throws
 * if neither answer is definite, so that an outage is not mistaken for a missing name.
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

/** Whether a retry would fail in the same way. A locked account is not such a failure: every other call fails with it too. */
function isClear(error: unknown): boolean {
  if (isFalError(error) && error.refusal === "account") return false;
  return (
    (error instanceof FalServerError && error.status === 404) ||
    error instanceof FalNotFoundError ||
    error instanceof FalPermissionError ||
    error instanceof FalValidationError
  );
}

/** Reads the account's nickname; undefined if fal does not return it. */
export type AccountName = (options: CallOptions) => Promise<string | undefined>;

/** The account's nickname, for a call whose request contains it. */
export async function requireAccount(call: Call, account: AccountName, options: CallOptions): Promise<string> {
  const name = await account(options);
  if (name !== undefined) return name;
  throw new FalConfigurationError(
    couldNot(
      call,
      "the request contains the name of the account, which fal does not return for this key. Use a key with ADMIN scope.",
    ),
    { operation: call.operation, resource: call.resource },
  );
}

/** The balance of an account. */
export interface BillingInfo {
  /** The account's nickname. */
  username: string;
  /** Absent if fal does not return it. */
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
