import { partsOf } from "../../../support/sample";
import type { Request } from "./subjects";

type Json = Record<string, unknown>;

type FaultClass = "rate limit" | "unavailable" | "connection" | "timeout" | "malformed" | "refused";

/** Something that goes wrong between us and fal: how the emulator is told to do it, and what a message has to say. */
export interface Fault {
  readonly class: FaultClass;
  /** As the tables name it. */
  readonly name: string;
  /** The emulator's fault, by transport; none where this cannot happen. */
  readonly rest?: Json;
  readonly grpc?: Json;
  /** fal has not carried it out, and the client can know that: no message may leave it open. */
  readonly refusal?: boolean;
  readonly says: RegExp;
  /** It breaks what runs at the same time, so operations run one by one. */
  readonly alone?: boolean;
  /** The account is limited for longer than anybody waits: who has not asked yet fails without asking. */
  readonly holdsAll?: boolean;
  /** What the fault makes resources of other kinds ask too, so that its requests are not of one kind alone. */
  readonly alsoAsked?: string;
  /** Time limit of each operation. */
  readonly timeLimit?: string;
  /** Takes minutes, most of them waiting: begins before the others. */
  readonly slow?: boolean;
  /** How many requests fit into the time limit depends on chance. */
  readonly inexact?: boolean;
}

/** A fault that goes away, or one that stays. */
export interface FaultCase {
  readonly lasts: "once" | "always";
  readonly fault: Fault;
}

const limited = /429|RESOURCE_EXHAUSTED/;
const waits = /(429|RESOURCE_EXHAUSTED|fal limits this account).* Try again after 20\d\d-/;
const retryAfter = (seconds: number): Json => ({ status: 429, headers: { "retry-after": seconds } });
const exhausted = (seconds?: number): Json => ({
  grpcCode: "RESOURCE_EXHAUSTED",
  headers: seconds === undefined ? {} : { "x-ratelimit-reset": seconds },
});
const broken = /broke before .* was answered/;
const brokenPage = { status: 200, headers: { "content-type": "text/html" }, body: "<html>", afterEffect: true };

const both = (fault: Json): Pick<Fault, "rest" | "grpc"> => ({ rest: fault, grpc: fault });
const once = (fault: Fault): FaultCase => ({ lasts: "once", fault });
const always = (fault: Fault): FaultCase => ({ lasts: "always", fault });

const names = {
  stated: "429 with Retry-After",
  unstated: "429 without a wait",
  reset: "RESOURCE_EXHAUSTED with x-ratelimit-reset",
  noReset: "RESOURCE_EXHAUSTED without a wait",
  timeout: "timeout, carried out",
};
const unavailable: Fault = { class: "unavailable", name: "503", ...both({ status: 503 }), says: /503/ };
const cutBefore: Fault = {
  class: "connection",
  name: "connection reset, not carried out",
  ...both({ reset: true }),
  says: broken,
  alone: true,
};
const cutAfter: Fault = {
  class: "connection",
  name: "connection reset, carried out",
  ...both({ reset: true, afterEffect: true }),
  says: broken,
  alone: true,
};
const unavailableRpc: Fault = {
  class: "unavailable",
  name: "UNAVAILABLE",
  grpc: { grpcCode: "UNAVAILABLE" },
  says: /UNAVAILABLE/,
};
const tooLate: Fault = {
  class: "timeout",
  name: "DEADLINE_EXCEEDED, carried out",
  grpc: { grpcCode: "DEADLINE_EXCEEDED", afterEffect: true },
  says: /DEADLINE_EXCEEDED/,
};
const malformed: Fault = {
  class: "malformed",
  name: "malformed answer, carried out",
  ...both(brokenPage),
  says: /in an unexpected format|unsupported content type/,
};

/** In the order of the tables. */
export const faultCases: readonly FaultCase[] = [
  once({ class: "rate limit", name: names.stated, ...both(retryAfter(1)), refusal: true, says: limited }),
  always({
    class: "rate limit",
    name: names.stated,
    ...both(retryAfter(600)),
    refusal: true,
    says: waits,
    holdsAll: true,
  }),
  once({ class: "rate limit", name: names.unstated, ...both({ status: 429 }), refusal: true, says: limited }),
  always({
    class: "rate limit",
    name: names.unstated,
    ...both({ status: 429 }),
    refusal: true,
    says: /429|RESOURCE_EXHAUSTED|time limit of 10s is over/,
    timeLimit: "10s",
    inexact: true,
    slow: true,
  }),
  once(unavailable),
  always(unavailable),
  once(cutBefore),
  always({ ...cutBefore, timeLimit: "5s", inexact: true, slow: true }),
  once(cutAfter),
  always({ ...cutAfter, timeLimit: "5s", inexact: true, slow: true }),
  // Longer than the client waits for one answer.
  once({
    class: "timeout",
    name: names.timeout,
    ...both({ delayMs: 32_000, afterEffect: true }),
    says: /no answer within/,
    slow: true,
  }),
  always({
    class: "timeout",
    name: names.timeout,
    ...both({ delayMs: 3_600_000, afterEffect: true }),
    says: /no answer within|time limit of 8s is over/,
    timeLimit: "8s",
    inexact: true,
    slow: true,
  }),
  once(unavailableRpc),
  always(unavailableRpc),
  once({ class: "rate limit", name: names.reset, grpc: exhausted(1), refusal: true, says: limited }),
  always({ class: "rate limit", name: names.reset, grpc: exhausted(600), refusal: true, says: waits, holdsAll: true }),
  once({ class: "rate limit", name: names.noReset, grpc: exhausted(), refusal: true, says: limited }),
  once(tooLate),
  always(tooLate),
  once(malformed),
  always(malformed),
  always({
    class: "refused",
    name: "401, UNAUTHENTICATED",
    rest: { status: 401 },
    grpc: { grpcCode: "UNAUTHENTICATED" },
    refusal: true,
    says: /(401|UNAUTHENTICATED).* The key came from FAL_KEY \(key id emu\)/,
  }),
  always({
    class: "refused",
    name: "403, PERMISSION_DENIED",
    rest: { status: 403 },
    grpc: { grpcCode: "PERMISSION_DENIED" },
    refusal: true,
    says: /(403|PERMISSION_DENIED).* needs? a key with ADMIN scope/,
  }),
  always({
    class: "refused",
    name: "404, NOT_FOUND at an odd moment",
    rest: { status: 404 },
    grpc: { grpcCode: "NOT_FOUND" },
    refusal: true,
    says: /404|NOT_FOUND/,
    alsoAsked: "ListEnvironments",
  }),
];

/** Every part has every class of fault, faults that go away and faults that stay, and a slow one. */
export const parts = partsOf(
  faultCases,
  ({ lasts, fault }) => [fault.class, `${lasts}`, ...(fault.slow ? ["slow"] : [])],
  5,
);

export function faultOn(fault: Fault, request: Request): Json | undefined {
  return request.transport === "rest" ? fault.rest : fault.grpc;
}
