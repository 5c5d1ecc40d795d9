/**
 * Deletes under way in this process, by environment: an environment's guard waits for them, because a resource that
 * only shares the environment's name is not ordered by the engine.
 */
class InFlight {
  readonly #deletes = new Map<string, Set<Promise<unknown>>>();

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
    }
  }

  async deletesIn(environment: string): Promise<void> {
    await Promise.all(this.#deletes.get(environment) ?? []);
  }
}

export const inFlight = new InFlight();
