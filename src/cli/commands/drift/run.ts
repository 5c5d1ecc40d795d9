import { resolve } from "node:path";
import type { FalClient } from "../../../client";
import type { Prices } from "../../../cost";
import { requireNode } from "../../../node";
import { messageOf } from "../../../provider/errors";
import { accountsOf, requireAccount } from "../../account";
import type { Capacity } from "../../capacity/capacity";
import { pricesIn } from "../../capacity/prices";
import { type Totals, totalCost } from "../../capacity/totals";
import { type CommandValues, exitCodes, refuseEmpty, type Terminal, UsageError } from "../../command-line/command";
import { withFal } from "../../connection";
import { refuseEmptyEnvironment } from "../../environments";
import type { EvidenceInReport } from "../../evidence/report";
import { scalingEvidence } from "../../evidence/scaling";
import { ofAccounts, refuseUsageOptions, type UsageFile, usageIn } from "../../evidence/usage-file";
import { Pulumi } from "../../pulumi/cli";
import { type Destinations, destinationsOf, writeResult } from "../../report/formats";
import { linksOf } from "../../report/source";
import { exportsOf } from "./account";
import { appEvents, isOfAnApp, likelyCauses, withAuditTrail } from "./causes";
import { fixStacks } from "./fix-stacks";
import { jsonOf } from "./json";
import { withSimilar } from "./live";
import { noteTo } from "./note";
import type { driftOptions } from "./options";
import { byImpact } from "./order";
import { alarming, driftReport, type ReportContext, unfinishedIn } from "./report";
import type { Drifted, Findings, StackFailure, UnmanagedObject } from "./result";
import { type OpenStack, openStack, type ReadStack, readStack } from "./stack";
import { refuseUnknownTargets, targetedIn } from "./targets";
import { unmanagedIn } from "./unmanaged";

type Options = CommandValues<typeof driftOptions>;

export async function drift(values: Options, terminal: Terminal): Promise<number> {
  const destinations = destinationsIn(values, terminal);
  requireNode();
  const prices = await pricesIn(values.prices, terminal);
  const usage = await usageIn(values, terminal);
  const note = noteTo(terminal);
  const { env, signal } = terminal;
  const cwd = resolve(terminal.cwd, values.cwd ?? ".");
  const pulumi = new Pulumi({ cwd, env, signal });
  const link = linksOf(undefined, cwd, env);
  const limits = { cwd: values.cwd, targets: values.target, environment: values.environment };

  terminal.progress?.("Running pulumi");
  const stacks: ReadStack[] = [];
  for (const open of await openStacks(values, pulumi)) {
    stacks.push(await readStack(pulumi, open, link, note, { targets: targetsIn(open, values), prices }));
  }
  const errors: StackFailure[] = stacks.flatMap(({ failures }) => failures);
  const auditFailures = new Set<string>();
  const explain = (of: readonly ReadStack[]) =>
    explained(of, values, terminal, (message) => auditFailures.add(message));
  let drifted = await explain(stacks);
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

  const fixed = values.fix
    ? await fixStacks({ pulumi, stacks, drifted, limits, yes: values.yes ?? false, explain, terminal })
    : undefined;
  errors.push(...(fixed?.errors ?? []));

  const result: Findings = {
    drifted,
    checked: stacks.reduce((sum, { checked }) => sum + checked, 0),
    stacks: stacks.map(({ stack, checked, drifted: of, lastUpdateFailed, otherDynamicResources }) => ({
      stack,
      checked,
      drifted: of.length,
      ...(lastUpdateFailed ? { lastUpdateFailed } : {}),
      ...(otherDynamicResources.length > 0 ? { otherDynamicResources } : {}),
    })),
    warnings: stacks.flatMap(({ warnings }) => warnings),
    errors,
    askedFal,
    ...(unmanaged ? { unmanaged } : {}),
    ...(fixed ? { fix: { stacks: fixed.stacks } } : {}),
  };
  const context: ReportContext = {
    stacks,
    auditFailures: [...auditFailures],
    totals: totalsOf(stacks, prices),
    limits,
    ...(usage ? { evidence: evidenceIn(stacks, usage) } : {}),
    ...(keyId === undefined ? {} : { keyId }),
  };
  for (const { stack, message } of errors) note(`${stack === undefined ? "" : `${stack}: `}${message}`);
  await writeResult({ report: driftReport(result, context), json: jsonOf(result, context) }, destinations, terminal);
  return exitCodeOf(result);
}

function evidenceIn(stacks: readonly ReadStack[], file: UsageFile): EvidenceInReport {
  const usage = ofAccounts(file, accountsOf(stacks));
  return { usage, changes: scalingEvidence(capacitiesOf(stacks), usage) };
}

function capacitiesOf(stacks: readonly ReadStack[]): Capacity[] {
  return stacks.flatMap((stack) => stack.capacities);
}

/** What all stacks run and cost. */
function totalsOf(stacks: readonly ReadStack[], prices: Prices | undefined): Totals {
  const capacities = capacitiesOf(stacks);
  return { capacities, ...(prices ? { prices, cost: totalCost(capacities, prices) } : {}) };
}

/** A failure counts first: what could not be read may have drifted too. */
export function exitCodeOf(result: Findings): number {
  const { drifted, errors, fix } = result;
  if (errors.length > 0) return exitCodes.failure;
  if (alarming(result).length > 0) return exitCodes.findings;
  const corrected = new Set(
    (fix?.stacks ?? [])
      .filter(({ outcome, remaining }) => outcome === "applied" && remaining.length === 0)
      .map(({ stack }) => stack),
  );
  const open = [...drifted.map(({ stack }) => stack), ...unfinishedIn(result)];
  return open.every((stack) => corrected.has(stack)) ? exitCodes.success : exitCodes.findings;
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
  refuseUsageOptions(values);
  for (const target of values.target ?? [])
    refuseEmpty("target", target, "Name a resource, or omit the option for all.");
  if (values.target && values.unmanaged) {
    throw new UsageError("--target and --unmanaged exclude each other: unmanaged objects are in no stack.");
  }
  if (values.yes && !values.fix) throw new UsageError("--yes requires --fix.");
  if (values.fix && !values.yes && !terminal.confirm) {
    throw new UsageError("Standard input is not a terminal, so --fix cannot ask for confirmation. Pass --yes.");
  }
  return destinationsOf(values, terminal);
}

/** @throws if a target is in none of the stacks */
async function openStacks(values: Options, pulumi: Pulumi): Promise<OpenStack[]> {
  const stacks: OpenStack[] = [];
  for (const stack of await stacksOf(values, pulumi)) stacks.push(await openStack(pulumi, stack));
  // A target may be in a stack whose state could not be read.
  if (values.target && stacks.every(({ failures }) => failures.length === 0)) {
    refuseUnknownTargets(
      values.target,
      stacks.map(({ recorded }) => recorded),
    );
  }
  return stacks;
}

/** URNs; undefined: the whole stack. */
function targetsIn({ recorded }: OpenStack, { target }: Options): string[] | undefined {
  return target && targetedIn(recorded, target);
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
