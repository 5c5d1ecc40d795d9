import { resolve } from "node:path";
import type { FalClient } from "../../../client";
import type { Prices } from "../../../cost";
import { requireNode } from "../../../node";
import { messageOf } from "../../../provider/errors";
import { pricesIn } from "../../capacity/prices";
import { type Totals, totalCost } from "../../capacity/totals";
import { type CommandValues, exitCodes, refuseEmpty, type Terminal, UsageError } from "../../command-line/command";
import { escapeInvisible, singleLine } from "../../command-line/terminal-text";
import { withFal } from "../../connection";
import { refuseEmptyEnvironment } from "../../environments";
import { Pulumi } from "../../pulumi/cli";
import { type Destinations, destinationsOf, writeResult } from "../../report/formats";
import { count } from "../../report/phrases";
import { linksOf } from "../../report/source";
import { nounOfType, resourceTypes } from "../../resource-types";
import { exportsOf, requireAccount } from "./account";
import { appEvents, isOfAnApp, likelyCauses, withAuditTrail } from "./causes";
import { correct, planCorrection } from "./fix";
import { jsonOf } from "./json";
import { withSimilar } from "./live";
import type { driftOptions } from "./options";
import { byImpact } from "./order";
import { alarming, driftReport, type ReportContext } from "./report";
import type { Drifted, Findings, FixedStack, PlannedStep, StackFailure, UnmanagedObject } from "./result";
import { type ReadStack, readStack } from "./stack";
import { unmanagedIn } from "./unmanaged";

type Options = CommandValues<typeof driftOptions>;

export async function drift(values: Options, terminal: Terminal): Promise<number> {
  const destinations = destinationsIn(values, terminal);
  requireNode();
  const prices = await pricesIn(values.prices, terminal);
  const note = noteTo(terminal);
  const { env, signal } = terminal;
  const cwd = resolve(terminal.cwd, values.cwd ?? ".");
  const pulumi = new Pulumi({ cwd, env, signal });
  const link = linksOf(undefined, cwd, env);

  terminal.progress?.("Running pulumi");
  const stacks: ReadStack[] = [];
  for (const stack of await stacksOf(values, pulumi)) stacks.push(await readStack(pulumi, stack, link, note, prices));
  const errors: StackFailure[] = stacks.flatMap(({ failures }) => failures);
  const auditFailures = new Set<string>();
  let drifted = await explained(stacks, values, terminal, (message) => auditFailures.add(message));
  let askedFal = false;
  if (values.live) {
    note("asking fal for objects like the missing ones");
    const warn = (message: string) => note(`note: ${message}`);
    try {
      drifted = await withFal(values, terminal, (fal) => withSimilar(drifted, stacks, fal, signal, warn));
      askedFal = true;
    } catch (error) {
      signal.throwIfAborted();
      errors.push({ urns: [], message: messageOf(error) });
    }
  }
  drifted.sort(byImpact);

  let unmanaged: UnmanagedObject[] | undefined;
  let keyId: string | undefined;
  if (values.unmanaged) {
    note("listing the account");
    try {
      ({ unmanaged, keyId } = await withFal(values, terminal, (fal) => listUnmanaged(fal, stacks, values, signal)));
    } catch (error) {
      signal.throwIfAborted();
      errors.push({ urns: [], message: messageOf(error) });
    }
  }

  const fixed: FixedStack[] = [];
  if (values.fix) {
    for (const { stack, failures, warnings } of stacks) {
      const of = drifted.filter((resource) => resource.stack === stack);
      // Stacks that could not be read completely are not changed.
      if (of.length === 0 || failures.length > 0) continue;
      fixed.push(await fix(pulumi, { stack, drifted: of, warnings }, terminal, values.yes ?? false, errors));
    }
  }

  const result: Findings = {
    drifted,
    checked: stacks.reduce((sum, { checked }) => sum + checked, 0),
    stacks: stacks.map(({ stack, checked, drifted: of, otherDynamicResources }) => ({
      stack,
      checked,
      drifted: of.length,
      ...(otherDynamicResources.length > 0 ? { otherDynamicResources } : {}),
    })),
    warnings: stacks.flatMap(({ warnings }) => warnings),
    errors,
    askedFal,
    ...(unmanaged ? { unmanaged } : {}),
    ...(values.fix ? { fix: { stacks: fixed } } : {}),
  };
  const context: ReportContext = {
    stacks,
    auditFailures: [...auditFailures],
    totals: totalsOf(stacks, prices),
    ...(keyId === undefined ? {} : { keyId }),
  };
  for (const { stack, message } of errors) note(`${stack === undefined ? "" : `${stack}: `}${message}`);
  await writeResult({ report: driftReport(result, context), json: jsonOf(result, context) }, destinations, terminal);
  return exitCodeOf(result);
}

/** What all stacks run and cost. */
function totalsOf(stacks: readonly ReadStack[], prices: Prices | undefined): Totals {
  const capacities = stacks.flatMap((stack) => stack.capacities);
  return { capacities, ...(prices ? { prices, cost: totalCost(capacities, prices) } : {}) };
}

/** A failure counts first: what could not be read may have drifted too. */
export function exitCodeOf(result: Findings): number {
  const { drifted, errors, fix: done } = result;
  if (errors.length > 0) return exitCodes.failure;
  if (alarming(result).length > 0) return exitCodes.findings;
  const corrected = new Set(
    (done?.stacks ?? [])
      .filter(({ outcome, remaining }) => outcome === "applied" && remaining.length === 0)
      .map(({ stack }) => stack),
  );
  return drifted.every(({ stack }) => corrected.has(stack)) ? exitCodes.success : exitCodes.findings;
}

