import { Cells, hourMs, type Minute, minuteMs, type Range, simulate } from "../traffic";
import type { Account } from "./account";
import { pickScaling, type Scaling, scalingNames } from "./scaling";
import type { App } from "./schema";

/** Adds the scaling of an app with traffic to its history, if it changed. */
export function noteScaling(account: Account, app: App): void {
  if (!app.traffic) return;
  app.scaling_history ??= [];
  const last = app.scaling_history.at(-1);
  const changed = scalingNames.some((name) => JSON.stringify(last?.[name]) !== JSON.stringify(app[name]));
  if (!changed) return;
  // The first entry counts from the start of the traffic.
  const changed_at = last ? account.now() : (app.traffic.started_at ?? account.now());
  app.scaling_history.push({ changed_at, ...pickScaling(app, scalingNames) });
}

/**
 * What the traffic model recorded for each app, up to the last complete minute. Simulations are kept in cells of one hour
 * and continue where they ended. Their time is that of the clock plus `passed_seconds`, so that time that is passed moves
 * what is recorded into the past without changing it.
 */
export class Recordings {
  readonly #account: Account;
  readonly #kept = new WeakMap<NonNullable<App["traffic"]>, Recording>();

  constructor(account: Account) {
    this.#account = account;
  }

  /**
   * Cells of an app from which all these ranges can be composed, and what to add to a time of the clock to get their time, in
   * milliseconds. Undefined for an app without traffic.
   */
  cells(app: App, ranges: readonly Range[]): { cells: Cells; ahead: number } | undefined {
    const recording = this.#recording(app, ranges.every(this.#onFullHours) ? 60 : 1);
    return recording && { cells: recording.cells, ahead: this.#ahead };
  }

  /** The last complete minute of an app. */
  lastMinute(app: App): Minute | undefined {
    return this.#recording(app, 60)?.last;
  }

  /** The scaling of an app at times of the clock, in ascending order. */
  scalingAt(app: App): (time: number) => Scaling {
    return scalingOf(app, 0);
  }

  readonly #onFullHours = ({ start, end }: Range): boolean =>
    (start + this.#ahead) % hourMs === 0 && (end + this.#ahead) % hourMs === 0;

  get #ahead(): number {
    return (this.#account.state.passed_seconds ?? 0) * 1000;
  }

  #recording(app: App, minutesPerCell: number): Recording | undefined {
    const { traffic } = app;
    if (!traffic) return undefined;
    const kept = minutesPerCell === 60 ? this.#kept.get(traffic) : undefined;
    const usable = kept && kept.history === app.scaling_history;
    const recording = usable ? kept : new Recording(app, minutesPerCell, this.#ahead);
    if (minutesPerCell === 60) this.#kept.set(traffic, recording);
    recording.continue(this.#account.clock() + this.#ahead, scalingOf(app, this.#ahead));
    return recording;
  }
}

/** A simulation of an app that goes on with the clock. */
class Recording {
  readonly cells: Cells;
  readonly history: App["scaling_history"];
  last: Minute | undefined;
  #time: number;
  #scalingAt: (time: number) => Scaling = () => {
    throw new Error("the scaling is not known yet");
  };
  readonly #minutes: Generator<Minute, void, void>;

  constructor(app: App, minutesPerCell: number, ahead: number) {
    const { traffic } = app;
    if (traffic?.started_at === undefined) throw new Error("an app without traffic has no recording");
    this.cells = new Cells(minutesPerCell);
    this.history = app.scaling_history;
    this.#time = Math.ceil((Date.parse(traffic.started_at) + ahead) / minuteMs) * minuteMs;
    this.#minutes = simulate(traffic, (time) => this.#scalingAt(time), this.#time, Number.POSITIVE_INFINITY);
  }

  continue(until: number, scalingAt: (time: number) => Scaling): void {
    this.#scalingAt = scalingAt;
    while (this.#time + minuteMs <= until) {
      const { value } = this.#minutes.next();
      if (!value) return;
      this.cells.add(value);
      this.last = value;
      this.#time += minuteMs;
    }
  }
}

/** The scaling that an app had at a time, for times in ascending order. `ahead` is added to the times of its history. */
function scalingOf(app: App, ahead: number): (time: number) => Scaling {
  const entries = (app.scaling_history ?? []).map((each) => ({
    from: Date.parse(each.changed_at) + ahead,
    scaling: each,
  }));
  let [current, ...later] = entries;
  return (time) => {
    for (let next = later[0]; next && next.from <= time; next = later[0]) {
      current = next;
      later = later.slice(1);
    }
    return current?.scaling ?? app;
  };
}
