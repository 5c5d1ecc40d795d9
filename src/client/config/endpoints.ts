import { FalConfigurationError } from "../errors";
import type { Env } from "./credentials";
import { present } from "./credentials";

/** The URLs of fal's control plane, without a slash at the end. */
export interface Endpoints {
  /** Platform REST API. */
  apiUrl: string;
  /** REST host of fal's own CLI. */
  restUrl: string;
  /** gRPC. */
  grpcUrl: string;
}

/** URLs that the caller gives. The others come from environment variables. */
interface EndpointOptions {
  apiUrl?: string | undefined;
  restUrl?: string | undefined;
  grpcUrl?: string | undefined;
}

/**
 * Finds the URLs by the rules of fal's CLI (fal 1.83, `flags.py`). gRPC: `FAL_GRPC_URL`, `FAL_GRPC_HOST`, `FAL_HOST`, else
 * the profile's host. REST: `FAL_REST_URL`, `FAL_REST_HOST`, else the gRPC host with `rest` instead of `api`. `FAL_API_URL`
 * is not one of the CLI's variables: the CLI does not use the platform API.
 *
 * @throws {FalConfigurationError} A URL is invalid, or is neither encrypted nor a URL of this machine.
 */
export function resolveEndpoints(
  options: EndpointOptions,
  env: Env,
  profileHost: () => { host?: string | undefined; label: string } | undefined,
): Endpoints {
  const bareScheme = isTruthy(env["ISOLATE_TEST_MODE"]) ? "http" : "https";
  const first = (named: readonly (readonly [string, string | undefined])[]): URL | undefined => {
    for (const [name, value] of named) {
      const text = present(value);
      if (text !== undefined) return address(name, text, bareScheme);
    }
    return undefined;
  };
  const fromEnv = (...names: string[]) => names.map((name) => [name, env[name]] as const);

  const api = first([["apiUrl", options.apiUrl], ...fromEnv("FAL_API_URL")]) ?? new URL("https://api.fal.ai/v1");
  let grpc = first([["grpcUrl", options.grpcUrl], ...fromEnv("FAL_GRPC_URL", "FAL_GRPC_HOST", "FAL_HOST")]);
  if (grpc === undefined) {
    const profile = profileHost();
    grpc = first(profile === undefined ? [] : [[`host of ${profile.label}`, profile.host]]);
  }
  grpc ??= new URL("https://api.alpha.fal.ai");
  const rest = first([["restUrl", options.restUrl], ...fromEnv("FAL_REST_URL", "FAL_REST_HOST")]) ?? restOf(grpc);
  return { apiUrl: plain(api), restUrl: plain(rest), grpcUrl: plain(grpc) };
}

/** As in fal's CLI, replaces the first `api` in the host with `rest`. */
function restOf(grpc: URL): URL {
  return new URL(`${grpc.protocol}//${grpc.host.replace("api", "rest")}`);
}

function address(name: string, text: string, bareScheme: "http" | "https"): URL {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${bareScheme}://${text}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    throw new FalConfigurationError(`${name} is not a URL. Use a form such as https://api.fal.ai/v1.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new FalConfigurationError(`${name} must not contain a user name or password. The fal key goes into apiKey.`);
  }
  if (url.search !== "" || url.hash !== "") {
    throw new FalConfigurationError(`${name} must not contain a query or a fragment: ${plain(url)}.`);
  }
  if (url.protocol === "https:") return url;
  if (url.protocol !== "http:") {
    throw new FalConfigurationError(`${name} must be an https: URL, not ${url.protocol}//${url.host}.`);
  }
  if (!isLoopback(url.hostname)) {
    throw new FalConfigurationError(
      `${name} would send the fal key unencrypted to ${url.host}. Use https:. Unencrypted connections (http:, or ISOLATE_TEST_MODE) are allowed only to this machine, for example http://127.0.0.1.`,
    );
  }
  return url;
}

/** Whether a host name is one of this machine. `URL` has already normalized forms such as `127.1`. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}

function plain(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`;
}

/** Any text means true, as in fal's CLI, except 0 and false. UNCERTAIN how fal's CLI reads these two. */
function isTruthy(value: string | undefined): boolean {
  const text = present(value)?.toLowerCase();
  return text !== undefined && text !== "0" && text !== "false";
}
