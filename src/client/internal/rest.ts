// REST over undici: one pool per origin, keep-alive, explicit timeouts, no redirects.
// By its file: in the place of "undici" Bun puts a stub of its own, whose requests never end.
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

/** Marks what fails while connecting: undici reports it like what fails on an open connection. */
function notSent(done: buildConnector.Callback): buildConnector.Callback {
  return (...[error, socket]) => (error === null ? done(null, socket) : done(new NotConnected(error), null));
}

export interface RestRequest<T> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Base address: the platform's or the alpha host's. */
  readonly base: string;
  /** Made by `path`. */
  readonly path: string;
  /** A list is sent as one parameter per item. */
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  /** Sent as JSON. A function makes it for one attempt: a secret's value then exists in clear only while it is sent. */
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
  /** Reads the answer; unknown properties are ignored. */
  readonly answer: z.ZodType<T>;
}

function bodyOf({ body }: RestRequest<unknown>): string | null {
  const content: unknown = typeof body === "function" ? body() : body;
  return content === undefined ? null : JSON.stringify(content);
}

/** Where a request goes. */
interface Target {
  readonly origin: string;
  readonly pathname: string;
  /** With the query. */
  readonly path: string;
}

/** For calls whose answer says nothing: an empty body, or any JSON. */
export const nothing = z.unknown().transform(() => undefined);

/** A path whose parts are escaped, so that no name can point to another resource. */
export function path(texts: TemplateStringsArray, ...parts: readonly string[]): string {
  return texts.reduce((done, text, index) => {
    const part = parts[index - 1] ?? "";
    // URLs drop these two even when they are escaped.
    if (part === "" || part === "." || part === "..") {
      throw new FalValidationError(`"${part}" is not a valid name or id in a request path.`);
    }
    return `${done}${encodeURIComponent(part)}${text}`;
  });
}

/** Only a plain 404 says that something is not there. */
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
    // A kept connection may be closed by the other side at the moment of use, which leaves open whether the request
    // arrived. A call that must not be repeated gets a connection of its own.
    const own =
      call.repeat === "unsent" ? new Client(target.origin, this.#connectionOptions(target.origin)) : undefined;
    try {
      const { status, header, text } = await this.#exchange(own ?? this.#pool(target.origin), target, request, limits);
      if (status < 200 || status > 299)
        throw new AttemptFailed(failureFromAnswer(label, status, header, text, Date.now()));
      const excess = excessOfJson(text);
      if (excess !== undefined) {
        const answer = `fal's answer to ${label} ${excess}`;
        throw new AttemptFailed({ code: "server", answer, delivery: "answered", transient: false, status });
      }
      const json = readJson(text);
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
          // What is not even JSON was cut off, or comes from something in between; what is, will be the same next time.
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
          accept: "application/json",
          // Without it a server may choose; a few bytes of something compressed could be anything.
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
    // The attempt's own limit ends a slow answer; these end what it could not.
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
      // One request per connection: what breaks then concerns one request.
      allowH2: false,
    };
  }
}

// What fal answered

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

/** The failure that a REST answer stands for. Knows both of fal's error bodies, and answers of proxies. */
export function failureFromAnswer(
  label: string,
  status: number,
  header: (name: string) => string | undefined,
  text: string,
  nowMs: number,
): AttemptFailure {
  const { code: byStatus, transient } = codeOfStatus(status);
  const body = readErrorBody(text);
  // fal explains in JSON that something is not there; a 404 in another form is a wrong address, or a proxy's.
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
  /** Whether it has one of the forms in which fal explains itself. */
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

/** The value of a body, undefined for an empty one; nothing where it is no JSON. */
function readJson(text: string): { value: unknown } | undefined {
  if (text.trim() === "") return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** The failure that an error of undici stands for. */
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
