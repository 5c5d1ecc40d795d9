import type { FalClient } from "../client";
import { isNotFound } from "../client/errors";
import type { Accounts } from "../provider/accounts";
import { check } from "../provider/check";
import type { Connection } from "../provider/connection";
import { messageOf, OperationError } from "../provider/errors";
import { metadataKey } from "../provider/metadata";
import { runOperation } from "../provider/operation";
import { type Log, rowProgress } from "../provider/progress";
import type { PropertyValues } from "../provider/properties";
import { redactResponse, redactSecrets } from "../provider/redact";
import { isGiven, sanitizeProperties } from "../provider/values";
import { requireEnvironment } from "../resources/environments";
import { checkable } from "./definition";
import { functions } from "./definitions";

/** A call of a function whose arguments are all known. */
export interface FunctionCall {
  /** For example `getApp`. */
  readonly name: string;
  readonly args: PropertyValues;
  /** Names of arguments whose values are secrets in the program: no message prints them. */
  readonly secrets: readonly string[];
  /** Do not reuse responses to requests from before this call. */
  readonly fresh: boolean;
}

/** What a function uses of its process. */
export interface FunctionSession {
  readonly connection: Connection;
  readonly accounts: Accounts;
  readonly log: Log;
}

/** Checks the arguments and the account, then reads. Throws an `OperationError` with the original error as `cause`. */
export async function runFunction(
  { name, args, secrets, fresh }: FunctionCall,
  { connection, accounts, log }: FunctionSession,
): Promise<PropertyValues> {
  const definition = functions.find((each) => each.name === name);
  if (!definition) throw new OperationError(`Function "${name}" does not exist in this version of pulumi-fal.`);
  const table = checkable(definition);
  const properties = { ...args, [metadataKey]: { v: 1, secrets } };
  const redact = (text: string) => redactSecrets(table, properties, text);
  try {
    const context = { environment: connection.environment(), now: Date.now(), pending: [] };
    const { inputs, failures } = check(table, undefined, properties, context);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join(" "));
    const fal = connection.client();
    const progress = rowProgress(log, undefined, (text) => redact(`${name}: ${text}`));
    const operation = {
      urn: undefined,
      redact,
      redactResponse: (text: string) => redactResponse(table, [properties], false, text),
      progress: progress.report,
    };
    const result = await runOperation(operation, async () => {
      await accounts.verify(undefined, "read");
      const given = (argument: string) => isGiven(args[argument]);
      const reading = definition.read(inputs as never, { fal, signal: undefined, fresh, given });
      return await inEnvironment(fal, inputs["environment"], reading);
    });
    progress.end({ succeeded: true, showsChanges: false });
    // A copy, because the client shares the result with other callers.
    return sanitizeProperties(result as PropertyValues);
  } catch (error) {
    throw new OperationError(redact(`${name}: ${messageOf(error)}`), error);
  }
}

/** For an unknown environment, fal returns "not found" or an empty list. */
export async function inEnvironment(fal: FalClient, environment: unknown, reading: Promise<object>): Promise<object> {
  const named = typeof environment === "string" ? environment : undefined;
  try {
    const result = await reading;
    const isEmpty = Object.values(result).some((value) => Array.isArray(value) && value.length === 0);
    if (named !== undefined && isEmpty) await requireEnvironment(fal, named, undefined);
    return result;
  } catch (error) {
    if (named !== undefined && isNotFound(error)) await requireEnvironment(fal, named, undefined);
    throw error;
  }
}
