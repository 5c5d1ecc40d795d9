import type { FalClient } from "../client";
import type { CheckDefinition, CheckedInputs, InputProperty } from "../provider/properties";
import { environmentProperty } from "../resources/common";

/** An argument of a function. Nothing changes here, so it has no change class. */
export type Argument = Omit<InputProperty, "change">;

type Checkable<I extends Record<string, Argument>> = CheckDefinition<{
  [K in keyof I]: I[K] & { change: "record" };
}>;

const { change: _, ...ofResources } = environmentProperty;

export const environmentArgument = {
  ...ofResources,
  inTypeScript: "The `Output` form also accepts an `Environment`.",
} as const;

/** What a function may use while it reads. */
export interface ReadContext {
  readonly fal: FalClient;
  /** Calls of the client have time limits of their own; nothing else ends them. */
  readonly signal: undefined;
  /** Do not reuse recent responses: during an update, the provider process changes objects unnoticed by this process. */
  readonly fresh: boolean;
  /** Whether the program gave an argument: the environment is filled in where it did not. */
  given(name: string): boolean;
}

/**
 * One table per function: what it is for, its arguments, how it reads. The checks, the TypeScript functions and the
 * reference are made from it. The type of its result, `<Name>Result`, is in `results.ts`.
 */
export interface FunctionDefinition<I extends Record<string, Argument> = Record<string, Argument>> {
  /** For example `getApp`. */
  readonly name: string;
  /** What the function reads, in a sentence or two. */
  readonly doc: string;
  /** When the function fails, besides for wrong arguments and failed calls. */
  readonly throws?: string;
  /** An example line of a program. */
  readonly example: string;
  readonly inputs: I;
  readonly canonicalize?: CheckDefinition["canonicalize"] | undefined;
  /** Reads it. What is undefined in the answer is left out of the result. */
  readonly read: (args: CheckedInputs<Checkable<I>>, context: ReadContext) => Promise<object>;
}

/** Keeps the literal types of a table. */
export function defineFunction<const I extends Record<string, Argument>>(
  definition: FunctionDefinition<I>,
): FunctionDefinition {
  return definition as unknown as FunctionDefinition;
}

/** A function's arguments as the check of resources takes inputs. */
export function checkable(definition: FunctionDefinition): CheckDefinition {
  const inputs = Object.entries(definition.inputs).map(([name, argument]) => [
    name,
    // Which of them are secret is known: no transform comes between a program and its call.
    { ...argument, change: "record", public: true },
  ]);
  return {
    kind: definition.name,
    doc: definition.doc,
    isFunction: true,
    inputs: Object.fromEntries(inputs),
    outputs: {},
    ...(definition.canonicalize ? { canonicalize: definition.canonicalize } : {}),
  };
}
