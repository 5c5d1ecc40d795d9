import type { FalClient } from "../client";
import { isFalError } from "../client/errors";
import type { PropertyValues, ResourceDefinition, Value } from "./properties";

/**
 * The operations of a kind of resource in fal. Handlers are independent of the host: time limits and progress come
 * through the context, and URNs and secrets are the lifecycle's concern.
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
  /** Its name for people, where the id is not one. */
  readonly label?: string;
}

/** An object as the state has it. `inputs`: what the last operation achieved or read. */
export interface State<I = PropertyValues> {
  readonly inputs: Partial<I>;
  readonly outputs: PropertyValues;
  /** Names of the managed inputs, including those for which fal has no value at the moment. */
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
  /** Replaces the values in the state; if left out, they stay. */
  readonly previousValues?: PropertyValues;
}

export interface ReadResult {
  /** Live values of inputs that fal returns; `undefined` if fal has no value. */
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
  /** For waits: aborts as `signal`, and on an interruption. Ctrl-C does not abort a request that changes something. */
  readonly waitSignal: AbortSignal;
  /** The time limit for messages: `20m0s`. */
  readonly timeLimit: string;
  /** Milliseconds since the epoch, from the same clock as check's. */
  readonly now: number;
  /** The stack of the program, by the resource's URN. Undefined if the host has no URN. */
  readonly stack: { readonly project: string; readonly name: string } | undefined;
  /** Shows on the resource's row what is awaited. */
  progress(message: string): void;
  /** A lasting line under the resource, about this object. */
  warn(message: string): void;
}

/** The context of operations that change something. */
interface ChangeContext extends Context {
  /**
   * A warning that many resources may get, so its text names no object. It is printed once, when the run ends, with the
   * names of all of them. A refresh has `warn` only, because `pulumi-fal drift` reports its warnings by resource.
   */
  warnOnce(message: string): void;
}

/** The context of operations that write. */
export interface WriteContext extends ChangeContext {
  /** Runs a deployment as soon as fewer than the setting `maxConcurrentDeploys` run, and shows that it waits. */
  deploying<T>(deployment: () => Promise<T>): Promise<T>;
  /**
   * Values in fal's response to a write, of inputs that were sent with it; `undefined` if fal has no value. Differences
   * from what was sent are reported, and fal's values are recorded.
   */
  acknowledged(values: Readonly<Record<string, Value>>): void;
}

/** The context of operations that may delete something. */
export interface DeletingContext extends ChangeContext {
  /** Whether another resource of the program manages this object of the same kind. Then it must not be deleted. */
  isManagedElsewhere(id: string): boolean;
}

export interface CreateContext extends WriteContext {
  /**
   * The same text whenever this resource is created from these checked inputs. It identifies a creation that a killed
   * process began and could not record. Undefined if the host has no URN.
   */
  readonly creation: string | undefined;
  /**
   * From here on the object is in the state, even if a later step fails. `pending` names the work that is left; it is done
   * when create returns.
   */
  exists(id: string, outputs: PropertyValues, pending: readonly string[], previousValues?: PropertyValues): void;
}

export interface UpdateContext extends DeletingContext, WriteContext {
  /** Whether an input is under `ignoreChanges`: its live value must not be overwritten, even if other inputs are sent. */
  isIgnored(name: string): boolean;
  /**
   * These inputs have reached fal, and are recorded even if a later step fails. `previousValues` are added to those in
   * the state.
   */
  achieved(names: readonly string[], outputs?: PropertyValues, previousValues?: PropertyValues): void;
  /** A change was sent and the response is lost: the next update does this work, whatever the program contains then. */
  unfinished(pending: readonly string[]): void;
}

/**
 * The error for an object that already exists and is not to be adopted. fal does not report who manages it; only the time
 * of its creation distinguishes it from one's own.
 */
export function alreadyExists(object: string, createdAt: string | undefined): Error {
  return new Error(
    `${object.charAt(0).toUpperCase()}${object.slice(1)} already exists${createdAt === undefined ? "" : ` (created ${createdAt})`}. ` +
      "If you renamed or moved the resource in the program, add the option `aliases`. If you forced its replacement (`--replace`), set the option `deleteBeforeReplace`, as the TypeScript classes do. " +
      "To take over the existing object, set `adopt: true`, or set the option `import` to its id (`pulumi-fal import` writes a program for all existing objects). " +
      "If another stack manages it, the two would undo each other's changes: read it with `get` instead.",
  );
}

/**
 * Creates an object that is identified by a name. If the response is lost, the object may exist: the state gets it with
 * `pending`, so that the next `up` finishes the creation instead of failing because the object exists.
 */
export function createNamed<T>(
  id: string,
  pending: string,
  context: CreateContext,
  creation: () => Promise<T>,
  previousValues?: PropertyValues,
): Promise<T> {
  return ifUncertain(creation, () => context.exists(id, {}, [pending], previousValues));
}

/** The inputs that an update sends. `again`: the response of the last one was lost, so all but ignored ones. */
export function inputsToSend<Name extends string>(
  declared: readonly Name[],
  changed: ReadonlySet<string>,
  again: boolean,
  context: Pick<UpdateContext, "isIgnored">,
): Name[] {
  return declared.filter((name) => changed.has(name) || (again && !context.isIgnored(name)));
}

/**
 * Sends an update. If the response is lost, the state gets `pending`, so that the next `up` sends the declared values
 * again, and the previous values of what became managed.
 */
export function sendUpdate<T>(
  pending: string,
  context: UpdateContext,
  update: () => Promise<T>,
  previousValues?: PropertyValues,
): Promise<T> {
  return ifUncertain(update, () => {
    context.unfinished([pending]);
    if (previousValues) context.achieved([], undefined, previousValues);
  });
}

/** Makes a change. If the response is lost, calls `record` before it throws. */
async function ifUncertain<T>(change: () => Promise<T>, record: () => void): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (isFalError(error) && error.mayHaveTakenEffect) record();
    throw error;
  }
}
