import { RunError } from "@pulumi/pulumi";
import type { FalClient } from "../client";
import { isNotFound } from "../client/errors";
import { escapeInvisible } from "../client/text";
import { userAgent } from "../hosts/user-agent";
import { Accounts } from "../provider/accounts";
import { check } from "../provider/check";
import { Connection } from "../provider/connection";
import { messageOf } from "../provider/errors";
import { metadataKey } from "../provider/metadata";
import { runOperation } from "../provider/operation";
import { type Log, progressReporter } from "../provider/progress";
import type { PropertyValues } from "../provider/properties";
import { redactResponse, redactSecrets } from "../provider/redact";
import type { ProviderSettings } from "../provider/settings";
import { sanitize } from "../provider/values";
import { requireEnvironment } from "../resources/environments";
import { checkable } from "./definition";
import { functions } from "./definitions";

/** A call of a function whose arguments are all known. */
export interface ReadRequest {
  /** For example `getApp`. */
  readonly name: string;
  readonly args: PropertyValues;
  /** Names of arguments whose values are secrets in the program: no message prints them. */
  readonly secrets: readonly string[];
  readonly settings: ProviderSettings;
  /** Environment variables, as the provider process has them. */
  readonly env: NodeJS.ProcessEnv;
  /** Do not reuse responses to requests from before this call. */
  readonly fresh: boolean;
  /** The provider or the run of a program that the settings belong to. Its calls share a client. */
  readonly owner: object;
  readonly log: Log;
}

interface Session {
  readonly connection: Connection;
  readonly accounts: Accounts;
}

/**
 * Clients are never closed, because idle connections do not keep a process alive and the owner may call again. The map is
 * weak, so that a process that runs many programs does not keep the credentials of earlier runs.
 */
const sessions = new WeakMap<object, Session>();

/** Checks the arguments and the account, then reads. Rejects with a message for people and the original error as `cause`. */
export async function read(request: ReadRequest): Promise<unknown> {
  const definition = functions.find(({ name }) => name === request.name);
  if (!definition) throw new RunError(`Function "${request.name}" does not exist in this version of pulumi-fal.`);
  const table = checkable(definition);
  const properties = { ...request.args, [metadataKey]: { v: 1, secrets: request.secrets } };
  const mask = (text: string) => redactSecrets(table, properties, text);
  const answer = (text: string) => redactResponse(table, [properties], false, text);
  try {
    const { connection, accounts } = sessionOf(request);
    const context = { environment: connection.environment(), now: Date.now(), pending: [] };
    const { inputs, failures } = check(table, undefined, properties, context);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join(" "));
    const fal = connection.client();
    const given = (name: string) => request.args[name] !== undefined && request.args[name] !== null;
    const show = (message: string) => request.log.write("info", mask(`${request.name}: ${message}`), undefined, true);
    const result = await runOperation(
      { urn: undefined, redact: mask, redactResponse: answer, progress: progressReporter(show) },
      async () => {
        await accounts.verify(undefined, "read");
        const reading = definition.read(inputs as never, { fal, signal: undefined, fresh: request.fresh, given });
        return await inEnvironment(fal, inputs["environment"], reading);
      },
    );
    // A copy, because the client shares the result with other callers.
    return sanitize(result);
  } catch (error) {
    throw new RunError(escapeInvisible(mask(`${request.name}: ${messageOf(error)}`)), { cause: error });
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

function sessionOf({ owner, settings, env, log }: ReadRequest): Session {
  let session = sessions.get(owner);
  if (!session) {
    const connection = new Connection({ log, env, userAgent });
    connection.configure(settings);
    session = { connection, accounts: new Accounts(connection) };
    sessions.set(owner, session);
  }
  return session;
}
