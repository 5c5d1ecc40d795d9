import http2, { type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { Code, ConnectError, type ConnectRouter, type ContextValues } from "@connectrpc/connect";
import { universalRequestFromNodeRequest } from "@connectrpc/connect-node";

type Handler = ConnectRouter["handlers"][number];
type UniversalAnswer = Awaited<ReturnType<Handler>>;

/**
 * Runs the handlers of a router on Node's HTTP/2 server. The ready-made adapter sends headers before it knows how a call
 * ends, and gRPC clients never retry a call whose headers have come. Servers such as fal's answer a call that fails at
 * once with a single block ("Trailers-Only"), which this one does, too: so fal's CLI retries UNAVAILABLE here as there.
 */
export function createAdapter(router: ConnectRouter) {
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));

  /** False when no handler serves the path; nothing is answered then. */
  return (request: Http2ServerRequest, response: Http2ServerResponse, contextValues: ContextValues): boolean => {
    const handler = handlers.get(request.url);
    if (!handler) return false;
    handler(universalRequestFromNodeRequest(request, response, undefined, contextValues))
      .then((answer) => send(answer, response))
      .catch((reason: unknown) => {
        // The client went away, or an ordered fault cut the connection: nobody waits for this answer.
        if (request.stream.destroyed || ConnectError.from(reason).code === Code.Aborted) return;
        console.error(`fal-emulator: ${request.url} failed`, reason);
        request.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
      });
    return true;
  };
}

async function send(answer: UniversalAnswer, response: Http2ServerResponse): Promise<void> {
  const chunks: Uint8Array[] = [];
  // All methods are unary and messages small, so the answer is complete before its first byte leaves.
  for await (const chunk of answer.body ?? []) chunks.push(chunk);
  const headers = toObject(answer.header);
  const trailers = toObject(answer.trailer);
  const { stream } = response;
  // Nobody is left to read it, or an ordered fault has answered already.
  if (stream.destroyed || response.headersSent) return;
  if (chunks.length === 0) {
    // The response object cannot end a stream with its headers; the stream can.
    stream.respond({ ":status": answer.status, ...headers, ...trailers }, { endStream: true });
    return;
  }
  response.writeHead(answer.status, headers);
  response.addTrailers(trailers);
  response.end(Buffer.concat(chunks));
}

const toObject = (headers: Headers | undefined): Record<string, string> => Object.fromEntries(headers ?? []);
