import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Interceptor, type StreamResponse } from "@connectrpc/connect";
import type { Emulator } from "../emulator";
import { type Fault, isPlain, pause } from "../faults";
import { LogLevel, LogSource } from "../gen/common_pb";
import { BuildEnvironmentResultSchema } from "../gen/controller_pb";
import { callContext } from "./call-context";
import { faultError, toConnectError, wireName } from "./errors";
import { areas } from "./service";

/** Wraps every call: log, latency, faults. */
export function observe({ faults, latencyMs, plane }: Emulator): Interceptor {
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
    const failed = (reason: unknown) => {
      const error = toConnectError(reason);
      // Cut connections and plain responses are already recorded.
      if (context && !(fault && (fault.reset || isPlain(fault)))) context.record.status = wireName(error.code);
      return error;
    };
    const succeeded = () => {
      if (context) context.record.status = "OK";
    };
    /** A build without an effect of its own: the lines of its log, over time, and then the fault or the response. */
    const build = async function* (lines: readonly string[], response: StreamResponse["message"]) {
      try {
        for (const message of lines) {
          await pause(fault?.logDelayMs ?? 0);
          const timestamp = timestampFromMs(plane.clock());
          const log = { message, source: LogSource.BUILDER, level: LogLevel.INFO, timestamp };
          yield create(BuildEnvironmentResultSchema, { logs: [log] });
        }
        await failAsOrdered();
        yield* response;
        succeeded();
      } catch (reason) {
        throw failed(reason);
      }
    };
    try {
      if (fault?.logs) {
        const answer = await next(request);
        return answer.stream ? { ...answer, message: build(fault.logs, answer.message) } : answer;
      }
      if (!fault?.afterEffect) await failAsOrdered();
      const answer = await perform();
      succeeded();
      return answer;
    } catch (reason) {
      throw failed(reason);
    }
  };
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
