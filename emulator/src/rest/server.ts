import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Emulator } from "../emulator";
import { type Fault, pause } from "../faults";
import { refusal } from "../guard";
import type { RequestRecord } from "../requests";
import { invalid } from "../state/violations";
import { alphaRoutes } from "./alpha";
import { appFileRoutes } from "./app-files";
import { controlPrefix, controlRoutes } from "./control";
import { currentUserRoute } from "./current-user";
import { answerErrorsAs, detailError, platformError } from "./errors";
import { platformRoutes } from "./v1";

const platformPrefix = "/v1";

export function createRestServer(emulator: Emulator): FastifyInstance {
  const app = fastify({
    // Closes idle connections with the server, which would otherwise wait for the clients.
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    // The router's default limit of 100 characters would return 404 for long ids.
    routerOptions: { maxParamLength: 4096 },
  });

  // Accept a content type without a body, which is common for DELETE.
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
    if (body === "") return done(null, undefined);
    try {
      done(null, JSON.parse(body.toString()));
    } catch {
      done(invalid("body: not valid JSON"));
    }
  });

  observe(app, emulator);
  // Outside the prefixes below, responses have the format of fal's REST host.
  answerErrorsAs(app, detailError);
  app.register(controlRoutes(emulator), { prefix: controlPrefix });
  app.register(platformRoutes(emulator.plane), { prefix: platformPrefix });
  app.register(currentUserRoute(emulator.plane));
  app.register(appFileRoutes(emulator.plane));
  app.register(alphaRoutes(emulator.plane));
  return app;
}

interface Observation {
  record: RequestRecord;
  fault: Fault | undefined;
}

/** Wraps every call except control calls: guard, log, latency, faults. */
function observe(app: FastifyInstance, { faults, requests, latencyMs }: Emulator): void {
  const observations = new WeakMap<FastifyRequest, Observation>();

  app.addHook("onRequest", async (request, reply) => {
    const reason = refusal({ host: request.headers.host, origin: request.headers.origin });
    if (isControl(request)) {
      if (reason !== undefined) return reply.code(403).send(detailError(403, reason));
      return;
    }
    const call = { transport: "rest", method: request.method, path: request.url } as const;
    const observation: Observation = { record: requests.add(call), fault: undefined };
    observations.set(request, observation);
    if (reason !== undefined) return reply.code(403).send(errorShape(request)(403, reason));

    await pause(latencyMs);
    const fault = faults.take(call);
    if (!fault) return;
    // Faults that only add headers, or fail after the effect, apply when the response is sent.
    if (fault.afterEffect || (!fault.reset && fault.status === undefined)) {
      observation.fault = fault;
      if (!fault.afterEffect) await pause(fault.delayMs);
      return;
    }
    await pause(fault.delayMs);
    if (fault.reset) {
      reply.hijack();
      request.raw.socket.resetAndDestroy();
      return;
    }
    replaceAnswer(reply, fault);
    return reply.send(faultBody(request, fault));
  });

  app.addHook("onSend", async (request, reply, payload) => {
    const observation = observations.get(request);
    if (!observation) return payload;
    const { fault, record } = observation;
    let body = payload;
    if (fault) {
      if (fault.afterEffect) await pause(fault.delayMs);
      if (fault.reset) {
        request.raw.socket.resetAndDestroy();
        return payload;
      }
      replaceAnswer(reply, fault);
      if (fault.status !== undefined) body = faultBody(request, fault);
    }
    // Recorded before the response is sent, so that a client that has received it finds a complete record.
    record.status = reply.statusCode;
    return body;
  });
}

/** Writes the headers. Those of the fault come last, because they may change the content type. */
function replaceAnswer(reply: FastifyReply, fault: Fault): void {
  if (fault.status !== undefined) {
    reply.code(fault.status).removeHeader("content-length");
    reply.type(typeof fault.body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8");
  }
  reply.headers(fault.headers);
}

function faultBody(request: FastifyRequest, fault: Fault): string {
  if (typeof fault.body === "string") return fault.body;
  const status = fault.status ?? 500;
  return JSON.stringify(fault.body ?? errorShape(request)(status, `Injected fault ${status}`));
}

const isControl = (request: FastifyRequest) => startsWithSegment(request.url, controlPrefix);
const errorShape = (request: FastifyRequest) =>
  startsWithSegment(request.url, platformPrefix) ? platformError : detailError;
const startsWithSegment = (url: string, prefix: string) => new RegExp(`^${prefix}(?:[/?]|$)`).test(url);
