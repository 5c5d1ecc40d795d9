import { createHash } from "node:crypto";
import { readCommit, readSource } from "../source";
import { type CheckOutcome, check } from "./check";
import { startDeadline } from "./deadline";
import { type Difference, diff, differs, isSetAtCreation, stillNotKept } from "./diff";
import { EndOfOperation, OperationError, PartialFailure } from "./errors";
import type { Context, DeletingContext, Handler, WriteContext } from "./handler";
import { importState } from "./import-state";
import {
  managed,
  managedNames,
  metadataOf,
  outputMetadata,
  previousValues,
  type StateMetadata,
  withoutMetadata,
} from "./metadata";
import { type Operation, runOperation } from "./operation";
import { declaredTwice, handedOver, type Keepers } from "./ownership";
import { rowProgress } from "./progress";
import { composeInputs, composeOutputs, lastInputsOf, previewOutputs, projectLive, stateOf } from "./projection";
import {
  adoptedId,
  type CheckContext,
  identifiedBy,
  managedObjects,
  namedObject,
  type PropertyValues,
  referredObjects,
} from "./properties";
import { redactResponse, redactSecrets } from "./redact";
import type { Session } from "./session";
import { stackOf } from "./stack-state";
import { deepEqual, sanitizeProperties } from "./values";
import { notKept, notKeptMessage, WriteResponses } from "./write-responses";

/** What a host knows about one request of the engine, besides property values. */
export interface Request {
  /** The resource, on whose row messages are shown. */
  readonly urn: string | undefined;
  /** The time limit that the program sets for this operation, such as `20m`. */
  readonly timeout?: string | undefined;
  /** Names of inputs under `ignoreChanges`; `*` for all of them. */
  readonly ignored?: readonly string[] | undefined;
}

interface CreatedObject {
  readonly id: string;
  readonly outputs: PropertyValues;
}

interface ImportedObject extends CreatedObject {
  readonly inputs: PropertyValues;
}

interface RefreshedObject extends CreatedObject {
  /** Undefined where only the id was known: then nothing is managed. */
  readonly inputs: PropertyValues | undefined;
}

/** The operation under way on a resource. */
type ResourceOperation = Operation &
  Pick<DeletingContext, "warn" | "warnOnce"> & {
    /** What it does, for messages: `create the secret`. */
    readonly action: string;
  };

type Verb = "create" | "read" | "update" | "delete";

/**
 * The operations of one kind of resource, for any host. Check and diff do no I/O, because the engine calls them one by
 * one. Everything that reaches the engine is composed here, so no handler can lose an object or reveal a secret.
 *
 * Inputs and outputs have their metadata under `__fal`. Every failure is an `OperationError`; a `PartialFailure` has the
 * outputs that the engine must save.
 */
export class Lifecycle {
  readonly #handler: Handler;
  readonly #session: Session;
  /** Ids of objects about to be replaced, by URN: the engine calls check again, without old inputs, for the replacement. */
  readonly #replacing = new Map<string, string>();

  constructor(handler: Handler, session: Session) {
    this.#handler = handler;
    this.#session = session;
  }

  check(olds: PropertyValues, news: PropertyValues, { urn }: Request): Pick<CheckOutcome, "inputs" | "failures"> {
    const { definition } = this.#handler;
    const { reissued, log, runMessages } = this.#session;
    const context = this.#checkContext(metadataOf(olds)?.pending);
    const { inputs, failures, warnings, notes } = check(definition, olds, news, context);
    const isNew = Object.keys(olds).length === 0;
    if (isNew) reissued.add(definition, inputs);
    const adopted = adoptedId(definition, inputs);
    if (urn && isNew && adopted && this.#replacing.get(urn) === adopted.id) {
      failures.push({
        property: adopted.name,
        reason: `\`${adopted.name}\` still names the object that this change would replace (${adopted.id}). Remove \`${adopted.name}\`.`,
      });
    }
    const rival = urn === undefined ? undefined : this.#declare(urn, inputs, !isNew);
    if (rival !== undefined) failures.push({ property: "", reason: rival });
    for (const warning of warnings) runMessages.add("warning", warning, urn);
    for (const note of notes) log.write("info", note, urn, false);
    return { inputs: sanitizeProperties(inputs), failures };
  }

