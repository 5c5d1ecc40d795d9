import { z } from "zod";
import { version } from "../version";
import { type Account, accountCall, type BillingInfo, readAccount, readBilling } from "./account";
import { AppActivity } from "./app-activity";
import { Apps } from "./apps";
import { Compute } from "./compute";
import {
  type Credential,
  discoverCredential,
  type Env,
  type Profile,
  present,
  readProfile,
} from "./config/credentials";
import { resolveEndpoints } from "./config/endpoints";
import { Proxies } from "./config/proxies";
import { isSurface, type Surface, surfaceList } from "./config/surface-names";
import { type DeploymentInfo, type DeployOptions, deploy } from "./deploy";
import { AppDeployments } from "./deployments";
import { Environments } from "./environments";
import { FalConfigurationError } from "./errors";
import { AppEvents } from "./events";
import { Files } from "./files";
import type { HostOptions } from "./host-options";
import { ClientClosed } from "./internal/abort";
import { Coalescer } from "./internal/coalesce";
import { type CallOptions, Dispatcher } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { GrpcTransport } from "./internal/grpc";
import { type LogSink, openLog } from "./internal/log";
import { RateLimiter } from "./internal/rate-limit";
import { path, RestTransport } from "./internal/rest";
import { type SharedRead, share, type WaitSink } from "./internal/shared-read";
import { Keys } from "./keys";
import { mainEnvironment } from "./names";
import { namesOverRest } from "./platform/apps";
import { Runners } from "./runners";
import { Secrets } from "./secrets";
import { Storage } from "./storage";
import { surfaces } from "./surfaces";
import { Usage } from "./usage";

/** Options of a client. The defaults are those of fal's CLI. */
export interface FalClientOptions {
  /**
   * `<key id>:<key secret>`. Default: `FAL_KEY`, else the key of the profile selected by `FAL_PROFILE` or by
   * `~/.fal/config.toml` (`FAL_CONFIG_PATH`), else `FAL_KEY_ID` with `FAL_KEY_SECRET`.
   */
  apiKey?: string | undefined;
  /** URL of the platform REST API. Default: `FAL_API_URL`, else `https://api.fal.ai/v1`. */
  apiUrl?: string | undefined;
  /** URL of the REST host that fal's CLI uses. Default: `FAL_REST_URL`, `FAL_REST_HOST`, else derived from the gRPC host. */
  restUrl?: string | undefined;
  /** URL of the gRPC host. Default: `FAL_GRPC_URL`, `FAL_GRPC_HOST`, `FAL_HOST`, the profile's host, else `https://api.alpha.fal.ai`. */
  grpcUrl?: string | undefined;
  /**
   * The REST API to use. `platform`: fal's documented platform API (`apiUrl`). `alpha`: the older "fal Serverless Platform
   * API" and "Compute API" (`restUrl`) for GPU instances, files, and the apps and secrets of `main`. Both are completed by
   * gRPC. Default: `platform`.
   */
  surface?: Surface | undefined;
  /**
   * An HTTP proxy for all of fal's hosts, for example `http://user:password@proxy.example:3128`; `none` disables proxies.
   * Default: `HTTPS_PROXY`, `HTTP_PROXY`. Hosts in `NO_PROXY` are reached directly. Lower-case names take precedence.
   */
  proxy?: string | undefined;
  /** The environment of calls without one. Default: `main`; `FAL_ENV` is not read. */
  environment?: string | undefined;
  /** The maximum number of concurrent calls. Default: 16. */
  maxConcurrentRequests?: number | undefined;
  /** A product token to append to the user agent, for example `my-tool/1.2`. */
  userAgent?: string | undefined;
  /**
   * `debug` logs every attempt to standard error and to the file in `FAL_LOG_FILE`, without bodies, credentials and values.
   * `off` logs nothing. A function receives the lines instead. Default: `FAL_LOG`, else only the file, if it is set.
   */
  log?: string | LogSink | undefined;
  /** Replaces the environment variables of the process. Files of the home directory are then not read either. */
  env?: Env | undefined;
  /** Aborts all calls of this client. */
  signal?: AbortSignal | undefined;
  /**
   * Called when a call waits for more than five seconds, and every five seconds while the wait lasts. If several callers
   * share an answer, it is called for each of them, in its own asynchronous context.
   */
  onWait?: WaitSink | undefined;
}

