/**
 * What this provider process created or adopted, by kind and id. `--replace`, and a rename without an alias together
 * with `adopt`, create first and delete then: for an object that a name identifies, that delete would destroy what was
 * just created. So a delete of a claimed object is a hand-over: it leaves the object to its new registration.
 *
 * One process serves one provider resource, hence one account; a claim lives as long as the process.
 */
export class Claims {
  readonly #claimed = new Set<string>();

  claim(kind: string, id: string): void {
    this.#claimed.add(`${kind} ${id}`);
  }

  isClaimed(kind: string, id: string): boolean {
    return this.#claimed.has(`${kind} ${id}`);
  }
}
