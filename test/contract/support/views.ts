import type {
  AppInfo,
  AppRevision,
  EnvironmentInfo,
  FalClient,
  KeyInfo,
  RunnerInfo,
  SecretInfo,
} from "pulumi-fal/client";
import type { Witness } from "../../support/witness";

type Json = Record<string, unknown>;

/** A step of session.py: the method of fal's Python SDK, its arguments, its keyword arguments. */
export type Step = [method: string, args?: unknown[], keywords?: Json];

/** All objects of an account, in the names and shapes of fal's Python SDK. */
export interface View {
  environments: Json[];
  apps: Json[];
  secrets: Json[];
  keys: Json[];
  runners: Json[];
  /** The runners of the app, those that ended in the last hour included. */
  runnersOfApp: Json[];
  revisions: Json[];
}

/** Objects that are read one by one. */
export interface Scope {
  environments: readonly string[];
  app: string;
  environment: string;
  since: Date;
}

export async function seenByClient(fal: FalClient, scope: Scope): Promise<View> {
  const { app, environment, since } = scope;
  const each = async <T>(list: (environment: string) => Promise<T[]>) =>
    (await Promise.all(scope.environments.map(list))).flat();
  return {
    environments: (await fal.environments.list({ fresh: true })).map(environmentAsFal),
    apps: (await each((environment) => fal.apps.list({ environment, fresh: true }))).map(appAsFal),
    secrets: (await each((environment) => fal.secrets.list({ environment, fresh: true }))).map(secretAsFal),
    keys: (await fal.keys.list({ fresh: true })).map(keyAsFal),
    runners: (await fal.runners.list()).map(runnerAsFal),
    runnersOfApp: (await fal.apps.runners(app, { environment, since })).map(runnerAsFal),
    revisions: (await fal.apps.revisions(app, { environment })).map(revisionAsFal),
  };
}

export async function seenBySdk(witness: Witness, scope: Scope): Promise<View> {
  const { app, environment, since, environments } = scope;
  const inEach = (method: string) => environments.map((environment_name): Step => [method, [], { environment_name }]);
  const answers = (await sdk(witness, [
    ["environments.list"],
    ["keys.list"],
    ["runners.list"],
    ["apps.runners", [app], { environment_name: environment, since: since.toISOString().replace("Z", "+00:00") }],
    ["connection.list_applications", [app], { environment_name: environment }],
    ...inEach("apps.list"),
    ...inEach("secrets.list"),
  ])) as Json[][];
  const [named, keys, runners, runnersOfApp, revisions] = answers.map((rows) => rows.map(withIsoTimes));
  const perEnvironment = answers.slice(5).map((rows) => rows.map(withIsoTimes));
  return {
    environments: named ?? [],
    apps: perEnvironment.slice(0, environments.length).flat(),
    secrets: perEnvironment.slice(environments.length).flat(),
    keys: keys ?? [],
    runners: runners ?? [],
    runnersOfApp: runnersOfApp ?? [],
    revisions: revisions ?? [],
  };
}

/**
 * What the CLI's JSON shows. It renames some fields, tells the uptime in whole seconds, and leaves out the external
 * metadata of runners. Revisions it prints as a table only.
 */
export async function seenByCli(witness: Witness, scope: Scope): Promise<Omit<View, "revisions">> {
  const { app, environment } = scope;
  const list = async (key: string, ...args: string[]) =>
    (JSON.parse(await witness.run([...args, "--output", "json"])) as Record<string, Json[]>)[key]?.map(withIsoTimes) ??
    [];
  const inEach = async (key: string) =>
    (await Promise.all(scope.environments.map((each) => list(key, key, "list", "--env", each)))).flat();
  const [environments, apps, secrets, keys, runners, runnersOfApp] = await Promise.all([
    list("environments", "environments", "list"),
    inEach("apps"),
    inEach("secrets"),
    list("keys", "keys", "list"),
    list("runners", "runners", "list"),
    list("runners", "apps", "runners", app, "--env", environment, "--since", "1h"),
  ]);
  return { environments, apps, secrets, keys, runners, runnersOfApp };
}

/** A view in the CLI's words. */
export function asCliShows({ revisions: _, ...view }: View): Omit<View, "revisions"> {
  const runner = ({ uptime, external_metadata: _, ...rest }: Json) => ({
    ...rest,
    uptime_seconds: Math.floor(Number(uptime)),
  });
  return {
    ...view,
    secrets: view.secrets.map(({ environment_name, ...rest }) => ({ ...rest, environment: environment_name })),
    keys: view.keys.map(({ alias, ...rest }) => ({ ...rest, description: alias })),
    runners: view.runners.map(runner),
    runnersOfApp: view.runnersOfApp.map(runner),
  };
}

export async function sdk(witness: Witness, steps: readonly Step[]): Promise<unknown[]> {
  const input = steps.map(([method, args = [], keywords = {}]) => [method, args, keywords]);
  const script = `${__dirname}/session.py`;
  return JSON.parse((await witness.python(script, JSON.stringify(input))).toString());
}

// Our client's words in fal's. Fields are not listed here, so that one which only one side has is a difference.

/** fal's Python type for an app has no `is_rolling`, and no name without the environment's suffix. */
function appAsFal({ name: _, isRolling: __, authMode, ...app }: AppInfo): Json {
  return { ...scalingAsFal(app), auth_mode: authMode };
}

function revisionAsFal({ revision, createdAt, ...rest }: AppRevision): Json {
  return { ...scalingAsFal(rest), application_id: revision, created_at: createdAt };
}

function scalingAsFal({
  environment,
  regions,
  requestStartTimeout,
  ...rest
}: Pick<AppRevision, "environment" | "regions" | "requestStartTimeout">) {
  return {
    ...snakeCase(rest),
    environment_name: environment,
    valid_regions: regions,
    request_start_timeout: requestStartTimeout ?? null,
  };
}

function environmentAsFal({ description, ...environment }: EnvironmentInfo): Json {
  return { ...snakeCase(environment), description: description ?? null };
}

function secretAsFal({ environment, defaultExposed, ...secret }: SecretInfo): Json {
  return { ...snakeCase(secret), environment_name: environment, default_exposed: defaultExposed ?? null };
}

function keyAsFal({ scope, ...key }: KeyInfo): Json {
  return { ...snakeCase(key), scope: scope ?? null };
}

function runnerAsFal({ state, replacement, expirationCountdown, externalMetadata, ...runner }: RunnerInfo): Json {
  return {
    ...snakeCase(runner),
    // fal's SDK has another name than the wire for one state.
    state: state === "failure_delay" ? "CRASH_BACKOFF" : state?.toUpperCase(),
    replacement: replacement.toUpperCase(),
    expiration_countdown: expirationCountdown ?? null,
    external_metadata: externalMetadata ?? {},
  };
}

export function snakeCase(value: object): Json {
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), field]),
  );
}

/** Python writes `2026-11-21 12:00:00.250000+00:00`. */
function withIsoTimes(row: Json): Json {
  const { created_at } = row;
  return created_at === undefined ? row : { ...row, created_at: new Date(String(created_at)).toISOString() };
}
