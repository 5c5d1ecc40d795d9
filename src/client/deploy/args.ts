// The command line and the environment of fal's CLI.
import { devNull } from "node:os";
import { FalConfigurationError, FalValidationError } from "../errors";
import { defined, requireText } from "../internal/values";
import { type DeployContext, type DeployOptions, operation } from "./options";

/** A value that begins with a dash is no option of its own in the form `--name=value`. */
export function argumentsOf(appRef: string | undefined, environment: string, options: DeployOptions): string[] {
  const { appName, auth, strategy, message } = options;
  requireText(operation, "the environment", environment);
  for (const [what, value] of Object.entries({ appRef, appName, auth, fal: options.fal, cwd: options.cwd })) {
    if (value !== undefined) requireText(operation, what, value);
  }
  if (appRef?.startsWith("-")) {
    throw new FalValidationError(`deploy: appRef must not begin with a dash. Use a path such as ./${appRef}.`, {
      operation,
    });
  }
  const annotations = Object.entries(options.annotations ?? {});
  for (const [key] of annotations) {
    if (key === "" || key.includes("=")) {
      throw new FalValidationError(`deploy: the key of an annotation must not be empty or contain "=": "${key}".`, {
        operation,
      });
    }
  }
  const named = Object.entries(defined({ "app-name": appName, auth, strategy, message }));
  return [
    "deploy",
    "--json",
    // Nobody is there to answer.
    "--yes",
    // Always, so that nothing else decides about it.
    `--env=${environment}`,
    ...named.map(([name, value]) => `--${name}=${value}`),
    ...annotations.map(([key, value]) => `--annotation=${key}=${value}`),
    ...(options.resetScale ? ["--reset-scale"] : []),
    ...(options.noCache ? ["--no-cache"] : []),
    ...(appRef === undefined ? [] : [appRef]),
  ];
}

/**
 * This process's variables, which the code may need, without any that fal's CLI reads: key, hosts, profile, login,
 * environment and its checks. They become those of the client. Source: `flags.py`, `config.py`, `auth` of fal 1.83.
 */
export function environmentOf({ credential, grpcUrl, restUrl, proxies }: DeployContext): NodeJS.ProcessEnv {
  const grpc = new URL(grpcUrl);
  const rest = new URL(restUrl);
  if (grpc.protocol !== rest.protocol || grpc.pathname !== "/" || rest.pathname !== "/") {
    throw new FalConfigurationError(
      `deploy: the fal CLI takes hosts only, both with TLS or both without, not ${grpcUrl} and ${restUrl}.`,
      { operation },
    );
  }
  const own = Object.entries(process.env).filter(([name]) => !readByCli.test(name));
  return {
    ...Object.fromEntries(own),
    ...proxies.variables(),
    FAL_KEY: `${credential.keyId}:${credential.reveal()}`,
    FAL_GRPC_HOST: grpc.host,
    FAL_REST_HOST: rest.host,
    ...(grpc.protocol === "http:" && { ISOLATE_TEST_MODE: "1" }),
    // No profile, and no team of one.
    FAL_CONFIG_PATH: devNull,
    PYTHONUNBUFFERED: "1",
    PYTHONIOENCODING: "utf-8",
  };
}

/** The last three make the CLI take a pipe for a terminal: colours, and a look for updates. */
const readByCli = /^(FAL_.*|ISOLATE_.*|DEBUG|FORCE_COLOR|TTY_COMPATIBLE|TTY_INTERACTIVE)$/i;
