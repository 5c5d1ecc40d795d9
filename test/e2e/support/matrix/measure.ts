import { expect } from "vitest";
import type { Result, Stack, StateResource } from "../stack";
import type { RecordedRequest, World, WorldState } from "../world";
import { faultOn, type Trouble } from "./faults";
import { declared, mostRequests, type Request, type Step, type Subject, seed, steps, subjects } from "./subjects";

/** What came of one operation of one subject. */
export interface Cell {
  readonly subject: Subject;
  readonly step: Step;
  readonly request: Request;
  readonly text: string;
}

/** Attempts of one call at most, as the client promises: it tries reads longer than changes. */
const mostAttempts = (step: Step) => (step === "read" ? 9 : 6);

/** Takes all subjects through their life while the trouble hits each operation, and says what came of each. */
export async function measure(trouble: Trouble, world: World): Promise<Cell[]> {
  await world.seed(seed);
  const life = new Life(trouble, world, await world.stack());
  const cells: Cell[] = [];
  for (const step of steps) cells.push(...(await life.live(step)));
  return cells;
}

interface Observation {
  readonly world: WorldState;
  readonly entries: Record<string, StateResource>;
}

class Life {
  readonly #trouble: Trouble;
  readonly #world: World;
  readonly #stack: Stack;
  /** What cannot be hit at all stays out of the way. */
  readonly #subjects: readonly Subject[];

  constructor(trouble: Trouble, world: World, stack: Stack) {
    this.#trouble = trouble;
    this.#world = world;
    this.#stack = stack;
    this.#subjects = subjects.filter((subject) =>
      Object.values(subject.requests).some((request) => this.#hits(request)),
    );
  }

