import http2, { type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { Code, ConnectError, type ConnectRouter, type ContextValues } from "@connectrpc/connect";
import { universalRequestFromNodeRequest } from "@connectrpc/connect-node";

type Handler = ConnectRouter["handlers"][number];
type UniversalAnswer = Awaited<ReturnType<Handler>>;

/**
 * Runs the handlers of a router on Node's HTTP/2 server. The adapter of connect-node sends headers before the result is
 * known, and gRPC clients never retry a call after its headers. fal's server answers a failed call with a single block
 * ("Trailers-Only"). This adapter does the same, so that fal's CLI retries UNAVAILABLE as it does with fal.
 */
export function createAdapter(router: ConnectRouter) {
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));

  /** Returns false, without a response, if the path has no handler. */
  return (request: Http2ServerRequest, response: Http2ServerResponse, contextValues: ContextValues): boolean => {
    const handler = handlers.get(request.url);
    if (!handler) return false;
    handler(universalRequestFromNodeRequest(request, response, undefined, contextValues))
      .then((answer) => send(answer, response))
      .catch((reason: unknown) => {
        // The client closed the connection, or a fault cut it.
        if (request.stream.destroyed || ConnectError.from(reason).code === Code.Aborted) return;
        console.error(`fal-emulator: ${request.url} failed`, reason);
        request.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
      });
    return true;
  };
}

async function send(answer: UniversalAnswer, response: Http2ServerResponse): Promise<void> {
  const headers = toObject(answer.header);
  const { stream } = response;
  let started = false;
  // The connection is closed, or a fault has responded.
  const isOver = () => stream.destroyed || (response.headersSent && !started);
  for await (const chunk of answer.body ?? []) {
    if (isOver()) return;
    // At once, because the log of a build arrives over time.
    if (!started) response.writeHead(answer.status, headers);
    started = true;
    response.write(chunk);
  }
  if (isOver()) return;
  const trailers = toObject(answer.trailer);
  if (!started) {
    // Only the stream, not the response object, can end with its headers.
    stream.respond({ ":status": answer.status, ...headers, ...trailers }, { endStream: true });
    return;
  }
  response.addTrailers(trailers);
  response.end();
}

const toObject = (headers: Headers | undefined): Record<string, string> => Object.fromEntries(headers ?? []);
