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

/** An app in a list of apps, for example an `AppInfo`. */
export interface AppReference {
  readonly name: string;
  /** Default: the environment of the call. */
  readonly environment?: string | undefined;
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

/** The length of a time bucket. */
export type Timeframe = "minute" | "hour" | "day" | "week" | "month";

/** How the runners of a bucket are counted: `max` is the most at once, `avg` the mean. */
export type RunnerAggregation = "max" | "avg";

/**
 * The runners of an app in one time bucket. With `max`, the numbers need not be of the same moment: their sum is an upper
 * bound.
 */
export interface RunnerHistoryBucket {
  /** When the bucket begins, in ISO 8601. */
  timestamp: string;
  /**
   * Runners that work.
   * @float
   */
  running: number;
  /**
   * Runners that wait for work, and are billed.
   * @float
   */
  idle: number;
  /**
   * Runners that are not scheduled yet, or start.
   * @float
   */
  pending: number;
  /**
   * Runners that finish their requests and then end.
   * @float
   */
  draining: number;
}

/** How many runners an app had. */
export interface RunnerHistory {
  /** `owner/alias`. */
  endpointId: string;
  /** The length of a bucket. */
  timeframe: "minute" | "hour" | "day" | "week" | "month" | (string & {});
  /** What the numbers of a bucket are: the most runners at once, or their mean. */
  aggregation: "max" | "avg" | (string & {});
  // UNCERTAIN whether fal omits them.
  /** The buckets, in fal's order. fal does not document whether it omits those without data. */
  history: RunnerHistoryBucket[];
}

/** What fal measured of one endpoint: only the metrics that were requested, and that fal has. Durations are in seconds. */
export interface AnalyticsRow {
  /** `owner/alias`, with the route if the app has several. */
  endpointId: string;
  /**
   * All requests.
   * @float
   */
  requestCount?: number;
  /**
   * Requests that succeeded.
   * @float
   */
  successCount?: number;
  /**
   * Requests that failed because of the caller.
   * @float
   */
  userErrorCount?: number;
  /**
   * Requests that failed otherwise.
   * @float
   */
  errorCount?: number;
  /**
   * Requests that failed because a runner did not start.
   * @float
   */
  startupErrorCount?: number;
  /**
   * Requests that failed because of the connection.
   * @float
   */
  connectionErrorCount?: number;
  /**
   * Requests that took too long.
   * @float
   */
  timeoutErrorCount?: number;
  /**
   * Requests that failed in the app's code.
   * @float
   */
  runtimeErrorCount?: number;
  /**
   * Time between submission and start of the work: queue and start-up. Half of the requests waited no longer.
   * @float
   */
  p50PrepareDuration?: number;
  /**
   * 75 % of the requests waited no longer.
   * @float
   */
  p75PrepareDuration?: number;
  /**
   * 90 % of the requests waited no longer.
   * @float
   */
  p90PrepareDuration?: number;
  /**
   * 95 % of the requests waited no longer.
   * @float
   */
  p95PrepareDuration?: number;
  /**
   * 99 % of the requests waited no longer.
   * @float
   */
  p99PrepareDuration?: number;
  /**
   * Time of the work. 25 % of the requests took no longer.
   * @float
   */
  p25Duration?: number;
  /**
   * Half of the requests took no longer.
   * @float
   */
  p50Duration?: number;
  /**
   * 75 % of the requests took no longer.
   * @float
   */
  p75Duration?: number;
  /**
   * 90 % of the requests took no longer.
   * @float
   */
  p90Duration?: number;
  /**
   * 95 % of the requests took no longer.
   * @float
   */
  p95Duration?: number;
  /**
   * 99 % of the requests took no longer.
   * @float
   */
  p99Duration?: number;
  /**
   * Requests that a runner had to start for, which took more than a second.
   * @float
   */
  coldBootCount?: number;
  /**
   * Time of such a start. Half of them took no longer.
   * @float
   */
  p50ColdBootDuration?: number;
  /**
   * 75 % of such starts took no longer.
   * @float
   */
  p75ColdBootDuration?: number;
  /**
   * 90 % of such starts took no longer.
   * @float
   */
  p90ColdBootDuration?: number;
  /**
   * Time of the work that is billed, of all requests together.
   * @float
   */
  totalBillableDuration?: number;
}

/** The analytics of one time bucket. */
export interface AnalyticsBucket {
  /** When the bucket begins, in ISO 8601. */
  bucket: string;
  /** One row per endpoint. */
  results: AnalyticsRow[];
}

/** What fal measured of the requests of some endpoints. */
export interface AppAnalytics {
  /** Per time bucket. Absent if it was not requested. */
  timeSeries?: AnalyticsBucket[];
  /** For the whole range. Absent if it was not requested, or fal does not return it. */
  summary?: AnalyticsRow[];
}

/** The machine time of an app on one machine type at one price. An app has a row for each price, and for surges. */
export interface UsageRow {
  /** The app as fal's billing names it, which may end with an environment or a version. Absent if fal names none. */
  app?: string;
  /** Absent if fal names none. */
  environment?: string;
  /** The hardware. */
  machineType: string;
  /** What `quantity` counts: `second`. */
  unit: string;
  /**
   * How much was used.
   * @float
   */
  quantity: number;
  /**
   * The account's price of a unit, before the discount.
   * @float
   */
  unitPrice: number;
  /**
   * 0 to 100. Absent without a discount.
   * @float
   */
  percentDiscount?: number;
  /**
   * The costs before the discount.
   * @float
   */
  costSubtotal: number;
  /**
   * The discount as an amount of money.
   * @float
   */
  costDiscount: number;
  /**
   * The costs after the discount.
   * @float
   */
  costTotal: number;
  /** ISO 4217, for example `USD`. */
  currency: string;
  /** Whether the price is a surcharge for times of high demand. */
  isSurge: boolean;
}

/** The usage of one time bucket. */
export interface UsageBucket {
  /** When the bucket begins, in ISO 8601. */
  bucket: string;
  /** Rows of one app may be several: add them. */
  results: UsageRow[];
}

/** The machine time that the account was billed for. */
export interface UsageInfo {
  /** Per time bucket. Absent if it was not requested. */
  timeSeries?: UsageBucket[];
  /** For the whole range. Absent if it was not requested, or fal does not return it. */
  summary?: UsageRow[];
}