  /** For hosts that get the URN only after check: declares the resource as check does. */
  declare(inputs: PropertyValues, urn: string): void {
    const rival = this.#declare(urn, inputs, true);
    if (rival !== undefined) throw new OperationError(rival);
  }

  diff(id: string, olds: PropertyValues, news: PropertyValues, { urn }: Request): Difference {
    const { definition } = this.#handler;
    const { registrations, reissued, now, log, runMessages } = this.#session;
    // If check has not declared the resource, this is the diff of a refresh, for which nothing is due.
    const isDeclared = urn !== undefined && registrations.isDeclared(urn);
    const difference = diff(definition, reissued.outdate(definition, olds), news, isDeclared ? now() : undefined);
    for (const line of difference.due) log.write("info", line, urn, false);
    const isReplaced = difference.replaces.length > 0;
    if (urn && isReplaced) this.#replacing.set(urn, id);
    if (isDeclared) {
      this.#compareOwners(urn, id, olds, isReplaced);
      // A refresh has reported it already.
      this.#reportNotKept(olds, news, urn);
      const foreseen = definition.foresee?.(withoutMetadata(olds), withoutMetadata(news), difference.changed) ?? [];
      for (const text of foreseen) runMessages.add("warning", redactSecrets(definition, news, text), urn);
    }
    return difference;
  }

  create(news: PropertyValues, request: Request): Promise<CreatedObject> {
    return this.#operate("create", request, [news], (operation) => this.#create(news, request, operation));
  }

  /** Undefined if the object is gone. If only the id is known (`get`), `state` has no metadata. */
  read(id: string, state: PropertyValues, request: Request): Promise<RefreshedObject | undefined> {
    return this.#operate("read", request, [state], (operation) => this.#read(id, state, request, operation));
  }

  /**
   * An object that the program is to manage from now on, as the state would have it if the program had created it.
   * Undefined if it does not exist. `unmanaged`: inputs to leave out, although fal returns them.
   */
  import(id: string, unmanaged: readonly string[], request: Request): Promise<ImportedObject | undefined> {
    return this.#operate("read", request, [{}], (operation) => this.#import(id, unmanaged, request, operation));
  }

  /** The outputs that a preview knows. `olds`: the outputs before an update. */
  preview(news: PropertyValues, olds?: PropertyValues): PropertyValues {
    const { definition } = this.#handler;
    const changed = olds === undefined ? [] : diff(definition, olds, news).changed;
    return previewOutputs(definition, news, olds, changed);
  }

