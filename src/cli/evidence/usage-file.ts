import { parseDuration } from "../../duration";
import { doubtAboutFile } from "../../usage/doubt";
import type { Evidence } from "../../usage/evidence";
import { parseEvidence } from "../../usage/file";
import { type Terminal, UsageError } from "../command-line/command";
import { readNamed } from "../command-line/files";

/** The file of `--usage`. */
export interface UsageFile {
  readonly evidence: Evidence;
  /** Its name on the command line. */
  readonly name: string;
  /** Why it decides nothing, as a clause, for example because it is too old. */
  readonly doubt?: string;
}

const defaultMaxAge = "7d";

interface Options {
  readonly usage?: string;
  readonly "usage-max-age"?: string;
}

/** Refuses options that cannot be, before anything is read. @throws UsageError */
export function refuseUsageOptions({ usage, "usage-max-age": maxAge }: Options): void {
  if (maxAge === undefined) return;
  if (usage === undefined) throw new UsageError("--usage-max-age requires --usage.");
  if (parseDuration(maxAge) === undefined) {
    throw new UsageError(`--usage-max-age must be a duration such as 36h or 7d, not "${maxAge}".`);
  }
}

/** The file of `--usage`; undefined without it. */
export async function usageIn(
  { usage: name, "usage-max-age": maxAge = defaultMaxAge }: Options,
  terminal: Terminal,
): Promise<UsageFile | undefined> {
  if (name === undefined) return undefined;
  const evidence = parseEvidence(await readNamed("usage file", name, terminal), name);
  const doubt = doubtAboutFile(evidence, Date.now(), parseDuration(maxAge) ?? 0);
  return { evidence, name, ...(doubt === undefined ? {} : { doubt: withLimit(doubt, maxAge) }) };
}

/** The same file, which decides nothing about objects of other accounts. What is unknown makes no difference. */
export function ofAccounts(usage: UsageFile, accounts: readonly string[]): UsageFile {
  const { account } = usage.evidence;
  if (account === null || accounts.length === 0 || accounts.includes(account)) return usage;
  return { ...usage, doubt: `the usage file is of the account "${account}", and the objects are of "${accounts[0]}"` };
}

function withLimit(doubt: string, maxAge: string): string {
  return doubt.endsWith(" old") ? `${doubt}, older than ${maxAge}` : doubt;
}
