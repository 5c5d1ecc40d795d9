// The objects that fal returns. Imports no code, so that code which uses only these types does not compile the transports.

import type { ScalingInfo } from "./scaling.gen";

/** Who may call an app. fal may know more than these. */
export type AuthMode = "private" | "public" | "shared" | (string & {});

/** An app of an environment, as fal reports it. */
export interface AppInfo extends ScalingInfo {
  /** The name without the environment's suffix. */
  name: string;
  /** The name in URLs: with the suffix `--<environment>` outside `main`. */
  alias: string;
  /** The environment that it is in. */
  environment: string;
  /** The active revision. */
  revision: string;
  /** Who may call the app: `private` (the account), `public` (everyone; the account pays) or `shared` (everyone with a key; callers pay). */
  authMode: AuthMode;
  /** The number of runners now. */
  activeRunners: number;
  /** Whether a rolling deployment is in progress. */
  isRolling: boolean;
}

/** A revision of an app, created by a deployment. */
export interface AppRevision extends ScalingInfo {
  /** The revision's id. */
  revision: string;
  /** The environment of the app. */
  environment: string;
  /** ISO 8601. */
  createdAt?: string;
  /** The number of runners now. */
  activeRunners: number;
}

/** How a revision of an app was deployed. */
export interface AppDeployment {
  /** The id of the revision that it created. */
  revision: string;
  /** ISO 8601. */
  createdAt: string;
  /** Whether the app runs this revision now. */
  isCurrent: boolean;
  /** The text that the deployment was given (`--message` of `fal deploy`). */
  message?: string;
  /** What the deployment was annotated with (`--annotation` of `fal deploy`); empty without any. */
  annotations: Record<string, string>;
  /** `deployed`, `failed` or `deploying`; fal may add others. Absent after 30 days. */
  status?: "deployed" | "failed" | "deploying" | (string & {});
  /** Who deployed it. Absent after 30 days. */
  deployedBy?: string;
}

/** A secret of an environment. fal never returns its value. */
export interface SecretInfo {
  /** The secret's name, which is also the name of the environment variable. */
  name: string;
  /** The environment that it is in. */
  environment: string;
  // UNCERTAIN whether a new value changes it.
  /** ISO 8601. fal does not document whether a new value changes it, so do not use it as a version. */
  createdAt?: string;
  /** Whether apps that do not list their secrets receive it. If absent, the account's default applies. */
  defaultExposed?: boolean;
}

/** An environment, which separates apps and secrets. */
export interface EnvironmentInfo {
  /** The environment's name. */
  name: string;
  /** The description that it was created with. */
  description?: string;
  /** True for `main`, which every account has. */
  isDefault: boolean;
  /** ISO 8601. */
  createdAt?: string;
}

/** A key in fal's list, which does not contain presets and permissions. */
export interface KeyInfo {
  /** The key's id, the part before the colon. */
  keyId: string;
  /** Not unique. */
  alias: string;
  /** Absent for keys without an equivalent scope, such as those with most presets. */
  scope?: "ADMIN" | "API";
  /** ISO 8601. */
  createdAt?: string;
}

/** A GPU instance. fal stores no name, tag or creation time for it, and never returns its SSH key. */
export interface ComputeInstanceInfo {
  /** The instance's id. */
  id: string;
  /** `gpu_1x_h100_sxm5`, `gpu_8x_h100_sxm5`, or another type. */
  instanceType: string;
  /** `init`, `pending`, `provisioning`, `ready`, `stopped`, `unknown`, or another status. */
  status: string;
  /** Chosen by fal. */
  region?: string;
  /** The InfiniBand sector. */
  sector?: string;
  /** Present once the instance is ready. */
  ip?: string;
  /** The user who created the instance. */
  creatorUserNickname?: string;
}

