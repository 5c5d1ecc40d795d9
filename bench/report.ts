import type { Budget } from "./budgets";
import { type Step, steps } from "./measures/stacks";
import type { Results } from "./results";
import { dynamicVariants, variants } from "./support/project";

/** The run as a person reads it. */
export function report(results: Results, budgets: readonly Budget[]): string {
  const { machine, imports, provider, memory, plugin, appRefresh, client, review, source, usage, deploy } = results;
  const parts = [
    `Node ${machine.node}, Pulumi CLI ${machine.pulumiCli}, SDK ${machine.pulumiSdk}, ${machine.cpus} CPUs, load ${machine.loadAtStart} at the start`,
  ];

  for (const { size, steps: measured, state, refreshCalls } of results.stacks) {
    parts.push(
      heading(`${size} resources (half secrets, half API keys): medians, and ratios of them`),
      table([
        ["step", "samples", ...variants, "ours/empty", "ours/closure", "plugin/empty", "plugin/ours"],
        ...(Object.keys(steps) as Step[]).map((step) => {
          const { samples, medianMs, ...ratios } = measured[step];
          const { oursOverEmpty, oursOverClosure, pluginOverEmpty, pluginOverOurs } = ratios;
          const shown = [oursOverEmpty, oursOverClosure, pluginOverEmpty, pluginOverOurs];
          const times = variants.map((variant) => `${(medianMs[variant] / 1_000).toFixed(2)} s`);
          return [step, String(samples), ...times, ...shown.map((ratio) => ratio.toFixed(2))];
        }),
      ]),
      `calls to fal of one refresh: ours ${counted(refreshCalls.ours)}; closure ${counted(refreshCalls.closure)}`,
      heading(`state of ${size} resources: median bytes per resource`),
      table([
        ["", ...variants],
        ["entry", ...variants.map((variant) => String(state[variant].entryBytes))],
        ["of these its own properties", ...variants.map((variant) => String(state[variant].ownBytes))],
        ["the rest", ...variants.map((variant) => String(state[variant].overheadBytes))],
        ["of the rest hidden properties", ...variants.map((variant) => String(state[variant].hiddenBytes))],
      ]),
    );
  }

  parts.push(
    heading("program import, from the start of the process"),
    `@pulumi/pulumi ${imports.sdkMs} ms; with pulumi-fal ${imports.withOursMs} ms (${imports.ratio} ×); the second import alone ${imports.oursMs} ms`,
    heading(`provider process: ms per resource, ${provider.concurrency} in flight, check + create + diff`),
    table([
      ["", ...dynamicVariants, "ours/empty", "ours/closure"],
      [
        "processor time",
        ...dynamicVariants.map((variant) => String(provider.cpuMs[variant])),
        provider.oursOverEmpty.toFixed(2),
        provider.oursOverClosure.toFixed(2),
      ],
      [
        "of it check and diff",
        ...dynamicVariants.map((variant) => String(provider.checkAndDiffCpuMs[variant])),
        "",
        "",
      ],
      ["elapsed", ...dynamicVariants.map((variant) => String(provider.wallMs[variant])), "", ""],
    ]),
    `memory, ${memory.many} resources over ${memory.few}: peak ${memory.peakRatio} × (an empty provider ${memory.emptyPeakRatio} ×), heap after collection ${memory.heapRatio} × (${memory.emptyHeapRatio} ×)`,
    `the plugin's process: ${plugin.startCpuMs} ms of processor time and ${Math.round(plugin.startPeakKb / 1024)} MB until it is configured; peak memory, ${plugin.many} resources over ${plugin.few}: ${plugin.peakRatio} ×`,
    `reading ${appRefresh.apps} apps of one environment: ${counted(appRefresh.calls)}`,
    `review of a preview of ${review.resources} resources (${review.previewKb} kB), the whole process: ${Object.entries(
      review.seconds,
    )
      .map(([format, seconds]) => `${format} ${seconds} s, ${review.kb[format as keyof typeof review.kb]} kB`)
      .join("; ")}`,
    `hash of an app's source of ${source.files} files, ${source.mb} MB: ${source.warmSeconds} s, the first time ${source.coldSeconds} s`,
    ...usage.sizes.map(
      ({ apps, cpuSeconds, peakMb, pageKb, requests }) =>
        `usage of ${apps} apps in ${usage.days} days: ${cpuSeconds} s of processor time, ${peakMb} MB, ${pageKb} kB as a page; ${requests.histories} requests for histories, ${requests.analytics} for analytics, ${requests.usage} for usage`,
    ),
    deploy
      ? `deploying a small app: fal deploy ${deploy.falSeconds} s, what it adds to pulumi up ${deploy.updateSeconds} s (${deploy.updateOverFal} ×); preview of ${deploy.apps} apps with source over the same without: ${deploy.previewOverPlain} ×`
      : "deploying was not measured",
    `reads per second: client ${client.perSecond.client}, undici alone ${client.perSecond.undici}, ratio ${client.clientOverUndici}`,
    heading("refresh by size"),
    table([
      ["resources", "calls to fal", "calls, closure", "ours", "ours/empty", "ours/closure"],
      ...results.stacks.map(({ size, steps: { refresh }, refreshCalls }) => [
        String(size),
        String(total(refreshCalls.ours)),
        String(total(refreshCalls.closure)),
        `${(refresh.medianMs.ours / 1_000).toFixed(2)} s`,
        refresh.oursOverEmpty.toFixed(2),
        refresh.oursOverClosure.toFixed(2),
      ]),
    ]),
    heading("budgets"),
    table([
      ["", "budget", "limit", "measured"],
      ...budgets.map(({ name, limit, measured, met }) => [
        met === undefined ? "not judged" : met ? "met" : "NOT MET",
        name,
        limit,
        measured,
      ]),
    ]),
  );
  return parts.join("\n");
}

const heading = (text: string) => `\n${text}\n`;

const total = (calls: Record<string, number>): number => Object.values(calls).reduce((sum, count) => sum + count, 0);

function counted(calls: Record<string, number>): string {
  const entries = Object.entries(calls);
  return entries.length === 0 ? "none" : entries.map(([method, count]) => `${count} ${method}`).join(", ");
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  // Text to the left, numbers to the right.
  const cell = (text: string, column: number) =>
    column > 0 && /^[\d.]+(?: s)?$/.test(text) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join("  ").trimEnd()).join("\n");
}
