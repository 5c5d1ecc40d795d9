import type { Scaling } from "../state/scaling";
import type { Request } from "./traffic";

/** The scaling values that decide how many runners an app has. */
export type RunnerScaling = Pick<
  Scaling,
  | "min_concurrency"
  | "max_concurrency"
  | "concurrency_buffer"
  | "concurrency_buffer_perc"
  | "keep_alive"
  | "scaling_delay"
  | "max_multiplexing"
>;

/** A request at the moment at which a runner starts to work on it. */
export interface Start {
  /** Seconds from its arrival until now. */
  readonly wait: number;
  readonly duration: number;
  readonly route: number | undefined;
  /** It waited more than one second for a runner to start. */
  readonly cold: boolean;
}

interface Runner {
  readonly readyAt: number;
  /** The number of requests that it works on. */
  load: number;
  idleSince: number;
  draining: boolean;
}

interface Work {
  readonly end: number;
  readonly runner: Runner;
}

/**
 * The runners of one app and the queue in front of them. Times are seconds. `settle` applies everything that is due;
 * between two calls nothing changes.
 *
 * UNCERTAIN: fal documents what the scaling values mean, but not how it decides. These are the rules here:
 * - A request starts on the busiest runner with a free place, else on the idle runner that became idle last, else it waits.
 *   The queue is first in, first out, without a limit.
 * - Wanted are the runners that all requests fill, plus the buffer, at least the minimum and at most the maximum. A request
 *   that waits counts after `scaling_delay`.
 * - A runner takes the start-up time, even if it is no longer wanted.
 * - A runner that is not wanted stops after it was idle for `keep_alive`. Above the maximum, idle and starting runners stop
 *   at once, and busy ones drain: they finish their requests and receive no more.
 */
export class Runners {
  readonly #startupSeconds: number;
  readonly #pending: Runner[] = [];
  /** In the order in which they became idle. */
  readonly #idle: Runner[] = [];
  readonly #busy: Runner[] = [];
  #draining = 0;
  /** In the order in which it ends. */
  readonly #work: Work[] = [];
  #requestsOfBusy = 0;
  readonly #queue = new Queue();
  #wanted = 0;

  constructor(startupSeconds: number) {
    this.#startupSeconds = startupSeconds;
  }

  get running(): number {
    return this.#busy.length;
  }

  get idle(): number {
    return this.#idle.length;
  }

  get pending(): number {
    return this.#pending.length;
  }

  get draining(): number {
    return this.#draining;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** Requests that runners work on. */
  get working(): number {
    return this.#work.length;
  }

  receive(request: Request): void {
    this.#queue.add(request);
  }

  /** Applies everything that is due at `now`, and adds the requests that start to `starts`. */
  settle(now: number, scaling: RunnerScaling, starts: Start[]): void {
    this.#finishWork(now);
    this.#finishStartups(now);
    this.#startRequests(now, Math.max(1, scaling.max_multiplexing), starts);
    this.#scale(now, scaling);
  }

  /** When something is due next, if no request arrives and the scaling does not change. */
  nextEvent(scaling: RunnerScaling): number {
    let next = Number.POSITIVE_INFINITY;
    const work = this.#work[0];
    if (work) next = work.end;
    const pending = this.#pending[0];
    if (pending) next = Math.min(next, pending.readyAt);
    const request = this.#queue.firstUncounted;
    if (request) next = Math.min(next, request.arrival + scaling.scaling_delay);
    const idle = this.#idle[0];
    if (idle && this.#count > this.#wanted) next = Math.min(next, idle.idleSince + scaling.keep_alive);
    return next;
  }

  /** All but the draining ones. */
  get #count(): number {
    return this.#pending.length + this.#idle.length + this.#busy.length;
  }

  #finishWork(now: number): void {
    for (let work = this.#work[0]; work && work.end <= now; work = this.#work[0]) {
      this.#work.shift();
      const { runner } = work;
      runner.load--;
      if (runner.draining) {
        if (runner.load === 0) this.#draining--;
        continue;
      }
      this.#requestsOfBusy--;
      if (runner.load === 0) {
        this.#removeBusy(runner);
        runner.idleSince = now;
        this.#idle.push(runner);
      }
    }
  }

