// What fal tells about its objects. Plain types that import nothing: whoever names them compiles no transport along.

import type { ScalingInfo } from "./scaling.gen";

/** Who may call an app. fal may know more than these. */
export type AuthMode = "private" | "public" | "shared" | (string & {});

/** An app of an environment, as fal reports it. */
export interface AppInfo extends ScalingInfo {
  /** Name without the environment's suffix. */
  name: string;
  /** Name with the suffix `--<environment>`; plain in main. It is what URLs contain. */
  alias: string;
  environment: string;
  /** The active revision. */
  revision: string;
  /** Who may call it: `private` (the account), `public` (everyone, the account pays), `shared` (everyone with a key, callers pay). */
  authMode: AuthMode;
  /** The number of runners now. */
  activeRunners: number;
  /** Whether a rolling deployment is under way. */
  isRolling: boolean;
}

/** A revision of an app: what one deployment made. */
export interface AppRevision extends ScalingInfo {
  /** Its id, which `App.revision` and `apps.setAlias` take. */
  revision: string;
  environment: string;
  /** ISO 8601. */
  createdAt?: string;
  /** The number of runners now. */
  activeRunners: number;
}

/** A secret of an environment. fal never returns its value. */
export interface SecretInfo {
  name: string;
  environment: string;
  /** ISO 8601. UNCERTAIN whether a new value moves it: no version number. */
  createdAt?: string;
  /** Whether apps that do not name their secrets get it; absent: the account's default decides. */
  defaultExposed?: boolean;
}

/** A namespace for apps and secrets. */
export interface EnvironmentInfo {
  name: string;
  description?: string;
  /** True for `main`, which every account has. */
  isDefault: boolean;
  /** ISO 8601. */
  createdAt?: string;
}

/** A key as fal lists it. Presets and permissions are not among what fal returns. */
export interface KeyInfo {
  keyId: string;
  /** Not unique. */
  alias: string;
  /** Absent for a key whose rights are no scope, such as most presets. */
  scope?: "ADMIN" | "API";
  /** ISO 8601. */
  createdAt?: string;
}

/** A GPU instance. fal keeps no name, tag or creation time of it, and never returns its ssh key. */
export interface ComputeInstanceInfo {
  id: string;
  /** `gpu_1x_h100_sxm5` or `gpu_8x_h100_sxm5`; fal may know more. */
  instanceType: string;
  /** `init`, `pending`, `provisioning`, `ready`, `stopped`, `unknown`; fal may know more. */
  status: string;
  /** Chosen by fal. */
  region?: string;
  sector?: string;
  /** There once the machine is ready. */
  ip?: string;
  creatorUserNickname?: string;
}

/** A process that serves an app. */
export interface RunnerInfo {
  runnerId: string;
  /** The app, with its environment's suffix. */
  alias: string;
  revision: string;
  /** `running`, `pending`, `setup`, `docker_pull`, `idle`, `draining`, …; a number, as text, that this version does not know. */
  state?: string;
  /** `no_replace`, `will_replace`, `did_replace`. */
  replacement: string;
  machineType: string;
  inFlightRequests: number;
  /** Seconds since it started. */
  uptime: number;
  /** Seconds until it stops, where that is known. */
  expirationCountdown?: number;
  /** What fal tells besides; no promise about its content. */
  externalMetadata?: Record<string, unknown>;
}

/** A file or folder of the account's volume, which apps see under `/data`. */
export interface FileInfo {
  /** Below `/data`, without a slash at either end: `datasets/images/cat.jpg`. */
  path: string;
  /** The last part of the path. */
  name: string;
  isFile: boolean;
  /** Bytes; 0 for a folder. */
  size: number;
  /** ISO 8601. Absent on surface `alpha`. */
  createdAt?: string;
  /** ISO 8601. */
  updatedAt?: string;
  /** Hex. Absent where fal tells none, and on surface `alpha`. */
  checksumSha256?: string;
  /** Hex. Absent where fal tells none, and on surface `alpha`. */
  checksumMd5?: string;
}

/** What a user may do with a file: read it, be refused, or be told that it does not exist. fal may add decisions. */
export type StorageDecision = "allow" | "forbid" | "hide" | (string & {});

/** Who may read a file. */
export interface StorageAcl {
  /** For everybody without a rule. */
  default: StorageDecision;
  rules: { user: string; decision: StorageDecision }[];
}

/** Settings of the files that an account uploads. They apply to files that are uploaded from now on. */
export interface StorageSettingsInfo {
  /** Seconds until a file is deleted. Absent: files are kept forever. */
  expirationDurationSeconds?: number;
  /** Absent: the system's default, which is public. */
  initialAcl?: StorageAcl;
}

/** A machine to create. */
export interface CreateComputeInstanceParams {
  instanceType: string;
  /** Public ssh key of user `ubuntu`. */
  sshKey: string;
  /** InfiniBand sector; only with `gpu_8x_h100_sxm5`. */
  sector?: string | undefined;
}

/** What an event is about. fal may know more than these (source: `serverlessListAppEvents` of fal's platform API). */
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

/** Something that happened to an app: its audit trail. */
export interface AppEvent {
  eventId: string;
  category: AppEventCategory;
  /** ISO 8601. */
  createdAt: string;
  payload: AppEventPayload;
}

/** What fal tells about an event; each category fills some of these. */
export interface AppEventPayload {
  jobId?: string;
  machineType?: string;
  reason?: string;
  /** State of a runner. */
  state?: string;
  /** Revision that a deployment made current. */
  newApplicationId?: string;
  oldApplicationId?: string;
  /** Scaling values, under fal's own names. */
  oldConfig?: Record<string, unknown>;
  newConfig?: Record<string, unknown>;
  oldAppAuthMode?: string;
  newAppAuthMode?: string;
  /** Who did it. */
  actor?: { nickname?: string; fullName?: string };
}