/** The effective settings of a client, without secrets. */
export interface FalClientSettings {
  /** Where the key was found: `apiKey`, `FAL_KEY`, `profile "work" in ~/.fal/config.toml`, `FAL_KEY_ID and FAL_KEY_SECRET`. */
  readonly credentialSource: string;
  readonly keyId: string;
  readonly apiUrl: string;
  readonly restUrl: string;
  readonly grpcUrl: string;
  readonly surface: Surface;
  readonly environment: string;
}

/** How long an unknown account name is cached. */
const unknownAccountForMs = 60_000;

/**
 * A client for fal's control plane: apps and their scaling, secrets, environments, keys, GPU instances, runners, files,
 * storage settings, usage.
 *
 * Calls are retried after network failures, rate limits and server failures, unless the method documents otherwise. The time
 * limit of a call is `timeoutMs`; default: three minutes. Methods reject with a `FalError`.
 *
 * @example
 * const fal = new FalClient();
 * await fal.secrets.set("HF_TOKEN", token, { environment: "staging" });
 * await fal.close();
 */
export class FalClient {
  readonly apps: Apps;
  readonly secrets: Secrets;
  readonly environments: Environments;
  readonly keys: Keys;
  readonly compute: Compute;
  readonly runners: Runners;
  readonly files: Files;
  readonly storage: Storage;
  readonly usage: Usage;
  readonly settings: FalClientSettings;
  /**
   * @internal The names of an environment's apps from `GET /serverless/apps` of fal's platform API, on either surface.
   * Independent of `apps.list`, to confirm that an app is gone.
   */
  readonly appsOverRest: (environment: string, options: CallOptions) => Promise<string[]>;

  readonly #credential: Credential;
  readonly #proxies: Proxies;
  readonly #rest: RestTransport;
  readonly #rpc: GrpcTransport;
  readonly #closing = new AbortController();
  readonly #detach: () => void;
  readonly #dispatcher: Dispatcher;
  #account: AccountAnswer | undefined;

