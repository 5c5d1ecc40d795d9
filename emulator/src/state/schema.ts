import { z } from "zod";
import { traffic } from "../traffic";
import { count, text, time } from "./primitives";
import { codeScalingShape, limitsShape, scalingShape } from "./scaling";
import { invalid } from "./violations";

/**
 * The state of one fal account: the format of `GET /_emulator/state` and of `--seed` and `--state` files. Names are fal's,
 * in snake_case. Unknown fields are rejected, so that a misspelled one is not ignored silently.
 */

const keyScopes = ["ADMIN", "API"] as const;
export const keyPresets = ["FULL", "API", "DEPLOY", "READONLY", "BILLING", "COMPUTE", "SERVERLESS", "AGENT"] as const;
const authModes = ["private", "public", "shared"] as const;
export const instanceTypes = ["gpu_8x_h100_sxm5", "gpu_1x_h100_sxm5"] as const;
export const sectors = ["sector_1", "sector_2", "sector_3"] as const;
const regions = ["us-west", "us-central", "us-east", "eu-north", "eu-west", "other"] as const;
const instanceStatuses = ["ready", "init", "pending", "provisioning", "stopped", "unknown"] as const;
/** Wire names of gRPC's `RunnerInfo.State`. */
const runnerStates = [
  "RUNNING",
  "PENDING",
  "SETUP",
  "DEAD",
  "DOCKER_PULL",
  "DRAINING",
  "TERMINATING",
  "TERMINATED",
  "IDLE",
  "FAILURE_DELAY",
] as const;
const replaceStates = ["NO_REPLACE", "WILL_REPLACE", "DID_REPLACE"] as const;
export const eventCategories = [
  "runner_started",
  "runner_failed",
  "runner_finished",
  "runner_pending",
  "runner_startup_failure",
  "runner_docker_pull",
  "runner_setup",
  "runner_draining",
  "runner_stopping",
  "deployment_started",
  "deployment_failed",
  "deployment_ended",
  "deployment_rolling_started",
  "deployment_rolling_failed",
  "deployment_rolling_ended",
  "deployment_recreate_applied",
  "config_changed",
] as const;

const key = z.strictObject({
  key_id: text.regex(/^[^:]+$/, "must not contain a colon"),
  key_secret: text,
  alias: z.string(),
  /** `null`: the key has a preset or permissions without an equivalent scope. */
  scope: z.enum(keyScopes).nullable(),
  created_at: time,
  preset: z.enum(keyPresets).optional(),
  permissions: z.array(text).optional(),
});

const environment = z.strictObject({
  name: text,
  description: z.string().nullable(),
  is_default: z.boolean(),
  created_at: time,
});

const revision = z.strictObject({
  id: text,
  created_at: time,
  ...z.strictObject(codeScalingShape).partial().shape,
  message: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  /** Default: `deployed`. */
  status: z.enum(["deployed", "failed", "deploying"]).optional(),
  /** Default: the account's owner. */
  deployed_by: text.optional(),
});

/** The scaling of an app from a time on. */
const scalingEntry = z.strictObject({ changed_at: time, ...scalingShape });

const app = z.strictObject({
  /** Without the `--<environment>` suffix. */
  name: text,
  environment: text,
  owner: text,
  revision: text,
  auth_mode: z.enum(authModes),
  ...scalingShape,
  revisions: z.array(revision),
  updated_at: time,
  /** Default: none, and nothing is recorded. */
  traffic: traffic.optional(),
  /** The scaling since the traffic started, in order. Only with `traffic`. */
  scaling_history: z.array(scalingEntry).optional(),
});

/** Limits of the account: fal stores the largest allowed number, and the allowed entries of a list. */
const limits = z.strictObject(limitsShape).partial();

const secret = z.strictObject({
  name: text,
  environment: text,
  value: z.string(),
  created_at: time,
  /** `null`: the account's default applies. */
  default_exposed: z.boolean().nullable(),
});

const instance = z.strictObject({
  id: text,
  instance_type: z.enum(instanceTypes),
  sector: z.enum(sectors).nullable(),
  region: z.enum(regions),
  ip: z.string().nullable(),
  status: z.enum(instanceStatuses),
  ssh_key: z.string(),
  created_at: time,
  /** When provisioning ends. Without it, the instance keeps its status. */
  ready_at: time.optional(),
});

const runner = z.strictObject({
  runner_id: text,
  /** The app's name without the `--<environment>` suffix. */
  app: text,
  environment: text,
  state: z.enum(runnerStates),
  machine_type: text,
  revision: z.string(),
  in_flight_requests: count,
  replacement: z.enum(replaceStates),
  started_at: time,
  ended_at: time.optional(),
});

const file = z.strictObject({ path: text, size: z.int().min(0), modified_at: time });

const event = z.strictObject({
  event_id: text,
  app: text,
  environment: text,
  category: z.enum(eventCategories),
  created_at: time,
  payload: z.record(z.string(), z.unknown()),
});

