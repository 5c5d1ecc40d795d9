// gRPC over connect-node: one HTTP/2 connection, opened by the first call.
import type { ClientHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import { createTransport } from "@connectrpc/connect/protocol-grpc";
import { createNodeHttpClient, Http2SessionManager } from "@connectrpc/connect-node";
import type { Credential } from "../config/credentials";
import type { HttpProxy, Proxies } from "../config/proxies";
import { AbortScope, abortable } from "./abort";
import { maxAnswerBytes, tooLarge } from "./bounds";
import type { AttemptLimits, Dispatcher, ListOptions } from "./dispatch";
import { AttemptFailed, type AttemptFailure, type Call, type FailureCode } from "./failure";
import { checkedClient } from "./grpc-answer";
import { errorChain, tlsAdvice } from "./network";
import type { AttemptResponse } from "./result";
import { serverWaitMs } from "./retry";
import { codeOfStatus } from "./status";
import { openTunnel, proxyFailure } from "./tunnel";

const connectTimeoutMs = 10_000;

/**
 * connect's session manager, without a crash: when it replaces a connection that has failed but is not closed yet, it
 * removes its listeners. Without a listener, a later error event of that connection would end the process.
 */
class Session extends Http2SessionManager {
  override async request(...request: Parameters<Http2SessionManager["request"]>): Promise<ClientHttp2Stream> {
    const stream = await super.request(...request);
    const connection = stream.session;
    if (connection !== undefined && !connection.listeners("error").includes(reportedElsewhere)) {
      connection.on("error", reportedElsewhere);
    }
    return stream;
  }
}

/**
 * A session through a proxy. The manager creates connections synchronously, but a tunnel opens asynchronously. So if no
 * tunnel is open, the manager's first attempt fails, a tunnel is opened, and a second attempt uses it.
 */
class TunnelledSession extends Session {
  readonly #open: (signal: AbortSignal) => Promise<Socket>;
  readonly #tunnels: Tunnels;
  #opening: { tunnel: Promise<void>; abort: AbortController } | undefined;
  #failed: unknown;

  constructor(url: string, proxy: HttpProxy, ping: ConstructorParameters<typeof Http2SessionManager>[1]) {
    const tunnels = new Tunnels();
    super(url, ping, { createConnection: () => tunnels.take() });
    this.#tunnels = tunnels;
    this.#open = (signal) => openTunnel(proxy, url, "h2", { signal, timeoutMs: connectTimeoutMs });
  }

  override async connect(): ReturnType<Session["connect"]> {
    this.#failed = undefined;
    const state = await super.connect();
    if (state !== "error" || !this.#tunnels.wanted) return state;
    try {
      this.#opening ??= this.#openOne();
      await this.#opening.tunnel;
    } catch (error) {
      this.#failed = error;
      return "error";
    }
    return await super.connect();
  }

  override async request(...request: Parameters<Session["request"]>): Promise<ClientHttp2Stream> {
    // The connection may have been lost since the call connected.
    if ((await this.connect()) === "error") throw this.error();
    return await super.request(...request);
  }

  override error(): unknown {
    return this.#failed ?? super.error();
  }

  override abort(reason?: Error): void {
    this.#opening?.abort.abort(reason);
    this.#tunnels.drop();
    super.abort(reason);
  }

  #openOne(): { tunnel: Promise<void>; abort: AbortController } {
    const abort = new AbortController();
    const tunnel = this.#open(abort.signal)
      .then((socket) => this.#tunnels.put(socket))
      .finally(() => {
        this.#opening = undefined;
      });
    return { tunnel, abort };
  }
}

/** Keeps an open tunnel until the session manager takes it. */
class Tunnels {
  /** Whether the manager asked for a tunnel when none was open. */
  wanted = false;
  #ready: Socket | undefined;

  put(socket: Socket): void {
    this.drop();
    this.#ready = socket;
    // Until the manager adds its own listener. It notices itself if the connection has closed.
    socket.on("error", reportedElsewhere);
  }

  take(): Socket {
    const socket = this.#ready;
    this.#ready = undefined;
    this.wanted = socket === undefined;
    if (socket === undefined) throw new Error("no tunnel is open yet");
    return socket;
  }

  drop(): void {
    this.#ready?.destroy();
    this.#ready = undefined;
  }
}

/** The calls on the connection fail with the same error. */
const reportedElsewhere = (): void => {};

/** A message, or a function that creates it for one attempt, so that a secret is plain text only while it is sent. */
type Input<I extends DescMessage> = MessageInitShape<I> | (() => MessageInitShape<I>);

export class GrpcTransport {
  readonly #dispatcher: Dispatcher;
  readonly #credential: Credential;
  readonly #userAgent: string;
  readonly #baseUrl: string;
  readonly #proxy: HttpProxy | undefined;
  #connection: { session: Session; send: UniversalClientFn } | undefined;

  constructor(dispatcher: Dispatcher, credential: Credential, userAgent: string, proxies: Proxies, baseUrl: string) {
    this.#dispatcher = dispatcher;
    this.#credential = credential;
    this.#userAgent = userAgent;
    this.#baseUrl = baseUrl;
    this.#proxy = proxies.of(baseUrl);
  }

  async call<I extends DescMessage, O extends DescMessage>(
    call: Call,
    method: DescMethodUnary<I, O>,
    input: Input<I>,
    options?: ListOptions,
  ): Promise<MessageShape<O>> {
    const route = { transport: "grpc", url: this.#baseUrl, method: method.name, via: this.#proxy?.url } as const;
    return await this.#dispatcher.run(call, route, (limits) => this.#attempt(method, input, limits), options);
  }

  close(): void {
    this.#connection?.session.abort();
    this.#connection = undefined;
  }

  async #attempt<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    input: Input<I>,
    limits: AttemptLimits,
  ): Promise<AttemptResponse<MessageShape<O>>> {
    this.#connection ??= this.#open();
    const { session, send } = this.#connection;
    await this.#connect(session, limits);
    const header = {
      "auth-key": this.#credential.reveal(),
      "auth-key-id": this.#credential.keyId,
      "user-agent": this.#userAgent,
      // Only informs the server. The client itself has one time limit, the attempt's signal.
      "grpc-timeout": `${Math.ceil(limits.timeoutMs)}m`,
    };
    const message = typeof input === "function" ? input() : input;
    try {
      const answer = await this.#transport(send, method).unary(method, limits.signal, undefined, header, message);
      return { value: answer.message, grpcCode: "OK", requestId: requestIdOf(answer.header) };
    } catch (error) {
      throw new AttemptFailed(failureFromConnect(method.name, this.#baseUrl, error, Date.now()));
    }
  }

  /** Connects before the request is sent, so that after a failure here nothing was sent for certain. */
  async #connect(session: Session, limits: AttemptLimits): Promise<void> {
    const limit = new AbortScope([limits.signal], connectTimeoutMs);
    try {
      const state = await abortable(session.connect(), limit.signal);
      if (state === "error") throw new AttemptFailed(unconnected(this.#baseUrl, session.error()));
    } catch (error) {
      if (error instanceof AttemptFailed) throw error;
      // Connecting took too long. Without this, the next attempt would wait for the same connection.
      if (session.state() === "connecting" && !limits.signal.aborted) {
        session.abort(new ConnectError("connecting took too long", Code.Unavailable));
      }
      throw new AttemptFailed(unconnected(this.#baseUrl, new Error(`no connection within ${connectTimeoutMs} ms`)));
    } finally {
      limit.dispose();
    }
  }

  #open(): { session: Session; send: UniversalClientFn } {
    // A ping checks an idle connection before it is used again, so that no call is sent over a broken one.
    const ping = { pingIntervalMs: 30_000, pingTimeoutMs: 10_000 };
    const proxy = this.#proxy;
    const session =
      proxy === undefined ? new Session(this.#baseUrl, ping) : new TunnelledSession(this.#baseUrl, proxy, ping);
    return { session, send: createNodeHttpClient({ httpVersion: "2", sessionProvider: () => session }) };
  }

  /** Created for each call, because the limits of an answer depend on its type. It consists of functions only. */
  #transport(send: UniversalClientFn, method: DescMethodUnary): Transport {
    return createTransport({
      httpClient: checkedClient(send, method.output),
      baseUrl: this.#baseUrl,
      useBinaryFormat: true,
      // The client uses no unknown fields.
      binaryOptions: { readUnknownFields: false },
      interceptors: [],
      // Without compression, because a few compressed bytes can expand to any size.
      acceptCompression: [],
      sendCompression: null,
      compressMinBytes: maxAnswerBytes,
      readMaxBytes: maxAnswerBytes,
      writeMaxBytes: maxAnswerBytes,
    });
  }
}

function requestIdOf(metadata: Headers): string | undefined {
  return metadata.get("x-fal-request-id") ?? metadata.get("x-request-id") ?? undefined;
}

function unconnected(url: string, error: unknown): AttemptFailure {
  const byProxy = proxyFailure(error);
  if (byProxy !== undefined) return byProxy;
  const { code, message } = errorChain(error);
  const advice = tlsAdvice(error);
  return {
    code: "connection",
    answer: `could not connect to ${url} (${nodeCode(error) ?? code ?? message})`,
    delivery: "unsent",
    transient: advice === undefined,
    advice,
  };
}

/** Converts an error of connect to a failure. The only place that interprets gRPC codes. */
function failureFromConnect(rpc: string, url: string, error: unknown, nowMs: number): AttemptFailure {
  const byProxy = proxyFailure(error);
  if (byProxy !== undefined) return byProxy;
  const failed = ConnectError.from(error);
  const header = (name: string): string | undefined => failed.metadata.get(name) ?? undefined;
  // connect's own errors match `nonsense` or have no metadata. Errors from a server or a proxy have metadata.
  if (nonsense.test(failed.rawMessage) || failed.metadata.keys().next().done === true)
    return failureFromTransport(rpc, url, failed);
  const requestId = requestIdOf(failed.metadata);

  const status = /^HTTP (\d{3})$/.exec(failed.rawMessage)?.[1];
  if (status !== undefined) {
    const { code, transient } = codeOfStatus(Number(status));
    // Here, 404 means that the service is missing, not an object.
    const meant: FailureCode = code === "notFound" || code === "validation" ? "unsupported" : code;
    return {
      code: meant,
      answer: `${url} answered ${rpc} with HTTP status ${status} instead of a gRPC status`,
      delivery: "answered",
      transient,
      waitMs: transient ? serverWaitMs(header, code === "rateLimited", nowMs) : undefined,
      status: Number(status),
      requestId,
    };
  }

  const { name, code, transient } = codes[failed.code];
  return {
    code,
    answer: `fal answered ${name} to ${rpc}`,
    reason: failed.rawMessage,
    delivery: "answered",
    transient,
    waitMs: transient ? serverWaitMs(header, code === "rateLimited", nowMs) : undefined,
    grpcCode: name,
    requestId,
  };
}

/** All gRPC codes. INTERNAL and UNKNOWN are not retried, because servers also return them for calls that will fail again. */
const codes: Record<Code, { name: string; code: FailureCode; transient: boolean }> = {
  [Code.Canceled]: { name: "CANCELLED", code: "server", transient: false },
  [Code.Unknown]: { name: "UNKNOWN", code: "server", transient: false },
  [Code.InvalidArgument]: { name: "INVALID_ARGUMENT", code: "validation", transient: false },
  [Code.DeadlineExceeded]: { name: "DEADLINE_EXCEEDED", code: "timeout", transient: true },
  [Code.NotFound]: { name: "NOT_FOUND", code: "notFound", transient: false },
  [Code.AlreadyExists]: { name: "ALREADY_EXISTS", code: "conflict", transient: false },
  [Code.PermissionDenied]: { name: "PERMISSION_DENIED", code: "permission", transient: false },
  [Code.ResourceExhausted]: { name: "RESOURCE_EXHAUSTED", code: "rateLimited", transient: true },
  [Code.FailedPrecondition]: { name: "FAILED_PRECONDITION", code: "conflict", transient: false },
  [Code.Aborted]: { name: "ABORTED", code: "conflict", transient: false },
  [Code.OutOfRange]: { name: "OUT_OF_RANGE", code: "validation", transient: false },
  [Code.Unimplemented]: { name: "UNIMPLEMENTED", code: "unsupported", transient: false },
  [Code.Internal]: { name: "INTERNAL", code: "server", transient: false },
  [Code.Unavailable]: { name: "UNAVAILABLE", code: "server", transient: true },
  [Code.DataLoss]: { name: "DATA_LOSS", code: "server", transient: false },
  [Code.Unauthenticated]: { name: "UNAUTHENTICATED", code: "authentication", transient: false },
};

/** The beginnings of connect's messages about answers that it cannot read. */
const nonsense =
  /^(unsupported content type|unsupported response encoding|received compressed envelope|protocol error:|parse binary:)/;

/** The failure of a call without a valid answer on an open connection. fal may have received the call. */
function failureFromTransport(rpc: string, url: string, error: ConnectError): AttemptFailure {
  const streamBroke = error.rawMessage.startsWith("http/2 stream closed");
  if (error.code === Code.ResourceExhausted && !streamBroke) {
    const excess = error.rawMessage.includes("readMaxBytes") ? tooLarge : error.rawMessage;
    const answer = `fal's answer to ${rpc} ${excess}`;
    return { code: "server", answer, delivery: "answered", transient: false };
  }
  const what = nonsense.exec(error.rawMessage)?.[1];
  if (what !== undefined) {
    return {
      code: "server",
      answer: `fal answered ${rpc} in an unexpected format`,
      reason: error.rawMessage,
      delivery: "answered",
      // An answer that is not gRPC was cut off or comes from a proxy. An invalid gRPC answer would be the same again.
      transient: what === "unsupported content type" || what === "protocol error:",
    };
  }
  return {
    code: "connection",
    answer: `the connection to ${url} broke before ${rpc} was answered (${nodeCode(error) ?? error.rawMessage})`,
    delivery: "unanswered",
    transient: true,
  };
}

/** The code of Node's error, which is the cause of connect's. */
function nodeCode(error: unknown): string | undefined {
  return error instanceof Error ? errorChain(error.cause).code : undefined;
}
