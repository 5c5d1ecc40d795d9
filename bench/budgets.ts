import { providerText } from "../src/provider/tokens";
import { definitions } from "../src/resources/definitions.gen";
import type { Results } from "./results";

export interface Budget {
  readonly name: string;
  readonly limit: string;
  readonly measured: string;
  /** Absent where this run did not measure at the size that the budget is about. */
  readonly met?: boolean;
}

/** Steps that change nothing, in both forms: what we may cost beside an empty provider of the same form. */
const stepBudgets = [
  { step: "no-op up", limit: 1.1 },
  { step: "preview", limit: 1.1 },
  { step: "refresh", limit: 1.25 },
] as const;

/** What this project promises itself; printed, never a test: a shared machine would fail it at will. */
export function budgets(results: Results): Budget[] {
  const { providerTextBytes, imports, provider, memory, plugin, appRefresh, client, review, source, usage, deploy } =
    results;
  const texts = definitions.every(({ kind }) => providerTextBytes[kind] === providerText(kind).length);
  const largest = results.stacks.at(-1);
  const hidden = Math.max(...results.stacks.map(({ state }) => state.ours.largestHiddenBytes));
  const overhead = Math.max(...results.stacks.map(({ state }) => state.ours.overheadBytes));
  const appCalls = Object.entries(appRefresh.calls)
    .filter(([method]) => !method.startsWith("GET /users/"))
    .reduce((sum, [, count]) => sum + count, 0);
  return [
    {
      name: "__provider is the constant text",
      limit: "the length of the text, 65 bytes or more by kind",
      measured: Object.values(providerTextBytes).join(", "),
      met: texts,
    },
    {
      // What the engine writes for every resource of every provider is nobody's to save.
      name: "state that we add to a resource's own properties",
      limit: "≤ 1,000 bytes",
      measured: `${hidden} bytes at most for secrets and keys (every kind: docs/guides/secrets-and-state.md; with what the engine writes for any resource: ${overhead})`,
      met: hidden <= 1_000,
    },
    {
      name: `provider work per resource at ${provider.concurrency} in flight`,
      limit: "≤ 1 ms of processor time over an empty provider",
      measured: `${provider.oursOverHostCpuMs} ms (check and diff: ${provider.checkAndDiffOverHostCpuMs} ms)`,
      met: provider.oursOverHostCpuMs <= 1,
    },
    {
      name: "program import over @pulumi/pulumi",
      limit: "< 60 ms",
      measured: `${imports.oursMs} ms`,
      met: imports.oursMs < 60,
    },
    {
      name: `refresh of ${appRefresh.apps} apps of one environment`,
      limit: "500 apps: ≤ 2 calls",
      measured: `${appCalls} calls`,
      ...(appRefresh.apps >= 500 ? { met: appCalls <= 2 } : {}),
    },
    {
      name: "reads per second through the client over undici alone",
      limit: "≥ 0.8 ×",
      measured: `${client.clientOverUndici} ×`,
      met: client.clientOverUndici >= 0.8,
    },
    {
      name: `review of a preview of ${review.resources} resources`,
      limit: "1,000: < 1 s, its start included",
      measured: `${review.seconds.markdown} s as Markdown, ${review.seconds.html} s as a page, ${review.seconds.json} s as JSON`,
      ...(review.resources >= 1_000 ? { met: Math.max(...Object.values(review.seconds)) < 1 } : {}),
    },
    {
      name: `hash of an app's source of ${source.files} files, ${source.mb} MB, that has not changed`,
      limit: "10,000 files, 1 GB: < 2 s",
      measured: `${source.warmSeconds} s (${source.coldSeconds} s the first time)`,
      ...(source.files >= 10_000 ? { met: source.warmSeconds < 2 } : {}),
    },
    ...usageBudgets(usage),
    ...(deploy
      ? [
          {
            name: "what the deployment of a small app adds to `pulumi up`",
            limit: "≤ 1.3 × `fal deploy`",
            measured: `${deploy.updateOverFal} ×`,
            met: deploy.updateOverFal <= 1.3,
          },
          {
            name: `preview of ${deploy.apps} apps with \`source\`, without changes`,
            limit: "10: ≤ 1.2 × without `source`",
            measured: `${deploy.previewOverPlain} ×`,
            ...(deploy.apps >= 10 ? { met: deploy.previewOverPlain <= 1.2 } : {}),
          },
        ]
      : []),
    {
      name: `memory of the provider process, ${memory.many} resources over ${memory.few}`,
      limit: "1,000 over 10: ≤ 1.5 ×",
      measured: `peak ${memory.peakRatio} × (an empty provider ${memory.emptyPeakRatio} ×)`,
      ...(memory.many >= 1_000 ? { met: memory.peakRatio <= 1.5 } : {}),
    },
    ...stepBudgets.flatMap(({ step, limit }) =>
      (["oursOverEmpty", "pluginOverEmpty"] as const).map((form) => {
        const ratio = largest?.steps[step][form] ?? Number.NaN;
        return {
          name: `${step} of ${largest?.size ?? 0} resources ${form === "oursOverEmpty" ? "in the dynamic form" : "with the plugin"}`,
          limit: `1,000: ≤ ${limit.toFixed(2)} × an empty provider`,
          measured: `${ratio} ×`,
          ...(largest && largest.size >= 1_000 ? { met: ratio <= limit } : {}),
        };
      }),
    ),
    {
      name: "start of the plugin until it is configured",
      limit: "≤ 250 ms of processor time, ≤ 100 MB",
      measured: `${plugin.startCpuMs} ms, ${Math.round(plugin.startPeakKb / 1024)} MB`,
      met: plugin.startCpuMs <= 250 && plugin.startPeakKb <= 100 * 1024,
    },
    {
      name: `memory of the plugin, ${plugin.many} resources over ${plugin.few}`,
      limit: "1,000 over 10: ≤ 1.5 ×",
      measured: `peak ${plugin.peakRatio} ×`,
      ...(plugin.many >= 1_000 ? { met: plugin.peakRatio <= 1.5 } : {}),
    },
  ];
}

function usageBudgets({ days, sizes }: Results["usage"]): Budget[] {
  const most = sizes.at(-1);
  if (most === undefined) return [];
  const { apps, cpuSeconds, peakMb, requests } = most;
  const enough = apps >= 500;
  return [
    {
      name: `usage report of ${apps} apps and ${days} days, the whole process`,
      limit: "500: < 3 s of processor time, < 200 MB",
      measured: `${cpuSeconds} s, ${peakMb} MB`,
      ...(enough ? { met: cpuSeconds < 3 && peakMb < 200 } : {}),
    },
    {
      name: `requests for a usage report of ${apps} apps`,
      limit: "≤ 1 per app for history, ≤ 1 per 50 apps for analytics",
      measured: `${requests.histories} and ${requests.analytics}; ${requests.usage} for usage`,
      met: requests.histories <= apps && requests.analytics <= Math.ceil(apps / 50),
    },
  ];
}
