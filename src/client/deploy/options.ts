import type { EnvironmentOptions } from "../apps";
import type { Credential } from "../config/credentials";
import type { Proxies } from "../config/proxies";
import type { AuthMode } from "../types";
import type { DeployPhase } from "./output";

/** Options of `FalClient.deploy`. */
export interface DeployOptions extends EnvironmentOptions {
  /** The name of the app. Default: the name in the code. */
  appName?: string | undefined;
  /** Who may call the app. Default: the value in the code. */
  auth?: AuthMode | undefined;
  /** `rolling`: old runners serve requests until new ones are ready. `recreate`: old runners end immediately. Default: `rolling`. */
  strategy?: "recreate" | "rolling" | undefined;
  /** Resets all scaling values to those in the code. Default: false, which resets only those that every deployment resets. */
  resetScale?: boolean | undefined;
  /** Builds the image without a cache (`force_env_build` of fal's SDK). Default: false. */
  noCache?: boolean | undefined;
  /** A text of at most 2,048 characters (fal 1.83) that fal stores with the revision. Not for secrets: other processes can see it. */
  message?: string | undefined;
  /** Stored with the revision: at most 32, with keys of at most 64 characters (fal 1.83). Not for secrets. */
  annotations?: Readonly<Record<string, string>> | undefined;
  /** The working directory of the CLI, to which paths are relative. Default: the current directory. */
  cwd?: string | undefined;
  /** The CLI: a path, or a name in `PATH`; a list also contains its first arguments. Default: `fal`. */
  fal?: string | readonly string[] | undefined;
  /** Called with each line that the CLI prints, without the key, colors and invisible characters. */
  onOutput?: ((line: string) => void) | undefined;
  /**
   * Called when a phase of the deployment begins, and with each line of progress in it, as for `onOutput` but without times
   * and decoration. From the output of fal 1.83: with another version, phases may be missing.
   */
  onPhase?: ((phase: DeployPhase, line: string | undefined) => void) | undefined;
  /** Aborts the deployment: ends the CLI and all processes that it started. */
  signal?: AbortSignal | undefined;
  /** Time limit in milliseconds. Default: 30 minutes, because builds can take long. */
  timeoutMs?: number | undefined;
}

/** The result of a deployment: the part of `DeploymentResult` in fal's SDK that the CLI prints. */
export interface DeploymentInfo {
  /** The id of the new revision, for `apps.setAlias`. */
  revision: string;
  /** The name without the environment's suffix. */
  appName: string;
  environment: string;
  /** Absent if the CLI does not print it, as in fal 1.83; see `apps.get`. */
  authMode?: AuthMode;
  /** URLs by type (`playground`, `sync`, `async`) and by path in the app. Absent if the CLI does not print them, as in fal 1.83. */
  urls?: Record<string, Record<string, string>>;
  /** The URL of the app's logs. Absent if the CLI does not print it, as in fal 1.83. */
  logUrl?: string;
}

/** The client's settings for a deployment. */
export interface DeployContext {
  readonly credential: Credential;
  readonly grpcUrl: string;
  readonly restUrl: string;
  readonly proxies: Proxies;
  readonly environment: string;
  /** Aborts when the client is closed. */
  readonly signal: AbortSignal;
}

/** The beginning of a `Call`, for errors. */
export const deploying = { operation: "deploy", action: "deploy" } as const;
