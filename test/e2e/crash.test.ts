import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SSH_KEY } from "../support/constants";
import { processesBelow, send } from "./support/processes";
import type { Declared, Result, Stack } from "./support/stack";
import { World } from "./support/world";

/**
 * Processes die at random moments, and resources fail while others change hands; what the documentation tells people to
 * do then must bring the stack and fal together again. `CRASH_ROUNDS` and `CRASH_SEED` make it longer, or the same again
 * (`npm run crash`).
 */
const rounds = Number(process.env["CRASH_ROUNDS"] ?? 6);
const seed = Number(process.env["CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
/** Stacks that go through rounds at the same time: a run waits for fal, for processes and for the disk most of its time. */
const lanes = Math.min(rounds, 2);

const numbered = (count: number) => Array.from({ length: count }, (_, index) => index);

/** `create`: an `up` after everything was destroyed. */
type Operation = "create" | "up" | "refresh" | "destroy";
type Victim = "the provider" | "the program" | "the CLI";

/** What happens in a round. `order`: the engine alone is killed while machines are ordered. */
type Plan = "kill" | "order" | "hand-over";
const plans: readonly Plan[] = ["kill", "order", "hand-over", "kill", "kill", "kill"];

/** What changes hands, and the call that fails meanwhile. */
const handOvers = [
  { base: "machine-1", fails: { rpc: "SetSecret" } },
  { base: "key-1", fails: { rpc: "SetSecret" } },
  { base: "secret-1", fails: { rpc: "UpdateApplication" } },
  { base: "staging", fails: { rpc: "UpdateApplication" } },
  { base: "scale-1", fails: { rpc: "SetSecret" } },
  { base: "app-1", fails: { rpc: "SetSecret" } },
] as const;

/** What the program says; each round changes some of it. */
interface Wishes {
  secretValue: string;
  keepAlive: number;
  keyTrigger: string;
  instanceType: string;
  /** Names that resources have got by renaming, by their first ones. */
  names: Readonly<Record<string, string>>;
}

/** Forty resources of all kinds. */
function program(wishes: Wishes, adopt: boolean | Readonly<Record<string, unknown>>): Declared[] {
  const nameOf = (base: string) => wishes.names[base] ?? base;
  const declare = (kind: string, base: string, args: Record<string, unknown>, canAdopt = false): Declared => {
    const adopted = typeof adopt === "object" ? adopt[base] : canAdopt && adopt ? true : undefined;
    return { kind, name: nameOf(base), args: adopted === undefined ? args : { ...args, adopt: adopted } };
  };
  const inStaging = { environment: { $resource: nameOf("staging") } };
  return [
    declare("Environment", "staging", { name: "staging", forceDestroy: true }, true),
    declare("Environment", "spare", { name: "spare" }, true),
    ...numbered(12).map((index) =>
      declare(
        "Secret",
        `secret-${index}`,
        { name: `SECRET_${index}`, value: `${wishes.secretValue} ${index}`, ...(index % 2 ? inStaging : {}) },
        true,
      ),
    ),
    ...numbered(6).flatMap((index) => [
      declare("App", `app-${index}`, { name: `app-${index}` }),
      declare("AppScale", `scale-${index}`, {
        app: { $resource: nameOf(`app-${index}`) },
        keepAlive: wishes.keepAlive + index,
      }),
    ]),
    ...numbered(8).map((index) =>
      declare("ApiKey", `key-${index}`, {
        alias: `key ${index}`,
        rotation: { trigger: wishes.keyTrigger, overlap: "1h" },
      }),
    ),
    ...numbered(6).map((index) =>
      declare("ComputeInstance", `machine-${index}`, { instanceType: wishes.instanceType, sshKey: SSH_KEY }),
    ),
  ];
}

/** One stack and its fal, which go through rounds one after the other. */
class Lane {
  readonly random: () => number;
  readonly tally: Record<string, number> = {};
  #tail: Promise<unknown> = Promise.resolve();
  #world: World | undefined;
  #stack: Stack | undefined;
  #wishes: Wishes = {
    secretValue: "v0",
    keepAlive: 60,
    keyTrigger: "t0",
    instanceType: "gpu_1x_h100_sxm5",
    names: {},
  };
  /** How long operations took, so that a moment within one can be chosen. */
  readonly #took: Record<Operation, number> = { create: 12_000, up: 8_000, refresh: 4_000, destroy: 8_000 };

  constructor(start: number) {
    this.random = mulberry32(start);
  }

  get world(): World {
    if (!this.#world) throw new Error("the lane has not started");
    return this.#world;
  }

  get stack(): Stack {
    if (!this.#stack) throw new Error("the lane has not started");
    return this.#stack;
  }

  async start(): Promise<void> {
    this.#world = await World.start({ instanceReadyMs: 300, latencyMs: 20 });
    await this.world.seed({ apps: numbered(6).map((index) => ({ name: `app-${index}`, environment: "main" })) });
    this.#stack = await this.world.stack();
  }

  async close(): Promise<void> {
    await this.#world?.close();
  }

  /** Runs after the lane's earlier rounds, also when one of them failed. */
  next(run: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(run);
    this.#tail = done.catch(() => {});
    return done;
  }

  async round(round: number, plan: Plan): Promise<void> {
    if (plan === "hand-over") return await this.#handOver(round);
    // Machines of another type are ordered anew.
    this.#wish(round, plan === "order" ? 1 : 0.2);
    this.stack.program(program(this.#wishes, false));
    let mayLoseKeys = true;
    if (plan === "order") {
      await this.#orphaned();
    } else {
      const operation = this.#pick<Operation>(["create", "up", "up", "up", "refresh", "destroy"]);
      const victim = this.#pick<Victim>(["the provider", "the provider", "the program", "the CLI", "the CLI"]);
      const signal = this.#pick<NodeJS.Signals>(["SIGINT", "SIGTERM", "SIGKILL", "SIGKILL"]);
      await this.#killed(operation, victim, signal);
      mayLoseKeys = signal === "SIGKILL" && victim !== "the program";
    }
    await this.#repaired();
    const unknown = await this.#agreed();
    // fal shows a key's secret once and recognises no repetition: only a process that could not finish may lose one.
    if (!mayLoseKeys) expect(unknown).toEqual([]);
    this.#count("keys that no state knows, revoked by hand", unknown.length);
    for (const keyId of unknown) await this.world.remove("keys", keyId);
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }

  #count(what: string, by = 1): void {
    this.tally[what] = (this.tally[what] ?? 0) + by;
  }

  #wish(round: number, otherMachines: number): void {
    if (this.random() < 0.7) this.#wishes = { ...this.#wishes, secretValue: `v${round}`, keepAlive: 60 + round };
    if (this.random() < 0.3) this.#wishes = { ...this.#wishes, keyTrigger: `t${round}` };
    if (this.random() < otherMachines) {
      const other = this.#wishes.instanceType === "gpu_1x_h100_sxm5" ? "gpu_8x_h100_sxm5" : "gpu_1x_h100_sxm5";
      this.#wishes = { ...this.#wishes, instanceType: other };
    }
  }

  /** Runs an operation and lets one of its processes die somewhere in the middle. */
  async #killed(operation: Operation, victim: Victim, signal: NodeJS.Signals): Promise<void> {
    if (operation === "create") await this.stack.destroy();
    const began = Date.now();
    const command = operation === "create" ? "up" : operation;
    const { child, result } = this.stack.start(command, "--yes", "--skip-preview");
    const delayMs = this.random() * this.#took[operation];
    let over = false;
    const done = result.then((ended) => {
      over = true;
      return ended;
    });
    await Promise.race([done, pass(delayMs)]);
    const targetsOf = (pid: number) => {
      const processes = processesBelow(pid);
      const targets = { "the provider": processes.provider, "the program": processes.language, "the CLI": [pid] };
      return { hit: targets[victim], all: processes.all };
    };
    let targets = targetsOf(child.pid ?? 0);
    // On a slow machine the victim may not have begun.
    while (!over && targets.hit.length === 0) {
      await pass(100);
      targets = targetsOf(child.pid ?? 0);
    }
    if (over || child.pid === undefined) {
      this.#took[operation] = Date.now() - began;
      this.#count("ended before it could be killed");
      return;
    }
    for (const pid of targets.hit) send(pid, signal);
    this.#count(`${signal} to ${victim}`);
    // A CLI that is killed leaves its helpers; as when a machine goes down, they end too.
    if (victim === "the CLI" && signal === "SIGKILL") for (const pid of targets.all) send(pid, "SIGKILL");
    const patience = setTimeout(() => {
      for (const pid of [child.pid ?? 0, ...processesBelow(child.pid ?? 0).all]) send(pid, "SIGKILL");
      this.#count("had to be ended");
    }, 60_000);
    await done;
    clearTimeout(patience);
  }

  /** Kills the engine alone while machines are ordered: the provider has to end by itself, and to order nothing more. */
  async #orphaned(): Promise<void> {
    const trouble = this.#pick([
      { what: "no capacity", fault: { status: 503 } },
      { what: "an order under way", fault: { delayMs: 1_500 } },
      { what: "an order carried out and not answered", fault: { delayMs: 1_500, afterEffect: true } },
      { what: "an order whose answer is lost", fault: { reset: true, afterEffect: true } },
    ]);
    const match = { method: "POST", path: "/compute/instances$" };
    await this.world.faults([{ match, times: 1_000, fault: trouble.fault }]);
    const { child, result } = this.stack.start("up", "--yes", "--skip-preview");
    const ordering = new Promise<void>((seen) => {
      let text = "";
      child.stdout?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (/ComputeInstance machine-\S+ (creating|replacing|creating replacement)/.test(text)) seen();
      });
    });
    await Promise.race([ordering, result]);
    await pass(this.random() * 2_500);
    const { provider } = processesBelow(child.pid ?? 0);
    if (child.exitCode === null && provider.length > 0) {
      child.kill("SIGKILL");
      this.#count(`the engine alone was killed: ${trouble.what}`);
      for (let left = 100; left > 0 && provider.some(isAlive); left -= 1) await pass(100);
      expect(provider.filter(isAlive)).toEqual([]);
    } else {
      this.#count("ended before it could be killed");
    }
    await result;
    await this.world.faults([]);
    // What fal has received it may still carry out; nothing is sent any more.
    await pass(1_600);
    const orders = async () =>
      (await this.world.requests()).filter(({ method, path }) => method === "POST" && path === "/v1/compute/instances")
        .length;
    const sent = await orders();
    await pass(500);
    expect(await orders()).toBe(sent);
  }

  /** Renames a resource, with `adopt` for its object, while another one fails; then the cause is gone, and `up` runs again. */
  async #handOver(round: number): Promise<void> {
    const { base, fails } = this.#pick(handOvers);
    const before = this.stack.encryptedResources()[this.#wishes.names[base] ?? base];
    if (!before) throw new Error(`${base} is not in state`);
    const byId = before.type.endsWith(":ComputeInstance") || before.type.endsWith(":ApiKey");
    const names = { ...this.#wishes.names, [base]: `${base}-r${round}` };
    this.#wishes = { ...this.#wishes, secretValue: `v${round}`, keepAlive: 60 + round, names };
    this.stack.program(program(this.#wishes, { [base]: byId ? before.id : true }));
    const fault = { grpcCode: "PERMISSION_DENIED", delayMs: Math.floor(this.random() * 1_500) };
    await this.world.faults([{ match: fails, times: 1_000, fault }]);
    const failed = await this.stack.run("up", "--yes", "--skip-preview");
    expect(failed.code, failed.text).not.toBe(0);
    await this.world.faults([]);
    const again = await this.stack.run("up", "--yes", "--skip-preview");
    if (again.code !== 0) throw new Error(`did not converge (CRASH_SEED=${seed}):\n${again.text}`);
    this.stack.program(program(this.#wishes, false));
    expect(await this.#agreed()).toEqual([]);
    expect(this.stack.encryptedResources()[`${base}-r${round}`]?.id).toBe(before.id);
    this.#count(`handed over: ${before.type.split(":").at(-1)}`);
  }

  /** What docs/guides/lifecycle.md says to do after a crash. */
  async #repaired(): Promise<void> {
    const empty = emptyAttributes(this.stack);
    this.#count("empty files next to the state, deleted by hand", empty.length);
    for (const file of empty) rmSync(file);
    // A CLI that was killed leaves its lock.
    if (isLocked(this.stack)) await this.stack.run("cancel", "--yes");
    await this.stack.ok("refresh", "--yes", "--skip-preview", "--clear-pending-creates");
    this.stack.program(program(this.#wishes, false));
    let { code, text }: Result = await this.stack.run("up", "--yes", "--skip-preview");
    if (code !== 0 && /already exists/.test(text)) {
      // Made at fal, and the engine never heard of it: taken over.
      this.#count("repaired with adopt");
      this.stack.program(program(this.#wishes, true));
      ({ code, text } = await this.stack.run("up", "--yes", "--skip-preview"));
    }
    if (code !== 0) throw new Error(`did not converge (CRASH_SEED=${seed}):\n${text}`);
    this.stack.program(program(this.#wishes, false));
  }

  /** Fal holds what is declared, once, and the state knows all of it; answers the keys that no state knows. */
  async #agreed(): Promise<string[]> {
    await this.stack.preview("--expect-no-changes");
    const state = this.stack.encryptedResources();
    const fal = await this.world.state();
    const entries = Object.values(state);
    const ids = (kind: string) => entries.filter(({ type }) => type.endsWith(`:${kind}`)).map(({ id }) => id);
    expect(entries).toHaveLength(40);
    expect(fal.instances.map(({ id }) => id).sort()).toEqual(ids("ComputeInstance").sort());
    expect(fal.instances.map(({ instance_type }) => instance_type)).toEqual(
      numbered(6).map(() => this.#wishes.instanceType),
    );
    expect(fal.environments.map(({ name }) => name).sort()).toEqual(["main", "spare", "staging"]);
    expect(fal.secrets.map(({ name, environment }) => `${environment}/${name}`).sort()).toEqual(ids("Secret").sort());
    for (const index of numbered(12)) {
      const value = fal.secrets.find(({ name }) => name === `SECRET_${index}`)?.value;
      expect(value).toBe(`${this.#wishes.secretValue} ${index}`);
    }
    for (const index of numbered(6)) {
      const app = fal.apps.find(({ name }) => name === `app-${index}`);
      expect(app?.["keep_alive"]).toBe(this.#wishes.keepAlive + index);
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
}

describe.concurrent(`processes die and resources fail at random moments (seed ${seed})`, () => {
  const all = numbered(lanes).map((index) => new Lane(seed + index));
  const began = Date.now();
  const minutes = () => ((Date.now() - began) / 60_000).toFixed(1);
  let done = 0;

  beforeAll(async () => {
    console.log(`crash campaign: ${rounds} rounds in ${lanes} lanes, CRASH_SEED=${seed}`);
    for (const lane of all) await lane.start();
  });
  afterAll(async () => {
    const tally: Record<string, number> = {};
    for (const lane of all) for (const [what, by] of Object.entries(lane.tally)) tally[what] = (tally[what] ?? 0) + by;
    console.log("crash campaign:", tally, `${done} rounds in ${minutes()} minutes`);
    await Promise.all(all.map((lane) => lane.close()));
  });

  // The time limit includes the wait for earlier rounds of the lane.
  test.for(numbered(rounds).map((index) => [index + 1] as const))(
    "crashes in round %i lose no resource",
    { timeout: 15 * 60_000 },
    async ([round]) => {
      const lane = all[round % lanes];
      await lane?.next(() => lane.round(round, plans[Math.floor((round - 1) / lanes) % plans.length] ?? "kill"));
      done += 1;
      if (done % 10 === 0) console.log(`crash campaign: ${done} of ${rounds} rounds after ${minutes()} minutes`);
    },
  );
});

/** What a CLI leaves that is killed while it writes the attributes of a file; it cannot read the file then. */
function emptyAttributes(stack: Stack): string[] {
  return readdirSync(stack.backend, { recursive: true })
    .map((name) => join(stack.backend, String(name)))
    .filter((file) => file.endsWith(".attrs") && statSync(file).size === 0);
}

/** Whether a killed CLI left its lock on the stack. */
function isLocked(stack: Stack): boolean {
  const locks = join(stack.backend, ".pulumi/locks");
  return existsSync(locks) && readdirSync(locks, { recursive: true }).some((name) => String(name).endsWith(".json"));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const pass = (ms: number) => new Promise((done) => setTimeout(done, ms));

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
