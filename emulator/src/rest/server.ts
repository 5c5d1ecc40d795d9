import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Emulator } from "../emulator";
import { type Fault, pause } from "../faults";
import { refusal } from "../guard";
import type { RequestRecord } from "../requests";
import { invalid } from "../state/violations";
import { alphaRoutes } from "./alpha";
import { controlPrefix, controlRoutes } from "./control";
import { currentUserRoute } from "./current-user";
import { answerErrorsAs, detailError, platformError } from "./errors";
import { platformRoutes } from "./v1";

const platformPrefix = "/v1";

export function createRestServer(emulator: Emulator): FastifyInstance {
  const app = fastify({
    // Ends kept-alive connections with the server, else closing would wait for the clients.
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    // The router's own limit of 100 characters would turn long ids into 404.
    routerOptions: { maxParamLength: 4096 },
  });

  // A content type without a body (common on DELETE) is no error.
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
    if (body === "") return done(null, undefined);
    try {
      done(null, JSON.parse(body.toString()));
    } catch {
      done(invalid("body: not valid JSON"));
    }
  });

  observe(app, emulator);
  // Outside of the prefixes below, answers have the form of fal's REST host.
  answerErrorsAs(app, detailError);
  app.register(controlRoutes(emulator), { prefix: controlPrefix });
  app.register(platformRoutes(emulator.plane), { prefix: platformPrefix });
  app.register(currentUserRoute(emulator.plane));
  app.register(alphaRoutes(emulator.plane));
  return app;
}

interface Observation {
  record: RequestRecord;
  fault: Fault | undefined;
}

/** Around every call that is not a control call: guard, log, latency, ordered faults. */
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
    // What only adds headers, and what fails after the effect, is done when the answer is sent.
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
    // Recorded before the answer leaves, so that a client which has it finds the record complete.
    record.status = reply.statusCode;
    return body;
  });
}

/** The head of the answer. The ordered headers come last: they may change the content type. */
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
