import type { Terminal } from "../../command-line/command";
import { escapeInvisible } from "../../command-line/terminal-text";
import type { Pulumi } from "../../pulumi/cli";
import { EngineEvents } from "../../pulumi/events";
import { type Limits, upCommand } from "./commands";
import { applyFix, type FixPlan, planFix, withResults } from "./fix";
import { endedLines, planLines } from "./fix-text";
import { noteTo } from "./note";
import type { Drifted, FixedStack, RemainingDrift, StackFailure } from "./result";
import { openStack, type ReadStack, readStack } from "./stack";
import { targetedIn } from "./targets";
import { sharesObjects, unresolvedIn } from "./unresolved";

interface Fixing {
  readonly pulumi: Pulumi;
  readonly stacks: readonly ReadStack[];
  /** Of all stacks, with causes. */
  readonly drifted: readonly Drifted[];
  readonly limits: Limits;
  /** Without a confirmation. */
  readonly yes: boolean;
  /** Drift with its causes. */
  readonly explain: (stacks: readonly ReadStack[]) => Promise<readonly Drifted[]>;
  readonly terminal: Terminal;
}

/** The fix of one stack before its resources were read again. */
interface Attempt {
  readonly read: ReadStack;
  readonly drifted: readonly Drifted[];
  readonly outcome: FixedStack["outcome"];
  readonly plan: FixPlan;
  readonly failures: readonly StackFailure[];
  /** The command that does the rest of an update that failed. */
  readonly finish?: string;
}

/** Corrects one stack after the other, and reads them again at the end, because stacks may share objects. */
export async function fixStacks(
  fixing: Fixing,
): Promise<{ readonly stacks: FixedStack[]; readonly errors: StackFailure[] }> {
  const attempts: Attempt[] = [];
  for (const read of fixing.stacks) {
    const drifted = fixing.drifted.filter(({ stack }) => stack === read.stack);
    // Stacks that could not be read completely are not changed.
    const isDue = drifted.length > 0 || read.lastUpdateFailed;
    if (isDue && read.failures.length === 0) attempts.push(await attemptFix(fixing, read, drifted));
  }
  const { pulumi, limits, terminal } = fixing;
  const ran = attempts.filter(({ outcome, finish }) => outcome === "applied" || finish !== undefined);
  const after = new Map<string, ReadStack>();
  for (const read of fixing.stacks) {
    const touched = ran.some((each) => each.read.stack === read.stack || sharesObjects(each.read, read));
    if (!touched) continue;
    noteTo(terminal)(`${read.stack}: reading it again`);
    const open = await openStack(pulumi, read.stack);
    const targets = limits.targets && targetedIn(open.recorded, limits.targets);
    const again = await readStack(
      pulumi,
      open,
      () => undefined,
      () => undefined,
      { targets },
    );
    after.set(read.stack, { ...again, drifted: await fixing.explain([again]) });
  }
  return {
    stacks: attempts.map(({ read: { stack, warnings }, drifted, outcome, plan, finish }) => {
      const { corrections, otherChanges, accepted } = plan;
      const again = after.get(stack);
      return {
        stack,
        outcome,
        corrections,
        otherChanges,
        accepted,
        remaining: again
          ? unresolvedIn({ drifted, corrections }, again, [...after.values()])
          : untouched(drifted, outcome),
        warnings: again?.warnings ?? warnings,
        ...(finish === undefined ? {} : { finish }),
      };
    }),
    errors: [
      ...attempts.flatMap(({ failures }) => failures.map((failure) => ({ ...failure, during: "fix" as const }))),
      ...[...after.values()].flatMap((each) => each.failures),
    ],
  };
}

function untouched(drifted: readonly Drifted[], outcome: FixedStack["outcome"]): RemainingDrift[] {
  const reason = outcome === "declined" ? "the correction was declined" : "nothing was changed, see the error";
  return drifted.map((resource) => ({ ...resource, reason }));
}

async function attemptFix(
  { pulumi, limits, yes, terminal }: Fixing,
  read: ReadStack,
  drifted: readonly Drifted[],
): Promise<Attempt> {
  const { stack } = read;
  const note = noteTo(terminal);
  const targets = limits.targets && targetedIn(read.recorded, limits.targets);
  note(`${stack}: planning \`pulumi up --refresh\``);
  const plan = await planFix(pulumi, stack, drifted, targets);
  if ("failures" in plan) {
    const outcome = plan.refused ? "refused" : "failed";
    const nothing = { corrections: [], otherChanges: [], accepted: [], summary: "" };
    return { read, drifted, outcome, plan: nothing, failures: plan.failures };
  }
  for (const line of planLines(stack, plan)) terminal.note(line);
  if (!yes && !(await terminal.confirm?.(`Apply this to ${escapeInvisible(stack)}?`))) {
    return { read, drifted, outcome: "declined", plan, failures: [] };
  }
  note(`${stack}: running \`pulumi up --refresh\``);
  const finish = upCommand(stack, limits, targets);
  const events = new EngineEvents();
  const ended = (how: string) => {
    for (const line of endedLines(stack, withResults(plan, events.run()), how, finish)) terminal.note(line);
  };
  try {
    const { failures } = await applyFix(pulumi, stack, targets, events);
    const withEnds = withResults(plan, events.run());
    if (failures.length === 0) {
      note(`${stack}: \`pulumi up --refresh\` succeeded`);
      return { read, drifted, outcome: "applied", plan: withEnds, failures };
    }
    ended("failed");
    return { read, drifted, outcome: "failed", plan: withEnds, failures, finish };
  } catch (error) {
    ended(terminal.signal.aborted ? "was interrupted" : "failed");
    throw error;
  }
}
