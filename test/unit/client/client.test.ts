import { beforeEach, describe, expect, test, vi } from "vitest";
import {
  FalAuthenticationError,
  FalClient,
  FalConfigurationError,
  FalError,
  FalNotFoundError,
  isFalError,
  isNotFound,
} from "../../../src/client";
import * as publicErrors from "../../../src/client/errors";
import { CANARY, client, closedPort, restServer } from "./support/servers";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

describe("settings", () => {
  test("client.settings contains the effective settings without secrets", () => {
    const { settings } = new FalClient({ env: { FAL_KEY: `kid:${CANARY}` }, environment: "staging" });
    expect(settings).toEqual({
      credentialSource: "FAL_KEY",
      keyId: "kid",
      apiUrl: "https://api.fal.ai/v1",
      restUrl: "https://rest.alpha.fal.ai",
      grpcUrl: "https://api.alpha.fal.ai",
      surface: "platform",
      environment: "staging",
    });
  });

  test("FAL_ENV does not select the environment", () => {
    expect(new FalClient({ apiKey: "a:b", env: { FAL_ENV: "staging" } }).settings.environment).toBe("main");
  });

  test.each([
    [{ surface: "beta" as "alpha" }, /"platform" or "alpha"/],
    [{ maxConcurrentRequests: 0 }, /whole number of 1 or more/],
    [{ maxConcurrentRequests: 1.5 }, /whole number of 1 or more/],
    [{ userAgent: "a\r\nb: c" }, /printable ASCII/],
  ])("the client rejects the options %j", (options, reason) => {
    expect(() => new FalClient({ apiKey: "a:b", env: {}, ...options })).toThrow(FalConfigurationError);
    expect(() => new FalClient({ apiKey: "a:b", env: {}, ...options })).toThrow(reason);
  });
});

describe("account", () => {
  const apps = { apps: [{ owner: "acme", endpoint_id: "acme/a" }] };

  test("client.account returns the nickname of the key's user and asks once", async () => {
    const server = await restServer(() => ({ body: { nickname: "acme", full_name: "Acme" } }));
    const fal = client({ restUrl: server.url, apiUrl: await closedPort() });
    expect(await Promise.all([fal.account(), fal.account()])).toEqual(["acme", "acme"]);
    expect(await fal.account()).toBe("acme");
    expect(server.calls.map((call) => call.path)).toEqual(["/users/current"]);
  });

  test.each([404, 403, 500])("client.account returns the owner of an app if fal responds with %i", async (status) => {
    const rest = await restServer(() => ({ status }));
    const api = await restServer(() => ({ body: apps }));
    expect(await client({ restUrl: rest.url, apiUrl: `${api.url}/v1` }).account()).toBe("acme");
    expect(api.calls.map((call) => call.path)).toEqual(["/v1/serverless/apps"]);
  });

  test("client.account returns the owner of an app if the user is unreachable or malformed", async () => {
    const api = await restServer(() => ({ body: apps }));
    const odd = await restServer(() => ({ body: { nickname: null } }));
    expect(await client({ restUrl: await closedPort(), apiUrl: api.url }).account()).toBe("acme");
    expect(await client({ restUrl: odd.url, apiUrl: api.url }).account()).toBe("acme");
  });

  test("client.account returns undefined if both sources lack the name, and asks again after a minute", async () => {
    const rest = await restServer(() => ({ status: 404 }));
    const api = await restServer(() => ({ body: { apps: [] } }));
    const fal = client({ restUrl: rest.url, apiUrl: api.url });
    expect(await fal.account()).toBeUndefined();
    expect(await fal.account()).toBeUndefined();
    expect(rest.calls).toHaveLength(1);
    const later = performance.now() + 60_001;
    vi.spyOn(performance, "now").mockReturnValue(later);
    expect(await fal.account()).toBeUndefined();
    expect(rest.calls).toHaveLength(2);
  });

  test("client.account reports a rejected key as an error and does not remember it", async () => {
    const rest = await restServer((_, count) => (count === 1 ? { status: 401 } : { body: { nickname: "acme" } }));
    const fal = client({ restUrl: rest.url, apiUrl: await closedPort() });
    await expect(fal.account()).rejects.toBeInstanceOf(FalAuthenticationError);
    expect(await fal.account()).toBe("acme");
  });
});

describe("error classes", () => {
  test("each error class has a name and a code of its own", () => {
    const classes = Object.values(publicErrors).filter(
      (value): value is typeof FalError => typeof value === "function" && value.prototype instanceof FalError,
    );
    expect(classes.length).toBeGreaterThan(8);
    const codes = classes.map((type) => new type("message").code);
    expect(new Set(codes).size).toBe(classes.length);
    for (const type of classes) {
      const error = new type("message");
      expect(error.code).toMatch(/^FAL_[A-Z_]+$/);
      expect(error.name).toBe(type.name);
      expect(String(error)).toBe(`${type.name}: message`);
      expect("id" in error).toBe(false);
    }
  });

  test("error predicates recognize errors, also of another copy of the package", () => {
    const error = new FalNotFoundError("gone");
    expect([isFalError(error), isNotFound(error)]).toEqual([true, true]);
    expect([isFalError(new Error("x")), isNotFound(undefined), isFalError("text")]).toEqual([false, false, false]);
    const foreign = Object.assign(new Error("x"), { code: "FAL_CONFLICT", [Symbol.for("pulumi-fal.error")]: true });
    expect([isFalError(foreign), isNotFound(foreign)]).toEqual([true, false]);
  });
});
