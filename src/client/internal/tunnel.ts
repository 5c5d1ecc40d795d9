// Connections to fal's hosts through a proxy, which forwards them without seeing their content.
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type HttpProxy, portOf } from "../config/proxies";
import { AbortScope } from "./abort";
import type { AttemptFailure } from "./failure";
import { errorChain, tlsAdvice } from "./network";

/** The proxy was not reached, or did not open the tunnel. Nothing was sent to fal. */
export class ProxyError extends Error {
  constructor(
    readonly failure: AttemptFailure,
    options?: ErrorOptions,
  ) {
    super(failure.answer, options);
  }
}

/** The failure of a proxy in the causes of an error; undefined if there is none. */
export function proxyFailure(error: unknown): AttemptFailure | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ProxyError) return cause.failure;
  }
  return undefined;
}

/**
 * Connects to a host of fal through a proxy, with TLS if the URL is `https:`. `protocol` is negotiated in TLS (ALPN).
 *
 * @throws {ProxyError} The proxy could not be reached, refused the tunnel, or broke it.
 */
export async function openTunnel(
  proxy: HttpProxy,
  url: string,
  protocol: "h2" | "http/1.1",
  { signal, timeoutMs }: { readonly signal?: AbortSignal | undefined; readonly timeoutMs: number },
): Promise<Socket> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[(.+)\]$/, "$1");
  const limit = new AbortScope([signal], timeoutMs);
  try {
    const socket = await askForTunnel(proxy, target, limit.signal);
    if (target.protocol === "http:") return socket;
    // The standard of SNI does not allow IP addresses.
    const servername = isIP(host) === 0 ? host : "";
    const secure = connectTls({ socket, host, servername, ALPNProtocols: [protocol] });
    try {
      await event(secure, "secureConnect", limit.signal);
    } catch (error) {
      secure.destroy();
      // An error of TLS is reported as it is without a proxy.
      if (tlsAdvice(error) !== undefined) throw error;
      throw broken(proxy, target, "the tunnel broke before it was encrypted", error);
    }
    return followedBy(secure, socket);
  } finally {
    limit.dispose();
  }
}

/** Passes `ref` and `unref` on to the socket beneath, which keeps the process alive. Node's TLS socket does not do that. */
function followedBy(secure: Socket, beneath: Socket): Socket {
  const { ref, unref } = secure;
  secure.ref = () => {
    beneath.ref();
    return ref.call(secure);
  };
  secure.unref = () => {
    beneath.unref();
    return unref.call(secure);
  };
  return secure;
}

async function askForTunnel(proxy: HttpProxy, target: URL, signal: AbortSignal): Promise<Socket> {
  const { protocol, hostname, port } = new URL(proxy.url);
  const authority = `${target.hostname}:${portOf(target.protocol, target.port)}`;
  const credential = proxy.credential?.reveal();
  const ask = (protocol === "https:" ? httpsRequest : httpRequest)({
    method: "CONNECT",
    host: hostname.replace(/^\[(.+)\]$/, "$1"),
    port: portOf(protocol, port),
    path: authority,
    agent: false,
    headers: {
      host: authority,
      ...(credential === undefined
        ? {}
        : { "proxy-authorization": `Basic ${Buffer.from(credential).toString("base64")}` }),
    },
  });
  let answer: Answer;
  try {
    answer = await answerOf(ask, signal);
  } catch (error) {
    ask.destroy();
    throw unreached(proxy, target, error);
  }
  const { status, socket, head } = answer;
  if (status === 200) {
    // Bytes after the proxy's answer come from the server, which may send first.
    if (head.length > 0) socket.unshift(head);
    return socket;
  }
  socket.destroy();
  throw refused(proxy, authority, status);
}

interface Answer {
  readonly status: number;
  readonly socket: Socket;
  readonly head: Buffer;
}

function answerOf(ask: ClientRequest, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    const settled = () => signal.removeEventListener("abort", abort);
    ask.once("connect", (response: IncomingMessage, socket: Socket, head: Buffer) => {
      settled();
      resolve({ status: response.statusCode ?? 0, socket, head });
    });
    // Later errors of the socket are handled by its user.
    ask.on("error", (error) => {
      settled();
      reject(error);
    });
    ask.once("close", () => reject(new Error("closed without an answer")));
    ask.end();
  });
}

function event(socket: Socket, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const done = (settle: () => void) => {
      signal.removeEventListener("abort", abort);
      socket.removeListener("error", failed);
      socket.removeListener("close", closed);
      settle();
    };
    const failed = (error: Error) => done(() => reject(error));
    const closed = () => done(() => reject(new Error("closed")));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    socket.on("error", failed);
    socket.on("close", closed);
    socket.once(name, () => done(resolve));
  });
}

/** `the proxy http://proxy.example:3128 (HTTPS_PROXY)` */
function labelOf({ url, source }: HttpProxy): string {
  return `the proxy ${url} (${source})`;
}

const reasonOf = (error: unknown): string => {
  const { code, message } = errorChain(error);
  return code ?? message;
};

function unreached(proxy: HttpProxy, target: URL, error: unknown): ProxyError {
  const byTls = tlsAdvice(error);
  const answer = `could not connect to ${labelOf(proxy)} on the way to ${target.origin} (${reasonOf(error)})`;
  const advice =
    byTls ?? `Correct ${proxy.source}, or add ${target.hostname} to NO_PROXY if it can be reached directly.`;
  return new ProxyError(failure(answer, advice, byTls === undefined), { cause: error });
}

function refused(proxy: HttpProxy, authority: string, status: number): ProxyError {
  const answer = `${labelOf(proxy)} answered ${status} to CONNECT ${authority}`;
  if (status === 407) {
    const advice =
      proxy.credential === undefined
        ? `It asks for a user name and password: set ${proxy.source} to ${proxy.url.replace("//", "//<user>:<password>@")}.`
        : `It does not accept the user name and password in ${proxy.source}; special characters in them must be escaped, such as @ as %40.`;
    return new ProxyError(failure(answer, advice, false));
  }
  // As for any server, these answers may be temporary.
  const transient = status === 429 || status >= 500;
  const host = authority.replace(/:\d+$/, "");
  const advice = `Allow ${authority} in the proxy, or add ${host} to NO_PROXY if it can be reached directly.`;
  return new ProxyError(failure(answer, advice, transient));
}

function broken(proxy: HttpProxy, target: URL, what: string, error: unknown): ProxyError {
  const answer = `${what}: ${labelOf(proxy)} on the way to ${target.origin} (${reasonOf(error)})`;
  const advice = `Allow ${target.host} in the proxy, or add ${target.hostname} to NO_PROXY if it can be reached directly.`;
  return new ProxyError(failure(answer, advice, true), { cause: error });
}

function failure(answer: string, advice: string, transient: boolean): AttemptFailure {
  return { code: "connection", answer, advice, delivery: "unsent", transient };
}