/** Validates the options before anything is read. */
function destinationsIn(values: Options, terminal: Terminal): Destinations {
  if (values.stack && values["all-stacks"]) throw new UsageError("--stack and --all-stacks exclude each other.");
  for (const stack of values.stack ?? [])
    refuseEmpty("stack", stack, "Name a stack, or omit the option for the selected one.");
  if (values.environment !== undefined && !values.unmanaged) {
    throw new UsageError("--environment requires --unmanaged. It does not limit the comparison of resources.");
  }
  refuseEmptyEnvironment(values.environment);
  if (values.yes && !values.fix) throw new UsageError("--yes requires --fix.");
  if (values.fix && !values.yes && !terminal.confirm) {
    throw new UsageError("Standard input is not a terminal, so --fix cannot ask for confirmation. Pass --yes.");
  }
  return destinationsOf(values, terminal);
}

async function stacksOf(values: Options, pulumi: Pulumi): Promise<string[]> {
  if (values.stack) return [...new Set(values.stack)];
  if (!values["all-stacks"]) return [await pulumi.selectedStack()];
  const all = await pulumi.stacks();
  if (all.length === 0) throw new Error("The project has no stacks.");
  return all;
}

/** What drifted, with likely causes and, if the app's events are readable, authors and times. */
async function explained(
  stacks: readonly ReadStack[],
  values: Options,
  terminal: Terminal,
  failed: (message: string) => void,
): Promise<Drifted[]> {
  const found = stacks.map((stack) => ({ stack, drifted: likelyCauses(stack.drifted, stack.refreshed) }));
  const unexplained = found.flatMap(({ drifted }) => drifted);
  if (!unexplained.some(isOfAnApp)) return unexplained;
  try {
    return await withFal(values, terminal, async (fal) => {
      const account = await fal.account();
      const eventsOf = appEvents(fal, terminal.signal, failed);
      const lists = found.map(({ stack: { recorded, refreshed }, drifted }) =>
        withAuditTrail(drifted, refreshed, async (resource, environment, app) => {
          const of = recorded.get(resource.urn)?.account;
          if (of === undefined || of === account) return await eventsOf(environment, app);
          failed(`The credential does not belong to the fal account "${of}".`);
          return [];
        }),
      );
      return (await Promise.all(lists)).flat();
    });
  } catch (error) {
    terminal.signal.throwIfAborted();
    failed(messageOf(error));
    return unexplained;
  }
}

async function listUnmanaged(fal: FalClient, stacks: readonly ReadStack[], values: Options, signal: AbortSignal) {
  requireAccount("--unmanaged", await fal.account(), stacks);
  const exported = exportsOf("--unmanaged", stacks);
  return { unmanaged: await unmanagedIn(fal, exported, values.environment, signal), keyId: fal.settings.keyId };
}

async function fix(
  pulumi: Pulumi,
  { stack, drifted, warnings }: Pick<ReadStack, "stack" | "drifted" | "warnings">,
  terminal: Terminal,
  yes: boolean,
  errors: StackFailure[],
): Promise<FixedStack> {
  const note = noteTo(terminal);
  note(`${stack}: planning \`pulumi up --refresh\``);
  const plan = await planCorrection(pulumi, stack, drifted);
  if ("failures" in plan) {
    errors.push(...plan.failures);
    const outcome = plan.refused ? "refused" : "failed";
    return { stack, outcome, corrections: [], programChanges: [], remaining: drifted, warnings };
  }
  for (const line of planLines(stack, plan.corrections, plan.programChanges)) terminal.note(line);
  if (!yes && !(await terminal.confirm?.(`Apply this to ${escapeInvisible(stack)}?`))) {
    return { stack, outcome: "declined", ...plan, remaining: drifted, warnings };
  }
  note(`${stack}: running \`pulumi up --refresh\``);
  const { failures } = await correct(pulumi, stack);
  if (failures.length === 0) note(`${stack}: done, reading it again`);
  const after = await readStack(
    pulumi,
    stack,
    () => undefined,
    () => undefined,
  );
  errors.push(...failures, ...after.failures);
  const remaining = likelyCauses(after.drifted, after.refreshed);
  const outcome = failures.length === 0 ? "applied" : "failed";
  return { stack, outcome, ...plan, remaining, warnings: after.warnings };
}

/** The plan for the confirmation: one line for each step, indented under a heading. */
export function planLines(
  stack: string,
  corrections: readonly PlannedStep[],
  programChanges: readonly PlannedStep[],
): string[] {
  // Indented last: `singleLine` trims.
  const indented = (text: string) => `  ${singleLine(text)}`;
  const lines = [
    singleLine(
      corrections.length > 0
        ? `${stack}: ${count(corrections.length, "correction")}:`
        : `${stack}: nothing to correct, because the program declares what fal has`,
    ),
  ];
  for (const step of corrections) {
    const recreation = step.op === "create" ? resourceTypes.get(step.type)?.description.onMissing : undefined;
    lines.push(indented(`${stepLine(step)}${recreation ? `: it ${recreation}` : ""}`));
  }
  if (programChanges.length > 0) {
    lines.push(
      singleLine(
        `${stack}: ${count(programChanges.length, "other change")}, not drift: program changes that were not applied yet, or consequences of the corrections:`,
      ),
    );
    lines.push(...programChanges.map((step) => indented(stepLine(step))));
  }
  return lines;
}

function stepLine({ op, type, name, properties }: PlannedStep): string {
  return `${op} ${nounOfType(type)} ${name}${properties.length > 0 ? ` (${properties.join(", ")})` : ""}`;
}

/** Writes one line of progress. */
function noteTo(terminal: Terminal): (line: string) => void {
  return (line) => {
    terminal.note(singleLine(line));
    terminal.progress?.(line);
  };
}
