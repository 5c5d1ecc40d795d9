import { messageOf } from "../../../provider/errors";
import { exitCodes, type Terminal } from "../../command-line/command";
import { escapeInvisible, escapeInvisibleJson, styleFor, table, width, wrap } from "../../command-line/terminal-text";
import { type Check, checks } from "./checks";
import { type HostInfo, thisHost } from "./host";
import type { CheckResult, DoctorResult } from "./result";

/** The time limit of each check. All checks run at the same time. */
const limitMs = 10_000;

export async function doctor(
  { json }: { readonly json?: boolean },
  terminal: Terminal,
  host: HostInfo = thisHost(terminal),
): Promise<number> {
  terminal.progress?.("Checking");
  const checked = await runChecks(checks, host, terminal.signal, limitMs);
  terminal.signal.throwIfAborted();
  if (json) terminal.out(escapeInvisibleJson({ checks: checked } satisfies DoctorResult));
  else for (const line of report(checked, terminal)) terminal.out(line);
  return checked.every(({ ok }) => ok) ? exitCodes.success : exitCodes.findings;
}

/** The result of each check, in their order. A check that throws or takes longer has failed. */
export async function runChecks(
  all: readonly Check[],
  host: HostInfo,
  interrupted: AbortSignal,
  withinMs: number,
): Promise<CheckResult[]> {
  return await Promise.all(
    all.map(async ({ name, fix, run }) => {
      const over = new AbortController();
      const timer = setTimeout(() => over.abort(new Error(`No response within ${withinMs / 1_000} s.`)), withinMs);
      const signal = AbortSignal.any([interrupted, over.signal]);
      try {
        const finding = await Promise.race([run(host, signal), rejectedBy(signal)]);
        return { name, ...(finding.ok ? {} : { fix: fix(host) }), ...finding };
      } catch (error) {
        const cause = over.signal.aborted ? over.signal.reason : error;
        return { name, ok: false, detail: messageOf(cause), fix: fix(host, cause) };
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

function report(
  checked: readonly CheckResult[],
  { color = false, columns }: Pick<Terminal, "color" | "columns">,
): string[] {
  const style = styleFor({ color });
  const mark = ({ ok, fix }: CheckResult) => (!ok ? "✗" : fix === undefined ? "✓" : "-");
  const lines = table(checked.map((check) => [mark(check), check.name, check.detail]));
  // Below the details, which are the third column.
  const indent = " ".repeat(Math.max(...checked.map(({ name }) => width(escapeInvisible(name)))) + 5);
  const failed = checked.filter(({ ok }) => !ok).length;
  return [
    ...checked.flatMap(({ fix }, index) => [
      wrap(lines[index] ?? "", columns ?? Infinity, indent).replace(/^[✗✓]/, (sign) =>
        style(sign === "✓" ? "green" : "red", sign),
      ),
      ...(fix === undefined ? [] : [`     ${escapeInvisible(fix)}`]),
    ]),
    "",
    failed === 0 ? "All checks passed." : `${failed} of ${checked.length} checks failed.`,
  ];
}
