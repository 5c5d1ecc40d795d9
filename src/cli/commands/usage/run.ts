import { setFlagsFromString } from "node:v8";
import { requireNode } from "../../../node";
import { pricesIn } from "../../capacity/prices";
import { type CommandValues, exitCodes, refuseEmpty, type Terminal, UsageError } from "../../command-line/command";
import { withFal } from "../../connection";
import { refuseEmptyEnvironment } from "../../environments";
import { destinationsOf, writeResult } from "../../report/formats";
import { rangeOf } from "../../usage/range";
import { findingsOf } from "./findings";
import { jsonOf } from "./json";
import type { usageOptions } from "./options";
import { readUsage } from "./read";
import { usageReport } from "./report";
import { type DeclaredStack, declaredIn } from "./stack";

type Options = CommandValues<typeof usageOptions>;

export async function usage(values: Options, terminal: Terminal): Promise<number> {
  // Histories leave much garbage behind. By default, V8 makes so much room for it that 500 apps take 300 MB instead of 180.
  setFlagsFromString("--semi-space-growth-factor=1");
  const destinations = destinationsOf(values, terminal);
  const now = new Date();
  const range = rangeOf(values.since ?? "14d", now);
  checkOptions(values);
  const prices = await pricesIn(values.prices, terminal);
  const stack = values.stack === undefined ? undefined : await readStack(values.stack, values.cwd, terminal);
  const { environment, app: apps } = values;
  const read = await withFal(values, terminal, (fal) => readUsage(fal, { range, environment, apps, stack }, terminal));
  const findings = findingsOf(read, { prices, stack, generatedAt: now.toISOString() });
  await writeResult({ report: usageReport(findings), json: jsonOf(findings) }, destinations, terminal);
  return exitCodes.success;
}

/** @throws {UsageError} */
function checkOptions({ environment, app, stack, cwd }: Options): void {
  refuseEmptyEnvironment(environment);
  for (const each of app ?? []) refuseEmpty("app", each, "Name an app, or omit the option for all.");
  refuseEmpty("stack", stack, "Name a stack, or omit the option for all apps of the account.");
  if (cwd !== undefined && stack === undefined) throw new UsageError("--cwd requires --stack.");
}

async function readStack(name: string, cwd: string | undefined, terminal: Terminal): Promise<DeclaredStack> {
  requireNode();
  terminal.progress?.("Running pulumi");
  return await declaredIn(name, cwd, terminal);
}