  async live(step: Step): Promise<Cell[]> {
    const before = await this.#observe();
    await this.#layFaults(step);
    const result = await this.#run(step);
    const requests = await this.#world.requests();
    await this.#world.faults([]);
    const after = await this.#observe();

    const complaints = diagnostics(result.text);
    const cells = this.#hit(step).map(({ subject, request }) => {
      const complaint = complaints.get(subject.name);
      const outcome = this.#judge(subject, step, before, after, complaint);
      return { subject, step, request, text: `${outcome}, ${this.#count(subject, step, request, requests)}` };
    });
    // Whoever is not hit is not disturbed.
    const hit = new Set(cells.map(({ subject }) => subject.name));
    const disturbed = [...complaints].filter(([name]) => !hit.has(name));
    if (this.#trouble.fault.holdsAll) {
      for (const [, complaint] of disturbed) expect(complaint).toMatch(this.#trouble.fault.says);
    } else {
      expect(disturbed, result.text).toEqual([]);
    }
    expect(result.code === 0, result.text).toBe(complaints.size === 0);
    expect(result.text).not.toContain("canary-");

    if (complaints.size > 0) await this.#recover(step, after, complaints);
    this.#finished(step, await this.#observe());
    return cells;
  }

  #hits(request: Request | undefined): boolean {
    return request !== undefined && faultOn(this.#trouble.fault, request) !== undefined;
  }

  #hit(step: Step): { subject: Subject; request: Request }[] {
    return this.#subjects.flatMap((subject) => {
      const request = subject.requests[step];
      return request && this.#hits(request) ? [{ subject, request }] : [];
    });
  }

  /** Subjects of one kind share the answers of reads, but each makes its own changes. */
  #sharers(step: Step, request: Request): number {
    if (step === "read") return 1;
    return this.#hit(step).filter((other) => same(other.request, request)).length;
  }

  async #layFaults(step: Step): Promise<void> {
    const requests = this.#hit(step).map(({ request }) => request);
    const distinct = requests.filter((request, index) => requests.findIndex((other) => same(other, request)) === index);
    await this.#world.faults(
      distinct.map((match) => ({
        match,
        times: this.#trouble.lasts === "once" ? this.#sharers(step, match) : 1_000_000,
        fault: faultOn(this.#trouble.fault, match),
      })),
    );
  }

  /** Runs the command of the step and forgets the requests before it. */
  async #run(step: Step): Promise<Result> {
    const { fault, lasts } = this.#trouble;
    const version = step === "create" || step === "read" ? 1 : 2;
    this.#stack.program(
      this.#subjects.map((subject) => {
        const create = fault.timeLimit ?? (lasts === "always" ? subject.patience : undefined);
        return declared(subject, version, { all: fault.timeLimit, create });
      }),
    );
    await this.#world.clearRequests();
    const common = ["--yes", "--skip-preview", "--parallel", fault.alone && step !== "read" ? "1" : "16"];
    if (step === "read") return this.#stack.run("refresh", ...common);
    return this.#stack.run(step === "delete" ? "destroy" : "up", "--continue-on-error", ...common);
  }

  async #observe(): Promise<Observation> {
    return { world: await this.#world.state(), entries: this.#stack.encryptedResources() };
  }

  #judge(subject: Subject, step: Step, before: Observation, after: Observation, complaint: string | undefined): string {
    const { fault } = this.#trouble;
    const context = `${step} of ${subject.name}: ${complaint}`;
    const seen = subject.seen(after.world);
    const unchanged = JSON.stringify(seen) === JSON.stringify(subject.seen(before.world));
    const reached = JSON.stringify(seen.map(({ value }) => value)) === JSON.stringify(aim(subject, step));
    // Of two keys one may be revoked when the time is over.
    const begun = step === "delete" && seen.length < subject.seen(before.world).length;
    const done = reached || (begun && complaint !== undefined);
    if (complaint === undefined) {
      expect(done, `${context}: not done, and no error: ${JSON.stringify(seen)}`).toBe(true);
      return "ok";
    }
    expect(complaint, context).not.toMatch(/^\s+at .*[:(]\d+/m);
    expect(complaint).toMatch(/Could not /);
    expect(complaint).toMatch(fault.says);
    if (step === "read") {
      expect(unchanged, context).toBe(true);
      expect(contents(after)[subject.name], context).toEqual(contents(before)[subject.name]);
      return "error, nothing changed";
    }
    expect(done || unchanged, `${context}: neither done nor unchanged: ${JSON.stringify(seen)}`).toBe(true);
    const inDoubt = /may have been carried out/;
    if (fault.refusal) expect(complaint).not.toMatch(inDoubt);
    if (unchanged && !done) return "error, not done";
    expect(complaint).toMatch(inDoubt);
    if (unrecorded(subject, after).length === 0) return "error, done";
    expect(complaint).toMatch(subject.anonymous?.says ?? /^does not happen$/);
    return "error, done, not in state";
  }

  #count(subject: Subject, step: Step, request: Request, requests: readonly RecordedRequest[]): string {
    const { fault, lasts } = this.#trouble;
    const context = `${step} of ${subject.name}`;
    expect(requests.length, context).toBeLessThanOrEqual(mostRequests);
    const sent = requests.filter((one) => fits(request, one)).length / this.#sharers(step, request);
    const single = fault.holdsAll || (subject.once && (step === "create" || step === "update"));
    const most = single ? 1 : mostAttempts(step) * usual(subject, step);
    const patient = step === "create" && subject.patience !== undefined && !fault.refusal && sent > 1;
    const shared = fault.alsoAsked !== undefined && fault.alsoAsked === request.rpc && step === "read";
    if (lasts === "always" && (patient || shared || fault.inexact || fault.holdsAll)) {
      expect(sent, context).toBeLessThanOrEqual(most);
      return `≤ ${plural(most)}`;
    }
    expect(sent, `${context} was not hit`).toBeGreaterThan(0);
    expect(sent, context).toBeLessThanOrEqual(most);
    return plural(sent);
  }

  /** Does what the messages say, and runs the command again with nothing in its way. */
  async #recover(step: Step, after: Observation, complaints: ReadonlyMap<string, string>): Promise<void> {
    for (const subject of this.#subjects) {
      for (const { id } of unrecorded(subject, after)) {
        const { tells, revoke } = subject.anonymous ?? {};
        if (tells === "id") expect(complaints.get(subject.name)).toContain(id);
        if (revoke) await this.#world.remove("keys", id);
      }
    }
    const result = await this.#run(step);
    expect(result.code, result.text).toBe(0);
    // Nothing that exists is made a second time.
    const requests = await this.#world.requests();
    for (const { subject, request } of this.#hit(step).filter(() => step !== "read")) {
      const sent = requests.filter((one) => fits(request, one)).length;
      const most = usual(subject, step) * this.#sharers(step, request);
      expect(sent, `${step} of ${subject.name} again`).toBeLessThanOrEqual(most);
    }
  }

  /** Everything is as declared, at fal and in the state, exactly once, and nothing is left to do. */
  #finished(step: Step, now: Observation): void {
    for (const subject of this.#subjects) {
      const seen = subject.seen(now.world);
      expect(
        seen.map(({ value }) => value),
        `${subject.name} after ${step}`,
      ).toEqual(aim(subject, step));
      expect(unrecorded(subject, now), `${subject.name} after ${step}`).toEqual([]);
      const entry = now.entries[subject.name];
      expect(entry === undefined, `${subject.name} in state after ${step}`).toBe(step === "delete");
      expect(entry?.initErrors ?? []).toEqual([]);
      expect(entry?.outputs["__fal"] ?? {}).not.toHaveProperty("pending");
    }
    expect(JSON.parse(this.#stack.stateFile()).checkpoint.latest?.pending_operations ?? []).toEqual([]);
  }
}

