import { type CommandValues, exitCodes, refuseEmpty, type Terminal, UsageError } from "../../command-line/command";
import { outputProblem, writeFiles } from "../../command-line/files";
import { escapeInvisibleJson } from "../../command-line/terminal-text";
import { withFal } from "../../connection";
import { count } from "../../report/phrases";
import { rangeOf } from "../../usage/range";
import type { pricesOptions } from "./options";
import type { PricesResult } from "./result";
import { pricesOf } from "./table";

export async function prices(values: CommandValues<typeof pricesOptions>, terminal: Terminal): Promise<number> {
  const { out, json } = values;
  const range = rangeOf(values.since ?? "30d", new Date());
  refuseEmpty("out", out, "Name a file, or omit the option for standard output.");
  const problem = out === undefined ? undefined : outputProblem(out, terminal.cwd);
  if (problem !== undefined) throw new UsageError(`--out: ${problem}`);
  const { from: start, to: end } = range;
  const table = await withFal(values, terminal, async (fal) => {
    const options = { start, end, timeframe: "hour", timezone: "UTC", expand: ["summary"] } as const;
    const { summary } = await fal.usage.list(options);
    if (summary === undefined) throw new Error("fal returned no summary of the account's usage.");
    return pricesOf(summary, range, await fal.account());
  });
  // The file is for people, too.
  const text = escapeInvisibleJson(table satisfies PricesResult, json && out === undefined ? undefined : 2);
  if (out === undefined) {
    terminal.out(text);
    return exitCodes.success;
  }
  await writeFiles([{ name: out, text: `${text}\n` }], terminal);
  terminal.note(`Wrote ${out}: ${count(Object.keys(table.machineTypes).length, "price")} in ${table.currency}.`);
  return exitCodes.success;
}
