// Deploys code. Only Python can pack it, so fal's own CLI does, as a child process that knows nothing but this client's account.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { devNull } from "node:os";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import type { EnvironmentOptions } from "./apps";
import type { Credential } from "./config/credentials";
import type { Proxies } from "./config/proxies";
import { FalConfigurationError, FalError, FalServerError, FalValidationError } from "./errors";
import { Deadline } from "./internal/abort";
import { abortFailure } from "./internal/dispatch";
import { type Call, errorFrom } from "./internal/failure";
import { excerpt, isRedactable, type RedactionContext, redactOccurrences, redactReason } from "./internal/redact";
import { defined, requireText } from "./internal/values";
import type { Redacted } from "./redacted";
import { escapeInvisible } from "./text";
import type { AuthMode } from "./types";

/** How to deploy. What is left out, the code or the CLI decides. */
export interface DeployOptions extends EnvironmentOptions {
  /** Name of the app. Left out: the one that the code gives it. */
  appName?: string | undefined;
  /** Who may call it. Left out: what the code says. */
  auth?: AuthMode | undefined;
  /** `rolling` (default): old runners serve until new ones do. `recreate`: they end at once. */
  strategy?: "recreate" | "rolling" | undefined;
  /** All scaling values as the code has them. Left out: those that a deployment does not reset stay as they are. */
  resetScale?: boolean | undefined;
  /** Builds the image anew (`force_env_build` of fal's SDK). */
  noCache?: boolean | undefined;
  /** Text that is kept with the revision; at most 2,048 characters (fal 1.83). Not for secrets: other processes can see it. */
  message?: string | undefined;
  /** Kept with the revision; at most 32, keys of at most 64 characters (fal 1.83). Not for secrets. */
  annotations?: Readonly<Record<string, string>> | undefined;
  /** Directory in which the CLI runs, where relative paths begin. Left out: the current one. */
  cwd?: string | undefined;
  /** The CLI: a path, or a name that `PATH` finds. Left out: `fal`. */
  fal?: string | undefined;
  /** Gets each line that the CLI prints, without the key, colours and unseen characters. */
  onOutput?: ((line: string) => void) | undefined;
  /** Ends the CLI and all processes that it started. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for all of it. Left out: 30 minutes, because fal builds images that take their time. */
  timeoutMs?: number | undefined;
}

/** What a deployment made: `DeploymentResult` of fal's SDK, as far as the CLI tells it. */
export interface DeploymentInfo {
  /** Its id, which `apps.setAlias` takes. */
  revision: string;
  /** Name without the environment's suffix. */
  appName: string;
  environment: string;
  /** Absent where the CLI does not tell, as in fal 1.83; `apps.get` does. */
  authMode?: AuthMode;
  /** By kind (`playground`, `sync`, `async`) and path. Absent where the CLI does not tell, as in fal 1.83. */
  urls?: Record<string, Record<string, string>>;
  /** Absent where the CLI does not tell, as in fal 1.83. */
  logUrl?: string;
}

/** What deployments get from the client. */
interface Settings {
  readonly credential: Credential;
  readonly grpcUrl: string;
  readonly restUrl: string;
  readonly proxies: Proxies;
  readonly environment: string;
  /** Ends all calls. */
  readonly signal: AbortSignal;
}

const operation = "deploy";
const defaultTimeoutMs = 30 * 60_000;
/** The version whose options and output are known here. */
const knownFal = "1.83";

/** Runs `fal deploy`. `FalClient.deploy` says what callers may rely on. */
export async function deploy(
  settings: Settings,
  appRef: string | undefined,
  options: DeployOptions,
): Promise<DeploymentInfo> {
  const { credential, environment, grpcUrl } = settings;
  const args = argumentsOf(appRef, environment, options);
  const env = environmentOf(settings);
  const program = options.fal ?? "fal";
  const { cwd } = options;
  const resource = `${environment}/${options.appName ?? appRef ?? "(the app of the directory)"}`;
  const call: Call = {
    operation,
    action: "deploy",
    resource,
    repeat: "unsent",
    ifUncertain: "Look at `apps.revisions` before you deploy again.",
  };

  const limit = new Deadline([settings.signal, options.signal], options.timeoutMs ?? defaultTimeoutMs);
  const secrets = [credential, ...settings.proxies.credentials([grpcUrl, settings.restUrl])];
  const output = new Output(secrets, options.onOutput);
  const redaction: RedactionContext = {
    credentials: secrets,
    values: undefined,
    resource,
    changes: true,
    hide: undefined,
  };
  const failed = (text: string) => {
    const details = { operation, resource, attempts: 1, mayHaveTakenEffect: output.registering };
    const doubt = output.registering ? ` It may have been carried out nevertheless. ${call.ifUncertain}` : "";
    return [`Could not deploy ${excerpt(resource)}: ${text}.${doubt}`, details] as const;
  };
  try {
    const exit = limit.signal.aborted ? undefined : await run(program, args, { cwd, env }, output, limit.signal);
    if (exit === 0 && output.result !== undefined) {
      const { revision, app_name: appName, auth_mode: authMode, urls, log_url: logUrl } = output.result;
      return { revision, appName, environment, ...defined({ authMode, urls, logUrl }) };
    }
    if (exit === undefined || limit.signal.aborted) {
      const failure = abortFailure(limit.signal.reason, output.registering ? "unanswered" : "unsent");
      const attempts = exit === undefined ? 0 : 1;
      const outcome = { attempts, history: [], mayHaveTakenEffect: output.registering, nowMs: Date.now() };
      throw errorFrom(call, failure, outcome, credential, redaction);
    }
    if (exit === 0) {
      output.registering = true;
      throw new FalServerError(...failed(`the fal CLI printed no result; fal ${knownFal} does`));
    }
    const said = redactReason(output.complaint(), 1_000, redaction)?.replace(/\.+$/, "");
    if (exit === 2 && said?.match(/unrecognized arguments|invalid choice: 'deploy'/)) {
      throw new FalConfigurationError(
        ...failed(`the fal CLI does not know these options (${said}). Update it: pip install -U "fal>=${knownFal}"`),
      );
    }
    throw new FalError(...failed(`the fal CLI ended with ${exit}${said === undefined ? "" : `: ${said}`}`));
  } catch (error) {
    if (error instanceof NotStarted) throw notStarted(error, program, cwd);
    throw error;
  } finally {
    limit.dispose();
  }
}

