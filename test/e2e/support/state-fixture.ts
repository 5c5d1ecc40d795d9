import { resolve } from "node:path";
import type { Declared } from "./stack";

/** The state that a version left behind, with what was on the other side. */
export interface StateFixture {
  /** What `pulumi stack export` wrote, secrets encrypted with the tests' passphrase. */
  readonly deployment: unknown;
  /** The emulator's state at that moment. */
  readonly world: Record<string, unknown>;
  readonly program: Declared[];
}

export const stateFixtures = resolve(__dirname, "../../fixtures/states");
