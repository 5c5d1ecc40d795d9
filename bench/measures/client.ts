import { join } from "node:path";
import type { Emulator } from "../support/emulator";
import { median, rounded } from "../support/numbers";
import { programs } from "../support/paths";
import { environment } from "../support/project";
import { runNode } from "../support/run-node";

export interface ClientRate {
  readonly callsPerRound: number;
  readonly rounds: number;
  /** Medians. The local fal works on the same machine, so only the ratio means anything. */
  readonly perSecond: { readonly client: number; readonly undici: number };
  readonly clientOverUndici: number;
}

/** How many reads per second pass through the client, and through undici alone. */
export async function clientRate(callsPerRound: number, rounds: number, emulator: Emulator): Promise<ClientRate> {
  const id = "00000000-0000-4000-8000-000000000001";
  await emulator.reset();
  await emulator.seed({ instances: [{ id, instance_type: "gpu_1x_h100_sxm5", status: "ready", ip: "192.0.2.1" }] });
  const args = [join(programs, "client-rate.cjs"), id, String(callsPerRound), String(rounds)];
  const samples = JSON.parse(await runNode(args, { env: environment(emulator, {}) })) as Record<
    "client" | "undici",
    number[]
  >;
  const [client, undici] = [median(samples.client), median(samples.undici)];
  return {
    callsPerRound,
    rounds,
    perSecond: { client: Math.round(client), undici: Math.round(undici) },
    clientOverUndici: rounded(client / undici),
  };
}
