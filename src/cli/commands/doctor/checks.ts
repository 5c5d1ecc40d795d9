import type { Endpoints } from "../../../client/config/endpoints";
import { installFal } from "../../../client/deploy/command";
import { errorChain, isAboutMoney, isUntrusted, proxyFailure } from "../../../client/diagnostics";
import {
  FalAuthenticationError,
  type FalError,
  FalNotFoundError,
  FalPermissionError,
  isFalError,
} from "../../../client/errors";
import { NodeVersionError } from "../../../node";
import { messageOf } from "../../../provider/errors";
import { configKey } from "../../../provider/settings";
import { foreignCodeMessage } from "../../pulumi/state-code";
import { count, list } from "../../report/phrases";
import { installOurs, namePlugin, startEmulator } from "./fixes";
import type { HostInfo } from "./host";
import type { RefusedUse } from "./rights";
import { inWords, ours, satisfies } from "./versions";

/** What a check found. If `ok`, `fix` tells how to install something optional. */
export interface Finding {
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
}

export interface Check {
  readonly name: string;
  /** How to fix a failure; `reason` is what `run` threw. */
  fix(host: HostInfo, reason?: unknown): string;
  /** May throw instead of returning a failure. */
  run(host: HostInfo, signal: AbortSignal): Promise<Finding>;
}

const sdk = "@pulumi/pulumi";
const sdkRange = ours.peerDependencies[sdk] ?? "";
/** The first version whose `pulumi import` reads inputs and outputs from a file. */
const importingPulumi = "3.254.0";

const installNode = "nvm install 24   # or an installer from https://nodejs.org";
const setKey = 'export FAL_KEY="<key id>:<key secret>"   # create keys at https://fal.ai/dashboard/keys';
const setAdminKey = `${setKey}; it needs ADMIN scope`;
const installPulumi = ({ windows }: HostInfo) =>
  windows ? "winget install pulumi" : "curl -fsSL https://get.pulumi.com | sh";

const settleBalance = "https://fal.ai/dashboard/billing   # another key of the account does not help";

const noCredential: Finding = { ok: false, detail: "needs a usable credential" };
const adminIsNeeded = "managing an account needs a key with ADMIN scope";

const nodeRuntime = "nodejs";
const pluginSetting = configKey("plugin");
const setPlugin = `pulumi config set ${pluginSetting} true`;

/** A check of what only programs in TypeScript and JavaScript need. */
function ofNodePrograms(run: Check["run"]): Check["run"] {
  return async (host, signal) => {
    const runtime = otherRuntime(host);
    if (runtime === undefined) return await run(host, signal);
    return { ok: true, detail: `not needed: programs in ${runtime} use the plugin` };
  };
}

/** The language of the project, if its programs have no choice but the plugin. */
function otherRuntime(host: HostInfo): string | undefined {
  try {
    const runtime = host.project()?.runtime || nodeRuntime;
    return runtime === nodeRuntime ? undefined : runtime;
  } catch {
    return undefined;
  }
}

function hasCredential(host: HostInfo): boolean {
  try {
    return host.credential() !== undefined;
  } catch {
    return false;
  }
}

/** Usually a better key, unless fal's answer has another reason. */
function fixForAnswer(host: HostInfo, reason?: unknown): string {
  if (reason instanceof NodeVersionError) return installNode;
  if (isFalError(reason) && reason.refusal !== undefined) return fixForRefusal(reason);
  if (reason === undefined || reason instanceof FalAuthenticationError) return setKey;
  return tryWithCurl(host, "restUrl");
}

/** The check of a call to fal. Where the emulator is not running, the fix starts it. */
function callingFal(run: Check["run"]): Check["run"] {
  return async (host, signal) => {
    if (!hasCredential(host)) return noCredential;
    try {
      return await run(host, signal);
    } catch (error) {
      if (isFalError(error) && error.refusal === "account") {
        const detail = `fal has locked the account, so no key of it works: ${answerIn(error)}`;
        return { ok: false, detail, fix: fixForRefusal(error) };
      }
      const fix = await startEmulator(host, signal);
      if (fix === undefined) throw error;
      return { ok: false, detail: messageOf(error), fix };
    }
  };
}

