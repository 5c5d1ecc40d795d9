// Classifies fal's refusals by their text, so that the advice fits them.

/**
 * - `account`: fal has locked the account, so all its keys fail.
 * - `feature`: the account lacks a feature that fal grants on request.
 * - `rights`: the key lacks a permission, or fal gives no reason.
 * - `other`: another reason.
 */
export type Refusal = "account" | "feature" | "rights" | "other";

// UNCERTAIN: fal documents neither the texts nor a code for them. Its users report "User is locked. Reason: Exhausted
// balance."; the other texts are those of similar services.
const account =
  /\b(user|account|team|organi[sz]ation)\b.{0,20}\b(locked|suspended|disabled|blocked|deactivated)\b|\b(exhausted|insufficient|negative) (balance|credits?|funds)\b|\b(payment|invoice)s? (is |are )?(required|overdue|past due)\b/i;
const feature =
  /\bnot (been |yet )?(enabled|activated|available) (for|on|in|to)\b|\bis not enabled\b|\bextra_permissions\b|\bcompute access\b|\baccess to (compute|this feature)\b|\bwait ?list\b/i;
const rights =
  /\b(key|scopes?|permissions?|permitted|admin|roles?|access denied|forbidden|not (allowed|authorized)|unauthorized)\b/i;

/** Classifies fal's answer to a refused call. `reason` is its text. */
export function refusalOf(reason: string | undefined): Refusal {
  if (reason === undefined || reason.trim() === "") return "rights";
  if (account.test(reason)) return "account";
  if (feature.test(reason)) return "feature";
  return rights.test(reason) ? "rights" : "other";
}

/**
 * Describes a reason about the account in fixed words, which can be shown even if fal's text cannot, because they quote
 * nothing. Undefined if the text is about something else.
 */
export function accountWords(reason: string | undefined): string | undefined {
  if (reason === undefined || refusalOf(reason) !== "account") return undefined;
  const reasons = [
    "Exhausted balance",
    "Insufficient balance",
    "Insufficient credits",
    "Insufficient funds",
    "Payment required",
  ];
  const found = reasons.find((known) => reason.toLowerCase().includes(known.toLowerCase()));
  return found === undefined ? "the account is locked" : `the account is locked. Reason: ${found}`;
}

/** Whether the reason is about money. */
export function isAboutMoney(reason: string | undefined): boolean {
  return /balance|credit|fund|payment|invoice|billing/i.test(reason ?? "");
}
