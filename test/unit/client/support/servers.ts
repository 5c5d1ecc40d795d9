// Small real servers on port 0. They respond only to the calls that a test defines.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import http2 from "node:http2";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, type Server as NetServer, type Socket } from "node:net";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { ServiceImpl } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { onTestFinished } from "vitest";
import { FalClient, type FalClientOptions } from "../../../../src/client";
import type { HostOptions } from "../../../../src/client/host-options";
import { IsolateController } from "../../../../src/client/internal/gen/controller_pb";

/** A key whose secret half must never be printed. */
export const CANARY = "k3y-canary-0123456789abcdef";
export const KEY = `kid:${CANARY}`;

export interface RestCall {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
  /** The body as it was sent. */
  text: string;
  /** The other end of the connection. */
  port: number | undefined;
}

export interface RestAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Text as it is, everything else as JSON. */
  body?: unknown;
  /** Break the connection after the body. */
  cut?: boolean;
  /** Break the connection instead of answering. */
  reset?: boolean;
  /** Answer after this time. */
  delayMs?: number;
  /** Never answer. */
  hang?: boolean;
}

/** An HTTP server that responds with the result of `answer` and records its requests. */
export async function restServer(
  answer: (call: RestCall, count: number) => RestAnswer,
  { tls }: { tls?: Certificate } = {},
): Promise<{ url: string; calls: RestCall[]; mostAtOnce: () => number }> {
  const calls: RestCall[] = [];
  let now = 0;
  let most = 0;
  const serve: RequestListener = (request, response) => {
    now += 1;
    most = Math.max(most, now);
    response.on("close", () => {
      now -= 1;
    });
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      text += chunk;
    });
    request.on("end", () => {
      const call: RestCall = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text),
        text,
        port: request.socket.remotePort,
      };
      calls.push(call);
      const {
        status = 200,
        headers = {},
        body,
        reset = false,
        hang = false,
        cut = false,
        delayMs = 0,
      } = answer(call, calls.length);
      if (hang) return;
      if (reset) {
        request.socket.destroy();
        return;
      }
      setTimeout(() => {
        response.writeHead(status, headers);
        const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
        if (cut) response.write(text ?? "", () => request.socket.destroy());
        else response.end(text);
      }, delayMs);
    });
  };
  const server = tls === undefined ? createServer(serve) : createSecureServer(tls, serve);
  return { url: await listen(server), calls, mostAtOnce: () => most };
}

type Rpcs = Partial<ServiceImpl<typeof IsolateController>>;

/** A gRPC server (h2c) with these methods; it remembers the names of the methods called and their metadata. */
export async function grpcServer(
  rpcs: Rpcs,
  port = 0,
  { tls }: { tls?: Certificate } = {},
): Promise<{ url: string; calls: string[]; headers: Headers[]; sockets: Socket[] }> {
  const calls: string[] = [];
  const headers: Headers[] = [];
  const handler = connectNodeAdapter({
    routes: (router) => {
      router.service(IsolateController, rpcs);
    },
    interceptors: [
      (next) => async (request) => {
        calls.push(request.method.name);
        headers.push(request.header);
        return await next(request);
      },
    ],
  });
  const server = tls === undefined ? http2.createServer(handler) : http2.createSecureServer(tls, handler);
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => sockets.push(socket));
  return { url: await listen(server, port), calls, headers, sockets };
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** The certificate of the tests. This process trusts it until the test ends, unless it is `unknown`. */
export function certificate({ unknown = false } = {}): Certificate {
  const [key = "", cert = ""] = ["key", "certificate"].map((name) =>
    readFileSync(join(__dirname, `../../../fixtures/tls/${name}.pem`), "utf8"),
  );
  if (!unknown) {
    const before = getCACertificates("default");
    setDefaultCACertificates([...before, cert]);
    onTestFinished(() => setDefaultCACertificates(before));
  }
  return { key, cert };
}

/**
 * A proxy that tunnels to the address, on this machine, that `to` names for the host asked for, or answers the status
 * that it names. It remembers what it was asked.
 */
export async function proxyServer(
  to: (authority: string, count: number) => string | number,
  { tls }: { tls?: Certificate } = {},
): Promise<{ url: string; asked: string[]; headers: IncomingHttpHeaders[]; bytes: () => string; sockets: Socket[] }> {
  const asked: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const sockets: Socket[] = [];
  const seen: Buffer[] = [];
  const refuse: RequestListener = (_request, response) => response.writeHead(400).end();
  const server = tls === undefined ? createServer(refuse) : createSecureServer(tls, refuse);
  server.on("connect", (request, socket: Socket, head: Buffer) => {
    asked.push(request.url ?? "");
    headers.push(request.headers);
    sockets.push(socket);
    socket.on("error", () => {});
    const where = to(request.url ?? "", asked.length);
    if (typeof where === "number") {
      socket.end(`HTTP/1.1 ${where} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(where);
    const upstream = connect(Number(port), hostname);
    upstream.on("error", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    upstream.once("connect", () => {
      // In one piece with the first bytes of a server that speaks first, as a busy proxy does.
      socket.cork();
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      setTimeout(() => socket.uncork(), 20);
      upstream.write(head);
      upstream.pipe(socket);
      socket.on("data", (chunk: Buffer) => {
        seen.push(chunk);
        upstream.write(chunk);
      });
    });
  });
  const url = await listen(server);
  return {
    url: tls === undefined ? url : url.replace("http:", "https:"),
    asked,
    headers,
    bytes: () => Buffer.concat(seen).toString("latin1"),
    sockets,
  };
}

/** A port of this machine without a listener. */
export async function closedPort(): Promise<string> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

/** A client without this machine's environment variables that is closed when the test ends. */
export function client(options: FalClientOptions, host: HostOptions = {}): FalClient {
  const made = new FalClient({ apiKey: KEY, env: {}, ...options }, host);
  onTestFinished(() => made.close());
  return made;
}

/** Starts a server and ends it, with its connections, when the test ends. */
export async function listen(server: NetServer, port = 0): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
