// REST over undici: one pool per origin, keep-alive, explicit timeouts, no redirects.
// Imports the file, because Bun replaces "undici" with a stub whose requests never end.
import { buildConnector, Client, Pool, type Dispatcher as UndiciDispatcher } from "undici/index.js";
import { z } from "zod";
import type { Credential } from "../config/credentials";
import type { Proxies } from "../config/proxies";
import { FalNotFoundError, FalValidationError } from "../errors";
import { excessOfJson, maxAnswerBytes, tooLarge } from "./bounds";
import type { AttemptLimits, Dispatcher, ListOptions } from "./dispatch";
import { AttemptFailed, type AttemptFailure, type Call } from "./failure";
import { errorChain, isUnsent, NotConnected, tlsAdvice } from "./network";
import type { AttemptResponse } from "./result";
import { serverWaitMs } from "./retry";
import { codeOfStatus } from "./status";
import { openTunnel, proxyFailure } from "./tunnel";

const connectTimeoutMs = 10_000;

const connect = buildConnector({ timeout: connectTimeoutMs, allowH2: false });

/** Marks failures to connect, because undici reports them like failures of an open connection. */
function notSent(done: buildConnector.Callback): buildConnector.Callback {
  return (...[error, socket]) => (error === null ? done(null, socket) : done(new NotConnected(error), null));
}

export interface RestRequest<T> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** The URL of the platform API, or of the REST host that fal's CLI uses. */
  readonly base: string;
  /** Created by `path`. */
  readonly path: string;
  /** A list is sent as one parameter per item. */
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  /** Sent as JSON. A function creates it for one attempt, so that a secret is plain text only while it is sent. */
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
  /** Whether the answer is a text and not JSON. */
  readonly isText?: boolean | undefined;
  /** Parses the answer. Unknown properties are ignored. */
  readonly answer: z.ZodType<T>;
}

function bodyOf({ body }: RestRequest<unknown>): string | null {
  const content: unknown = typeof body === "function" ? body() : body;
  return content === undefined ? null : JSON.stringify(content);
}

/** The address of a request. */
interface Target {
  readonly origin: string;
  readonly pathname: string;
  /** The pathname with the query. */
  readonly path: string;
}

/** For calls whose answer is not used. Accepts an empty body and any JSON. */
export const nothing = z.unknown().transform(() => undefined);

/** Creates a path. Escapes the parts, so that no name leads to another object. */
export function path(texts: TemplateStringsArray, ...parts: readonly string[]): string {
  return texts.reduce((done, text, index) => {
    const part = parts[index - 1] ?? "";
    // URLs lose the dots even if they are escaped.
    if (part === "" || part === "." || part === "..") {
      throw new FalValidationError(`"${part}" is not a valid name or id in a request path.`);
    }
    return `${done}${encodeURIComponent(part)}${text}`;
  });
}

/** Returns undefined for a 404 from fal. No other failure means that an object does not exist. */
export async function absentIf404<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof FalNotFoundError && error.status === 404) return undefined;
    throw error;
  }
}

export class RestTransport {
  readonly #dispatcher: Dispatcher;
  readonly #credential: Credential;
  readonly #userAgent: string;
  readonly #proxies: Proxies;
  readonly #connections: number;
  readonly #closing = new AbortController();
  readonly #pools = new Map<string, Pool>();
  readonly #bases = new Map<string, { origin: string; pathname: string }>();

  constructor(
    dispatcher: Dispatcher,
    credential: Credential,
    userAgent: string,
    proxies: Proxies,
    connections: number,
  ) {
    this.#dispatcher = dispatcher;
    this.#credential = credential;
    this.#userAgent = userAgent;
    this.#proxies = proxies;
    this.#connections = connections;
  }

  async call<T>(call: Call, request: RestRequest<T>, options?: ListOptions): Promise<T> {
    const target = this.#target(request);
    const via = this.#proxies.of(target.origin)?.url;
    const route = { transport: "rest", url: target.origin, method: request.method, via } as const;
    return await this.#dispatcher.run(call, route, (limits) => this.#attempt(call, target, request, limits), options);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
    this.#pools.clear();
  }