  update(id: string, olds: PropertyValues, news: PropertyValues, request: Request): Promise<PropertyValues> {
    return this.#operate("update", request, [news, olds], (operation) =>
      this.#update(id, olds, news, request, operation),
    );
  }

  delete(id: string, state: PropertyValues, request: Request): Promise<void> {
    return this.#operate("delete", request, [state], (operation) => this.#delete(id, state, request, operation));
  }

  /** `values`: the inputs, and the outputs that they replace. */
  #operate<T>(
    verb: Verb,
    { urn }: Request,
    values: readonly [PropertyValues, PropertyValues?],
    run: (operation: ResourceOperation) => Promise<T>,
  ): Promise<T> {
    const { definition } = this.#handler;
    const { log, runMessages } = this.#session;
    const [current, before = {}] = values;
    const sendsInputs = verb === "create" || verb === "update";
    const redact = (text: string) => redactSecrets(definition, current, text);
    const progress = rowProgress(log, urn, redact);
    const operation: ResourceOperation = {
      urn,
      action: `${verb} the ${definition.noun}`,
      redact,
      redactResponse: (text, changes) => redactResponse(definition, [current, before], changes && sendsInputs, text),
      progress: progress.report,
      warn: (message) => log.write("warning", redact(message), urn, false),
      warnOnce: (message) => runMessages.add("warning", redact(message), urn),
    };
    return runOperation(operation, async () => {
      let succeeded = false;
      try {
        const result = await run(operation);
        succeeded = true;
        return result;
      } finally {
        progress.end({ succeeded, showsChanges: verb === "update" });
        // A message that arrives after the response stays on the row, or is lost at the end of the run.
        await log.written();
      }
    });
  }

  #checkContext(pending: readonly string[] = []): CheckContext {
    const { connection, now } = this.#session;
    return {
      environment: connection.environment(),
      now: now(),
      pending,
      strict: connection.strict(),
      readSource,
      readCommit,
    };
  }

  /** Declares a resource with checked inputs. Returns a failure if another resource of the program has the same object. */
  #declare(urn: string, inputs: PropertyValues, exists: boolean): string | undefined {
    const { definition } = this.#handler;
    const { kind } = definition;
    // An id to adopt matters only at creation. Afterwards diff reads the objects from the state.
    const named = exists && identifiedBy(definition) === "id" ? undefined : namedObject(definition, inputs);
    const needs = referredObjects(definition, inputs);
    const rival = this.#session.registrations.declare({ urn, kind, named, needs });
    return rival !== undefined && named ? this.#declaredTwice(named.id, rival, urn) : undefined;
  }

  /** Compares the objects in the state of a resource with those of the other resources. */
  #compareOwners(urn: string, id: string, olds: PropertyValues, isReplaced: boolean): void {
    const { registrations, peers } = this.#session;
    const ids = managedObjects(this.#handler.definition, id, withoutMetadata(olds));
    const account = metadataOf(olds)?.account;
    if (account !== undefined) peers.worksOn(account);
    if (isReplaced) {
      registrations.release(urn, ids);
      return;
    }
    registrations.manage(urn, ids);
    const rival = registrations.rival(urn, this.#handler.definition.kind, ids);
    if (rival !== undefined) throw new OperationError(this.#declaredTwice(ids[0] ?? id, rival, urn));
  }

  /** The failure of the second resource. The first one gets a warning. */
  #declaredTwice(id: string, first: string, second: string): string {
    const message = declaredTwice(this.#handler.definition, id, first, second);
    this.#session.log.write("warning", message, first, false);
    return message;
  }

  /** Reports values that fal did not keep: from the second run on they would look like a success. */
  #reportNotKept(olds: PropertyValues, news: PropertyValues, urn: string | undefined): void {
    const { definition } = this.#handler;
    const secrets = metadataOf(news)?.secrets ?? [];
    for (const name of stillNotKept(definition, olds, news)) {
      const text = notKeptMessage(definition, name, { sent: news[name], kept: olds[name] }, secrets);
      // Values that are sent again are reported again with the response.
      this.#session.runMessages.add(isSetAtCreation(definition, name) ? "warning" : "info", text, urn);
    }
  }

  async #create(news: PropertyValues, request: Request, operation: ResourceOperation): Promise<CreatedObject> {
    const { definition } = this.#handler;
    const { registrations } = this.#session;
    const metadata = metadataOf(news);
    const inputs = withoutMetadata(news);
    const { urn } = request;
    const responses = new WriteResponses(definition, news, operation.warnOnce);
    const compose = (outputs: PropertyValues, more: Partial<StateMetadata>): PropertyValues =>
      composeOutputs(definition, {
        lastInputs: responses.lastInputs(lastInputsOf(definition, inputs)),
        outputs,
        metadata: outputMetadata(metadata, this.#account(), {
          ...more,
          ...notKept(definition, responses.notKept(), metadata?.secrets),
        }),
      });
    let existing: { id: string; outputs: PropertyValues; more: Partial<StateMetadata> } | undefined;
    try {
      const context = await this.#context("create", request, operation, metadata?.account);
      this.#refuseSecondCreation(urn, inputs);
      const created = await this.#handler.create(inputs, {
        ...context,
        acknowledged: (values) => responses.record(values),
        // Computed only for handlers that ask.
        get creation() {
          return creationOf(urn, inputs);
        },
        exists: (id, outputs, pending, found) => {
          existing = { id: String(id), outputs, more: { pending: [...pending], ...previousValues(found) } };
          registrations.created(urn, definition.kind, existing.id);
        },
      });
      registrations.created(urn, definition.kind, created.id);
      return { id: String(created.id), outputs: compose(created.outputs, previousValues(created.previousValues)) };
    } catch (error) {
      if (!existing) throw this.#failure(error, operation);
      const outputs = compose(existing.outputs, existing.more);
      throw new PartialFailure(existing.id, outputs, this.#explain(error, operation));
    }
  }

  /** Only now is the account certain, so a resource under another provider may turn out to have the same object. */
  #refuseSecondCreation(urn: string | undefined, inputs: PropertyValues): void {
    const { definition } = this.#handler;
    const named = namedObject(definition, inputs);
    if (urn === undefined || !named) return;
    const rival = this.#session.registrations.rivalOfCreation(urn, definition.kind, named.id);
    if (rival !== undefined) throw new Error(this.#declaredTwice(named.id, rival, urn));
  }

  async #read(
    id: string,
    olds: PropertyValues,
    request: Request,
    operation: ResourceOperation,
  ): Promise<RefreshedObject | undefined> {
    const { definition } = this.#handler;
    const metadata = metadataOf(olds);
    try {
      const context = await this.#context("read", request, operation, metadata?.account);
      const names = managedNames(definition, olds);
      if (!metadata || !names?.length) return await this.#get(id, context);
      const state = stateOf(definition, olds);
      const live = await this.#handler.read(id, state, context);
      if (!live) {
        this.#session.accounts.mustKnow(metadata.account);
        return undefined;
      }
      const lastInputs = projectLive(definition, state, names, live.inputs);
      // A value that changed since then is drift.
      const declared = Object.fromEntries(
        Object.entries(metadata.notKept ?? {}).filter(
          ([name]) => names.includes(name) && !differs(definition, name, state.inputs[name], lastInputs[name]),
        ),
      );
      const pending = [...new Set([...state.pending, ...(live.pending ?? [])])];
      const more: Partial<StateMetadata> = {
        ...managed(definition, lastInputs, names),
        ...(pending.length > 0 ? { pending } : {}),
        ...previousValues({ ...state.previousValues, ...live.previousValues }),
        ...notKept(definition, declared, metadata.secrets),
      };
      for (const name of Object.keys(declared)) {
        const values = { sent: declared[name], kept: lastInputs[name] };
        context.warn(notKeptMessage(definition, name, values, metadata.secrets ?? []));
      }
      return {
        id,
        outputs: composeOutputs(definition, {
          lastInputs,
          outputs: { ...state.outputs, ...live.outputs },
          metadata: outputMetadata(metadata, this.#account() ?? metadata.account, more),
        }),
        // As declared in the program, because an update could not correct what fal did not keep.
        inputs: composeInputs(
          definition,
          { ...lastInputs, ...declared },
          { ...metadata, pending: [...(live.pending ?? [])] },
        ),
      };
    } catch (error) {
      throw this.#failure(error, operation);
    }
  }

  /** Only the id is known: everything that fal returns about the object becomes outputs, and nothing is managed. */
  async #get(id: string, context: Context): Promise<RefreshedObject> {
    const { definition } = this.#handler;
    const live = await this.#handler.read(id, undefined, context);
    // A program must not go on with an object that does not exist.
    if (!live) await this.#handler.explainMissing?.(id, context);
    if (!live) throw new Error(`${definition.kind} "${id}" does not exist in this fal account.`);
    return {
      id,
      outputs: composeOutputs(definition, {
        lastInputs: {},
        outputs: { ...live.inputs, ...live.outputs },
        metadata: outputMetadata(undefined, this.#account(), { managed: [] }),
      }),
      inputs: undefined,
    };
  }

  async #import(
    id: string,
    unmanaged: readonly string[],
    request: Request,
    operation: ResourceOperation,
  ): Promise<ImportedObject | undefined> {
    const { definition } = this.#handler;
    try {
      const context = await this.#context("read", request, operation, undefined);
      const live = await this.#handler.read(id, undefined, context);
      if (!live) {
        await this.#handler.explainMissing?.(id, context);
        return undefined;
      }
      // Not strict, because fal has these values already.
      const check = { ...this.#checkContext(), strict: false };
      const state = importState(definition, live, { ...check, account: this.#account(), unmanaged });
      if ("refused" in state) throw new Error(`${definition.kind} "${id}" cannot be imported: ${state.refused}`);
      for (const { reason } of state.omitted) operation.warn(`${reason} The import leaves this value out.`);
      return { id, inputs: state.inputs, outputs: state.outputs };
    } catch (error) {
      throw this.#failure(error, operation);
    }
  }

  async #update(
    id: string,
    recordedOutputs: PropertyValues,
    news: PropertyValues,
    request: Request,
    operation: ResourceOperation,
  ): Promise<PropertyValues> {
    const { definition } = this.#handler;
    const { urn, ignored = [] } = request;
    const olds = this.#session.reissued.outdate(definition, recordedOutputs);
    const metadata = metadataOf(news);
    const before = metadataOf(olds);
    const state = stateOf(definition, olds);
    const inputs = withoutMetadata(news);
    const changed = new Set(diff(definition, olds, news).changed);
    const achieved = new Set<string>();
    let pending = state.pending;
    let outputs: PropertyValues = state.outputs;
    let found = state.previousValues;
    const account = () => this.#account() ?? before?.account;
    const responses = new WriteResponses(definition, news, operation.warnOnce, olds);
    try {
      const context = await this.#context("update", request, operation, before?.account);
      const updated = await this.#handler.update(id, state, inputs, changed, {
        ...context,
        acknowledged: (values) => responses.record(values),
        isIgnored: (name) => ignored.includes(name) || ignored.includes("*"),
        achieved: (names, newOutputs, newlyFound) => {
          for (const name of names) achieved.add(name);
          if (newOutputs) outputs = { ...outputs, ...newOutputs };
          found = { ...found, ...newlyFound };
        },
        unfinished: (work) => {
          pending = [...new Set([...pending, ...work])];
        },
      });
      if (urn) this.#session.registrations.manage(urn, managedObjects(definition, id, updated.outputs));
      return composeOutputs(definition, {
        lastInputs: responses.lastInputs(lastInputsOf(definition, inputs)),
        outputs: { ...outputs, ...updated.outputs },
        metadata: outputMetadata(metadata, account(), {
          ...previousValues(updated.previousValues ?? state.previousValues),
          ...notKept(definition, responses.notKept(), metadata?.secrets),
        }),
      });
    } catch (error) {
      const unrecorded =
        achieved.size > 0 ||
        pending !== state.pending ||
        olds !== recordedOutputs ||
        !deepEqual(outputs, state.outputs);
      if (!unrecorded) throw this.#failure(error, operation);
      const reached = responses.lastInputs(lastInputsOf(definition, inputs));
      const lastInputs = lastInputsOf(definition, state.inputs);
      for (const name of achieved) {
        if (reached[name] === undefined) delete lastInputs[name];
        else lastInputs[name] = reached[name];
      }
      const stillUnkept = Object.fromEntries(
        Object.entries(before?.notKept ?? {}).filter(([name]) => !achieved.has(name)),
      );
      const saved = composeOutputs(definition, {
        lastInputs,
        outputs,
        metadata: outputMetadata(before ?? metadata, account(), {
          ...(pending.length > 0 ? { pending: [...pending] } : {}),
          ...previousValues(found),
          ...notKept(definition, { ...stillUnkept, ...responses.notKept() }, metadata?.secrets),
        }),
      });
      throw new PartialFailure(id, saved, this.#explain(error, operation));
    }
  }

  async #delete(id: string, olds: PropertyValues, request: Request, operation: ResourceOperation): Promise<void> {
    const { definition } = this.#handler;
    const { ownership } = this.#session;
    const state = stateOf(definition, olds);
    const ids = managedObjects(definition, id, state.outputs);
    const account = metadataOf(olds)?.account;
    const removal = { urn: request.urn, definition, ids, inputs: state.inputs, account };
    const warn = (keepers: Keepers): void => {
      for (const warning of handedOver(definition, keepers)) operation.warn(warning);
    };
    try {
      const known = ownership.keepAll(removal);
      if (known) {
        warn(known);
        return;
      }
      const context = await this.#context("delete", request, operation, account);
      const keepers = await ownership.keep(removal, context.waitSignal);
      warn(keepers);
      if (keepers.size === ids.length) return;
      await this.#handler.delete(id, state, { ...context, isManagedElsewhere: (each) => keepers.has(each) });
      ownership.deleted(removal);
    } catch (error) {
      throw this.#failure(error, operation);
    }
  }

  /** Everything an operation needs. Throws when the credential belongs to another account than the object. */
  async #context(
    verb: Verb,
    { urn, timeout }: Request,
    { progress, warn, warnOnce }: ResourceOperation,
    account: string | undefined,
  ): Promise<DeletingContext & Pick<WriteContext, "deploying">> {
    const { definition } = this.#handler;
    const { accounts, connection, interruption, now, peers, registrations } = this.#session;
    const fal = connection.client();
    const isRead = verb === "read";
    const { signal, timeLimit } = isRead
      ? startDeadline(undefined, undefined)
      : startDeadline(timeout, definition.timeouts?.[verb]);
    const waitSignal = AbortSignal.any([signal, interruption()]);
    waitSignal.throwIfAborted();
    await accounts.verify(account, verb, waitSignal);
    const name = this.#account();
    if (name !== undefined) peers.worksOn(name);
    return {
      fal,
      // A read can be aborted safely.
      signal: isRead ? waitSignal : signal,
      waitSignal,
      timeLimit,
      now: now(),
      progress,
      warn,
      warnOnce,
      stack: stackOf(urn),
      deploying: async (deployment) => {
        const slots = this.#session.deployments();
        const { running } = slots;
        if (slots.isFull) progress(`waiting for ${running} other deployment${running === 1 ? "" : "s"}`);
        const release = await slots.acquire(waitSignal);
        try {
          return await deployment();
        } finally {
          release();
        }
      },
      isManagedElsewhere: (id) => registrations.keeperOf(urn, definition.kind, id) !== undefined,
    };
  }

  #failure(error: unknown, operation: ResourceOperation): OperationError {
    return new OperationError(this.#explain(error, operation), error);
  }

  #explain(error: unknown, { action, redact }: ResourceOperation): string {
    // The client says what it could not do. This came up between its calls.
    if (error instanceof EndOfOperation) return `Could not ${action}: ${error.message}.`;
    return redact(this.#session.connection.explain(error));
  }

  #account(): string | undefined {
    return this.#session.accounts.current;
  }
}

/** See `CreateContext.creation`. A digest, because inputs may contain secrets. */
function creationOf(urn: string | undefined, inputs: PropertyValues): string | undefined {
  if (urn === undefined) return undefined;
  const sorted = Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([urn, sorted]))
    .digest("hex");
}