function fixForRefusal({ refusal = "rights", reason }: FalError): string {
  if (refusal === "rights") return setKey;
  if (refusal === "account" && isAboutMoney(reason)) return settleBalance;
  return "https://fal.ai/support   # the account lacks what fal names; another key does not help";
}

/** fal's reason in quotes, or the whole error without one. */
function answerIn(error: FalError): string {
  return error.reason === undefined ? error.message : `"${error.reason}"`;
}

/** What the key cannot be used for, and what the account lacks. */
function rightsFound(refused: readonly RefusedUse[]): Finding {
  if (refused.length === 0) return { ok: true, detail: "it may read everything; doctor does not try changes" };
  // Another key does not help if the account lacks a feature.
  const byKey = refused.filter(({ error }) => error.refusal !== "feature");
  const byAccount = refused.filter(({ error }) => error.refusal === "feature");
  const details = [refusal("this key cannot be used for", byKey), refusal("the account lacks", byAccount)];
  const [lacking] = byAccount;
  return {
    ok: byKey.every(({ optional }) => optional),
    detail: details.filter((detail) => detail !== undefined).join("; "),
    fix: byKey.length === 0 && lacking !== undefined ? fixForRefusal(lacking.error) : setAdminKey,
  };
}

/** Names all uses, and quotes fal's answer for the first one. */
function refusal(what: string, refused: readonly RefusedUse[]): string | undefined {
  const [first] = refused;
  if (first === undefined) return undefined;
  const uses = refused.flatMap((each) => each.uses);
  const answer = answerIn(first.error);
  return `${what} ${list(uses)}${refused.length === 1 ? `: ${answer}` : `; for ${list(first.uses)}, fal answers ${answer}`}`;
}

function tryWithCurl(host: HostInfo, which: keyof Endpoints): string {
  try {
    return `curl --verbose ${host.endpoints()[which]}   # shows where it fails: DNS, firewall or proxy`;
  } catch {
    return "env | grep ^FAL_   # one of these, or the profile's host, is not a valid URL";
  }
}