/** What the state knows. Each write of it encrypts anew, so secrets are left out. */
function contents({ entries }: Observation): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, { id, inputs, outputs, initErrors }]) => {
      const text = JSON.stringify({ id, inputs, outputs, initErrors }, (key, value) =>
        key === "ciphertext" ? "" : value,
      );
      return [name, JSON.parse(text)];
    }),
  );
}

/** What fal should hold once the step is done. */
function aim(subject: Subject, step: Step): string[] {
  const { values } = subject;
  return step === "delete" ? values.end : step === "update" ? values[2] : values[1];
}

/** Objects that fal holds for the program without the state knowing of them. */
function unrecorded(subject: Subject, { world, entries }: Observation) {
  const entry = entries[subject.name];
  const known = entry === undefined ? [] : (subject.recorded?.(entry) ?? [entry.id]);
  // An app that was deployed is not the program's to delete.
  const foreign = seed.apps.map(({ name }) => `main/${name}`);
  return subject.seen(world).filter(({ id }) => !known.includes(id) && !foreign.includes(id));
}

/** Requests that the step needs when nothing is in its way: a rotated key is two keys to revoke. */
function usual(subject: Subject, step: Step): number {
  return step === "delete" ? Math.max(1, subject.values[2].length) : 1;
}

function plural(requests: number): string {
  return requests === 1 ? "1 request" : `${requests} requests`;
}

function same(one: Request, other: Request): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function fits({ transport, method, path, rpc }: Request, request: RecordedRequest): boolean {
  return (
    request.transport === transport &&
    (method === undefined || request.method === method) &&
    (path === undefined || new RegExp(path).test(request.path)) &&
    (rpc === undefined || request.rpc === rpc)
  );
}

/** What the CLI reports of each resource that failed. The stack itself fails with them, in words of Pulumi's own. */
function diagnostics(text: string): Map<string, string> {
  const [, blocks = ""] = text.split(/^Diagnostics:$/m);
  const found = new Map<string, string>();
  for (const block of blocks.split(/^ {2}(?=\S+ \(.+\):$)/m)) {
    const [, name, report] = /^pulumi-nodejs:dynamic\/\S+ \((.+)\):\n((?: {4}.*\n)*)/.exec(block) ?? [];
    if (name !== undefined && report?.includes("error: ")) found.set(name, report);
  }
  return found;
}
