import { Code, ConnectError, createContextKey, type Interceptor } from "@connectrpc/connect";
import type { Emulator } from "../emulator";
import { type Fault, pause } from "../faults";
import type { RequestRecord } from "../requests";
import { faultError, toConnectError, wireName } from "./errors";
import { areas } from "./service";

/** Per-call data outside the message. */
export interface CallContext {
  record: RequestRecord;
  cutConnection: () => void;
  /** Sends a plain HTTP response, as a proxy in front of the server does. */
  answerPlainly: (status: number, headers: Record<string, string>, body: string) => void;
}

export const callContext = createContextKey<CallContext | undefined>(undefined);

/** Wraps every call: log, latency, faults. */
export function observe({ faults, latencyMs }: Emulator): Interceptor {
  return (next) => async (request) => {
    const context = request.contextValues.get(callContext);
    const path = new URL(request.url).pathname;
    await pause(latencyMs);
    const fault = faults.take({ transport: "grpc", method: request.requestMethod, path, rpc: request.method.name });

    const failAsOrdered = async () => {
      if (!fault) return;
      await pause(fault.delayMs);
      if (fault.reset) {
        context?.cutConnection();
        // The connection is gone. The adapter ignores an aborted call.
        throw new ConnectError("connection reset by an ordered fault", Code.Aborted);
      }
      if (isPlain(fault)) {
        context?.answerPlainly(fault.status, fault.headers, plainBody(fault));
        throw new ConnectError("answered by an ordered fault", Code.Aborted);
      }
      const error = faultError(fault);
      if (error) throw error;
    };
    const perform = async () => {
      try {
        return await next(request);
      } finally {
        // The fault replaces the response, whatever the result of the operation.
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
      // Cut connections and plain responses are already recorded.
      if (context && !(fault && (fault.reset || isPlain(fault)))) context.record.status = wireName(error.code);
      throw error;
    }
  };
}

function isPlain(fault: Fault): fault is Fault & { status: number } {
  return fault.status !== undefined && fault.grpcCode === undefined;
}

function plainBody({ status, body }: Fault): string {
  return typeof body === "string" ? body : JSON.stringify(body ?? `Injected fault ${status}`);
}

/** The key is in two metadata entries. */
export function authorize({ plane }: Emulator): Interceptor {
  return (next) => async (request) => {
    const { header, method } = request;
    const key = plane.access.authenticate(header.get("auth-key-id") ?? undefined, header.get("auth-key") ?? undefined);
    plane.access.authorize(key, areaOf(method.localName));
    return next(request);
  };
}

function areaOf(method: string) {
  const area = Object.entries(areas).find(([name]) => name === method)?.[1];
  if (area === undefined) throw new ConnectError(`no area for ${method}`, Code.Internal);
  return area;
}
