import http2 from "node:http2";
import type { Socket } from "node:net";
import { Code, ConnectError, createContextKey, createContextValues, type Interceptor } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { Emulator } from "../emulator";
import { pause } from "../faults";
import { IsolateController } from "../gen/controller_pb";
import { refusal } from "../guard";
import type { RequestRecord } from "../requests";
import { faultError, toConnectError, wireName } from "./errors";
import { AREAS, createService } from "./service";

/** What belongs to one call but not to its message. */
interface CallContext {
  record: RequestRecord;
  cutConnection: () => void;
}

export interface GrpcServer {
  listen(port: number): Promise<number>;
  close(): Promise<void>;
}

/** gRPC over plaintext HTTP/2 with prior knowledge (h2c), as fal's CLI speaks it in test mode. */
export function createGrpcServer(emulator: Emulator): GrpcServer {
  const contexts = createContextKey<CallContext | undefined>(undefined);
  const pending = new WeakMap<object, CallContext>();

  const handle = connectNodeAdapter({
    grpc: true,
    grpcWeb: false,
    connect: false,
    routes: (router) => router.service(IsolateController, createService(emulator.plane)),
    interceptors: [observe(emulator, (values) => values.get(contexts)), authorize(emulator)],
    contextValues: (request) => createContextValues().set(contexts, pending.get(request)),
    fallback: (request, response) => {
      const context = pending.get(request);
      if (context) context.record.status = "UNIMPLEMENTED";
      response.writeHead(200, {
        "content-type": "application/grpc",
        "grpc-status": String(Code.Unimplemented),
        "grpc-message": "fal-emulator does not serve this method",
      });
      response.end();
    },
  });

  const server = http2.createServer();
  const sockets = new Map<number | undefined, Socket>();
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on("connection", (socket: Socket) => {
    const port = socket.remotePort;
    sockets.set(port, socket);
    socket.once("close", () => sockets.delete(port));
  });
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });

  server.on("request", (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => {
    const path = request.url;
    const rpc = path.slice(path.lastIndexOf("/") + 1);
    const record = emulator.requests.add({ transport: "grpc", method: request.method, path, rpc });
    const reason = refusal({
      host: request.authority || request.headers.host,
      origin: request.headers.origin,
    });
    if (reason !== undefined) {
      record.status = 403;
      response.writeHead(403, { "content-type": "text/plain" });
      response.end(reason);
      return;
    }
    // HTTP/2 hides the real socket behind a proxy that cannot be destroyed; its port identifies it.
    const port = request.stream.session?.socket.remotePort;
    pending.set(request, { record, cutConnection: () => sockets.get(port)?.resetAndDestroy() });
    handle(request, response);
  });

  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", () => {
          server.off("error", reject);
          const address = server.address();
          resolve(typeof address === "object" && address ? address.port : port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Clients keep their sessions open; closing would wait for them.
        for (const session of sessions) session.destroy();
      }),
  };
}

type InterceptedRequest = Parameters<ReturnType<Interceptor>>[0];

/** Around every call: log, latency, ordered faults. */
function observe(
  { faults, latencyMs }: Emulator,
  contextOf: (values: InterceptedRequest["contextValues"]) => CallContext | undefined,
): Interceptor {
  return (next) => async (request) => {
    const context = contextOf(request.contextValues);
    const path = new URL(request.url).pathname;
    await pause(latencyMs);
    const fault = faults.take({ transport: "grpc", method: request.requestMethod, path, rpc: request.method.name });

    const failAsOrdered = async () => {
      if (!fault) return;
      await pause(fault.delayMs);
      if (fault.reset) {
        context?.cutConnection();
        // Nobody is left to read this; "aborted" is what the adapter takes as no failure of ours.
        throw new ConnectError("connection reset by an ordered fault", Code.Aborted);
      }
      const error = faultError(fault);
      if (error) throw error;
    };
    const perform = async () => {
      try {
        return await next(request);
      } finally {
        // Whatever became of the operation: its answer fails as ordered.
        if (fault?.afterEffect) await failAsOrdered();
      }
    };
    try {
      if (!fault?.afterEffect) await failAsOrdered();
      const answer = await perform();
      if (context) context.record.status = "OK";
      return answer;
    } catch (reason) {
      const error = toConnectError(reason);
      if (context && !fault?.reset) context.record.status = wireName(error.code);
      throw error;
    }
  };
}

/** Key authentication travels in two metadata entries. */
function authorize({ plane }: Emulator): Interceptor {
  return (next) => async (request) => {
    const { header, method } = request;
    const key = plane.access.authenticate(header.get("auth-key-id") ?? undefined, header.get("auth-key") ?? undefined);
    plane.access.authorize(key, areaOf(method.localName));
    return next(request);
  };
}

function areaOf(method: string) {
  const area = Object.entries(AREAS).find(([name]) => name === method)?.[1];
  if (area === undefined) throw new ConnectError(`no area for ${method}`, Code.Internal);
  return area;
}
