import http2 from "node:http2";
import type { Socket } from "node:net";
import { Code, createConnectRouter, createContextValues } from "@connectrpc/connect";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import type { Emulator } from "../emulator";
import { IsolateController } from "../gen/controller_pb";
import { refusal } from "../guard";
import { createAdapter } from "./adapter";
import { type CallContext, callContext } from "./call-context";
import { authorize, observe } from "./interceptors";
import { createService } from "./service";

interface GrpcServer {
  listen(port: number): Promise<number>;
  close(): Promise<void>;
}

/** gRPC over plaintext HTTP/2 with prior knowledge (h2c), as fal's CLI uses it in test mode. */
export function createGrpcServer(emulator: Emulator): GrpcServer {
  const handle = createAdapter(
    createConnectRouter({
      grpc: true,
      grpcWeb: false,
      connect: false,
      acceptCompression: [compressionGzip, compressionBrotli],
      interceptors: [observe(emulator), authorize(emulator)],
    }).service(IsolateController, createService(emulator.plane)),
  );

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
    // HTTP/2 exposes only a proxy of the socket, which cannot be destroyed. Its port identifies the socket.
    const port = request.stream.session?.socket.remotePort;
    const cutConnection = () => sockets.get(port)?.resetAndDestroy();
    const answerPlainly: CallContext["answerPlainly"] = (status, headers, body) => {
      record.status = status;
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers });
      response.end(body);
    };
    const context = createContextValues().set(callContext, { record, cutConnection, answerPlainly });
    if (handle(request, response, context)) return;
    record.status = "UNIMPLEMENTED";
    response.writeHead(200, {
      "content-type": "application/grpc",
      "grpc-status": String(Code.Unimplemented),
      "grpc-message": "fal-emulator does not serve this method",
    });
    response.end();
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
        // Clients keep their sessions open, and closing would wait for them.
        for (const session of sessions) session.destroy();
      }),
  };
}
