import type { Account } from "./account";
import type { App, Runner } from "./schema";
import { notFound } from "./violations";

// UNCERTAIN: which states fal counts as active. Runners that wait or end do not count here.
const inactiveStates: readonly Runner["state"][] = [
  "PENDING",
  "DRAINING",
  "TERMINATING",
  "TERMINATED",
  "DEAD",
  "FAILURE_DELAY",
];

/** The runners of the seed and their replacements. Traffic and min_concurrency start none, so that tests are exact. */
export class Runners {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Lists live runners; with `since`, also those that ended after it. */
  list(options: { app?: App; includePending?: boolean; since?: Date } = {}): readonly Runner[] {
    const { app, includePending = true, since } = options;
    const ended = since
      ? this.#account.state.terminated_runners.filter((each) => Date.parse(each.ended_at ?? "") >= since.getTime())
      : [];
    return [...this.#account.state.runners, ...ended].filter(
      (each) =>
        (!app || (each.app === app.name && each.environment === app.environment)) &&
        (includePending || each.state !== "PENDING"),
    );
  }

  active(app: App): number {
    return this.list({ app }).filter((each) => !inactiveStates.includes(each.state)).length;
  }

  /** Stops a runner: a busy one drains first, an idle one ends immediately. */
  stop(runnerId: string, replaceFirst: boolean): void {
    const runner = this.#require(runnerId);
    if (replaceFirst) this.#replace(runner);
    this.#end(runner, { graceful: true });
  }

  kill(runnerId: string): void {
    this.#end(this.#require(runnerId), { graceful: false });
  }

  /** Replaces every runner by one with the app's current revision and first machine type. */
  rollout(app: App, options: { force: boolean }): void {
    for (const runner of this.list({ app })) {
      if (runner.state === "DRAINING") continue;
      this.#replace(runner, app);
      this.#end(runner, { graceful: !options.force });
    }
  }

  endAll(app: App): void {
    for (const runner of this.list({ app })) this.#end(runner, { graceful: false });
  }

  #require(runnerId: string): Runner {
    const runner = this.#account.state.runners.find((each) => each.runner_id === runnerId);
    // UNCERTAIN: fal's status for an unknown runner.
    if (!runner) throw notFound(`Runner "${runnerId}" not found`);
    return runner;
  }

  #replace(runner: Runner, app?: App): void {
    runner.replacement = "DID_REPLACE";
    this.#account.state.runners.push({
      ...runner,
      runner_id: this.#account.newId("runner-"),
      state: "RUNNING",
      revision: app?.revision ?? runner.revision,
      machine_type: app?.machine_types[0] ?? runner.machine_type,
      in_flight_requests: 0,
      replacement: "NO_REPLACE",
      started_at: this.#account.now(),
    });
  }

  #end(runner: Runner, { graceful }: { graceful: boolean }): void {
    if (graceful && runner.in_flight_requests > 0) {
      runner.state = "DRAINING";
    } else {
      const { state } = this.#account;
      state.runners = state.runners.filter((each) => each !== runner);
      state.terminated_runners.push({ ...runner, state: "TERMINATED", ended_at: this.#account.now() });
    }
    this.#account.changed();
  }
}
