import { FalConfigurationError } from "../errors";
import { Redacted } from "../redacted";
import type { Env } from "./credentials";

/** An HTTP proxy that tunnels (CONNECT) to hosts of fal. */
export interface HttpProxy {
  /** Its address without user name and password. */
  readonly url: string;
  /** For messages: `HTTPS_PROXY`, `proxy`. */
  readonly source: string;
  /** `user:password`. */
  readonly credential: Redacted | undefined;
}

/** The word that turns proxies off, whatever the environment names. */
const none = "none";

/**
 * Which proxy each host is reached through: `proxy` for all of them, else `HTTPS_PROXY` or `HTTP_PROXY` for `https:`
 * addresses, `HTTP_PROXY` for `http:` ones. Hosts of `NO_PROXY` are reached directly. Of each variable the lower-case
 * form decides where it is set, also where it is empty. undici's `EnvHttpProxyAgent` has the same rules.
 */
export class Proxies {
  readonly #proxy: string | undefined;
  readonly #proxyName: string;
  readonly #env: Env;
  readonly #exceptions: readonly Exception[];
  readonly #known = new Map<string, HttpProxy | undefined>();

  constructor(proxy: string | undefined, env: Env, proxyName = "proxy") {
    this.#proxy = proxy?.trim();
    this.#proxyName = proxyName;
    this.#env = env;
    this.#exceptions = exceptions(variable(env, "NO_PROXY")?.text ?? "");
    if (this.#proxy === "") throw new FalConfigurationError(`${proxyName} must not be empty. Set it, or leave it out.`);
  }

  /**
   * The proxy for an address; undefined: it is reached directly.
   *
   * @throws {FalConfigurationError} what names the proxy is no usable address.
   */
  of(url: string): HttpProxy | undefined {
    const { origin, protocol, hostname, port } = new URL(url);
    if (!this.#known.has(origin)) {
      const direct = this.#exceptions.some((exception) => isExcepted(exception, hostname, portOf(protocol, port)));
      this.#known.set(origin, direct ? undefined : this.#named(protocol));
    }
    return this.#known.get(origin);
  }

  /** What no message may show of the proxies of these addresses. */
  credentials(urls: readonly string[]): readonly Redacted[] {
    return urls.flatMap((url) => this.of(url)?.credential ?? []);
  }

  /** For a program that we start: the variables by which it takes the same proxy, where a setting names it. */
  variables(): Env {
    if (this.#proxy === undefined) return {};
    const value = this.#proxy === none ? undefined : this.#proxy;
    const names = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "GRPC_PROXY"].flatMap((name) => [
      name,
      name.toLowerCase(),
    ]);
    return Object.fromEntries(names.map((name) => [name, /all|grpc/i.test(name) ? undefined : value]));
  }

  #named(protocol: string): HttpProxy | undefined {
    if (this.#proxy === none) return undefined;
    if (this.#proxy !== undefined) return parse(this.#proxy, this.#proxyName);
    for (const name of protocol === "https:" ? ["HTTPS_PROXY", "HTTP_PROXY"] : ["HTTP_PROXY"]) {
      const found = variable(this.#env, name);
      if (found !== undefined && found.text !== "") return parse(found.text, found.name);
    }
    return undefined;
  }
}

function variable(env: Env, name: string): { name: string; text: string } | undefined {
  for (const form of [name.toLowerCase(), name]) {
    const text = env[form];
    if (text !== undefined) return { name: form, text: text.trim() };
  }
  return undefined;
}

function parse(text: string, source: string): HttpProxy {
  // Never quoted: it may hold a password.
  const bad = (why: string) =>
    new FalConfigurationError(`${source} is not a usable proxy: ${why}. Use a form such as http://proxy.example:3128.`);
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  } catch {
    throw bad("it is not a URL");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw bad(`${url.protocol} proxies are not supported, only http: and https: proxies`);
  }
  let credential: Redacted | undefined;
  if (url.username !== "" || url.password !== "") {
    try {
      credential = new Redacted(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`);
    } catch {
      throw bad("its user name or password contains an unescaped %. Write it as %25");
    }
  }
  return { url: url.origin, source, credential };
}

export function portOf(protocol: string, port: string): number {
  return Number(port) || (protocol === "https:" ? 443 : 80);
}

/** One entry of NO_PROXY: `host`, `.host`, `*.host`, `*`, each with or without `:port`. */
interface Exception {
  readonly host: string;
  readonly port: number | undefined;
  /** Only what is below the host, not the host itself. */
  readonly below: boolean;
}

function exceptions(text: string): Exception[] {
  return text
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map((entry) => {
      // An IPv6 address has a port only in brackets.
      const [, bracketed, named, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
      const host = bare(bracketed ?? named ?? entry);
      return {
        host: host === "*" ? host : host.replace(/^\*?\./, ""),
        port: port === undefined ? undefined : Number(port),
        below: host.startsWith("*."),
      };
    });
}

function isExcepted({ host, port, below }: Exception, hostname: string, hostPort: number): boolean {
  if (port !== undefined && port !== hostPort) return false;
  const asked = bare(hostname);
  return host === "*" || (asked === host && !below) || asked.endsWith(`.${host}`);
}

/** Without the brackets of an IPv6 address and the dot of a full name. */
function bare(host: string): string {
  return host
    .replace(/^\[(.+)\]$/, "$1")
    .replace(/(.)\.$/, "$1")
    .toLowerCase();
}
