// The command line and the environment of fal's CLI.
import { devNull } from "node:os";
import { FalConfigurationError } from "../errors";
import { couldNot, defined, invalidArgument, requireText } from "../internal/values";
import { type DeployContext, type DeployOptions, deploying } from "./options";

/** The form `--name=value` allows values that begin with a dash. */
export function argumentsOf(appRef: string | undefined, environment: string, options: DeployOptions): string[] {
  const { appName, auth, strategy, message } = options;
  requireText(deploying, "environment", environment);
  const fal = typeof options.fal === "object" ? (options.fal[0] ?? "") : options.fal;
  for (const [name, value] of Object.entries({ appRef, appName, auth, fal, cwd: options.cwd })) {
    if (value !== undefined) requireText(deploying, name, value);
  }
  if (appRef?.startsWith("-")) {
    throw invalidArgument(deploying, `appRef must not begin with a dash. Use a path such as ./${appRef}.`);
  }
  const annotations = Object.entries(options.annotations ?? {});
  for (const [key] of annotations) {
    if (key === "" || key.includes("=")) {
      throw invalidArgument(deploying, `a key of annotations must not be empty or contain "=", as "${key}" does.`);
    }
  }
  const named = Object.entries(defined({ "app-name": appName, auth, strategy, message }));
  return [
    "deploy",
    "--json",
    // There is no terminal to answer questions.
    "--yes",
    // Always, so that no configuration of the CLI overrides it.
    `--env=${environment}`,
    ...named.map(([name, value]) => `--${name}=${value}`),
    ...annotations.map(([key, value]) => `--annotation=${key}=${value}`),
    ...(options.resetScale ? ["--reset-scale"] : []),
    ...(options.noCache ? ["--no-cache"] : []),
    ...(appRef === undefined ? [] : [appRef]),
  ];
}

/**
 * The variables of this process, because the code may need them. Those that configure fal's CLI (key, hosts, profile,
 * login, environment) are replaced by the client's settings. Source: `flags.py`, `config.py`, `auth` of fal 1.83.
 */
export function environmentOf({ credential, grpcUrl, restUrl, proxies }: DeployContext): NodeJS.ProcessEnv {
  const grpc = new URL(grpcUrl);
  const rest = new URL(restUrl);
  if (grpc.protocol !== rest.protocol || grpc.pathname !== "/" || rest.pathname !== "/") {
    throw new FalConfigurationError(
      couldNot(
        deploying,
        `the fal CLI accepts only hosts without a path, both with https: or both with http:. Change grpcUrl (${grpcUrl}) or restUrl (${restUrl}).`,
      ),
      { operation: deploying.operation },
    );
  }
  return {
    ...variablesForCli(process.env),
    ...proxies.variables(),
    FAL_KEY: `${credential.keyId}:${credential.reveal()}`,
    FAL_GRPC_HOST: grpc.host,
    FAL_REST_HOST: rest.host,
    ...(grpc.protocol === "http:" && { ISOLATE_TEST_MODE: "1" }),
    // No profile, and no team from a profile.
    FAL_CONFIG_PATH: devNull,
    PYTHONUNBUFFERED: "1",
    PYTHONIOENCODING: "utf-8",
  };
}

/** Environment variables without those that configure fal's CLI. */
export function variablesForCli(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !readByCli.test(name)));
}

/** The last three make the CLI treat a pipe as a terminal, with colors and a check for updates. */
const readByCli = /^(FAL_.*|ISOLATE_.*|DEBUG|FORCE_COLOR|TTY_COMPATIBLE|TTY_INTERACTIVE)$/i;