  #removeBusy(runner: Runner): void {
    const last = this.#busy.pop();
    if (last && last !== runner) this.#busy[this.#busy.indexOf(runner)] = last;
  }

  #finishStartups(now: number): void {
    for (let runner = this.#pending[0]; runner && runner.readyAt <= now; runner = this.#pending[0]) {
      this.#pending.shift();
      runner.idleSince = now;
      this.#idle.push(runner);
    }
  }

  #startRequests(now: number, places: number, starts: Start[]): void {
    while (this.#queue.length > 0) {
      const runner = this.#runnerWithFreePlace(places);
      if (!runner) break;
      const { arrival, duration, route } = this.#queue.take();
      const wait = now - arrival;
      starts.push({ wait, duration, route, cold: wait > 1 && runner.readyAt === now });
      runner.load++;
      this.#requestsOfBusy++;
      this.#addWork({ end: now + duration, runner });
    }
  }

  #runnerWithFreePlace(places: number): Runner | undefined {
    let busiest: Runner | undefined;
    if (places > 1) {
      for (const runner of this.#busy) {
        if (runner.load < places && (!busiest || runner.load > busiest.load)) busiest = runner;
      }
    }
    if (busiest) return busiest;
    const idle = this.#idle.pop();
    if (idle) this.#busy.push(idle);
    return idle;
  }

  #addWork(work: Work): void {
    let index = this.#work.length;
    while (index > 0 && (this.#work[index - 1]?.end ?? 0) > work.end) index--;
    if (index === this.#work.length) this.#work.push(work);
    else this.#work.splice(index, 0, work);
  }

  #scale(now: number, scaling: RunnerScaling): void {
    const { min_concurrency, max_concurrency, concurrency_buffer, concurrency_buffer_perc } = scaling;
    const requests = this.#requestsOfBusy + this.#queue.countUntil(now, scaling.scaling_delay);
    const filled = Math.ceil(requests / Math.max(1, scaling.max_multiplexing));
    const buffer = Math.max(concurrency_buffer, Math.ceil((filled * concurrency_buffer_perc) / 100));
    this.#wanted = Math.min(max_concurrency, Math.max(min_concurrency, filled + buffer));

    while (this.#count < this.#wanted) {
      this.#pending.push({ readyAt: now + this.#startupSeconds, load: 0, idleSince: now, draining: false });
    }
    while (this.#count > max_concurrency) this.#stopOne();
    for (
      let runner = this.#idle[0];
      runner && this.#count > this.#wanted && runner.idleSince + scaling.keep_alive <= now;
      runner = this.#idle[0]
    ) {
      this.#idle.shift();
    }
  }

  #stopOne(): void {
    if (this.#idle.shift() ?? this.#pending.pop()) return;
    const runner = this.#busy.pop();
    if (!runner) return;
    runner.draining = true;
    this.#requestsOfBusy -= runner.load;
    this.#draining++;
  }
}

/** Requests that wait, first in, first out. */
class Queue {
  #requests: Request[] = [];
  #head = 0;
  /** How many of them, from the head, count as demand. */
  #counted = 0;

  get length(): number {
    return this.#requests.length - this.#head;
  }

  get firstUncounted(): Request | undefined {
    return this.#requests[this.#head + this.#counted];
  }

  add(request: Request): void {
    this.#requests.push(request);
  }

  take(): Request {
    const request = this.#requests[this.#head++];
    if (!request) throw new Error("the queue is empty");
    if (this.#counted > 0) this.#counted--;
    // An array is slow at removing its first element, so taken ones go many at a time.
    if (this.#head > 1000 && this.#head * 2 > this.#requests.length) {
      this.#requests = this.#requests.slice(this.#head);
      this.#head = 0;
    }
    return request;
  }

  /** How many requests have waited for `delay` seconds. Those that counted before still do. */
  countUntil(now: number, delay: number): number {
    for (let next = this.firstUncounted; next && next.arrival + delay <= now; next = this.firstUncounted) {
      this.#counted++;
    }
    return this.#counted;
  }
}
