import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../support/emulator";
import { median, rounded } from "../support/numbers";
import { root } from "../support/paths";
import { environment } from "../support/project";
import { runNode } from "../support/run-node";

export interface UsageCost {
  readonly days: number;
  readonly rounds: number;
  readonly sizes: readonly UsageSize[];
}

export interface UsageSize {
  readonly apps: number;
  /** Medians of the whole process, its start included. It writes a page. */
  readonly cpuSeconds: number;
  readonly peakMb: number;
  readonly pageKb: number;
  readonly requests: { readonly histories: number; readonly analytics: number; readonly usage: number };
}

/** What `pulumi-fal usage` needs for so many apps with hourly history. */
export async function usageCost(sizes: readonly number[], rounds: number, emulator: Emulator): Promise<UsageCost> {
  const days = 14;
  const measured: UsageSize[] = [];
  for (const apps of sizes) measured.push(await measureSize(apps, days, rounds, emulator));
  return { days, rounds, sizes: measured };
}

async function measureSize(apps: number, days: number, rounds: number, emulator: Emulator): Promise<UsageSize> {
  await emulator.reset();
  await emulator.seed(account(apps, days));
  const directory = mkdtempSync(join(tmpdir(), "pulumi-fal-bench-usage-"));
  const exitUsage = join(directory, "exit.json");
  const args = ["--require", join(root, "bench/support/exit-usage.cjs"), join(root, "dist/cli/main.js")];
  const run = async () => {
    const env = environment(emulator, { BENCH_EXIT_USAGE: exitUsage });
    await runNode([...args, "usage", "--since", `${days}d`, "--out", "usage.html"], { cwd: directory, env });
    return JSON.parse(readFileSync(exitUsage, "utf8")) as { cpuSeconds: number; peakMb: number };
  };
  try {
    // The emulator computes the history at the first request: that time is not the command's.
    await run();
    await emulator.forgetRequests();
    const samples = [];
    for (let round = 0; round < rounds; round++) samples.push(await run());
    const counts = Object.entries(await emulator.requestCounts());
    const requests = (path: RegExp) =>
      counts.reduce((sum, [name, count]) => (path.test(name) ? sum + count : sum), 0) / rounds;
    return {
      apps,
      cpuSeconds: rounded(median(samples.map(({ cpuSeconds }) => cpuSeconds)), 2),
      peakMb: Math.round(median(samples.map(({ peakMb }) => peakMb))),
      pageKb: Math.round(statSync(join(directory, "usage.html")).size / 1_000),
      requests: {
        histories: requests(/\/runners\/history$/),
        analytics: requests(/\/serverless\/analytics$/),
        usage: requests(/\/serverless\/usage$/),
      },
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function account(apps: number, days: number) {
  const started = new Date(Date.now() - days * 86_400_000).toISOString();
  return {
    prices: [{ machine_type: "GPU-H100", unit_price: 0.00125 }],
    apps: Array.from({ length: apps }, (_, index) => ({
      name: `app-${index}`,
      environment: "main",
      min_concurrency: index % 3,
      max_concurrency: 4,
      keep_alive: 60,
      machine_types: ["GPU-H100"],
      traffic: {
        requests_per_hour: 20 + (index % 5) * 10,
        request_seconds: 20,
        startup_seconds: 45,
        seed: index,
        started_at: started,
      },
    })),
  };
}
