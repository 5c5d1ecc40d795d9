import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { patience } from "../support/patience";
import { sampleOf } from "../support/sample";
import { documentOf, type Row } from "./support/matrix/document";
import { type FaultCase, faultCases, parts } from "./support/matrix/faults";
import { contents, fits, goal, type Hit, Life, type Measurement, type Run, unrecorded } from "./support/matrix/life";
import { mostRequests, type Step, type Subject, steps } from "./support/matrix/subjects";
import { World } from "./support/world";

const document = resolve(__dirname, "../../docs/reliability.md");
const sample = sampleOf(parts, faultCases);
console.log(`Fault matrix, ${sample.title}. \`npm run test:reliability\` runs all.`);

const rows: Row[] = [];
const turn = atMost(3);

const slowFirst = [...sample.rows].sort(
  (one, other) => Number(other.fault.slow ?? false) - Number(one.fault.slow ?? false),
);

test.concurrent.for(slowFirst.map((faultCase) => [faultCase.fault.name, faultCase.lasts, faultCase] as const))(
  "every operation of every resource ends in the expected state after the fault %s, %s",
  // The time limit includes the wait for a turn.
  { timeout: 10 * 60_000 * patience },
  async ([, , faultCase]) => {
    await turn(async () => {
      const world = await World.start({ instanceReadyMs: 0 });
      try {
        rows.push({ faultCase, cells: await measure(faultCase, world) });
      } finally {
        await world.close();
      }
    });
  },
);

// Rewritten by `npm run test:reliability -- -u`.
test("docs/reliability.md contains what the run of the fault matrix measured", async () => {
  expect(rows).toHaveLength(sample.rows.length);
  await expect(documentOf(rows, readFileSync(document, "utf8"))).toMatchFileSnapshot(document);
});

async function measure(faultCase: FaultCase, world: World): Promise<Measurement[]> {
  const life = await Life.start(faultCase, world);
  const cells: Measurement[] = [];
  for (const step of steps) {
    const run = await life.run(step);
    cells.push(
      ...life.hits(step).map((hit) => ({
        ...{ ...hit, step },
        text: `${expectOutcome(life, step, hit, run)}, ${expectCount(life, step, hit, run)}`,
      })),
    );
    expectOthersUndisturbed(life, step, run);
    if (run.complaints.size > 0) await expectRecovery(life, world, step, run);
    await expectFinished(life, step);
  }
  return cells;
}

/** What the operation came to, as the tables call it. */
function expectOutcome(life: Life, step: Step, { subject }: Hit, { before, after, complaints }: Run): string {
  const { fault } = life.faultCase;
  const complaint = complaints.get(subject.name);
  const context = `${step} of ${subject.name}: ${complaint}`;
  const seen = subject.seen(after.world);
  const unchanged = JSON.stringify(seen) === JSON.stringify(subject.seen(before.world));
  const reached = JSON.stringify(seen.map(({ value }) => value)) === JSON.stringify(goal(subject, step));
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
  const inDoubt = /may have taken effect/;
  // A refusal leaves nothing in doubt. A request after it does, if the time is over before fal has answered it.
  const isTimeOver = /operation's time limit of \S+ is over/.test(complaint);
  if (fault.refusal && !isTimeOver) expect(complaint).not.toMatch(inDoubt);
  if (unchanged && !done) return "error, not done";
  expect(complaint).toMatch(inDoubt);
  if (unrecorded(subject, after).length === 0) return "error, done";
  expect(complaint).toMatch(subject.anonymous?.says ?? /^does not happen$/);
  return "error, done, not in state";
}

/** Attempts of one call at most, as the client promises: it tries reads longer than changes. */
const mostAttempts = (step: Step) => (step === "read" ? 9 : 6);

/** How many requests fal got, as the tables write it. */
function expectCount(life: Life, step: Step, { subject, request }: Hit, { requests }: Run): string {
  const { fault, lasts } = life.faultCase;
  const context = `${step} of ${subject.name}`;
  expect(requests.length, context).toBeLessThanOrEqual(mostRequests);
  const sent = requests.filter((one) => fits(request, one)).length / life.sharers(step, request);
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

function expectOthersUndisturbed(life: Life, step: Step, { complaints, result }: Run): void {
  const { fault } = life.faultCase;
  const hit = new Set(life.hits(step).map(({ subject }) => subject.name));
  const disturbed = [...complaints].filter(([name]) => !hit.has(name));
  if (fault.holdsAll) {
    for (const [, complaint] of disturbed) expect(complaint).toMatch(fault.says);
  } else {
    expect(disturbed, result.text).toEqual([]);
  }
  expect(result.code === 0, result.text).toBe(complaints.size === 0);
  expect(result.text).not.toContain("canary-");
}

/** Does what the messages advise, and runs the command again without faults. */
async function expectRecovery(life: Life, world: World, step: Step, { after, complaints }: Run): Promise<void> {
  for (const subject of life.subjects) {
    for (const { id } of unrecorded(subject, after)) {
      const { tells, revoke } = subject.anonymous ?? {};
      if (tells === "id") expect(complaints.get(subject.name)).toContain(id);
      if (revoke) await world.remove("keys", id);
    }
  }
  const { result, requests } = await life.again(step);
  expect(result.code, result.text).toBe(0);
  // Nothing that exists is made a second time.
  for (const { subject, request } of life.hits(step).filter(() => step !== "read")) {
    const sent = requests.filter((one) => fits(request, one)).length;
    const most = usual(subject, step) * life.sharers(step, request);
    expect(sent, `${step} of ${subject.name} again`).toBeLessThanOrEqual(most);
  }
}

/** Everything is as declared, at fal and in the state, exactly once, and nothing is left to do. */
async function expectFinished(life: Life, step: Step): Promise<void> {
  const now = await life.observe();
  for (const subject of life.subjects) {
    const context = `${subject.name} after ${step}`;
    const values = subject.seen(now.world).map(({ value }) => value);
    expect(values, context).toEqual(goal(subject, step));
    expect(unrecorded(subject, now), context).toEqual([]);
    const entry = now.entries[subject.name];
    expect(entry === undefined, `${subject.name} in state after ${step}`).toBe(step === "delete");
    expect(entry?.initErrors ?? []).toEqual([]);
    expect(entry?.outputs["__fal"] ?? {}).not.toHaveProperty("pending");
  }
  expect(JSON.parse(life.stack.stateFile()).checkpoint.latest?.pending_operations ?? []).toEqual([]);
}

/** Requests that the step needs without faults: a rotated key is two keys to revoke. */
function usual(subject: Subject, step: Step): number {
  return step === "delete" ? Math.max(1, subject.values[2].length) : 1;
}

function plural(requests: number): string {
  return requests === 1 ? "1 request" : `${requests} requests`;
}

/** Runs so many at the same time: each is a Pulumi CLI with its processes, and waits for most of its time. */
function atMost(limit: number): (run: () => Promise<void>) => Promise<void> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running === limit) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    try {
      await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
