import { type Client, Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { expect, onTestFinished } from "vitest";
import { IsolateController } from "../../src/gen/controller_pb";
import { type EmulatorOptions, type RunningEmulator, startEmulator } from "../../src/index";
import type { State } from "../../src/state/schema";
import { violations } from "./openapi";

export interface CallOptions {
  body?: unknown;
  /** `id:secret`; null sends none. Default: the emulator's own key. */
  key?: string | null;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes; what they expect is in the assertion.
  body: any;
}

export interface Grpc extends Client<typeof IsolateController> {}

/** An emulator of its own for one test, on real ports, with clients for both transports. */
export async function emulate(options: EmulatorOptions = {}) {
  const running = await startEmulator(options);
  const sessions: Http2SessionManager[] = [];
  onTestFinished(async () => {
    for (const session of sessions) session.abort();
    await running.close();
  });

  const rest = (method: string, path: string, call: CallOptions = {}) =>
    send(`${running.restUrl}${path}`, method, running, call);

  return {
    ...running,
    /** A call of the documented API; whatever it answers has to conform to fal's specification. */
    async platform(method: string, path: string, call: CallOptions = {}): Promise<Answer> {
      const answer = await rest(method, `/v1${path}`, call);
      const pathname = path.replace(/\?.*/s, "");
      expect(violations(method, pathname, answer.status, answer.body)).toEqual([]);
      return answer;
    },
    rest,
    grpc: (key: string | null = running.key): Grpc => {
      const session = new Http2SessionManager(running.grpcUrl);
      sessions.push(session);
      return grpcClient(running, session, key);
    },
    async seed(seed: object): Promise<void> {
      expect(await rest("POST", "/_emulator/seed", { body: seed, key: null })).toMatchObject({ status: 200 });
    },
    async state(): Promise<State> {
      return (await rest("GET", "/_emulator/state", { key: null })).body;
    },
    async deploy(deployment: object): Promise<void> {
      expect(await rest("POST", "/_emulator/deploy", { body: deployment, key: null })).toMatchObject({ status: 200 });
    },
    async faults(faults: object[]): Promise<void> {
      expect(await rest("POST", "/_emulator/faults", { body: faults, key: null })).toMatchObject({ status: 200 });
    },
    async requests(): Promise<Record<string, unknown>[]> {
      return (await rest("GET", "/_emulator/requests", { key: null })).body;
    },
  };
}

export type Emulated = Awaited<ReturnType<typeof emulate>>;

async function send(
  url: string,
  method: string,
  running: RunningEmulator,
  { body, key = running.key, headers = {} }: CallOptions,
): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(key !== null && { authorization: `Key ${key}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = answer.headers.get("content-type")?.startsWith("application/json") ?? false;
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === "" ? undefined : json ? JSON.parse(text) : text,
  };
}

function grpcClient(running: RunningEmulator, sessionManager: Http2SessionManager, key: string | null): Grpc {
  const authenticate: Interceptor = (next) => (request) => {
    if (key !== null) {
      const [id = "", secret = ""] = key.split(/:(.*)/s, 2);
      request.header.set("auth-key-id", id);
      request.header.set("auth-key", secret);
    }
    return next(request);
  };
  return createClient(
    IsolateController,
    createGrpcTransport({ baseUrl: running.grpcUrl, interceptors: [authenticate], sessionManager }),
  );
}

/** The code and message by which a call fails; a call that succeeds fails the test. */
export async function failureOf(
  call: Promise<unknown>,
): Promise<{ code: string; message: string; error: ConnectError }> {
  try {
    await call;
  } catch (reason) {
    const error = ConnectError.from(reason);
    return { code: Code[error.code], message: error.rawMessage, error };
  }
  throw new Error("the call succeeded, although it was expected to fail");
}