  /**
   * Finds the credential and the URLs. Sends no request.
   *
   * @throws {FalAuthenticationError} No credential was found, or it is invalid.
   * @throws {FalConfigurationError} Another setting is invalid.
   */
  constructor(options?: FalClientOptions);
  /** @internal */
  constructor(options: FalClientOptions, host: HostOptions);
  constructor(options: FalClientOptions = {}, host: HostOptions = {}) {
    const env = options.env ?? process.env;
    let profile: { read: Profile | undefined } | undefined;
    const readOnce = () => {
      profile ??= { read: readProfile(env) };
      return profile.read;
    };
    const { surface, environment, maxConcurrentRequests, shareReadsForMs } = checkedOptions(options, host);
    const endpoints = resolveEndpoints(options, env, readOnce);
    const credential = discoverCredential(options.apiKey, env, readOnce, host.apiKeyName);
    const proxies = new Proxies(options.proxy, env, host.proxyName);
    this.#credential = credential;
    this.#proxies = proxies;
    this.settings = Object.freeze({
      credentialSource: credential.source,
      keyId: credential.keyId,
      ...endpoints,
      surface,
      environment,
    });

    this.#detach = forward(options.signal, this.#closing);
    const log = typeof options.log === "function" ? options.log : openLog(options.log, env);
    const dispatcher = new Dispatcher({
      rateLimiter: new RateLimiter(maxConcurrentRequests),
      credential,
      secrets: proxies.credentials(Object.values(endpoints)),
      signal: this.#closing.signal,
      waitSignal: host.waitSignal,
      log,
      hide: host.redact,
      shareReadsForMs,
      onWait: options.onWait,
    });
    this.#dispatcher = dispatcher;
    const userAgent = userAgentOf(options.userAgent);
    this.#rest = new RestTransport(dispatcher, credential, userAgent, proxies, maxConcurrentRequests);
    this.#rpc = new GrpcTransport(dispatcher, credential, userAgent, proxies, endpoints.grpcUrl);

    const account = (limits?: CallOptions) => this.account(limits);
    const routes = surfaces[surface]({ rpc: this.#rpc, rest: this.#rest, endpoints, account });
    this.apps = new Apps(this.#rpc, dispatcher, environment, routes.apps, {
      deployments: new AppDeployments(this.#rest, endpoints.apiUrl, account),
      events: new AppEvents(this.#rest, routes.events, account),
      activity: new AppActivity(this.#rest, endpoints.apiUrl, account),
    });
    const names = namesOverRest(this.#rest, endpoints.apiUrl);
    const nameLists = new Coalescer<string[]>(0);
    this.appsOverRest = async (name, options) => {
      const call: Call = { operation: "apps.list", action: "list the apps of", resource: name, repeat: "read" };
      const load = (signal: AbortSignal) => names(call, name, { signal });
      return await nameLists.read(name, true, load, (shared) => dispatcher.wait(call, shared, options));
    };
    this.secrets = new Secrets(this.#rpc, dispatcher, environment, routes.secrets);
    this.environments = new Environments(this.#rpc, dispatcher, (name) => {
      this.apps.invalidate(name);
      this.secrets.invalidate(name);
    });
    this.keys = new Keys(this.#rpc, this.#rest, dispatcher, endpoints.apiUrl, credential.keyId);
    this.compute = new Compute(this.#rest, dispatcher, routes.compute);
    this.runners = new Runners(this.#rpc);
    this.files = new Files(this.#rest, routes.files);
    this.storage = new Storage(this.#rest, endpoints.apiUrl);
    this.usage = new Usage(this.#rest, endpoints.apiUrl, environment);
  }

  /**
   * Returns the nickname of the key's account, the first part of `owner/app`; undefined if fal does not return it. Cached;
   * an unknown name for a minute.
   *
   * @throws {FalAuthenticationError} fal does not accept the key.
   * @throws {FalPermissionError} fal has locked the account.
   */
  async account(options: CallOptions = {}): Promise<string | undefined> {
    return (await this.accountAnswer(options)).name;
  }

  /** As `account`, with the error if fal refused. @internal */
  async accountAnswer(options: CallOptions = {}): Promise<Account> {
    if (this.#account === undefined || performance.now() >= this.#account.until) this.#account = this.#askAccount();
    const { answer, known } = this.#account;
    // Every operation asks, and an abortable wait takes longer than the rest of the question.
    if (known !== undefined && !options.signal?.aborted && !this.#closing.signal.aborted) return known;
    return await this.#dispatcher.wait(accountCall, answer, options);
  }

  /** Returns the account's balance (`GET /account/billing` of the platform API). Needs ADMIN scope. */
  async billing(options: CallOptions = {}): Promise<BillingInfo> {
    return await readBilling(this.#rest, this.settings.apiUrl, options);
  }

  /**
   * Returns the metrics of all apps now, in Prometheus' text format: runners, queues, requests, latencies
   * (`serverlessGetMetrics` of the platform API).
   */
  async metrics(options: CallOptions = {}): Promise<string> {
    const call: Call = { operation: "metrics", action: "read the metrics of the apps", repeat: "read" };
    const { apiUrl } = this.settings;
    const request = {
      method: "GET",
      base: apiUrl,
      path: path`/serverless/metrics`,
      isText: true,
      answer: z.string(),
    } as const;
    return await this.#rest.call(call, request, options);
  }

  /**
   * Deploys an app from its Python code, like `fal deploy`: builds its image, creates a revision and makes it current.
   * `appRef` is the argument of `fal deploy`: `path/to/app.py`, `path/to/app.py::MyApp`, or the name of an app in
   * `pyproject.toml`, whose settings override `strategy` and `resetScale`. Default: the only Python file in `cwd`.
   *
   * Runs the official `fal` CLI (Python, tested with 1.83) with this client's key, hosts and environment, and with the other
   * environment variables of this process, because the CLI loads the code. Profiles, logins and `FAL_` variables have no
   * effect. Not retried. On Linux and macOS, the CLI does not receive the terminal's Ctrl-C: pass `signal`, or close the
   * client. The CLI also ends when this process ends. `SyncServerlessClient.deploy`, `deploy.deploy` of fal's Python SDK.
   *
   * @throws {FalConfigurationError} The CLI is missing or too old.
   * @throws {FalError} The CLI failed. The message ends with the CLI's error. `mayHaveTakenEffect` is set after the build.
   * @throws {FalAbortedError} The signal aborted.
   * @throws {FalTimeoutError} The time limit was reached.
   */
  async deploy(appRef?: string, options: DeployOptions = {}): Promise<DeploymentInfo> {
    const environment = options.environment ?? this.settings.environment;
    const { signal } = this.#closing;
    try {
      const settings = { ...this.settings, credential: this.#credential, proxies: this.#proxies, environment, signal };
      return await deploy(settings, appRef, options);
    } finally {
      this.apps.invalidate(environment);
    }
  }

  /** Aborts all calls and closes all connections. */
  async close(): Promise<void> {
    this.#detach();
    this.#closing.abort(new ClientClosed());
    this.#rpc.close();
    await this.#rest.close();
  }

  #askAccount(): AccountAnswer {
    const answer = share(() => readAccount(this.#rest, this.settings.restUrl, this.settings.apiUrl));
    const entry: AccountAnswer = { answer, until: Number.POSITIVE_INFINITY };
    answer.promise.then(
      (account) => {
        entry.known = account;
        if (account.name === undefined) entry.until = performance.now() + unknownAccountForMs;
      },
      () => {
        entry.until = 0;
      },
    );
    return entry;
  }
}

function checkedOptions(options: FalClientOptions, host: HostOptions) {
  const surface = options.surface ?? "platform";
  if (!isSurface(surface)) {
    throw new FalConfigurationError(`surface must be ${surfaceList}, not "${String(surface)}".`);
  }
  const maxConcurrentRequests = options.maxConcurrentRequests ?? 16;
  if (!Number.isInteger(maxConcurrentRequests) || maxConcurrentRequests < 1) {
    throw new FalConfigurationError(
      `maxConcurrentRequests must be a whole number of 1 or more, not ${maxConcurrentRequests}.`,
    );
  }
  const shareReadsForMs = host.shareReadsForMs ?? 1_000;
  if (!(shareReadsForMs >= 0)) {
    throw new FalConfigurationError(`shareReadsForMs must be 0 or more milliseconds, not ${shareReadsForMs}.`);
  }
  const environment = present(options.environment) ?? mainEnvironment;
  return { surface, environment, maxConcurrentRequests, shareReadsForMs };
}

/** Aborts the controller with the signal. Returns a function that stops this. */
function forward(signal: AbortSignal | undefined, controller: AbortController): () => void {
  if (signal === undefined) return () => {};
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return () => signal.removeEventListener("abort", abort);
}

function userAgentOf(token: string | undefined): string {
  if (token !== undefined && !/^[\x20-\x7e]+$/.test(token)) {
    throw new FalConfigurationError("userAgent must be printable ASCII text.");
  }
  return [`pulumi-fal/${version}`, `node/${process.versions.node}`, token].filter(Boolean).join(" ");
}

interface AccountAnswer {
  readonly answer: SharedRead<Account>;
  /** The answer, once it has arrived. */
  known?: Account;
  /** When to ask again, by `performance.now()`. */
  until: number;
}
