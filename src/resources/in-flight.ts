/**
 * Deletes of this process, by environment: an environment's guard waits for those under way, because a resource that
 * only shares the environment's name is not always ordered by the engine.
 */
class InFlight {
  readonly #deletes = new Map<string, Set<Promise<unknown>>>();
  readonly #lastEnded = new Map<string, number>();

  /** Counts a delete in the environment until it has settled. */
  async delete<T>(environment: string, operation: Promise<T>): Promise<T> {
    const running = this.#deletes.get(environment) ?? new Set();
    this.#deletes.set(environment, running);
    const settled = operation.catch(() => undefined);
    running.add(settled);
    try {
      return await operation;
    } finally {
      running.delete(settled);
      this.#lastEnded.set(environment, Date.now());
    }
  }

  /** When the last delete in the environment ended; undefined while there was none. */
  lastEnded(environment: string): number | undefined {
    return this.#lastEnded.get(environment);
  }

  async deletesIn(environment: string): Promise<void> {
    await Promise.all(this.#deletes.get(environment) ?? []);
  }
}

export const inFlight = new InFlight();
