import type { Result, Stack, StateResource } from "../stack";
import type { RecordedRequest, World, WorldState } from "../world";
import { type FaultCase, faultOn } from "./faults";
import { declared, type Request, type Step, type Subject, seed, subjects } from "./subjects";

/** What came of one operation of one subject. */
export interface Measurement {
  readonly subject: Subject;
  readonly step: Step;
  readonly request: Request;
  readonly text: string;
}

/** What fal and the state contain at one moment. */
export interface Observation {
  readonly world: WorldState;
  readonly entries: Record<string, StateResource>;
}

/** One command while the fault hits its requests. */
export interface Run {
  readonly before: Observation;
  readonly after: Observation;
  readonly result: Result;
  readonly requests: readonly RecordedRequest[];
  /** What the CLI reports of each resource that failed. */
  readonly complaints: ReadonlyMap<string, string>;
}

export interface Hit {
  readonly subject: Subject;
  readonly request: Request;
}

/** Takes all subjects through their life while a fault hits each operation. */
export class Life {
  readonly faultCase: FaultCase;
  readonly stack: Stack;
  readonly #world: World;
  /** Subjects that the fault cannot hit are left out. */
  readonly subjects: readonly Subject[];

  private constructor(faultCase: FaultCase, world: World, stack: Stack) {
    this.faultCase = faultCase;
    this.#world = world;
    this.stack = stack;
    this.subjects = subjects.filter((subject) =>
      Object.values(subject.requests).some((request) => faultOn(faultCase.fault, request) !== undefined),
    );
  }

  static async start(faultCase: FaultCase, world: World): Promise<Life> {
    await world.seed(seed);
    return new Life(faultCase, world, await world.stack());
  }

  async run(step: Step): Promise<Run> {
    const before = await this.observe();
    await this.#layFaults(step);
    const { result, requests } = await this.again(step);
    await this.#world.faults([]);
    const after = await this.observe();
    return { before, after, result, requests, complaints: diagnostics(result.text) };
  }

  /** The command of the step, without faults. */
  async again(step: Step): Promise<Pick<Run, "result" | "requests">> {
    const { fault, lasts } = this.faultCase;
    const version = step === "create" || step === "read" ? 1 : 2;
    this.stack.program(
      this.subjects.map((subject) => {
        const create = fault.timeLimit ?? (lasts === "always" ? subject.patience : undefined);
        return declared(subject, version, { all: fault.timeLimit, create });
      }),
    );
    await this.#world.clearRequests();
    const common = ["--yes", "--skip-preview", "--parallel", fault.alone && step !== "read" ? "1" : "16"];
    const command = step === "read" ? ["refresh"] : [step === "delete" ? "destroy" : "up", "--continue-on-error"];
    const result = await this.stack.run(...command, ...common);
    return { result, requests: await this.#world.requests() };
  }

  async observe(): Promise<Observation> {
    return { world: await this.#world.state(), entries: this.stack.encryptedResources() };
  }

  hits(step: Step): Hit[] {
    return this.subjects.flatMap((subject) => {
      const request = subject.requests[step];
      return request && faultOn(this.faultCase.fault, request) ? [{ subject, request }] : [];
    });
  }

  /** Subjects of one kind share the answers of reads, but each makes its own changes. */
  sharers(step: Step, request: Request): number {
    return step === "read" ? 1 : this.hits(step).filter((other) => same(other.request, request)).length;
  }

  async #layFaults(step: Step): Promise<void> {
    const requests = this.hits(step).map(({ request }) => request);
    const distinct = requests.filter((request, index) => requests.findIndex((other) => same(other, request)) === index);
    await this.#world.faults(
      distinct.map((match) => ({
        match,
        times: this.faultCase.lasts === "once" ? this.sharers(step, match) : 1_000_000,
        fault: faultOn(this.faultCase.fault, match),
      })),
    );
  }
}

/** What the state contains. Each write of it encrypts anew, so secrets are left out. */
export function contents({ entries }: Observation): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, { id, inputs, outputs, initErrors }]) => {
      const text = JSON.stringify({ id, inputs, outputs, initErrors }, (key, value) =>
        key === "ciphertext" ? "" : value,
      );
      return [name, JSON.parse(text)];
    }),
  );
}

/** What fal should contain once the step is done. */
export function goal({ values }: Subject, step: Step): string[] {
  return step === "delete" ? values.end : step === "update" ? values[2] : values[1];
}

/** Objects of the program at fal that the state does not contain. */
export function unrecorded(subject: Subject, { world, entries }: Observation) {
  // What existed before the program, such as a deployed app, may stay without it.
  if (subject.values.start.length > 0) return [];
  const entry = entries[subject.name];
  const known = entry === undefined ? [] : (subject.recorded?.(entry) ?? [entry.id]);
  return subject.seen(world).filter(({ id }) => !known.includes(id));
}

function same(one: Request, other: Request): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function fits({ transport, method, path, rpc }: Request, request: RecordedRequest): boolean {
  return (
    request.transport === transport &&
    (method === undefined || request.method === method) &&
    (path === undefined || new RegExp(path).test(request.path)) &&
    (rpc === undefined || request.rpc === rpc)
  );
}

/** The stack itself fails with its resources, in Pulumi's own words: only the resources count here. */
function diagnostics(text: string): Map<string, string> {
  const [, blocks = ""] = text.split(/^Diagnostics:$/m);
  const found = new Map<string, string>();
  for (const block of blocks.split(/^ {2}(?=\S+ \(.+\):$)/m)) {
    const [, name, report] = /^(?:pulumi-nodejs:dynamic\/|fal:index:)\S+ \((.+)\):\n((?: {4}.*\n)*)/.exec(block) ?? [];
    if (name !== undefined && report?.includes("error: ")) found.set(name, report);
  }
  return found;
}
