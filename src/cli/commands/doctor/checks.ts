import type { Endpoints } from "../../../client/config/endpoints";
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
import { foreignCodeMessage } from "../../pulumi/state-code";
import type { Machine } from "./host";
import { inWords, ours, satisfies } from "./versions";

/** What a check found out. `fix` of one that is fine: how to get what is optional. */
export interface Finding {
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
}

export interface Check {
  readonly name: string;
  /** What helps where it failed, for `reason` where it threw. */
  fix(machine: Machine, reason?: unknown): string;
  /** What it throws is why it failed. */
  run(machine: Machine, signal: AbortSignal): Promise<Finding>;
}

const sdk = "@pulumi/pulumi";
const sdkRange = ours.peerDependencies[sdk] ?? "";
/** The first whose `pulumi import` takes inputs and outputs from a file. */
const importingPulumi = "3.254.0";

const installNode = "nvm install 24   # or an installer from https://nodejs.org";
const setKey = 'export FAL_KEY="<key id>:<key secret>"   # keys are made at https://fal.ai/dashboard/keys';
/** The version of the CLI that `deploy` of the client knows. */
const installFal = 'pip install --upgrade "fal>=1.83"';
const installPulumi = ({ windows }: Machine) =>
  windows ? "winget install pulumi" : "curl -fsSL https://get.pulumi.com | sh";

const settleBalance = "https://fal.ai/dashboard/billing   # another key of the account does not help";

const nobodyToAskAs: Finding = { ok: false, detail: "there is no usable credential to ask with" };
const adminIsNeeded = "managing an account needs a key with ADMIN scope";

function hasCredential(machine: Machine): boolean {
  try {
    return machine.credential() !== undefined;
  } catch {
    return false;
  }
}

/** A better key, unless fal's answer is not about the key. */
function fixForAnswer(machine: Machine, reason?: unknown): string {
  if (reason instanceof NodeVersionError) return installNode;
  if (isFalError(reason) && reason.refusal !== undefined) return fixForRefusal(reason);
  if (reason === undefined || reason instanceof FalAuthenticationError) return setKey;
  return tryWithCurl(machine, "restUrl");
}

function fixForRefusal({ refusal = "rights", reason }: FalError): string {
  if (refusal === "rights") return setKey;
  if (refusal === "account" && isAboutMoney(reason)) return settleBalance;
  return "https://fal.ai/support   # the account lacks what fal names; another key of it does not help";
}

/** fal's own reason, in quotes; its whole error where it gave none. */
function answerIn(error: FalError): string {
  return error.reason === undefined ? error.message : `"${error.reason}"`;
}

function tryWithCurl(machine: Machine, which: keyof Endpoints): string {
  try {
    return `curl --verbose ${machine.endpoints()[which]}   # says where it gets stuck: DNS, firewall, proxy`;
  } catch {
    return "env | grep ^FAL_   # one of these, or the profile's host, is no usable address";
  }
}

