import type { EnvironmentOptions } from "../apps";
import type { Credential } from "../config/credentials";
import type { Proxies } from "../config/proxies";
import type { AuthMode } from "../types";

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
export interface DeployContext {
  readonly credential: Credential;
  readonly grpcUrl: string;
  readonly restUrl: string;
  readonly proxies: Proxies;
  readonly environment: string;
  /** Ends all calls. */
  readonly signal: AbortSignal;
}

export const operation = "deploy";
