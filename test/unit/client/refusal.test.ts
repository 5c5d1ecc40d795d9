import { describe, expect, test } from "vitest";
import { type AttemptFailure, type Call, errorFrom } from "../../../src/client/internal/failure";
import type { RedactionContext } from "../../../src/client/internal/redact";
import { accountWords, type Refusal, refusalOf } from "../../../src/client/internal/refusal";
import { Redacted } from "../../../src/client/redacted";

const credential = { keyId: "key-1", source: "FAL_KEY" };
const redaction: RedactionContext = {
  credentials: [new Redacted("hunter2-hunter2")],
  values: undefined,
  resource: undefined,
  hide: undefined,
  changes: false,
};
const outcome = { attempts: 1, history: [], mayHaveTakenEffect: false, nowMs: 0 };
const call: Call = {
  operation: "compute.list",
  action: "list compute instances",
  repeat: "read",
  advice: { permission: "machines need a key with ADMIN scope" },
};

function errorOf(reason: string | undefined, more: Partial<AttemptFailure> = {}) {
  const failure = {
    code: "permission",
    answer: "fal answered 403",
    reason,
    delivery: "answered",
    transient: false,
  } as const;
  return errorFrom(call, { ...failure, ...more }, outcome, credential, redaction);
}

const texts: readonly (readonly [Refusal, string])[] = [
  ["account", "User is locked. Reason: Exhausted balance."],
  ["account", "Your team has been suspended."],
  ["account", "This account is disabled. Contact support."],
  ["account", "Insufficient credits"],
  ["feature", "Compute access is not enabled for this account"],
  ["feature", "Missing extra_permissions.compute"],
  ["feature", "Serverless is not available for your team. Join the waitlist."],
  ["rights", "Access denied: key abc lacks the permission for compute"],
  ["rights", "This endpoint requires an ADMIN API key"],
  ["rights", "Forbidden"],
  ["other", "Requests from this address are blocked"],
  ["other", "Single sign-on is required"],
];

describe("refusals", () => {
  test.each(texts)("a refusal has the cause %s if fal's reason is: %s", (refusal, said) => {
    expect(refusalOf(said)).toBe(refusal);
    const { message, reason, refusal: of } = errorOf(said);
    expect([reason, of]).toEqual([said, refusal]);
    // fal's own reason always, and advice about scopes only where it is one.
    expect(message).toContain(said.replace(/\.$/, ""));
    expect(/\)\. machines need a key with ADMIN scope/.test(message)).toBe(refusal === "rights");
    expect(/If the key lacks rights: machines need/.test(message)).toBe(refusal === "other");
    expect(/other keys of the account fail too/.test(message)).toBe(refusal === "account" || refusal === "feature");
  });

  test("a refusal without a reason may be about the key", () => {
    for (const reason of [undefined, "", " "])
      expect(errorOf(reason).message).toMatch(/machines need a key with ADMIN scope/);
  });

  test("a locked account is recognized for each code of a refusal, and only for refusals", () => {
    const locked = "User is locked. Reason: Exhausted balance.";
    for (const code of ["authentication", "validation", "conflict"] as const) {
      const error = errorOf(locked, { code });
      expect([error.refusal, error.message]).toEqual(["account", expect.stringContaining("fal.ai/dashboard/billing")]);
      expect(error.message).not.toMatch(/has not been revoked/);
    }
    expect(errorOf("name is not enabled for this", { code: "validation" }).refusal).toBeUndefined();
    expect(errorOf(locked, { code: "connection", delivery: "unanswered" }).refusal).toBeUndefined();
    expect(errorOf("The account was suspended for abuse").message).toContain("https://fal.ai/support");
  });

  test("accountWords contains no part of an echoed value", () => {
    expect(accountWords("User is locked. Reason: Exhausted balance. value hunter2")).toBe(
      "the account is locked. Reason: Exhausted balance",
    );
    expect(accountWords("User hunter2 is locked. Reason: hunter2")).toBe("the account is locked");
    expect(accountWords("Access denied")).toBeUndefined();
    expect(accountWords(undefined)).toBeUndefined();
  });

  test("the reason of a refusal does not contain secrets", () => {
    const failure = {
      code: "permission",
      answer: "no",
      reason: "locked: hunter2-hunter2",
      delivery: "answered",
      transient: false,
    } as const;
    expect(errorFrom(call, failure, outcome, credential, redaction).reason).toBe("locked: ***");
    const carrying = { ...redaction, values: [new Redacted("swordfish")] };
    const echoed = { ...failure, reason: "Your account was suspended over c3dvcmRmaXNo: insufficient credits" };
    expect(errorFrom(call, echoed, outcome, credential, carrying).reason).toBe(
      "the account is locked. Reason: Insufficient credits (fal's text is withheld, because it may contain the value)",
    );
  });
});
