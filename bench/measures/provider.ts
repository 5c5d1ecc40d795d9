import { performance } from "node:perf_hooks";
import { dynamicToken, pluginToken } from "../../src/provider/tokens";
import type { Emulator } from "../support/emulator";
import { median, rounded } from "../support/numbers";
import { type DynamicVariant, dynamicVariants as variants } from "../support/project";
import { inFlight, ProviderProcess } from "../support/provider-process";

const CONCURRENCY = 32;

type Bag = Record<string, unknown>;
export type Texts = Record<DynamicVariant, readonly [secret: string, key: string]>;

export interface ProviderCost {
  readonly resources: number;
  readonly concurrency: number;
  readonly rounds: number;
  /** Processor time of the provider process per resource: check, create, diff. The emulator's is not in it. */
  readonly cpuMs: Record<DynamicVariant, number>;
  /** Of that, check and diff, which the engine calls one by one and which do no I/O. */
  readonly checkAndDiffCpuMs: Record<DynamicVariant, number>;
  /** Elapsed time per resource: processor time, the emulator, and this program on the same machine. */
  readonly wallMs: Record<DynamicVariant, number>;
  /** What our code costs over the host that Pulumi runs every dynamic provider in. */
  readonly oursOverHostCpuMs: number;
  readonly checkAndDiffOverHostCpuMs: number;
  readonly oursOverEmpty: number;
  readonly oursOverClosure: number;
}

export interface ProviderMemory {
  readonly few: number;
  readonly many: number;
  /** Peak resident memory of a fresh process each: garbage that was not collected yet is in it. */
  readonly peakKb: readonly [few: number, many: number];
  readonly peakRatio: number;
  readonly emptyPeakRatio: number;
  /** What is still in use when all garbage has been collected. */
  readonly heapKb: readonly [few: number, many: number];
  readonly heapRatio: number;
  readonly emptyHeapRatio: number;
}

/** The plugin's process, without Pulumi's SDK. */
export interface PluginProcess {
  /** Processor time and peak memory until it has answered its configuration. */
  readonly startCpuMs: number;
  readonly startPeakKb: number;
  readonly few: number;
  readonly many: number;
  readonly peakKb: readonly [few: number, many: number];
  readonly peakRatio: number;
}

export async function providerCost(
  resources: number,
  rounds: number,
  texts: Texts,
  emulators: Record<DynamicVariant, Emulator>,
): Promise<ProviderCost> {
  const samples = variants.map((variant) => ({
    variant,
    cpu: [] as number[],
    pure: [] as number[],
    wall: [] as number[],
  }));
  const processes = new Map<DynamicVariant, ProviderProcess>();
  for (const variant of variants) {
    const provider = await ProviderProcess.start(emulators[variant]);
    processes.set(variant, provider);
    // Loads modules and lets the compiler see the code.
    await emulators[variant].reset();
    await live(provider, variant, texts, Math.min(resources, 100));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const sample of samples) {
      const provider = processes.get(sample.variant);
      if (!provider) continue;
      await emulators[sample.variant].reset();
      const began = performance.now();
      const { cpuMs, pureCpuMs } = await live(provider, sample.variant, texts, resources);
      sample.wall.push((performance.now() - began) / resources);
      sample.cpu.push(cpuMs / resources);
      sample.pure.push(pureCpuMs / resources);
    }
  }
  for (const provider of processes.values()) await provider.stop();
  const of = (pick: "cpu" | "pure" | "wall") =>
    Object.fromEntries(samples.map((sample) => [sample.variant, median(sample[pick])])) as Record<
      DynamicVariant,
      number
    >;
  const [cpu, pure, wall] = [of("cpu"), of("pure"), of("wall")];
  return {
    resources,
    concurrency: CONCURRENCY,
    rounds,
    cpuMs: roundedAll(cpu),
    checkAndDiffCpuMs: roundedAll(pure),
    wallMs: roundedAll(wall),
    oursOverHostCpuMs: rounded(cpu.ours - cpu.empty),
    checkAndDiffOverHostCpuMs: rounded(pure.ours - pure.empty),
    oursOverEmpty: rounded(cpu.ours / cpu.empty),
    oursOverClosure: rounded(cpu.ours / cpu.closure),
  };
}

