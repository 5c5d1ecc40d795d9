import { Code, ConnectError, createContextKey, type Interceptor } from "@connectrpc/connect";
import type { Emulator } from "../emulator";
import { type Fault, pause } from "../faults";
import type { RequestRecord } from "../requests";
import { faultError, toConnectError, wireName } from "./errors";
import { areas } from "./service";

/** What belongs to one call but not to its message. */
export interface CallContext {
  record: RequestRecord;
  cutConnection: () => void;
  /** Answers as a proxy in front of the server would: HTTP that is not gRPC. */
  answerPlainly: (status: number, headers: Record<string, string>, body: string) => void;
}

export const callContext = createContextKey<CallContext | undefined>(undefined);

/** Around every call: log, latency, ordered faults. */
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
        // Nobody is left to read this; "aborted" is what the adapter takes for a call that is over.
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
      // What was cut or answered plainly has its record already.
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

/** Key authentication travels in two metadata entries. */
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
