import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, availableParallelism, loadavg, platform, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { writeFiles } from "../src/cli/command-line/files";
import { budgets } from "./budgets";
import { clientRate } from "./measures/client";
import { deployCost } from "./measures/deploy";
import { importTimes, providerTexts } from "./measures/program";
import { appRefreshCalls, pluginProcess, providerCost, providerMemory, type Texts } from "./measures/provider";
import { reviewCost } from "./measures/review";
import { sourceCost } from "./measures/source";
import { measureStacks, type Plan, type Recorded, type SizeResult, weightOf } from "./measures/stacks";
import { usageCost } from "./measures/usage";
import { type Options, readOptions, UsageError, usage } from "./options";
import { report } from "./report";
import type { Results } from "./results";
import { Emulator } from "./support/emulator";
import { end, endOnSignals, isEnding } from "./support/lifetime";
import { rounded } from "./support/numbers";
import { root } from "./support/paths";
import { minutes, Progress } from "./support/progress";
import { pulumiVersion, type Variant } from "./support/project";

/** Large stacks take minutes to create and to destroy; what is quick is repeated there instead. */
function planFor(size: number): Plan {
  if (size < 100) return { size, rounds: 1, repeats: {} };
  if (size < 500) return { size, rounds: 3, repeats: {} };
  return { size, rounds: 1, repeats: { "no-op up": 3, refresh: 3 } };
}

async function measure(options: Options): Promise<Results> {
  const machine = {
    platform: platform(),
    arch: arch(),
    cpus: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.versions.node,
    pulumiCli: await pulumiVersion(),
    pulumiSdk: sdkVersion(),
    loadAtStart: rounded(loadavg()[0] ?? 0, 2),
  };
  const emulators: Record<Variant, Emulator> = {
    ours: await Emulator.start(),
    empty: await Emulator.start(),
    closure: await Emulator.start(),
    plugin: await Emulator.start(),
    emptyPlugin: await Emulator.start(),
  };
  const say = (text: string) => process.stdout.write(`${text}\n`);

  say("provider texts and program import …");
  const providerTextBytes = await providerTexts();
  const imports = await importTimes(options.quick ? 3 : 15);

  const plans = options.sizes.map(planFor);
  // What follows the stacks takes about so many seconds.
  const afterStacks = options.quick ? 10 : 60;
  const progress = new Progress(plans.reduce((sum, plan) => sum + weightOf(plan), afterStacks));
  const recorded: Recorded = { closureTexts: undefined };
  const stacks: SizeResult[] = [];
  for (const plan of plans) stacks.push(await measureStacks(plan, emulators, progress, recorded));

  if (!recorded.closureTexts) throw new Error("no closure was measured");
  const ours = (kind: string) => `exports.handler=()=>require("pulumi-fal/dynamic").provider("${kind}")`;
  const empty = 'exports.handler=()=>require("bench-empty/dynamic").provider("Empty")';
  const texts: Texts = {
    ours: [ours("Secret"), ours("ApiKey")],
    empty: [empty, empty],
    closure: recorded.closureTexts,
  };
  say("the provider process: processor time …");
  const provider = await providerCost(options.quick ? 50 : 200, options.quick ? 1 : 7, texts, emulators);
  say("the provider process: memory …");
  const memory = await providerMemory(10, options.quick ? 50 : 1_000, texts, emulators);
  const plugin = await pluginProcess(10, options.quick ? 50 : 1_000, emulators.plugin);
  say("the provider process: reading many apps …");
  const apps = options.quick ? 50 : 500;
  const appRefresh = { apps, calls: await appRefreshCalls(apps, emulators.ours) };

  say("the client against undici alone …");
  const client = await clientRate(options.quick ? 500 : 10_000, options.quick ? 2 : 7, emulators.ours);

  say("the review of a preview …");
  const review = await reviewCost(options.quick ? 50 : 1_000, options.quick ? 1 : 5);

  const falCli = process.env["PULUMI_FAL_TEST_FAL_CLI"];
  say(falCli ? "deploying apps …" : "deploying apps: left out, because the fal CLI is not installed");
  const deploy = falCli ? await deployCost(falCli, options.quick ? 2 : 10, options.quick ? 1 : 5) : undefined;

  say("the hash of an app's source …");
  const source = await sourceCost(options.quick ? 200 : 10_000, options.quick ? 10 : 1_000, options.quick ? 1 : 5);

  say("the usage report of many apps …");
  const usage = await usageCost(options.quick ? [20] : [50, 200, 500], options.quick ? 1 : 3, emulators.ours);

  return {
    version: 1,
    date: new Date().toISOString().slice(0, 10),
    machine,
    providerTextBytes,
    imports,
    stacks,
    provider,
    memory,
    plugin,
    appRefresh,
    client,
    review,
    source,
    usage,
    ...(deploy && { deploy }),
  };
}

function sdkVersion(): string {
  const sdk = createRequire(join(root, "package.json"))("@pulumi/pulumi/package.json") as { version: string };
  return sdk.version;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  endOnSignals();
  const began = performance.now();
  const results = await measure(options);
  const judged = budgets(results);
  process.stdout.write(`\n${report(results, judged)}\n\ntook ${minutes((performance.now() - began) / 1_000)}\n`);
  if (options.json !== undefined) {
    const file = resolve(options.json);
    mkdirSync(dirname(file), { recursive: true });
    await writeFiles([{ name: file, text: `${JSON.stringify({ ...results, budgets: judged }, null, 2)}\n` }], {
      cwd: process.cwd(),
      out: (text) => process.stdout.write(`${text}\n`),
      note: (text) => process.stderr.write(`${text}\n`),
      signal: new AbortController().signal,
    });
    process.stdout.write(`wrote ${options.json}\n`);
  }
}

main()
  .catch((error: unknown) => {
    if (isEnding()) return;
    if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${usage}`);
    else process.stderr.write(`The benchmark failed: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  })
  .finally(end);
