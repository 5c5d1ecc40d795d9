import { randomBytes } from "node:crypto";
import type { CheckFacts } from "./properties";

/** What check may look at besides inputs. `pending`: see `Hidden.pending`. */
export function checkFacts(environment: string, now: number, pending: readonly string[]): CheckFacts {
  return { environment, now, pending, token: () => randomBytes(8).toString("hex") };
}