/** A process that serves an app. */
export interface RunnerInfo {
  /** The runner's id. */
  runnerId: string;
  /** The app's alias, with its environment's suffix. */
  alias: string;
  /** The revision that it runs. */
  revision: string;
  /** `running`, `pending`, `setup`, `docker_pull`, `idle`, `draining`, …; or the number of an unknown state, as text. */
  state?: string;
  /** `no_replace`, `will_replace` or `did_replace`. */
  replacement: string;
  /** The hardware that it runs on. */
  machineType: string;
  /** The number of requests that it processes now. */
  inFlightRequests: number;
  /**
   * Seconds since it started.
   * @float
   */
  uptime: number;
  /** Seconds until it stops, if known. */
  expirationCountdown?: number;
  /** Additional data from fal, in no defined form. */
  externalMetadata?: Record<string, unknown>;
}

/** A file or folder of the account's volume, which apps access under `/data`. */
export interface FileInfo {
  /** The path below `/data`, without a slash at either end: `datasets/images/cat.jpg`. */
  path: string;
  /** The last part of the path. */
  name: string;
  /** False for a folder. */
  isFile: boolean;
  /**
   * Bytes; 0 for a folder.
   * @float
   */
  size: number;
  /** ISO 8601. Absent on surface `alpha`. */
  createdAt?: string;
  /** ISO 8601. */
  updatedAt?: string;
  /** Hexadecimal. Absent if fal returns none, and on surface `alpha`. */
  checksumSha256?: string;
  /** Hexadecimal. Absent if fal returns none, and on surface `alpha`. */
  checksumMd5?: string;
}

/** What a user may do with a file: read it, be refused, or get the response that it does not exist. fal may add decisions. */
export type StorageDecision = "allow" | "forbid" | "hide" | (string & {});

/** What one user may do with a file. */
export interface StorageAclRule {
  /** The user's name at fal. */
  user: string;
  /** `allow`, `forbid` or `hide`. */
  decision: StorageDecision;
}

/** Who may read a file. */
export interface StorageAcl {
  /** For everyone without a rule: `allow`, `forbid` or `hide`. */
  default: StorageDecision;
  /** Exceptions for single users. */
  rules: StorageAclRule[];
}

/** Settings of the files that an account uploads. They apply to files that are uploaded from now on. */
export interface StorageSettingsInfo {
  /**
   * Seconds until a file is deleted. Absent: files are kept forever.
   * @float
   */
  expirationDurationSeconds?: number;
  /** Absent: the system's default, which is public. */
  initialAcl?: StorageAcl;
}

/** A GPU instance to create. */
export interface CreateComputeInstanceParams {
  instanceType: string;
  /** The SSH public key of the user `ubuntu`. */
  sshKey: string;
  /** The InfiniBand sector. Only for `gpu_8x_h100_sxm5`. */
  sector?: string | undefined;
}

/** The category of an event. fal may add categories (source: `serverlessListAppEvents` of fal's platform API). */
export type AppEventCategory =
  | "runner_started"
  | "runner_failed"
  | "runner_finished"
  | "runner_pending"
  | "runner_startup_failure"
  | "runner_docker_pull"
  | "runner_setup"
  | "runner_draining"
  | "runner_stopping"
  | "deployment_started"
  | "deployment_failed"
  | "deployment_ended"
  | "deployment_rolling_started"
  | "deployment_rolling_failed"
  | "deployment_rolling_ended"
  | "deployment_recreate_applied"
  | "config_changed"
  | (string & {});

/** An event in an app's audit trail. */
export interface AppEvent {
  eventId: string;
  category: AppEventCategory;
  /** ISO 8601. */
  createdAt: string;
  payload: AppEventPayload;
}

/** The details of an event. Each category has some of them. */
export interface AppEventPayload {
  jobId?: string;
  machineType?: string;
  reason?: string;
  /** The runner's state. */
  state?: string;
  /** The revision that a deployment made current. */
  newApplicationId?: string;
  oldApplicationId?: string;
  /** Scaling values under fal's names. */
  oldConfig?: Record<string, unknown>;
  newConfig?: Record<string, unknown>;
  oldAppAuthMode?: string;
  newAppAuthMode?: string;
  /** Who did it. */
  actor?: { nickname?: string; fullName?: string };
}
