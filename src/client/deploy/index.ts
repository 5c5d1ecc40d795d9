// Deploys code through fal's CLI, because only Python can package it, with this client's key, hosts and environment.
import { existsSync } from "node:fs";
import { FalConfigurationError, FalError, FalServerError } from "../errors";
import { AbortScope } from "../internal/abort";
import { abortFailure } from "../internal/dispatch";
import { type Call, errorFrom } from "../internal/failure";
import { excerpt, type RedactionContext, redactReason } from "../internal/redact";
import { couldNot, defined, invalidArgument } from "../internal/values";
import { argumentsOf, environmentOf } from "./args";
import { installFal, oldestFal } from "./command";
import { type DeployContext, type DeploymentInfo, type DeployOptions, deploying } from "./options";
import { DeployOutput } from "./output";
import { NotStarted, runCli } from "./process";

export type { DeploymentInfo, DeployOptions } from "./options";
export type { DeployPhase } from "./output";

const defaultTimeoutMs = 30 * 60_000;

/** Runs `fal deploy`. See `FalClient.deploy`. */
export async function deploy(
  context: DeployContext,
  appRef: string | undefined,
  options: DeployOptions,
): Promise<DeploymentInfo> {
  const { credential, environment, grpcUrl } = context;
  const args = argumentsOf(appRef, environment, options);
  const env = environmentOf(context);
  const [program = "fal", ...leading] = typeof options.fal === "string" ? [options.fal] : (options.fal ?? []);
  const { cwd } = options;
  const resource = `${environment}/${options.appName ?? appRef ?? "(the app of the directory)"}`;
  const call: Call = {
    ...deploying,
    resource,
    repeat: "unsent",
    ifUncertain: "Check `apps.deployments` before you deploy again.",
  };

  const deadline = new AbortScope([context.signal, options.signal], options.timeoutMs ?? defaultTimeoutMs);
  const secrets = [credential, ...context.proxies.credentials([grpcUrl, context.restUrl])];
  const output = new DeployOutput(secrets, options);
  const redaction: RedactionContext = {
    credentials: secrets,
    values: undefined,
    resource,
    changes: true,
    hide: undefined,
  };
  const failed = (text: string) => {
    const details = { operation: call.operation, resource, attempts: 1, mayHaveTakenEffect: output.registering };
    const doubt = output.registering ? ` It may have taken effect. ${call.ifUncertain}` : "";
    return [couldNot(call, `${text}.${doubt}`), details] as const;
  };
  try {
    if (!deadline.signal.aborted) output.start();
    const exit = deadline.signal.aborted
      ? undefined
      : await runCli(program, [...leading, ...args], { cwd, env }, output, deadline.signal);
    if (exit === 0 && output.result !== undefined) {
      const { revision, app_name: appName, auth_mode: authMode, urls, log_url: logUrl } = output.result;
      return { revision, appName, environment, ...defined({ authMode, urls, logUrl }) };
    }
    if (exit === undefined || deadline.signal.aborted) {
      const failure = abortFailure(deadline.signal.reason, output.registering ? "unanswered" : "unsent");
      const attempts = exit === undefined ? 0 : 1;
      const outcome = { attempts, history: [], mayHaveTakenEffect: output.registering, nowMs: Date.now() };
      throw errorFrom(call, failure, outcome, credential, redaction);
    }
    if (exit === 0) {
      output.registering = true;
      throw new FalServerError(
        ...failed(`the fal CLI printed no result. Use fal ${oldestFal} or later: ${installFal}`),
      );
    }
    const message = redactReason(output.error(), 1_000, redaction)?.replace(/\.+$/, "");
    if (exit === 2 && message?.match(/unrecognized arguments|invalid choice: 'deploy'/)) {
      throw new FalConfigurationError(
        ...failed(`the fal CLI does not support these options (${message}). Update it: ${installFal}`),
      );
    }
    throw new FalError(...failed(`the fal CLI exited with ${exit}${message === undefined ? "" : `: ${message}`}`));
  } catch (error) {
    if (error instanceof NotStarted) throw notStarted(error, program, cwd);
    throw error;
  } finally {
    deadline.dispose();
  }
}

function notStarted({ code }: NotStarted, program: string, cwd: string | undefined): FalError {
  if (cwd !== undefined && !existsSync(cwd)) {
    return invalidArgument(deploying, `the directory ${excerpt(cwd)} (cwd) does not exist.`);
  }
  const problem = code === "ENOENT" ? "was not found" : `could not be started (${code})`;
  return new FalConfigurationError(
    couldNot(
      deploying,
      `the fal CLI ${problem}: ${excerpt(program)}. Install it (${installFal}), or give its path in the option fal.`,
    ),
    { operation: deploying.operation },
  );
}