/** In the order in which they are shown: each needs those above it. */
export const checks: readonly Check[] = [
  {
    name: "Node",
    fix: () => installNode,
    run: async ({ nodeVersion }) => ({
      ok: satisfies(nodeVersion, ours.engines.node),
      detail: `${nodeVersion}; ${inWords(ours.engines.node)} is needed`,
    }),
  },
  {
    name: "Pulumi SDK",
    fix: () => `npm install "${sdk}@${sdkRange}"`,
    run: async (machine) => {
      const found = machine.package(sdk);
      if (found === undefined) return { ok: false, detail: `${sdk} is not found from ${machine.cwd}` };
      return { ok: satisfies(found.version, sdkRange), detail: `${found.version}; ${inWords(sdkRange)} is needed` };
    },
  },
  {
    name: "Pulumi CLI",
    fix: installPulumi,
    run: async (machine, signal) => {
      const version = await machine.pulumiVersion(signal);
      if (satisfies(version, `>=${importingPulumi}`)) return { ok: true, detail: version };
      const detail = `${version}; importing an account needs ${importingPulumi} or newer`;
      return { ok: true, detail, fix: installPulumi(machine) };
    },
  },
  {
    name: "Pulumi's Node host",
    fix: installPulumi,
    run: async (machine) => {
      const missing = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"].filter(
        (name) => !machine.isBesidePulumi(name),
      );
      if (missing.length === 0) return { ok: true, detail: "beside the CLI or on PATH" };
      return { ok: false, detail: `no ${missing.join(" and no ")}, neither beside the CLI nor on PATH` };
    },
  },
  {
    name: "pulumi-fal/dynamic",
    fix: () => `npm install ${ours.name}`,
    run: async (machine) => {
      const found = machine.package(ours.name, "dynamic");
      if (found?.complete) return { ok: true, detail: `${found.version}, found from ${machine.cwd}` };
      const why = found === undefined ? "is not found" : `${found.version} is incomplete: it cannot be loaded`;
      return { ok: false, detail: `${why} from ${machine.cwd}, where the provider looks for it` };
    },
  },
  {
    name: "state",
    fix: () => "pulumi stack export --version <an earlier one>   # then `pulumi stack import`, and new credentials",
    run: async (machine, signal) => {
      let found: Awaited<ReturnType<Machine["codeInState"]>>;
      try {
        found = await machine.codeInState(signal);
      } catch (error) {
        signal.throwIfAborted();
        return { ok: true, detail: `not looked at: ${messageOf(error)}` };
      }
      const { foreign, others } = found;
      if (foreign.length > 0) {
        return { ok: false, detail: foreignCodeMessage(foreign, "and none of its code was run from here") };
      }
      const more = others.length > 0 ? `, and that of ${others.length} dynamic resources of other packages` : "";
      return { ok: true, detail: `the selected stack holds pulumi-fal's own code${more}` };
    },
  },
  {
    name: "credential",
    fix: () => setKey,
    run: async (machine) => {
      const { keyId, source } = machine.credential();
      return { ok: true, detail: `from ${source}, key id ${keyId}` };
    },
  },
  {
    name: "proxy",
    fix: () => "env | grep -i _proxy   # HTTPS_PROXY, HTTP_PROXY and NO_PROXY, lower case first",
    run: async (machine, signal) => {
      const urls = Object.values(machine.endpoints());
      const ways = urls.map((url) => ({ url, host: new URL(url).host, proxy: machine.proxy(url) }));
      const shown = new Map<string, string>();
      for (const { host, proxy } of ways) {
        shown.set(host, proxy === undefined ? `${host} directly` : `${host} through ${proxy.url} (${proxy.source})`);
      }
      if (ways.every(({ proxy }) => proxy === undefined)) {
        return { ok: true, detail: "none: fal's hosts are reached directly" };
      }
      for (const { url, proxy } of ways) {
        try {
          if (proxy !== undefined) await machine.tunnel(proxy, url, signal);
        } catch (error) {
          const failure = proxyFailure(error);
          // Who is not to be trusted behind the proxy, the checks of the hosts report.
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
    run: async (machine, signal) => {
      if (!hasCredential(machine)) return nobodyToAskAs;
      const account = await machine.account(signal);
      return { ok: true, detail: account ?? "fal does not tell which account the key belongs to" };
    },
  },
  {
    name: "scope of the key",
    fix: fixForAnswer,
    run: async (machine, signal) => {
      if (!hasCredential(machine)) return nobodyToAskAs;
      try {
        const scope = (await machine.key(signal))?.scope;
        if (scope === "ADMIN") return { ok: true, detail: scope };
        if (scope !== undefined) return { ok: false, detail: `${scope}; ${adminIsNeeded}` };
        return { ok: true, detail: "none that fal tells: the key's preset or permissions decide what it may do" };
      } catch (error) {
        if (!(error instanceof FalPermissionError)) throw error;
        const detail = `fal does not let this key list the keys of the account: ${answerIn(error)}`;
        const fix = fixForRefusal(error);
        return { ok: false, detail: fix === setKey ? `${detail}; ${adminIsNeeded}` : detail, fix };
      }
    },
  },
  {
    name: "balance",
    fix: fixForAnswer,
    run: async (machine, signal) => {
      if (!hasCredential(machine)) return nobodyToAskAs;
      try {
        const { credits } = await machine.billing(signal);
        if (credits === undefined) return { ok: true, detail: "fal does not tell" };
        const detail = `${credits.currentBalance} ${credits.currency}`;
        // An account that pays by invoice may have none.
        return { ok: true, detail, ...(credits.currentBalance > 0 ? {} : { fix: settleBalance }) };
      } catch (error) {
        const untold = isFalError(error) && (error.refusal === "rights" || error instanceof FalNotFoundError);
        if (!untold) throw error;
        return { ok: true, detail: `not for this key to read: ${answerIn(error)}` };
      }
    },
  },
  hostCheck("platform API", "apiUrl", ["FAL_API_URL"]),
  hostCheck("REST host", "restUrl", ["FAL_REST_URL", "FAL_REST_HOST", "FAL_GRPC_URL", "FAL_GRPC_HOST", "FAL_HOST"]),
  hostCheck("gRPC host", "grpcUrl", ["FAL_GRPC_URL", "FAL_GRPC_HOST", "FAL_HOST"]),
  {
    name: "fal CLI",
    fix: () => installFal,
    run: async (machine, signal) => {
      const version = await machine.falVersion(signal);
      if (version !== undefined) return { ok: true, detail: version };
      const detail = "not there; only deploying code needs it";
      return { ok: true, detail, fix: installFal };
    },
  },
];

/** `settings`: environment variables that decide the address, the first that is set before others. */
function hostCheck(name: string, which: keyof Endpoints, settings: readonly string[]): Check {
  return {
    name,
    fix(machine) {
      const set = settings.find((setting) => machine.env[setting]?.trim());
      if (set !== undefined) return `unset ${set}   # or correct it`;
      return tryWithCurl(machine, which);
    },
    async run(machine, signal) {
      const url = machine.endpoints()[which];
      const began = performance.now();
      try {
        const status = which === "grpcUrl" ? await machine.http2(url, signal) : await machine.restStatus(url, signal);
        const tookMs = Math.round(performance.now() - began);
        // Without a key any other answer is fine: it shows that somebody is there.
        if (status !== undefined && status >= 500)
          return { ok: false, detail: `${url} answers ${status}, in ${tookMs} ms` };
        return { ok: true, detail: `${url} answers, in ${tookMs} ms` };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const failure = proxyFailure(error);
        if (failure !== undefined) return { ok: false, detail: failure.answer, fix: failure.advice ?? "" };
        return { ok: false, detail: `${url} cannot be reached: ${whyUnreachable(error)}` };
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
