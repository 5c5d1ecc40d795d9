import { messageOf } from "../../../provider/errors";
import type { Terminal } from "../../command-line/command";
import { table, visible, visibleJson } from "../../command-line/terminal-text";
import { type Check, checks, type Finding } from "./checks";
import { type Machine, thisMachine } from "./host";

/** For each check; all run at the same time. */
const limitMs = 10_000;

export interface Checked extends Finding {
  readonly name: string;
}

export async function examine(
  { json }: { readonly json?: boolean },
  terminal: Terminal,
  machine: Machine = thisMachine(terminal),
): Promise<number> {
  const checked = await runChecks(checks, machine, terminal.signal, limitMs);
  terminal.signal.throwIfAborted();
  if (json) terminal.out(visibleJson({ checks: checked }));
  else for (const line of report(checked)) terminal.out(line);
  return checked.every(({ ok }) => ok) ? 0 : 1;
}

/** Each check's finding, in their order; what throws or takes longer has failed. */
export async function runChecks(
  all: readonly Check[],
  machine: Machine,
  interrupted: AbortSignal,
  withinMs: number,
): Promise<Checked[]> {
  return await Promise.all(
    all.map(async ({ name, fix, run }) => {
      const over = new AbortController();
      const timer = setTimeout(() => over.abort(new Error(`no answer within ${withinMs / 1_000} s`)), withinMs);
      const signal = AbortSignal.any([interrupted, over.signal]);
      try {
        const finding = await Promise.race([run(machine, signal), rejectedBy(signal)]);
        return { name, ...(finding.ok ? {} : { fix: fix(machine) }), ...finding };
      } catch (error) {
        const cause = over.signal.aborted ? over.signal.reason : error;
        return { name, ok: false, detail: messageOf(cause), fix: fix(machine, cause) };
      } finally {
        clearTimeout(timer);
      }
    }),
  );
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
}

function report(checked: readonly Checked[]): string[] {
  const mark = ({ ok, fix }: Checked) => (!ok ? "✗" : fix === undefined ? "✓" : "-");
  const lines = table(checked.map((check) => [mark(check), check.name, check.detail]));
  const failed = checked.filter(({ ok }) => !ok).length;
  return [
    ...checked.flatMap(({ fix }, index) => [
      lines[index] ?? "",
      ...(fix === undefined ? [] : [`     ${visible(fix)}`]),
    ]),
    "",
    failed === 0 ? "Everything that is needed is there." : `${failed} of ${checked.length} checks failed.`,
  ];
}