export async function providerMemory(
  few: number,
  many: number,
  texts: Texts,
  emulators: Record<DynamicVariant, Emulator>,
): Promise<ProviderMemory> {
  const after = async (variant: DynamicVariant, resources: number) => {
    await emulators[variant].reset();
    const provider = await ProviderProcess.start(emulators[variant]);
    await live(provider, variant, texts, resources);
    const usage = await provider.usage("after collection");
    await provider.stop();
    return usage;
  };
  const [oursFew, oursMany] = [await after("ours", few), await after("ours", many)];
  const [emptyFew, emptyMany] = [await after("empty", few), await after("empty", many)];
  return {
    few,
    many,
    peakKb: [oursFew.peakRssKb, oursMany.peakRssKb],
    peakRatio: rounded(oursMany.peakRssKb / oursFew.peakRssKb),
    emptyPeakRatio: rounded(emptyMany.peakRssKb / emptyFew.peakRssKb),
    heapKb: [oursFew.heapKb, oursMany.heapKb],
    heapRatio: rounded(oursMany.heapKb / oursFew.heapKb),
    emptyHeapRatio: rounded(emptyMany.heapKb / emptyFew.heapKb),
  };
}

export async function pluginProcess(few: number, many: number, emulator: Emulator): Promise<PluginProcess> {
  const after = async (resources: number) => {
    await emulator.reset();
    const provider = await ProviderProcess.start(emulator, "plugin");
    const start = await provider.usage();
    await live(provider, "plugin", undefined, resources);
    const { peakRssKb } = await provider.usage();
    await provider.stop();
    return { start, peakRssKb };
  };
  const [first, last] = [await after(few), await after(many)];
  return {
    startCpuMs: Math.round(first.start.cpuMs),
    startPeakKb: first.start.peakRssKb,
    few,
    many,
    peakKb: [first.peakRssKb, last.peakRssKb],
    peakRatio: rounded(last.peakRssKb / first.peakRssKb),
  };
}

/** Checks, creates and compares so many resources, as an `up` that makes them and one that finds them unchanged do. */
async function live(
  provider: ProviderProcess,
  variant: DynamicVariant | "plugin",
  texts: Texts | undefined,
  resources: number,
): Promise<{ cpuMs: number; pureCpuMs: number }> {
  const before = await provider.usage();
  const declared = Array.from({ length: resources }, (_, index) => declaration(variant, texts, index));
  const checked = await inFlight(
    CONCURRENCY,
    declared.map(
      ({ urn, inputs }) =>
        () =>
          provider.check(urn, inputs),
    ),
  );
  const afterCheck = await provider.usage();
  const created = await inFlight(
    CONCURRENCY,
    declared.map(
      ({ urn }, index) =>
        async () =>
          provider.create(urn, checked[index] ?? {}),
    ),
  );
  const afterCreate = await provider.usage();
  const changed = await inFlight(
    CONCURRENCY,
    declared.map(({ urn }, index) => async () => {
      const { id = "", outputs = {} } = created[index] ?? {};
      return provider.diff(id, urn, outputs, checked[index] ?? {});
    }),
  );
  if (changed.some((change) => change)) throw new Error(`${variant}: a resource differs from what was just created`);
  const after = await provider.usage();
  return {
    cpuMs: after.cpuMs - before.cpuMs,
    pureCpuMs: afterCheck.cpuMs - before.cpuMs + (after.cpuMs - afterCreate.cpuMs),
  };
}

/** What a program of the variant registers. */
function declaration(
  variant: DynamicVariant | "plugin",
  texts: Texts | undefined,
  index: number,
): { urn: string; inputs: Bag } {
  const name = `BENCH_${index}`;
  const isSecret = index % 2 === 0;
  const kind = isSecret ? "Secret" : "ApiKey";
  const urn = `urn:pulumi:dev::bench::${variant === "plugin" ? pluginToken(kind) : dynamicToken(kind)}::${name}`;
  const own = isSecret ? { name, value: `value of ${name}` } : { alias: name };
  const hidden = variant === "ours" ? { __fal: { v: 1, urn, ...(isSecret ? { secrets: ["value"] } : {}) } } : {};
  if (variant === "plugin" || texts === undefined) return { urn, inputs: own };
  return { urn, inputs: { ...own, ...hidden, __provider: texts[variant][isSecret ? 0 : 1] } };
}

function roundedAll(values: Record<DynamicVariant, number>): Record<DynamicVariant, number> {
  return { ours: rounded(values.ours), empty: rounded(values.empty), closure: rounded(values.closure) };
}

/** How many calls it takes to read so many apps of one environment, so many at once. */
export async function appRefreshCalls(apps: number, emulator: Emulator): Promise<Record<string, number>> {
  await emulator.reset();
  const names = Array.from({ length: apps }, (_, index) => `bench-${index}`);
  await emulator.seed({ apps: names.map((name) => ({ name, environment: "main" })) });
  const provider = await ProviderProcess.start(emulator);
  const text = 'exports.handler=()=>require("pulumi-fal/dynamic").provider("App")';
  await inFlight(
    CONCURRENCY,
    names.map((name) => () => {
      const urn = `urn:pulumi:dev::bench::pulumi-nodejs:dynamic/fal:App::${name}`;
      return provider.read(`main/${name}`, urn, { __provider: text });
    }),
  );
  const counts = await emulator.requestCounts();
  await provider.stop();
  return counts;
}