  async #attempt<T>(
    call: Call,
    target: Target,
    request: RestRequest<T>,
    limits: AttemptLimits,
  ): Promise<AttemptResponse<T>> {
    const label = `${request.method} ${target.pathname}`;
    // The server may close an idle connection at the moment when the next request is sent, and then it is unknown whether
    // the request arrived. So a call that cannot be retried uses a new connection.
    const own =
      call.repeat === "unsent" ? new Client(target.origin, this.#connectionOptions(target.origin)) : undefined;
    try {
      const { status, header, text } = await this.#exchange(own ?? this.#pool(target.origin), target, request, limits);
      if (status < 200 || status > 299)
        throw new AttemptFailed(failureFromAnswer(label, status, header, text, Date.now()));
      const excess = request.isText ? undefined : excessOfJson(text);
      if (excess !== undefined) {
        const answer = `fal's answer to ${label} ${excess}`;
        throw new AttemptFailed({ code: "server", answer, delivery: "answered", transient: false, status });
      }
      const json = request.isText ? readText(text) : readJson(text);
      const parsed = json && request.answer.safeParse(json.value);
      if (!parsed?.success) {
        const issue = parsed?.error.issues[0];
        const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
        const encoding = header("content-encoding");
        const page = isPage(text) ? `: ${pageNote}` : encoding === undefined ? "" : `: it is compressed (${encoding})`;
        throw new AttemptFailed({
          code: "server",
          answer: `fal answered ${status} to ${label} in an unexpected format${where}${page}`,
          delivery: "answered",
          // An answer that is not JSON was cut off or comes from a proxy. Unexpected JSON would be the same again.
          transient: json?.value === undefined,
          status,
          requestId: requestIdOf(header),
        });
      }
      return { value: parsed.data, status, requestId: requestIdOf(header) };
    } finally {
      await own?.destroy();
    }
  }

  async #exchange(
    connection: UndiciDispatcher,
    target: Target,
    request: RestRequest<unknown>,
    limits: AttemptLimits,
  ): Promise<{ status: number; header: (name: string) => string | undefined; text: string }> {
    try {
      const answer = await connection.request({
        path: target.path,
        method: request.method,
        headers: {
          authorization: `Key ${this.#credential.keyId}:${this.#credential.reveal()}`,
          accept: request.isText ? "text/plain" : "application/json",
          // Without compression, because a few compressed bytes can expand to any size.
          "accept-encoding": "identity",
          "user-agent": this.#userAgent,
          ...(request.body === undefined ? {} : { "content-type": "application/json" }),
          ...(request.idempotencyKey === undefined ? {} : { "idempotency-key": request.idempotencyKey }),
        },
        body: bodyOf(request),
        signal: limits.signal,
      });
      const header = (name: string): string | undefined => {
        const value = answer.headers[name];
        return Array.isArray(value) ? value[0] : value;
      };
      return { status: answer.statusCode, header, text: await answer.body.text() };
    } catch (error) {
      throw new AttemptFailed(failureFromNetwork(`${request.method} ${target.pathname}`, target.origin, error));
    }
  }

  #target(request: RestRequest<unknown>): Target {
    let base = this.#bases.get(request.base);
    if (base === undefined) {
      const { origin, pathname } = new URL(request.base);
      base = { origin, pathname: pathname.replace(/\/$/, "") };
      this.#bases.set(request.base, base);
    }
    const pathname = `${base.pathname}${request.path}`;
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query ?? {})) {
      for (const each of value === undefined ? [] : [value].flat()) query.append(name, each);
    }
    const path = query.size === 0 ? pathname : `${pathname}?${query}`;
    return { origin: base.origin, pathname, path };
  }

  #pool(origin: string): Pool {
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(origin, { ...this.#connectionOptions(origin), connections: this.#connections });
      this.#pools.set(origin, pool);
    }
    return pool;
  }

  #connectionOptions(origin: string): Client.Options {
    const proxy = this.#proxies.of(origin);
    // The time limit of the attempt ends slow answers. These are only a fallback.
    return {
      connect:
        proxy === undefined
          ? (options, done) => connect(options, notSent(done))
          : (_options, done) => {
              const settle = notSent(done);
              openTunnel(proxy, origin, "http/1.1", { signal: this.#closing.signal, timeoutMs: connectTimeoutMs }).then(
                (socket) => settle(null, socket),
                (error) => settle(error, null),
              );
            },
      headersTimeout: 60_000,
      bodyTimeout: 60_000,
      maxResponseSize: maxAnswerBytes,
      // One request at a time per connection, so that a broken connection affects only one.
      allowH2: false,
    };
  }
}

