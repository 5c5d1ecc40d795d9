import type { FalClient } from "../client";
import { isFalError } from "../client/errors";
import type { PropertyValues, ResourceDefinition, Value } from "./properties";

/**
 * What a resource does at fal. Handlers know nothing of the host that runs them: the urn, time limits, progress and
 * secrets come in through the context or are the host's business.
 */
export interface Handler<I = PropertyValues> {
  readonly definition: ResourceDefinition;
  create(inputs: I, context: CreateContext): Promise<CreateResult>;
  /** `undefined` when the object is gone; `state` is `undefined` when only the id is known (`get`). */
  read(id: string, state: State<I> | undefined, context: Context): Promise<ReadResult | undefined>;
  /** Throws where an object is missing for a reason that its id shows, such as an environment that does not exist. */
  explainMissing?(id: string, context: Context): Promise<void>;
  update(
    id: string,
    state: State<I>,
    inputs: I,
    changed: ReadonlySet<string>,
    context: UpdateContext,
  ): Promise<UpdateResult>;
  delete(id: string, state: State<I>, context: DeletingContext): Promise<void>;
  /** Whether the objects are in an environment, or belong to the account. */
  readonly scope: "environment" | "account";
  /** All objects that exist, or those in the environment where objects are in one. */
  list(fal: FalClient, environment: string, signal: AbortSignal): Promise<ListEntry[]>;
}

export interface ListEntry {
  readonly id: string;
  /** What people call it, where the id does not say it. */
  readonly label?: string;
}

/** What state says of an object. `inputs` are the mirrored ones: what was last achieved, or seen by a refresh. */
export interface State<I = PropertyValues> {
  readonly inputs: Partial<I>;
  readonly outputs: PropertyValues;
  /** Names of the inputs that are managed, also where fal has no value for one at the moment. */
  readonly managed: readonly string[];
  readonly pending: readonly string[];
  readonly previousValues: PropertyValues;
}

export interface CreateResult {
  readonly id: string;
  readonly outputs: PropertyValues;
  /** Live values to remember: see `StateMetadata.found`. */
  readonly previousValues?: PropertyValues;
}

export interface UpdateResult {
  readonly outputs: PropertyValues;
  /** Takes the place of what the state remembers; left out, that stays. */
  readonly previousValues?: PropertyValues;
}

export interface ReadResult {
  /** Live values of inputs that fal returns; a key that is present with `undefined` says that fal has no value. */
  readonly inputs: Record<string, Value>;
  readonly outputs: PropertyValues;
  readonly previousValues?: PropertyValues;
  /** Work that an update must do although no input differs; the next check sees it in `CheckContext.pending`. */
  readonly pending?: readonly string[];
}

export interface Context {
  readonly fal: FalClient;
  /** Aborts when the operation's time limit is over: for requests. */
  readonly signal: AbortSignal;
  /** As `signal`, and when the user interrupts: for waits. A request that changes something is not cut off by a Ctrl-C. */
  readonly waitSignal: AbortSignal;
  /** The time limit in words, for messages: "20m0s". */
  readonly timeLimit: string;
  /** Milliseconds since the epoch, from the same clock as check's. */
  readonly now: number;
  /** Shows what is awaited on the resource's own row. */
  progress(message: string): void;
  /** A lasting line under the resource. */
  warn(message: string): void;
}

/** What operations that write have beyond that. */
export interface WriteContext extends Context {
  /**
   * What fal's answer to a write says of inputs that were sent with it; `undefined` where it has no value. What fal did
   * not keep as it was sent is reported, and recorded as fal has it.
   */
  acknowledged(values: Readonly<Record<string, Value>>): void;
}

/** The context of operations that may delete something. */
export interface DeletingContext extends Context {
  /** Whether another resource of the program manages this object of the same kind: it must not be deleted. */
  isManagedElsewhere(id: string): boolean;
}

export interface CreateContext extends WriteContext {
  /**
   * The same text whenever this resource is created from these checked inputs, so that a creation which a killed process
   * began and could not record is recognised as the same one. Undefined where the host knows no urn.
   */
  readonly creation: string | undefined;
  /**
   * From here on the object is in state, whatever happens next. `pending` names what is left to do; it is done when
   * create returns. `found`: see `Created`.
   */
  exists(id: string, outputs: PropertyValues, pending: readonly string[], found?: PropertyValues): void;
}

export interface UpdateContext extends DeletingContext, WriteContext {
  /** Whether `ignoreChanges` leaves an input to others: its live value is not overwritten, also when others are sent. */
  isIgnored(name: string): boolean;
  /** These inputs have reached fal: recorded even if a later step fails. */
  achieved(names: readonly string[], outputs?: PropertyValues): void;
  /** A change was sent and its answer is lost: the next update does this work, whatever the program says by then. */
  unfinished(pending: readonly string[]): void;
}

/**
 * The error for an object that already exists and is not to be adopted. fal does not report who manages it; only the time
 * of its creation distinguishes it from one's own.
 */
export function alreadyExists(object: string, createdAt: string | undefined): Error {
  return new Error(
    `${object.charAt(0).toUpperCase()}${object.slice(1)} already exists${createdAt === undefined ? "" : ` (created ${createdAt})`}. ` +
      "If you renamed or moved the resource in the program, add the option `aliases`. " +
      "To take over the existing object, set `adopt: true`, or set the option `import` to its id (`pulumi-fal import` writes a program for all existing objects). " +
      "If another stack manages it, the two would undo each other's changes: read it with `get` instead.",
  );
}

/**
 * Creates what a name identifies. When the answer is lost, the object may exist: it is put into state with `pending`,
 * so that the next `up` looks and finishes, instead of stumbling over what it made itself.
 */
export function createNamed<T>(
  id: string,
  pending: string,
  context: CreateContext,
  creation: () => Promise<T>,
  found?: PropertyValues,
): Promise<T> {
  return ifUncertain(creation, () => context.exists(id, {}, [pending], found));
}

/** Makes a change; when its answer is lost, what may have happened is recorded before the failure goes on. */
export async function ifUncertain<T>(change: () => Promise<T>, record: () => void): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (isFalError(error) && error.mayHaveTakenEffect) record();
    throw error;
  }
}