/** A value that begins with a dash is no option of its own in the form `--name=value`. */
function argumentsOf(appRef: string | undefined, environment: string, options: DeployOptions): string[] {
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
function environmentOf({ credential, grpcUrl, restUrl, proxies }: Settings): NodeJS.ProcessEnv {
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

const resultSchema = z.object({
  revision: z.string().min(1),
  app_name: z.string().min(1),
  auth_mode: z.string().optional().catch(undefined),
  urls: z.record(z.string(), z.record(z.string(), z.string())).optional().catch(undefined),
  log_url: z.string().optional().catch(undefined),
});

/** What the CLI prints: its result, how far it got, and its complaint. */
class Output {
  /** The last line that can be one: build logs come before it. */
  result: z.infer<typeof resultSchema> | undefined;
  /** Whether it may be registering the app, so that fal may carry it out. */
  registering = false;
  #building = false;
  #lines: string[] = [];

  readonly #secrets: readonly string[];
  readonly #show: ((line: string) => void) | undefined;

  constructor(secrets: readonly Redacted[], show: ((line: string) => void) | undefined) {
    // A shorter one cannot be told from ordinary text.
    this.#secrets = secrets.map((secret) => secret.reveal()).filter(isRedactable);
    this.#show = show;
  }

  add(printed: string): void {
    const line = stripVTControlCharacters(printed);
    this.#result(line);
    this.#progress(line);
    const shown = escapeInvisible(redactOccurrences(line.replaceAll("\t", "    "), this.#secrets));
    if (shown.trim() !== "") this.#lines = [...this.#lines, shown].slice(-20);
    try {
      this.#show?.(shown);
    } catch {
      // What cannot be shown is no reason to fail a deployment.
    }
  }

  /** What it said last; fal 1.83 begins its own last words with a cross, or with its name. */
  complaint(): string {
    const last = this.#lines.findLastIndex((line) => /^(✘|fal .*: error: )/.test(line));
    const words = last === -1 ? this.#lines.slice(-5) : this.#lines.slice(last);
    return words.join(" ").replace(/^✘\s*/, "");
  }

  #result(line: string): void {
    if (!line.startsWith("{")) return;
    try {
      this.result = resultSchema.safeParse(JSON.parse(line)).data ?? this.result;
    } catch {
      // A line of the code's own.
    }
  }

  /** By the lines of fal 1.83. Those of a version with other words leave it in doubt from the announcement on. */
  #progress(line: string): void {
    if (line.startsWith("Deploying '")) this.registering = true;
    if (line.startsWith("Building environment") && this.registering && !this.#building) {
      this.#building = true;
      this.registering = false;
    }
    if (line.includes("Build complete")) {
      this.#building = true;
      this.registering = true;
    }
  }
}

/** The CLI could not be started. */
class NotStarted extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** Runs the CLI to its end, or to that of the signal; answers its exit code, or the name of the signal that ended it. */
async function run(
  program: string,
  args: readonly string[],
  { cwd, env }: { cwd: string | undefined; env: NodeJS.ProcessEnv },
  output: Output,
  signal: AbortSignal,
): Promise<number | string> {
  // A process group of its own, so that whatever the CLI starts ends with it. Windows has none.
  const detached = process.platform !== "win32";
  const child = spawn(program, args, { cwd, env, detached, windowsHide: true, stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => {
    try {
      if (detached && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      else child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    // A process that left the group may hold them open.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const read = (stream: Readable) => createInterface({ input: stream }).on("line", (line) => output.add(line));
  read(child.stdout);
  read(child.stderr);
  signal.addEventListener("abort", kill, { once: true });
  process.once("exit", kill);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", (error) => reject(new NotStarted("code" in error ? String(error.code) : error.name)));
      child.once("close", (code, ended) => resolve(code ?? ended ?? "unknown"));
    });
  } finally {
    signal.removeEventListener("abort", kill);
    process.removeListener("exit", kill);
  }
}

function notStarted({ code }: NotStarted, program: string, cwd: string | undefined): FalError {
  if (cwd !== undefined && !existsSync(cwd)) {
    return new FalValidationError(`deploy: the directory ${excerpt(cwd)} (cwd) does not exist.`, { operation });
  }
  return new FalConfigurationError(
    code === "ENOENT"
      ? `deploy: the fal CLI is not there: ${excerpt(program)}. Install it (pip install "fal>=${knownFal}"), or name its path in the option fal.`
      : `deploy: the fal CLI could not be started: ${excerpt(program)} (${code}). Install it (pip install "fal>=${knownFal}"), or name its path in the option fal.`,
    { operation },
  );
}