/** In the order of the report: each check needs the ones above it. */
export const checks: readonly Check[] = [
  {
    name: "Node",
    fix: () => installNode,
    run: async ({ nodeVersion }) => ({
      ok: satisfies(nodeVersion, ours.engines.node),
      detail: `${nodeVersion}; needs ${inWords(ours.engines.node)}`,
    }),
  },
  {
    name: "Pulumi SDK",
    fix: () => `npm install "${sdk}@${sdkRange}"`,
    run: ofNodePrograms(async (host) => {
      const found = host.package(sdk);
      if (found === undefined) return { ok: false, detail: `${sdk} is not found from ${host.cwd}` };
      return { ok: satisfies(found.version, sdkRange), detail: `${found.version}; needs ${inWords(sdkRange)}` };
    }),
  },
  {
    name: "Pulumi CLI",
    fix: installPulumi,
    run: async (host, signal) => {
      const version = await host.pulumiVersion(signal);
      if (satisfies(version, `>=${importingPulumi}`)) return { ok: true, detail: version };
      const detail = `${version}; importing an account needs ${importingPulumi} or newer`;
      return { ok: true, detail, fix: installPulumi(host) };
    },
  },
  {
    name: "Pulumi's Node host",
    fix: installPulumi,
    run: ofNodePrograms(async (host) => {
      const missing = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"].filter(
        (name) => !host.isBesidePulumi(name),
      );
      if (missing.length === 0) return { ok: true, detail: "beside the CLI or on PATH" };
      return { ok: false, detail: `${missing.join(" and ")} not found beside the CLI or on PATH` };
    }),
  },
  {
    name: "pulumi-fal/dynamic",
    fix: installOurs,
    run: ofNodePrograms(async (host) => {
      const found = host.package(ours.name, "dynamic");
      if (found?.complete) return { ok: true, detail: `${found.version}, found from ${host.cwd}` };
      const why = found === undefined ? "is not found" : `${found.version} is incomplete: it cannot be loaded`;
      return { ok: false, detail: `${why} from ${host.cwd}, where the provider looks for it` };
    }),
  },
  {
    name: "plugin",
    fix: namePlugin,
    run: async (host, signal) => {
      const project = host.project();
      const runtime = otherRuntime(host);
      let user = `programs in ${runtime} use it`;
      if (runtime === undefined) {
        let setting: string | undefined;
        try {
          setting = (await host.config(signal)).get(pluginSetting);
        } catch (error) {
          signal.throwIfAborted();
          return { ok: true, detail: `not checked: ${messageOf(error)}` };
        }
        if (setting === undefined || setting === "false") {
          const unused = project?.plugin === undefined ? "" : `; to use it: ${setPlugin}`;
          return { ok: true, detail: `not used: the selected stack uses Pulumi's dynamic provider${unused}` };
        }
        if (setting !== "true") {
          return { ok: false, detail: `${pluginSetting} must be true or false, not "${setting}"`, fix: setPlugin };
        }
        user = "the selected stack uses it";
      }
      const found = host.plugin(project);
      if (found === undefined) return { ok: false, detail: `${user}, and Pulumi does not find it` };
      const where = `found through ${found.by} in ${found.folder}`;
      if (found.version === undefined) return { ok: false, detail: `${user}, but it is not in ${found.folder}` };
      if (found.version === ours.version) return { ok: true, detail: `${user}: ${found.version}, ${where}` };
      return { ok: false, detail: `${user}: ${found.version}, ${where}, but this package is ${ours.version}` };
    },
  },
  {
    name: "state",
    fix: () => "pulumi stack export --version <an earlier one>   # then `pulumi stack import`, and new credentials",
    run: async (host, signal) => {
      let found: Awaited<ReturnType<HostInfo["codeInState"]>>;
      try {
        found = await host.codeInState(signal);
      } catch (error) {
        signal.throwIfAborted();
        return { ok: true, detail: `not checked: ${messageOf(error)}` };
      }
      const { foreign, others } = found;
      if (foreign.length > 0) {
        return { ok: false, detail: foreignCodeMessage(foreign, "None of its code was run.") };
      }
      const more =
        others.length > 0 ? `, and the code of ${count(others.length, "dynamic resource")} of other packages` : "";
      return { ok: true, detail: `the selected stack contains no code but pulumi-fal's own${more}` };
    },
  },
  {
    name: "credential",
    fix: () => setKey,
    run: async (host) => {
      const { keyId, source } = host.credential();
      return { ok: true, detail: `from ${source}, key id ${keyId}` };
    },
  },
  {
    name: "proxy",
    fix: () => "env | grep -i _proxy   # HTTPS_PROXY, HTTP_PROXY and NO_PROXY, lower case first",
    run: async (host, signal) => {
      const urls = Object.values(host.endpoints());
      const ways = urls.map((url) => ({ url, host: new URL(url).host, proxy: host.proxy(url) }));
      const shown = new Map<string, string>();
      for (const { host, proxy } of ways) {
        shown.set(host, proxy === undefined ? `${host} directly` : `${host} through ${proxy.url} (${proxy.source})`);
      }
      if (ways.every(({ proxy }) => proxy === undefined)) {
        return { ok: true, detail: "none: fal's hosts are reached directly" };
      }
      for (const { url, proxy } of ways) {
        try {
          if (proxy !== undefined) await host.tunnel(proxy, url, signal);
        } catch (error) {
          const failure = proxyFailure(error);
          // The checks of the hosts report an untrusted certificate behind the proxy.
          if (failure !== undefined) return { ok: false, detail: failure.answer, fix: failure.advice ?? "" };
          if (!isUntrusted(error)) throw error;
        }
      }
      return { ok: true, detail: [...shown.values()].join(", ") };
    },
  },
  {
    name: "account",
    fix: fixForAnswer,
    run: callingFal(async (host, signal) => {
      const account = await host.account(signal);
      return { ok: true, detail: account ?? "fal does not return the account of this key" };
    }),
  },
  {
    name: "scope of the key",
    fix: fixForAnswer,
    run: callingFal(async (host, signal) => {
      try {
        const scope = (await host.key(signal))?.scope;
        if (scope === "ADMIN") return { ok: true, detail: scope };
        if (scope !== undefined) return { ok: false, detail: `${scope}; ${adminIsNeeded}` };
        return { ok: true, detail: "none returned by fal; the key's preset or permissions decide what it may do" };
      } catch (error) {
        if (!(error instanceof FalPermissionError) || error.refusal === "account") throw error;
        const detail = `this key may not list the account's keys: ${answerIn(error)}`;
        const fix = fixForRefusal(error);
        return { ok: false, detail: fix === setKey ? `${detail}; ${adminIsNeeded}` : detail, fix };
      }
    }),
  },
  {
    name: "rights of the key",
    fix: fixForAnswer,
    run: callingFal(async (host, signal) => rightsFound(await host.refusedUses(signal))),
  },
  {
    name: "balance",
    fix: fixForAnswer,
    run: callingFal(async (host, signal) => {
      try {
        const { credits } = await host.billing(signal);
        if (credits === undefined) return { ok: true, detail: "fal does not return it" };
        const detail = `${credits.currentBalance} ${credits.currency}`;
        if (credits.currentBalance > 0) return { ok: true, detail };
        // An account that pays by invoice may have none.
        return { ok: true, detail: `${detail}; fal locks accounts that have exhausted theirs`, fix: settleBalance };
      } catch (error) {
        const untold = isFalError(error) && (error.refusal === "rights" || error instanceof FalNotFoundError);
        if (!untold) throw error;
        return { ok: true, detail: `this key may not read it: ${answerIn(error)}` };
      }
    }),
  },
  hostCheck("platform API", "apiUrl", ["FAL_API_URL"]),
  hostCheck("REST host", "restUrl", ["FAL_REST_URL", "FAL_REST_HOST", "FAL_GRPC_URL", "FAL_GRPC_HOST", "FAL_HOST"]),
  hostCheck("gRPC host", "grpcUrl", ["FAL_GRPC_URL", "FAL_GRPC_HOST", "FAL_HOST"]),
  {
    name: "fal CLI",
    fix: () => installFal,
    run: async (host, signal) => {
      const deployed = await host.deployedCode(signal).catch(() => []);
      if (deployed.length > 0) {
        const commands = await Promise.all(deployed.map((code) => host.falCommand(code)));
        const apps = count(deployed.length, "app");
        return { ok: true, detail: `${[...new Set(commands)].join(", ")}; the selected stack deploys ${apps} with it` };
      }
      try {
        return { ok: true, detail: await host.falCommand({}) };
      } catch (error) {
        return { ok: true, detail: `${messageOf(error)} It is only needed to deploy code.`, fix: installFal };
      }
    },
  },
];

