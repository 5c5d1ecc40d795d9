import type { FalClient } from "../../../client";
import type { FalError } from "../../../client/errors";
import { mainEnvironment } from "../../../resources/common";
import { handlers } from "../../../resources/handlers.gen";
import { ifPermitted } from "../../permitted";

/** What a key cannot be used for, and fal's refusal. */
export interface RefusedUse {
  /** Kinds of resources, commands and functions, for people. */
  readonly uses: readonly string[];
  /** Whether managing an account does not need it. */
  readonly optional: boolean;
  readonly error: FalError;
}

interface Use extends Pick<RefusedUse, "uses" | "optional"> {
  /** A request that fal refuses if the key lacks the right. */
  read(fal: FalClient, signal: AbortSignal): Promise<unknown>;
}

const hourMs = 60 * 60 * 1_000;

const all: readonly Use[] = [
  ...handlers.map(
    ({ definition, list }): Use => ({
      uses: [definition.kind],
      optional: false,
      read: (fal, signal) => list(fal, mainEnvironment, signal),
    }),
  ),
  {
    uses: ["environments other than main"],
    optional: false,
    read: (fal, signal) => fal.environments.list({ signal }),
  },
  {
    uses: ["`pulumi-fal usage`", "`pulumi-fal prices`", "getUsage"],
    optional: true,
    read: (fal, signal) => fal.usage.list({ start: new Date(Date.now() - hourMs), expand: ["summary"], signal }),
  },
];

/**
 * What fal refuses to return to this key. Only reads, so a right to change something may still be missing. Throws if the
 * account is locked, or a call fails for another reason.
 */
export async function refusedUses(fal: FalClient, signal: AbortSignal): Promise<RefusedUse[]> {
  const refused = await Promise.all(
    all.map(async ({ uses, optional, read }): Promise<RefusedUse[]> => {
      const { refused } = await ifPermitted(read(fal, signal));
      return refused === undefined ? [] : [{ uses, optional, error: refused }];
    }),
  );
  return refused.flat();
}