// Answers

const errorBody = z.object({
  error: z.object({
    type: z.string().nullish(),
    message: z.string().nullish(),
    docs_url: z.string().nullish(),
    request_id: z.string().nullish(),
  }),
});
const detailItem = z.object({ loc: z.array(z.union([z.string(), z.number()])).nullish(), msg: z.string() });
const detailBody = z.object({ detail: z.union([z.string(), z.array(z.union([detailItem, z.string()]))]) });

/** Converts a REST answer to a failure. Reads both formats of fal's errors, and answers of proxies. */
export function failureFromAnswer(
  label: string,
  status: number,
  header: (name: string) => string | undefined,
  text: string,
  nowMs: number,
): AttemptFailure {
  const { code: byStatus, transient } = codeOfStatus(status);
  const body = readErrorBody(text);
  // For a missing object, fal returns JSON. A 404 in another format comes from a wrong URL or a proxy.
  const code = byStatus === "notFound" && !body.isFals ? "unsupported" : byStatus;
  const redirect = status >= 300 && status < 400;
  const note = redirect ? ", a redirect, which the client does not follow because it would forward the key" : "";
  return {
    code,
    answer: `fal answered ${status} to ${label}${note}`,
    reason: redirect ? undefined : body.message,
    delivery: "answered",
    transient,
    waitMs: transient ? serverWaitMs(header, code === "rateLimited", nowMs) : undefined,
    status,
    type: body.type,
    requestId: body.requestId ?? requestIdOf(header),
    docsUrl: body.docsUrl,
  };
}

interface ErrorBody {
  /** Whether the body has one of the formats of fal's errors. */
  isFals?: boolean;
  message?: string | undefined;
  type?: string | undefined;
  requestId?: string | undefined;
  docsUrl?: string | undefined;
}

function readErrorBody(text: string): ErrorBody {
  if (excessOfJson(text) !== undefined) return {};
  const json = readJson(text)?.value;
  const error = errorBody.safeParse(json);
  if (error.success) {
    const { message, type, request_id, docs_url } = error.data.error;
    return {
      isFals: true,
      message: message ?? undefined,
      type: type ?? undefined,
      requestId: request_id ?? undefined,
      docsUrl: docs_url ?? undefined,
    };
  }
  const detail = detailBody.safeParse(json);
  if (detail.success) {
    const found = detail.data.detail;
    const lines = typeof found === "string" ? [found] : found.map(detailLine);
    return { isFals: true, message: lines.join("; ") };
  }
  if (text.trim() === "") return {};
  if (isPage(text)) return { message: pageNote };
  return { message: text };
}

function detailLine(item: string | z.infer<typeof detailItem>): string {
  if (typeof item === "string") return item;
  return item.loc == null ? item.msg : `${item.loc.join(".")}: ${item.msg}`;
}

function requestIdOf(header: (name: string) => string | undefined): string | undefined {
  return header("x-fal-request-id") ?? header("x-request-id");
}

function isPage(text: string): boolean {
  return /^\s*<(!doctype|html)/i.test(text);
}

const pageNote = "an HTML page, probably not from fal";

/** Parses a body. `value` is undefined for an empty one. Returns undefined if the body is not JSON. */
function readJson(text: string): { value: unknown } | undefined {
  if (text.trim() === "") return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Returns undefined for an HTML page, which is not from fal. */
function readText(text: string): { value: string } | undefined {
  return isPage(text) ? undefined : { value: text };
}

/** Converts an error of undici to a failure. */
function failureFromNetwork(label: string, origin: string, error: unknown): AttemptFailure {
  const byProxy = proxyFailure(error);
  if (byProxy !== undefined) return byProxy;
  const { code, message } = errorChain(error);
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") {
    const answer = `fal's answer to ${label} ${tooLarge}`;
    return { code: "server", answer, delivery: "answered", transient: false };
  }
  const unsent = isUnsent(error);
  const advice = unsent ? tlsAdvice(error) : undefined;
  const what = unsent
    ? `could not connect to ${origin}`
    : `the connection to ${origin} broke before ${label} was answered`;
  return {
    code: "connection",
    answer: `${what} (${code ?? message})`,
    delivery: unsent ? "unsent" : "unanswered",
    transient: advice === undefined,
    advice,
  };
}
