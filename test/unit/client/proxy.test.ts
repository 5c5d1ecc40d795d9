import { createServer, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { inspect } from "node:util";
import { Code, ConnectError } from "@connectrpc/connect";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { FalConfigurationError, FalConnectionError, FalError, FalNotFoundError } from "../../../src/client";
import { Proxies } from "../../../src/client/config/proxies";
import { openTunnel } from "../../../src/client/internal/tunnel";
import {
  CANARY,
  certificate,
  client,
  closedPort,
  grpcServer,
  listen,
  proxyServer,
  type RestAnswer,
  restServer,
} from "./support/servers";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

const instances: RestAnswer = { body: { instances: [], next_cursor: null, has_more: false } };
const hosts = { apiUrl: "https://api.fal.test/v1", grpcUrl: "https://rpc.fal.test" };

async function failureOf(promise: Promise<unknown>): Promise<FalError> {
  const error = await promise.then(
    () => new Error("it succeeded"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FalError)) throw error;
  return error;
}

describe("calls through a proxy", () => {
  test("REST and gRPC calls through a proxy are encrypted and reach hosts that only the proxy resolves", async () => {
    const tls = certificate();
    const rest = await restServer(() => instances, { tls });
    const rpc = await grpcServer({ listEnvironments: () => ({}) }, 0, { tls });
    const proxy = await proxyServer((authority) => (authority.startsWith("rpc") ? rpc.url : rest.url));
    const fal = client({ ...hosts, env: { HTTPS_PROXY: proxy.url } });
    await fal.compute.list();
    await fal.environments.list({ fresh: true });
    await fal.environments.list({ fresh: true });
    // One tunnel for each: connections are kept.
    expect(proxy.asked).toEqual(["api.fal.test:443", "rpc.fal.test:443"]);
    expect([rest.calls.length, rpc.calls.length]).toEqual([1, 2]);
    expect(rest.calls[0]?.headers.authorization).toBe(`Key kid:${CANARY}`);
    expect(proxy.bytes()).not.toContain(CANARY);
    expect(proxy.headers.some((headers) => JSON.stringify(headers).includes(CANARY))).toBe(false);
  });

  test("plaintext calls to this machine use HTTP_PROXY unless NO_PROXY lists the host", async () => {
    const rest = await restServer(() => instances);
    const rpc = await grpcServer({ listEnvironments: () => ({}) });
    const proxy = await proxyServer((authority) => `http://${authority}`);
    const options = { apiUrl: rest.url, grpcUrl: rpc.url };
    for (const name of ["HTTP_PROXY", "http_proxy"]) {
      const fal = client({ ...options, env: { [name]: proxy.url } });
      await Promise.all([fal.compute.list(), fal.environments.list()]);
    }
    expect(proxy.asked.length).toBe(4);
    const direct = client({ ...options, env: { HTTP_PROXY: proxy.url, NO_PROXY: "example.com, 127.0.0.1" } });
    await Promise.all([direct.compute.list(), direct.environments.list()]);
    const none = client({ ...options, proxy: "none", env: { HTTP_PROXY: proxy.url } });
    await Promise.all([none.compute.list(), none.environments.list()]);
    expect(proxy.asked.length).toBe(4);
  });

  test("a call that must not be retried opens its own tunnel", async () => {
    const rest = await restServer(() => ({ body: { key_id: "k", key_secret: "s", key: "k:s" } }));
    const proxy = await proxyServer(() => rest.url);
    const fal = client({ apiUrl: rest.url, proxy: proxy.url });
    for (const alias of ["a", "b"]) await fal.keys.create({ alias, scope: "API" }).catch(() => undefined);
    expect(proxy.asked.length).toBe(2);
  });

  test("the client connects to an https: proxy over TLS", async () => {
    const tls = certificate();
    const rpc = await grpcServer({ listEnvironments: () => ({}) }, 0, { tls });
    const rest = await restServer(() => instances, { tls });
    const proxy = await proxyServer((authority) => (authority.startsWith("rpc") ? rpc.url : rest.url), { tls });
    const fal = client({ ...hosts, proxy: proxy.url.replace("127.0.0.1", "localhost") });
    await fal.environments.list();
    await fal.compute.list();
    expect(proxy.asked).toEqual(["rpc.fal.test:443", "api.fal.test:443"]);
  });

  test("an idle tunnel does not keep the process alive", async () => {
    const rest = await restServer(() => instances, { tls: certificate() });
    const proxy = await proxyServer(() => rest.url);
    const to = new Proxies(proxy.url, {}).of("https://api.fal.test");
    if (to === undefined) throw new Error("no proxy");
    const socket = await openTunnel(to, "https://api.fal.test", "http/1.1", { timeoutMs: 5_000 });
    onTestFinished(() => {
      socket.destroy();
    });
    const [ref, unref] = [vi.spyOn(Socket.prototype, "ref"), vi.spyOn(Socket.prototype, "unref")];
    socket.unref();
    socket.ref();
    // Of the two, the one to the proxy.
    for (const { mock } of [unref, ref]) {
      expect(mock.contexts.some((each) => !(each instanceof TLSSocket))).toBe(true);
    }
  });

  test("the client sends the proxy's user name and password to the proxy only", async () => {
    const rest = await restServer(() => instances);
    const rpc = await grpcServer({ listEnvironments: () => ({}) });
    const proxy = await proxyServer((authority) => `http://${authority}`);
    const env = { HTTP_PROXY: proxy.url.replace("//", "//jo%40corp:p%3Ass%20word@") };
    const fal = client({ apiUrl: rest.url, grpcUrl: rpc.url, env });
    await Promise.all([fal.compute.list(), fal.environments.list()]);
    const basic = `Basic ${Buffer.from("jo@corp:p:ss word").toString("base64")}`;
    expect(proxy.headers.map((headers) => headers["proxy-authorization"])).toEqual([basic, basic]);
    expect(rest.calls[0]?.headers["proxy-authorization"]).toBeUndefined();
    expect(rpc.headers[0]?.get("proxy-authorization")).toBeNull();
  });

  test("errors and redirects of fal are the same through a proxy", async () => {
    const rest = await restServer(() => ({ status: 302, headers: { location: "https://elsewhere.test/" } }));
    const rpc = await grpcServer({
      listEnvironments: () => {
        throw new ConnectError("no such thing", Code.NotFound, { "x-request-id": "req_1" });
      },
    });
    const proxy = await proxyServer((authority) => `http://${authority}`);
    const fal = client({ apiUrl: rest.url, grpcUrl: rpc.url, proxy: proxy.url });
    expect(await failureOf(fal.environments.list())).toBeInstanceOf(FalNotFoundError);
    expect((await failureOf(fal.compute.list())).message).toContain("a redirect, which the client does not follow");
    expect(rest.calls.length).toBe(1);
  });

  test("the client replaces a broken tunnel", async () => {
    const rpc = await grpcServer({ listEnvironments: () => ({}) });
    const rest = await restServer(() => instances);
    const proxy = await proxyServer((authority) => `http://${authority}`);
    const fal = client({ grpcUrl: rpc.url, apiUrl: rest.url, proxy: proxy.url });
    for (const round of [1, 2, 3]) {
      await fal.environments.list({ fresh: true });
      await fal.compute.list({ fresh: true });
      expect(proxy.asked.length).toBe(2 * round);
      for (const socket of proxy.sockets) socket.destroy();
      await new Promise((done) => setTimeout(done, 50));
    }
  });

  test("the debug log names the proxy without its password", async () => {
    const rest = await restServer(() => instances);
    const proxy = await proxyServer((authority) => `http://${authority}`);
    const lines: string[] = [];
    const fal = client({
      apiUrl: rest.url,
      proxy: proxy.url.replace("//", "//jo:proxy-canary@"),
      log: (line) => lines.push(line),
    });
    await fal.compute.list();
    expect(lines[0]).toContain(`${new URL(rest.url).host} via ${new URL(proxy.url).host}: 200`);
    expect(lines.join()).not.toContain("proxy-canary");
  });
});

describe("proxies that do not open a tunnel", () => {
  const calls = [
    ["a REST call", (fal: ReturnType<typeof client>) => fal.compute.list()],
    ["a gRPC call", (fal: ReturnType<typeof client>) => fal.environments.list()],
    ["a key creation", (fal: ReturnType<typeof client>) => fal.keys.create({ alias: "ci", scope: "API" })],
  ] as const;

  describe.each(calls)("proxy errors of %s", (what, call) => {
    const withProxy = (proxy: string) => client({ ...hosts, env: { HTTPS_PROXY: proxy } });

    test(`a 407 to ${what} without a password is an error that asks for one, without a retry`, async () => {
      const proxy = await proxyServer(() => 407);
      const error = await failureOf(call(withProxy(proxy.url)));
      expect(error).toBeInstanceOf(FalConnectionError);
      expect(error).toMatchObject({ attempts: 1, mayHaveTakenEffect: false });
      const authority = proxy.asked[0];
      expect(error.message).toContain(
        `the proxy ${proxy.url} (HTTPS_PROXY) answered 407 to CONNECT ${authority}. It asks for a user name and password: set HTTPS_PROXY to http://<user>:<password>@${new URL(proxy.url).host}.`,
      );
    });

    test(`a 407 to ${what} with a password is an error that does not show the password`, async () => {
      const proxy = await proxyServer(() => 407);
      const error = await failureOf(call(withProxy(proxy.url.replace("//", "//jo:proxy-canary%40@"))));
      expect(error.message).toContain("It does not accept the user name and password in HTTPS_PROXY");
      expect(inspect(error, { depth: 9 })).not.toMatch(/proxy-canary|am86cHJveHktY2FuYXJ5/);
    });

    test(`a 403 to ${what} is an error that names the host to allow, without a retry`, async () => {
      const proxy = await proxyServer(() => 403);
      const error = await failureOf(call(withProxy(proxy.url)));
      expect(error).toMatchObject({ attempts: 1, mayHaveTakenEffect: false });
      expect(error.message).toMatch(
        / answered 403 to CONNECT (api|rpc)\.fal\.test:443\. Allow \1\.fal\.test:443 in the proxy, or add \1\.fal\.test to NO_PROXY/,
      );
    });

    test(`a 502 to ${what} is retried, because nothing was sent`, async () => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true, advanceTimeDelta: 500 });
      try {
        const proxy = await proxyServer(() => 502);
        const error = await failureOf(call(withProxy(proxy.url)));
        expect(error).toMatchObject({ attempts: 4, mayHaveTakenEffect: false });
        expect(error.message).toMatch(/\(HTTPS_PROXY\) answered 502 to CONNECT /);
        expect(proxy.asked.length).toBe(4);
      } finally {
        vi.useRealTimers();
      }
    });

    test(`an unreachable proxy is an error of ${what} that names the proxy`, async () => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true, advanceTimeDelta: 500 });
      try {
        const url = await closedPort();
        const error = await failureOf(call(withProxy(url)));
        expect(error).toMatchObject({ attempts: 4, mayHaveTakenEffect: false });
        expect(error.message).toMatch(
          /could not connect to the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\) on the way to https:\/\/(api|rpc)\.fal\.test \(ECONNREFUSED\), 4 attempts\. Correct HTTPS_PROXY, or add \1\.fal\.test to NO_PROXY/,
        );
      } finally {
        vi.useRealTimers();
      }
    });
  });

  test("an untrusted certificate behind a proxy is an error about fal's host", async () => {
    const tls = certificate({ unknown: true });
    const rest = await restServer(() => instances, { tls });
    const rpc = await grpcServer({ listEnvironments: () => ({}) }, 0, { tls });
    const proxy = await proxyServer((authority) => (authority.startsWith("rpc") ? rpc.url : rest.url));
    const fal = client({ ...hosts, proxy: proxy.url });
    for (const call of [fal.compute.list(), fal.environments.list()]) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ attempts: 1, mayHaveTakenEffect: false });
      expect(error.message).toMatch(/could not connect to https:\/\/(api|rpc)\.fal\.test \(\w*SELF_SIGNED\w*\)/);
    }
    expect([rest.calls.length, rpc.calls.length]).toEqual([0, 0]);
  });

  test("closing the client ends calls to a proxy that does not respond", async () => {
    const proxy = await listen(createServer(() => {}));
    const fal = client({ ...hosts, proxy });
    const lists = Promise.allSettled([fal.environments.list(), fal.compute.list()]);
    setTimeout(() => fal.close(), 100);
    const began = performance.now();
    expect((await lists).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe("selection of a proxy", () => {
  const fal = "https://api.fal.ai/v1";
  const local = "http://127.0.0.1:8080";

  test.each<[string, NodeJS.ProcessEnv, string | undefined, string | undefined]>([
    ["no settings", {}, undefined, undefined],
    ["HTTPS_PROXY for https:", { HTTPS_PROXY: "http://a:1" }, "http://a:1 HTTPS_PROXY", undefined],
    ["HTTP_PROXY for both", { HTTP_PROXY: "http://b:2" }, "http://b:2 HTTP_PROXY", "http://b:2 HTTP_PROXY"],
    [
      "one for each scheme",
      { HTTPS_PROXY: "http://a:1", HTTP_PROXY: "http://b:2" },
      "http://a:1 HTTPS_PROXY",
      "http://b:2 HTTP_PROXY",
    ],
    [
      "lowercase names first",
      { https_proxy: "http://c:3", HTTPS_PROXY: "http://a:1" },
      "http://c:3 https_proxy",
      undefined,
    ],
    ["an empty lowercase name turns it off", { https_proxy: "", HTTPS_PROXY: "http://a:1" }, undefined, undefined],
    ["without a scheme", { HTTPS_PROXY: "a:3128" }, "http://a:3128 HTTPS_PROXY", undefined],
    ["without its password", { HTTPS_PROXY: "https://jo:pw@a:1" }, "https://a:1 HTTPS_PROXY", undefined],
  ])("the proxy settings select a proxy: %s", (_what, env, forFal, forLocal) => {
    const proxies = new Proxies(undefined, env);
    const shown = (url: string) => {
      const proxy = proxies.of(url);
      return proxy && `${proxy.url} ${proxy.source}`;
    };
    expect([shown(fal), shown(local)]).toEqual([forFal, forLocal]);
  });

  test.each<[string, string, boolean]>([
    ["*", fal, true],
    ["fal.ai", fal, true],
    [".fal.ai", fal, true],
    ["*.fal.ai", fal, true],
    ["*.api.fal.ai", fal, false],
    ["api.fal.ai", fal, true],
    ["API.FAL.AI.", fal, true],
    ["i.fal.ai", fal, false],
    ["api.fal", fal, false],
    ["api.fal.ai:443", fal, true],
    ["api.fal.ai:80", fal, false],
    ["*:443", fal, true],
    ["localhost, \t127.0.0.1", local, true],
    ["127.0.0.1:8080", local, true],
    ["127.0.0.1:80", local, false],
    ["127.0.0.0/8", local, false],
    ["[::1]", "http://[::1]:80", true],
    ["::1", "http://[::1]:80", true],
    ["[::1]:443", "http://[::1]:80", false],
    ["", fal, false],
  ])("NO_PROXY=%s excludes %s from the proxy: %s", (noProxy, url, direct) => {
    for (const name of ["NO_PROXY", "no_proxy"]) {
      const proxies = new Proxies(undefined, { HTTP_PROXY: "http://a:1", [name]: noProxy });
      expect(proxies.of(url) === undefined).toBe(direct);
    }
    // A proxy of our own setting obeys it too.
    expect(new Proxies("http://a:1", { NO_PROXY: noProxy }).of(url) === undefined).toBe(direct);
  });

  test.each<[string, string, RegExp]>([
    ["socks5://jo:proxy-canary@a:1", "HTTPS_PROXY", /socks5: proxies are not supported/],
    ["http://jo:proxy-canary@:1", "HTTPS_PROXY", /it is not a URL/],
    ["http://jo:proxy-canary%@a:1", "HTTPS_PROXY", /Write it as %25/],
  ])("the client rejects the proxy %s without quoting it", (text, name, why) => {
    const refusals = [
      () => client({ env: { HTTPS_PROXY: text } }),
      () => client({ proxy: text }, { proxyName: "fal:proxy" }),
    ].map((make) => {
      try {
        make();
        return "";
      } catch (error) {
        expect(error).toBeInstanceOf(FalConfigurationError);
        return (error as Error).message;
      }
    });
    expect(refusals[0]).toMatch(new RegExp(`^${name} is not a usable proxy`));
    expect(refusals[1]).toMatch(/^fal:proxy is not a usable proxy/);
    for (const refusal of refusals) {
      expect(refusal).toMatch(why);
      expect(refusal).not.toContain("canary");
    }
  });

  test("the client ignores an invalid proxy that no host of fal uses", () => {
    expect(() => client({ env: { HTTPS_PROXY: "socks5://a:1", NO_PROXY: "fal.ai" } })).not.toThrow();
  });
});