/** @param settings environment variables that set the address; the first one wins */
function hostCheck(name: string, which: keyof Endpoints, settings: readonly string[]): Check {
  const settingOf = (host: HostInfo) => settings.find((setting) => host.env[setting]?.trim());
  return {
    name,
    fix(host) {
      const set = settingOf(host);
      if (set !== undefined) return `unset ${set}   # or correct it`;
      return tryWithCurl(host, which);
    },
    async run(host, signal) {
      const url = host.endpoints()[which];
      const began = performance.now();
      try {
        const status = which === "grpcUrl" ? await host.http2(url, signal) : await host.restStatus(url, signal);
        const tookMs = Math.round(performance.now() - began);
        // The request has no key, so any other answer shows that the host works.
        if (status !== undefined && status >= 500)
          return { ok: false, detail: `${url} answered ${status} in ${tookMs} ms` };
        return { ok: true, detail: `${url} answered in ${tookMs} ms` };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const failure = proxyFailure(error);
        if (failure !== undefined) return { ok: false, detail: failure.answer, fix: failure.advice ?? "" };
        const fix = await startEmulator(host, signal, settingOf(host));
        return { ok: false, detail: `${url} cannot be reached: ${whyUnreachable(error)}`, ...(fix && { fix }) };
      }
    },
  };
}

function whyUnreachable(error: unknown): string {
  const { code, message } = errorChain(error);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `its name is not found (${code})`;
  if (code === "ECONNREFUSED") return `nothing listens there (${code})`;
  if (isUntrusted(error)) return `its certificate is not trusted (${code})`;
  return code === undefined ? message : `${message} (${code})`;
}