export type Key = z.infer<typeof key>;
export type Environment = z.infer<typeof environment>;
export type Revision = z.infer<typeof revision>;
export type App = z.infer<typeof app>;
export type Limits = z.infer<typeof limits>;
export type Secret = z.infer<typeof secret>;
export type Instance = z.infer<typeof instance>;
export type Runner = z.infer<typeof runner>;
export type StoredFile = z.infer<typeof file>;
export type AppEvent = z.infer<typeof event>;

const aclDecisions = ["allow", "forbid", "hide"] as const;
export const storageAcl = z.strictObject({
  default: z.enum(aclDecisions),
  rules: z.array(z.strictObject({ user: text, decision: z.enum(aclDecisions) })),
});
export const storageSettings = z.strictObject({
  /** `null`: files are kept forever. */
  expiration_duration_seconds: z.number().int().min(1).nullable(),
  /** `null`: the system's default, which is public. */
  initial_acl: storageAcl.nullable(),
});

export type StorageSettings = z.infer<typeof storageSettings>;

const credits = z.strictObject({ current_balance: z.number().min(0), currency: text });

type Credits = z.infer<typeof credits>;

/** What a second of a machine type costs. */
const price = z.strictObject({
  machine_type: text,
  unit_price: z.number().min(0),
  /** Default: `null`. */
  percent_discount: z.number().min(0).max(100).nullable().optional(),
  /** The price counts from then on. Default: always, until a price with a date. */
  valid_from: time.optional(),
  /** Hours of the day (UTC) with another price. */
  surge: z.strictObject({ hours: z.array(z.int().min(0).max(23)).min(1), unit_price: z.number().min(0) }).optional(),
});

/** Use of machines that belongs to no app. */
const otherUsage = z.strictObject({
  machine_type: text,
  seconds_per_hour: z.number().min(0),
  /** Default: 30 days before it is seeded. */
  started_at: time.optional(),
});

export type Price = z.infer<typeof price>;
export type OtherUsage = z.infer<typeof otherUsage>;

export interface State {
  owner: string;
  /** Why the account is locked. `null`: it is not locked. */
  locked: string | null;
  credits: Credits;
  keys: Key[];
  environments: Environment[];
  apps: App[];
  secrets: Secret[];
  /** Default: none. */
  limits?: Limits;
  instances: Instance[];
  /** Live runners. Ended ones move to `terminated_runners`. */
  runners: Runner[];
  files: StoredFile[];
  storage_settings: StorageSettings;
  /** Names of fal's users, for access rules. `null`: every user exists. */
  users: string[] | null;
  terminated_runners: Runner[];
  events: AppEvent[];
  /** Default: every machine type is free. */
  prices?: Price[];
  other_usage?: OtherUsage[];
  /** How much time has passed by `pass-time`. The traffic model runs ahead of the clock by it. Default: none. */
  passed_seconds?: number;
}

/** A seed: a partial state in which only identities are required. */
const runnerSeed = runner.partial().extend({ runner_id: text, app: text });
const seed = z
  .strictObject({
    owner: text,
    locked: text.nullable(),
    credits,
    keys: z.array(key.partial().extend({ key_id: key.shape.key_id })),
    environments: z.array(environment.partial().extend({ name: text })),
    apps: z.array(
      app.partial().extend({
        name: text,
        revisions: z.array(revision.partial().extend({ id: text })).optional(),
        scaling_history: z.array(scalingEntry.partial().extend({ changed_at: time })).optional(),
      }),
    ),
    secrets: z.array(secret.partial().extend({ name: text })),
    limits,
    instances: z.array(instance.partial().extend({ id: text })),
    runners: z.array(runnerSeed),
    files: z.array(file.partial().extend({ path: text })),
    storage_settings: storageSettings.partial(),
    users: z.array(text).nullable(),
    terminated_runners: z.array(runnerSeed),
    events: z.array(event.partial().extend({ app: text, category: event.shape.category })),
    prices: z.array(price),
    other_usage: z.array(otherUsage),
    passed_seconds: z.int().min(0),
  })
  .partial();

export type Seed = z.infer<typeof seed>;

const deployment = z.strictObject({
  name: text,
  environment: text.default("main"),
  /** The id of the new revision. Default: generated. */
  revision: text.optional(),
  auth_mode: z.enum(authModes).optional(),
  reset_scale: z.boolean().default(false),
  strategy: z.enum(["recreate", "rolling"]).default("rolling"),
  message: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  deployed_by: text.optional(),
  ...z.strictObject(scalingShape).partial().shape,
});

export type Deployment = z.infer<typeof deployment>;

/** Validates `value`. Errors contain paths, but no values, because some are secret. */
export function parse<T>(schema: z.ZodType<T>, value: unknown, subject: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => {
    const path = issue.path.map(String).join(".");
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
  throw invalid(`${subject}: ${issues.join("; ")}`);
}

export const parseSeed = (value: unknown, subject: string): Seed => parse(seed, value, subject);
export const parseDeployment = (value: unknown): Deployment => parse(deployment, value, "deployment");
