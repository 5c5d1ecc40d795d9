import { randomUUID } from "node:crypto";
import type { FastifyError, FastifyInstance, FastifyReply } from "fastify";
import { Violation, type ViolationKind } from "../state/violations";

// Maps violations to REST statuses.
// UNCERTAIN: fal documents no 409 for these operations, so a conflict is a bad request.
const statuses: Record<ViolationKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  already_exists: 400,
  failed_precondition: 400,
};

type ErrorShape = (status: number, message: string) => unknown;

/** `api.fal.ai/v1` */
export const platformError: ErrorShape = (status, message) => ({
  error: { type: platformType(status), message, request_id: `req_${randomUUID()}` },
});

/** The alpha surface, `rest.alpha.fal.ai`, and the control endpoints. */
export const detailError: ErrorShape = (_status, message) => ({ detail: message });

function platformType(status: number): string {
  if (status === 401 || status === 403) return "authorization_error";
  if (status === 404) return "not_found";
  if (status === 429) return "rate_limited";
  if (status === 501) return "not_implemented";
  return status >= 500 ? "server_error" : "validation_error";
}

/** Converts every failure on this surface to its error format. */
export function answerErrorsAs(app: FastifyInstance, shape: ErrorShape): void {
  const answer = (reply: FastifyReply, status: number, message: string) =>
    reply.code(status).send(shape(status, message));
  app.setErrorHandler((error: FastifyError | Violation, _request, reply) => {
    if (error instanceof Violation) return answer(reply, statuses[error.kind], error.message);
    // The framework's refusals of a request's format (media type, size) are bad requests.
    if (error.statusCode !== undefined && error.statusCode < 500) return answer(reply, 400, error.message);
    console.error(error);
    return answer(reply, 500, "An unexpected error occurred");
  });
  app.setNotFoundHandler((request, reply) => answer(reply, 404, `${request.method} ${request.url} is not served`));
}
