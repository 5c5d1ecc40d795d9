import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processesBelow, send } from "./support/processes";
import type { Declared, Result, Stack } from "./support/stack";
import { World } from "./support/world";

/**
 * Processes die at random moments; what the documentation tells people to do then must bring the stack and fal together
 * again. `CRASH_ROUNDS` and `CRASH_SEED` make it longer, or the same again (`npm run crash`).
 */
const rounds = Number(process.env["CRASH_ROUNDS"] ?? 20);
const seed = Number(process.env["CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 32));

const random = mulberry32(seed);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const sshKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8b0wEJzkGYhdRkVXhHHXWHV0h3IQJRxEZhGbPzV1mM a@example.com";
const numbered = (count: number) => Array.from({ length: count }, (_, index) => index);

/** `create`: an `up` after everything was destroyed. */
type Operation = "create" | "up" | "refresh" | "destroy";
type Victim = "the provider" | "the program" | "the CLI";

/** What the program says; each round changes some of it. */
interface Wishes {
  secretValue: string;
  keepAlive: number;
  keyTrigger: string;
  instanceType: string;
}

/** Forty resources of all kinds. */
function program(wishes: Wishes, adopt: boolean): Declared[] {
  const named = adopt ? { adopt } : {};
  const inStaging = { environment: { $resource: "staging" } };
  return [
    { kind: "Environment", name: "staging", args: { name: "staging", forceDestroy: true, ...named } },
    { kind: "Environment", name: "spare", args: { name: "spare", ...named } },
    ...numbered(12).map((index) => ({
      kind: "Secret",
      name: `secret-${index}`,
      args: {
        name: `SECRET_${index}`,
        value: `${wishes.secretValue} ${index}`,
        ...(index % 2 ? inStaging : {}),
        ...named,
      },
    })),
    ...numbered(6).flatMap((index) => [
      { kind: "App", name: `app-${index}`, args: { name: `app-${index}` } },
      {
        kind: "AppScale",
        name: `scale-${index}`,
        args: { app: { $resource: `app-${index}` }, keepAlive: wishes.keepAlive + index },
      },
    ]),
    ...numbered(8).map((index) => ({
      kind: "ApiKey",
      name: `key-${index}`,
      args: { alias: `key ${index}`, rotation: { trigger: wishes.keyTrigger, overlap: "1h" } },
    })),
    ...numbered(6).map((index) => ({
      kind: "ComputeInstance",
      name: `machine-${index}`,
      args: { instanceType: wishes.instanceType, sshKey },
    })),
  ];
}

describe(`killed at random moments (seed ${seed})`, () => {
  let world: World;
  let stack: Stack;
  let wishes: Wishes = { secretValue: "v0", keepAlive: 60, keyTrigger: "t0", instanceType: "gpu_1x_h100_sxm5" };
  /** How long operations took, so that a moment within one can be chosen. */
  const took: Record<Operation, number> = { create: 12_000, up: 8_000, refresh: 4_000, destroy: 8_000 };
  const tally: Record<string, number> = {};
  const count = (what: string, by = 1) => {
    tally[what] = (tally[what] ?? 0) + by;
  };

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 300, latencyMs: 20 });
    await world.seed({ apps: numbered(6).map((index) => ({ name: `app-${index}`, environment: "main" })) });
    stack = await world.stack();
    console.log(`crash campaign: ${rounds} rounds, CRASH_SEED=${seed}`);
  });
  afterAll(async () => {
    console.log("crash campaign:", tally);
    await world?.close();
  });

  /** Runs an operation and lets one of its processes die somewhere in the middle. */
  async function killed(operation: Operation, victim: Victim, signal: NodeJS.Signals): Promise<void> {
    if (operation === "create") await stack.destroy();
    const began = Date.now();
    const command = operation === "create" ? "up" : operation;
    const { child, result } = stack.start(command, "--yes", "--skip-preview");
    const delayMs = random() * took[operation];
    let over = false;
    const done = result.then((ended) => {
      over = true;
      return ended;
    });
    await Promise.race([done, new Promise((wake) => setTimeout(wake, delayMs))]);
    if (over || child.pid === undefined) {
      took[operation] = Date.now() - began;
      count("ended before it could be killed");
      return;
    }
    const processes = processesBelow(child.pid);
    const targets = { "the provider": processes.provider, "the program": processes.language, "the CLI": [child.pid] };
    const hit = targets[victim];
    for (const pid of hit) send(pid, signal);
    count(hit.length > 0 ? `${signal} to ${victim}` : `${victim} was not there`);
    // A CLI that is killed leaves its helpers; as when a machine goes down, they end too.
    if (victim === "the CLI" && signal === "SIGKILL") for (const pid of processes.all) send(pid, "SIGKILL");
    const patience = setTimeout(() => {
      for (const pid of [child.pid ?? 0, ...processesBelow(child.pid ?? 0).all]) send(pid, "SIGKILL");
      count("had to be ended");
    }, 60_000);
    await done;
    clearTimeout(patience);
  }

  /** What docs/guides/lifecycle.md says to do after a crash. */
  async function repaired(): Promise<void> {
    // A CLI that was killed leaves its lock.
    await stack.run("cancel", "--yes");
    await stack.ok("refresh", "--yes", "--skip-preview", "--clear-pending-creates");
    stack.program(program(wishes, false));
    let { code, text }: Result = await stack.run("up", "--yes", "--skip-preview");
    if (code !== 0 && /exists already/.test(text)) {
      // Made at fal, and the engine never heard of it: taken over.
      count("repaired with adopt");
      ({ code, text } = await stack.program(program(wishes, true)).run("up", "--yes", "--skip-preview"));
    }
    if (code !== 0) throw new Error(`did not converge (CRASH_SEED=${seed}):\n${text}`);
    stack.program(program(wishes, false));
  }

  /** Fal holds what is declared, once, and the state knows all of it; answers the keys that no state knows. */
  async function agreed(): Promise<string[]> {
    await stack.preview("--expect-no-changes");
    const state = await stack.resources();
    const fal = await world.state();
    const entries = Object.values(state);
    const ids = (kind: string) => entries.filter(({ type }) => type.endsWith(`:${kind}`)).map(({ id }) => id);
    expect(entries).toHaveLength(40);
    expect(fal.instances.map(({ id }) => id).sort()).toEqual(ids("ComputeInstance").sort());
    expect(fal.instances.map(({ instance_type }) => instance_type)).toEqual(numbered(6).map(() => wishes.instanceType));
    expect(fal.environments.map(({ name }) => name).sort()).toEqual(["main", "spare", "staging"]);
    expect(fal.secrets.map(({ name, environment }) => `${environment}/${name}`).sort()).toEqual(ids("Secret").sort());
    for (const index of numbered(12)) {
      const value = fal.secrets.find(({ name }) => name === `SECRET_${index}`)?.value;
      expect(value).toBe(`${wishes.secretValue} ${index}`);
    }
    for (const index of numbered(6)) {
      const app = fal.apps.find(({ name }) => name === `app-${index}`);
      expect(app?.["keep_alive"]).toBe(wishes.keepAlive + index);
    }
    const known = new Set<string>();
    for (const { type, outputs } of entries) {
      if (!type.endsWith(":ApiKey")) continue;
      known.add(String(outputs["keyId"]));
      for (const { keyId } of outputs["previousKeys"] as { keyId: string }[]) known.add(keyId);
    }
    const atFal = fal.keys.map(({ key_id }) => key_id).filter((keyId) => keyId !== "emu");
    for (const keyId of known) expect(atFal).toContain(keyId);
    return atFal.filter((keyId) => !known.has(keyId));
  }

  it.each(numbered(rounds).map((round) => [round + 1]))(
    "round %i",
    async (round) => {
      const operation = pick<Operation>(["create", "create", "up", "up", "refresh", "destroy"]);
      const victim = pick<Victim>(["the provider", "the provider", "the program", "the CLI", "the CLI"]);
      const signal = pick<NodeJS.Signals>(["SIGINT", "SIGTERM", "SIGKILL", "SIGKILL"]);
      if (random() < 0.7) wishes = { ...wishes, secretValue: `v${round}`, keepAlive: 60 + round };
      if (random() < 0.3) wishes = { ...wishes, keyTrigger: `t${round}` };
      if (random() < 0.2) {
        const other = wishes.instanceType === "gpu_1x_h100_sxm5" ? "gpu_8x_h100_sxm5" : "gpu_1x_h100_sxm5";
        wishes = { ...wishes, instanceType: other };
      }
      stack.program(program(wishes, false));
      await killed(operation, victim, signal);
      await repaired();
      const unknown = await agreed();
      // fal shows a key's secret once and recognises no repetition: only a process that could not finish may lose one.
      if (signal !== "SIGKILL" || victim === "the program") expect(unknown).toEqual([]);
      count("keys that no state knows, revoked by hand", unknown.length);
      for (const keyId of unknown) await world.remove("keys", keyId);
    },
    300_000,
  );
});

/** A small generator with a seed: the same rounds again for the same number. */
function mulberry32(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
