import { RunError } from "@pulumi/pulumi";
import { Accounts } from "../provider/accounts";
import { Connection } from "../provider/connection";
import { OperationError } from "../provider/errors";
import type { Log } from "../provider/progress";
import type { PropertyValues } from "../provider/properties";
import type { ProviderSettings } from "../provider/settings";
import { userAgent } from "../user-agent";
import { type FunctionCall, type FunctionSession, runFunction } from "./run";

/** A call in the program's process. */
export interface ReadRequest extends FunctionCall {
  readonly settings: ProviderSettings;
  /** Environment variables, as the provider process has them. */
  readonly env: NodeJS.ProcessEnv;
  /** The provider or the run of a program that the settings belong to. Its calls share a client. */
  readonly owner: object;
  readonly log: Log;
}

/**
 * Clients are never closed, because idle connections do not keep a process alive and the owner may call again. The map is
 * weak, so that a process that runs many programs does not keep the credentials of earlier runs.
 */
const sessions = new WeakMap<object, FunctionSession>();

/** Runs a function. Rejects with a message for people and the original error as `cause`. */
export async function read(request: ReadRequest): Promise<PropertyValues> {
  try {
    return await runFunction(request, sessionOf(request));
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    throw new RunError(error.message, { cause: error.cause });
  }
}

function sessionOf({ owner, settings, env, log }: ReadRequest): FunctionSession {
  let session = sessions.get(owner);
  if (!session) {
    const connection = new Connection({ log, env, userAgent });
    connection.configure(settings);
    session = { connection, accounts: new Accounts(connection), log };
    sessions.set(owner, session);
  }
  return session;
}
