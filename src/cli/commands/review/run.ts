import { resolve } from "node:path";
import { pricesIn } from "../../capacity/prices";
import { kindsToRead, type Live, liveOf, readKnown } from "../../changes/live";
import { reviewOf } from "../../changes/model";
import { type CommandValues, exitCodes, type Terminal, UsageError } from "../../command-line/command";
import { decoded, readNamed } from "../../command-line/files";
import { escapeInvisible } from "../../command-line/terminal-text";
import { refuseUsageOptions, usageIn } from "../../evidence/usage-file";
import type { Plan } from "../../pulumi/plan";
import { parsePreview } from "../../pulumi/preview";
import { destinationsOf, writeResult } from "../../report/formats";
import { linksOf } from "../../report/source";
import { parseGates } from "./gates";
import { jsonOf } from "./json";
import { failedGatesOf } from "./matches";
import type { reviewOptions } from "./options";
import { reviewReport } from "./report";

export async function review(options: CommandValues<typeof reviewOptions>, terminal: Terminal): Promise<number> {
  const destinations = destinationsOf(options, terminal);
  const gates = parseGates(options["fail-on"] ?? [], {
    prices: options.prices !== undefined,
    usage: options.usage !== undefined,
  });
  refuseUsageOptions(options);
  const sourceUrl = options["source-url"];
  if (sourceUrl !== undefined && !/^https?:\/\/[^/]/.test(sourceUrl)) {
    throw new UsageError("--source-url must begin with https:// or http://.");
  }
  const prices = await pricesIn(options.prices, terminal);
  const usage = await usageIn(options, terminal);
  const plan = parsePreview(await previewText(options.preview, terminal));
  if (plan.steps.length > 0 && plan.steps.every(({ op }) => op === "refresh")) {
    throw new Error(
      "The preview is of `pulumi refresh`, which changes nothing at fal. Use `pulumi-fal drift` to see drift.",
    );
  }
  const links = linksOf(sourceUrl, resolve(terminal.cwd, options.project ?? "."), terminal.env);
  const live = options.live ? await readLive(plan, options, terminal) : undefined;
  const found = reviewOf(plan, links, prices, live, usage);
  const rejected = found.foreignCode !== undefined;
  const failedGates = rejected ? [] : failedGatesOf(gates, found);
  await writeResult(
    { report: reviewReport(found, failedGates, options.acceptance), json: jsonOf(found, failedGates) },
    destinations,
    terminal,
  );
  for (const { gate, reason } of failedGates)
    terminal.note(`pulumi-fal review: --fail-on ${gate} matched: ${escapeInvisible(reason)}.`);
  if (failedGates.length > 0) return exitCodes.findings;
  return rejected || found.errors.length > 0 ? exitCodes.failure : exitCodes.success;
}

/** What fal has of what the plan is about. A plan with foreign code is rejected anyway, and not worth a request. */
async function readLive(
  plan: Plan,
  options: Pick<CommandValues<typeof reviewOptions>, "surface">,
  terminal: Terminal,
): Promise<Live> {
  const [{ readAccount }, { withFal }] = await Promise.all([import("../../account.js"), import("../../connection.js")]);
  const scope = { environment: undefined, kinds: kindsToRead(plan), without: new Set<string>() };
  const { signal } = terminal;
  return await withFal(options, terminal, async (fal) => {
    const warn = (message: string) => terminal.note(`note: ${escapeInvisible(message)}`);
    const live = liveOf(await readAccount(fal, scope, signal, warn, "omit --live"), plan);
    return { ...live, known: await readKnown(fal, plan, signal) };
  });
}

async function previewText(file: string | undefined, terminal: Terminal): Promise<string> {
  if (file !== undefined && file !== "-") return await readNamed("preview", file, terminal);
  if (!terminal.read) {
    throw new UsageError(
      "The preview is missing. Pass its file with --preview, or pipe it: pulumi preview --json --show-sames | pulumi-fal review",
    );
  }
  return decoded(await terminal.read());
}
