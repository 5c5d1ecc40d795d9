import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { createServer } from "node:tls";
import { expect, onTestFinished, test, vi } from "vitest";
import { FalConnectionError } from "../../../src/client";
import { client } from "./support/servers";

const pem = readFileSync(`${__dirname}/../../fixtures/tls/untrusted.pem`, "utf8");
const identity = { key: pem, cert: pem };
let requests = 0;
const count = () => {
  requests += 1;
};

/** Servers that fail the TLS handshake, and the advice in the error. */
const servers: [string, () => Server, RegExp][] = [
  ["REST to an untrusted server", () => createHttpsServer(identity, count), /set NODE_EXTRA_CA_CERTS to a PEM file/],
  ["gRPC to an untrusted server", () => createSecureServer(identity, count), /set NODE_EXTRA_CA_CERTS to a PEM file/],
  ["REST to a server without a certificate", () => createServer({}, count), /The TLS handshake failed/],
  ["gRPC to a server without a certificate", () => createServer({}, count), /The TLS handshake failed/],
  [
    "REST to a server of an older TLS",
    () =>
      createServer({ ...identity, maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" }, count),
    /The TLS handshake failed\. Check that the server at the configured URL supports TLS 1\.2 or later/,
  ],
  ["REST to a server without TLS", () => createHttpServer(count), /The TLS handshake failed/],
  [
    "gRPC to a server that speaks only HTTP/1.1",
    () => createServer({ ...identity, ALPNProtocols: ["http/1.1"] }, count),
    /TLS handshake|NODE_EXTRA/,
  ],
];

test.each(servers)("a call over %s sends nothing and is not retried", async (name, make, advice) => {
  requests = 0;
  const server = make();
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fal = client({ apiUrl: url, grpcUrl: url });
  const key = name.startsWith("REST") ? { alias: "a" } : { alias: "a", preset: "DEPLOY" };
  const error = await fal.keys.create(key).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FalConnectionError);
  expect(error).toMatchObject({ attempts: 1, mayHaveTakenEffect: false });
  expect(String(error)).toMatch(/Could not create key: could not connect to https:\/\/127\.0\.0\.1:\d+ \(\S+\)\. /);
  expect(String(error)).toMatch(advice);
  expect([requests, connections]).toEqual([0, 1]);
});

test("a connection that breaks during the TLS handshake is retried, because nothing was sent", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const server = createHttpServer();
  server.on("connection", (socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const apiUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const error = await client({ apiUrl })
    .keys.create({ alias: "a" })
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "FAL_CONNECTION", attempts: 4, mayHaveTakenEffect: false });
});
