import { FalConfigurationError } from "../errors";
import { Redacted } from "../redacted";
import type { Env } from "./credentials";

/** An HTTP proxy that opens tunnels to fal's hosts (CONNECT). */
export interface HttpProxy {
  /** The URL without user name and password. */
  readonly url: string;
  /** For messages, the setting that names the proxy: `HTTPS_PROXY`, `proxy`. */
  readonly source: string;
  /** `user:password`. */
  readonly credential: Redacted | undefined;
}

/** The value of `proxy` that disables all proxies, also those of environment variables. */
const none = "none";

/**
 * Selects the proxy of each host: `proxy` for all hosts, else `HTTPS_PROXY` or `HTTP_PROXY` for `https:` URLs, and
 * `HTTP_PROXY` for `http:` URLs. Hosts in `NO_PROXY` are reached directly. The lower-case name of a variable takes
 * precedence, even if its value is empty. undici's `EnvHttpProxyAgent` has the same rules.
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
   * Returns the proxy for a URL; undefined if its host is reached directly.
   *
   * @throws {FalConfigurationError} The setting that names the proxy does not contain the URL of one.
   */
  of(url: string): HttpProxy | undefined {
    const { origin, protocol, hostname, port } = new URL(url);
    if (!this.#known.has(origin)) {
      const direct = this.#exceptions.some((exception) => isExcepted(exception, hostname, portOf(protocol, port)));
      this.#known.set(origin, direct ? undefined : this.#named(protocol));
    }
    return this.#known.get(origin);
  }

  /** The credentials of the proxies for these URLs, to redact them. */
  credentials(urls: readonly string[]): readonly Redacted[] {
    return urls.flatMap((url) => this.of(url)?.credential ?? []);
  }

  /**
   * Environment variables that make a child process use the same proxy. None if environment variables name the proxy,
   * because the child process inherits them.
   */
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
  // Messages do not quote the text, because it may contain a password.
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

/** An entry of NO_PROXY: `host`, `.host`, `*.host`, `*`, each with or without `:port`. */
interface Exception {
  readonly host: string;
  readonly port: number | undefined;
  /** Whether only subdomains match, not the host itself. */
  readonly below: boolean;
}

function exceptions(text: string): Exception[] {
  return text
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map((entry) => {
      // An IPv6 address with a port is in brackets.
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

/** Removes the brackets of an IPv6 address and the last dot of a fully qualified name. */
function bare(host: string): string {
  return host
    .replace(/^\[(.+)\]$/, "$1")
    .replace(/(.)\.$/, "$1")
    .toLowerCase();
}
