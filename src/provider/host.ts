import { createHash } from "node:crypto";
import type { dynamic } from "@pulumi/pulumi";
import { Accounts } from "./accounts";
import { check } from "./check";
import { Connection } from "./connection";
import { startDeadline } from "./deadline";
import { diff, differs, isSetAtCreation, stillNotKept } from "./diff";
import { InitializationError, messageOf, OperationError } from "./errors";
import type { Context, DeletingContext, Handler } from "./handler";
import { finishBeforeEnd, interruption } from "./interruption";
import {
  found,
  managed,
  managedNames,
  metadataOf,
  outputMetadata,
  providerKey,
  type StateMetadata,
  Urns,
  withoutMetadata,
} from "./metadata";
import { currentOperation, runOperation } from "./operation";
import { declaredTwice, handedOver, type Keepers, Ownership } from "./ownership";
import { Peers } from "./peers";
import { EngineLog, engineAddress, progressReporter, type Severity } from "./progress";
import { composeInputs, composeOutputs, lastInputsOf, projectLive, stateOf } from "./projection";
import {
  adoptedId,
  identifiedBy,
  managedObjects,
  namedObject,
  type PropertyValues,
  referredObjects,
} from "./properties";
import { redactResponse, redactSecrets } from "./redact";
import { Registrations } from "./registrations";
import { Reissued } from "./reissued";
import { keyIdOf, readSettings } from "./settings";
import { StackState } from "./stack-state";
import { deepEqual, sanitizeProperties } from "./values";
import { notKept, notKeptMessage, WriteResponses } from "./write-responses";

/** What all kinds of a provider process share: one connection to fal, one log, one view of the program's resources. */
export class Process {
  readonly log = new EngineLog();
  readonly connection = new Connection(this.log, interruption);
  readonly peers = new Peers(engineAddress(process.argv));
  readonly registrations = new Registrations(this.peers);
  readonly ownership = new Ownership(this.registrations, new StackState());
  readonly reissued = new Reissued();
  readonly urns = new Urns();
  readonly accounts = new Accounts(this.connection);
  /** The one clock of everything that depends on a date. */
  readonly now = () => Date.now();
}

/**
 * Runs a handler under Pulumi's dynamic provider host. Check and diff do no I/O: the engine calls them one by one.
 * Everything that reaches the engine is composed here, so no handler can lose an object, leak a secret or forget a key.
 */
export class DynamicHost implements dynamic.ResourceProvider {
  readonly #handler: Handler;
  readonly #process: Process;
  /** Ids of objects about to be replaced, by urn: the engine asks check again, without old inputs, for the replacement. */
  readonly #replacing = new Map<string, string>();
  /** Rows of resources that check could not declare: with `ignoreChanges: ["*"]` only diff sees the urn, in old outputs. */
  readonly #unnamed = new Set<string>();

  /** Names of inputs under `ignoreChanges`, by urn, as the program sent them: state need not know. */
  readonly #ignored = new Map<string, readonly string[]>();

  constructor(handler: Handler, process: Process) {
    this.#handler = handler;
    this.#process = process;
  }

  /** Stores the settings before its first await: the host hands the provider out while this still runs. */
  async configure(request: dynamic.ConfigureRequest): Promise<void> {
    const settings = readSettings((key) => request.config.get(key));
    this.#process.connection.configure(settings);
    const { env } = process;
    const keyId = keyIdOf(settings, env);
    // `envVarMappings` gives a provider process hosts of its own through its environment.
    const hosts = [
      settings.apiUrl ?? env["FAL_API_URL"],
      settings.restUrl ?? env["FAL_REST_URL"],
      settings.grpcUrl ?? env["FAL_GRPC_URL"],
    ];
    if (keyId !== undefined) this.#process.peers.usesKey(keyId, hosts);
    if (settings.owner !== undefined) this.#process.peers.worksOn(settings.owner);
  }

  async check(olds: PropertyValues, news: PropertyValues): Promise<dynamic.CheckResult> {
    return withoutStack(() => this.#check(olds, news));
  }

  async diff(id: string, olds: PropertyValues, news: PropertyValues): Promise<dynamic.DiffResult> {
    return withoutStack(() => this.#diff(id, olds, news));
  }

  create(inputs: PropertyValues): Promise<dynamic.CreateResult> {
    return this.#operate([inputs], true, () => this.#create(inputs));
  }

  read(id: string, props: PropertyValues = {}): Promise<dynamic.ReadResult> {
    return this.#operate([props], false, () => this.#read(id, props));
  }

  update(id: string, olds: PropertyValues, news: PropertyValues): Promise<dynamic.UpdateResult> {
    return this.#operate([news, olds], true, () => this.#update(id, olds, news));
  }

  delete(id: string, props: PropertyValues): Promise<void> {
    return this.#operate([props], false, () => this.#delete(id, props));
  }

  /** `propertySets`: the inputs, and what they take the place of. `sendsInputs`: changes at fal are made from them. */
  #operate<T>(
    propertySets: readonly [PropertyValues, PropertyValues?],
    sendsInputs: boolean,
    run: () => Promise<T>,
  ): Promise<T> {
    const { definition } = this.#handler;
    const [properties, before = {}] = propertySets;
    const mask = (text: string) => redactSecrets(definition, properties, text);
    const answer = (text: string, changes: boolean) =>
      redactResponse(definition, [properties, before], changes && sendsInputs, text);
    const urn = this.#process.urns.of(properties);
    const progress = progressReporter((message) => this.#process.log.write("info", mask(message), urn, true));
    return finishBeforeEnd(runOperation({ urn, redact: mask, redactResponse: answer, progress }, run));
  }

  #check(olds: PropertyValues, news: PropertyValues): dynamic.CheckResult {
    const { definition } = this.#handler;
    const pending = metadataOf(olds)?.pending ?? [];
    const context = { environment: this.#process.connection.environment(), now: this.#process.now(), pending };
    const outcome = check(definition, olds, news, context);
    this.#process.urns.learn(news);
    const urn = this.#process.urns.of(news);
    if (Object.keys(olds).length === 0) this.#process.reissued.add(definition, outcome.inputs);
    if (urn) this.#ignored.set(urn, metadataOf(news)?.ignored ?? []);
    const failures = [...outcome.failures];
    const adopted = adoptedId(definition, outcome.inputs);
    if (urn && Object.keys(olds).length === 0 && adopted && this.#replacing.get(urn) === adopted.id) {
      failures.push({
        property: adopted.name,
        reason: `${adopted.name}: still names the object that this change would replace (${adopted.id}): remove \`${adopted.name}\``,
      });
    }
    const row = metadataOf(outcome.inputs)?.row;
    if (urn === undefined && row !== undefined) this.#unnamed.add(row);
    const twice = urn === undefined ? undefined : this.#declare(urn, outcome.inputs, Object.keys(olds).length > 0);
    if (twice !== undefined) failures.push({ property: "", reason: twice });
    for (const warning of outcome.warnings) this.#process.log.write("warning", warning, urn, false);
    for (const note of outcome.notes) this.#process.log.write("info", note, urn, false);
    return { inputs: sanitizeProperties(outcome.inputs), failures };
  }

  #diff(id: string, olds: PropertyValues, news: PropertyValues): dynamic.DiffResult {
    const { definition } = this.#handler;
    this.#process.urns.learn(olds);
    const urn = this.#process.urns.of(news) ?? metadataOf(olds)?.urn;
    this.#declareUnnamed(urn, news);
    // Before check has declared it, a diff is a refresh's, for which nothing is due.
    const isDeclared = urn !== undefined && this.#process.registrations.isDeclared(urn);
    const now = isDeclared ? this.#process.now() : undefined;
    const difference = diff(definition, this.#process.reissued.outdate(definition, olds), news, now);
    for (const line of difference.due) this.#process.log.write("info", line, urn, false);
    if (urn && difference.replaces.length > 0) this.#replacing.set(urn, id);
    if (isDeclared) {
      this.#compareOwners(urn, id, olds, difference.replaces.length > 0);
    }
    // A refresh has reported it already.
    if (isDeclared) this.#tellNotKept(olds, news, urn);
    return { changes: difference.changes, replaces: difference.replaces };
  }

  #declareUnnamed(urn: string | undefined, news: PropertyValues): void {
    const row = metadataOf(news)?.row;
    if (urn === undefined || row === undefined || !this.#unnamed.delete(row)) return;
    const twice = this.#declare(urn, news, true);
    if (twice !== undefined) throw new OperationError(twice);
  }

  /** Checked inputs name an object. The answer is the failure, where another resource of the program manages it. */
  #declare(urn: string, inputs: PropertyValues, exists: boolean): string | undefined {
    const { definition } = this.#handler;
    const { kind } = definition;
    // An id to adopt matters at creation only; what such a resource manages afterwards, diff reads from its state.
    const named = exists && identifiedBy(definition) === "id" ? undefined : namedObject(definition, inputs);
    const needs = referredObjects(definition, inputs);
    const rival = this.#process.registrations.declare({ urn, kind, named, needs });
    return rival !== undefined && named ? this.#declaredTwice(named.id, rival, urn) : undefined;
  }

  /** A resource of the program exists, and its state says which objects it manages. */
  #compareOwners(urn: string, id: string, olds: PropertyValues, isReplaced: boolean): void {
    const { registrations, peers } = this.#process;
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

  /** The failure of the second resource. The first one gets a warning on its own row. */
  #declaredTwice(id: string, first: string, second: string): string {
    const message = declaredTwice(this.#handler.definition, id, first, second);
    this.#process.log.write("warning", message, first, false);
    return message;
  }

  /** What fal did not keep would look like success from the second run on. */
  #tellNotKept(olds: PropertyValues, news: PropertyValues, urn: string | undefined): void {
    const { definition } = this.#handler;
    const secrets = metadataOf(news)?.secrets ?? [];
    for (const name of stillNotKept(definition, olds, news)) {
      const text = notKeptMessage(definition, name, { sent: news[name], kept: olds[name] }, secrets);
      // What is sent again is reported again, by its answer.
      this.#process.log.write(isSetAtCreation(definition, name) ? "warning" : "info", text, urn, false);
    }
  }

  async #create(news: PropertyValues): Promise<dynamic.CreateResult> {
    const { definition } = this.#handler;
    const metadata = metadataOf(news);
    const urn = this.#process.urns.of(news);
    const inputs = withoutMetadata(news);
    let known:
      | { id: string; outputs: PropertyValues; pending: readonly string[]; found: PropertyValues | undefined }
      | undefined;
    const answers = this.#answers(news);
    const compose = (outputs: PropertyValues, more: Partial<StateMetadata>): PropertyValues =>
      composeOutputs(
        definition,
        {
          lastInputs: answers.lastInputs(lastInputsOf(definition, inputs)),
          outputs,
          metadata: outputMetadata(metadata, urn, this.#account(), {
            ...more,
            ...notKept(definition, answers.notKept(), metadata?.secrets),
          }),
        },
        news[providerKey],
      );
    try {
      const context = await this.#context(news, "create");
      this.#refuseSecondCreation(urn, inputs);
      const created = await this.#handler.create(inputs, {
        ...context,
        acknowledged: (values) => answers.record(values),
        // Only who asks pays for the digest.
        get creation() {
          return creationOf(urn, inputs);
        },
        exists: (id, outputs, pending, found) => {
          known = { id: String(id), outputs, pending, found };
          this.#process.registrations.created(urn, definition.kind, known.id);
        },
      });
      this.#process.registrations.created(urn, definition.kind, created.id);
      return { id: String(created.id), outs: compose(created.outputs, found(created.previousValues)) };
    } catch (error) {
      if (!known) throw this.#failure(error, news);
      const properties = compose(known.outputs, { pending: [...known.pending], ...found(known.found) });
      throw new InitializationError(known.id, properties, this.#explain(error, news));
    }
  }

  /** Only now is the account known for certain: a resource under another provider may name the same object. */
  #refuseSecondCreation(urn: string | undefined, inputs: PropertyValues): void {
    const { definition } = this.#handler;
    const named = namedObject(definition, inputs);
    if (urn === undefined || !named) return;
    const rival = this.#process.registrations.rivalOfCreation(urn, definition.kind, named.id);
    if (rival !== undefined) throw new Error(this.#declaredTwice(named.id, rival, urn));
  }

  async #read(id: string, props: PropertyValues): Promise<dynamic.ReadResult> {
    const { definition } = this.#handler;
    const metadata = metadataOf(props);
    try {
      const context = await this.#context(props, "read");
      const names = managedNames(definition, props);
      if (!metadata || !names?.length) return await this.#get(id, props, context);
      const state = stateOf(definition, props);
      const live = await this.#handler.read(id, state, context);
      if (!live) {
        this.#process.accounts.mustKnow(metadata.account);
        return { id: "", props: {} };
      }
      const lastInputs = projectLive(definition, state, names, live.inputs);
      // A value that moved since is drift like any other.
      const declared = Object.fromEntries(
        Object.entries(metadata.notKept ?? {}).filter(
          ([name]) => names.includes(name) && !differs(definition, name, state.inputs[name], lastInputs[name]),
        ),
      );
      const pending = [...new Set([...state.pending, ...(live.pending ?? [])])];
      const more: Partial<StateMetadata> = {
        ...managed(definition, lastInputs, names),
        ...(pending.length > 0 ? { pending } : {}),
        ...found({ ...state.previousValues, ...live.previousValues }),
        ...notKept(definition, declared, metadata.secrets),
      };
      for (const name of Object.keys(declared)) {
        const values = { sent: declared[name], kept: lastInputs[name] };
        context.warn(notKeptMessage(definition, name, values, metadata.secrets ?? []));
      }
      const outputs = { ...state.outputs, ...live.outputs };
      return {
        id,
        props: composeOutputs(
          definition,
          {
            lastInputs,
            outputs,
            metadata: outputMetadata(metadata, metadata.urn, this.#account() ?? metadata.account, more),
          },
          props[providerKey],
        ),
        inputs: composeInputs(
          definition,
          // As the program declares it: what fal did not keep is no drift that an update could correct.
          { ...lastInputs, ...declared },
          { ...metadata, pending: [...(live.pending ?? [])] },
          props[providerKey],
        ),
      };
    } catch (error) {
      throw this.#failure(error, props);
    }
  }

  /** Only the id is known: all that fal tells of the object becomes outputs, and nothing is managed. */
  async #get(id: string, props: PropertyValues, context: Context): Promise<dynamic.ReadResult> {
    const { definition } = this.#handler;
    const live = await this.#handler.read(id, undefined, context);
    // An empty id would be taken for an object without properties; a missing one must be heard of.
    if (!live) await this.#handler.explainMissing?.(id, context);
    if (!live) throw new Error(`${definition.kind} "${id}" does not exist in this fal account`);
    const outputs = { ...live.inputs, ...live.outputs };
    return {
      id,
      props: composeOutputs(
        definition,
        { lastInputs: {}, outputs, metadata: outputMetadata(undefined, undefined, this.#account(), { managed: [] }) },
        props[providerKey],
      ),
    };
  }

  async #update(id: string, recordedOutputs: PropertyValues, news: PropertyValues): Promise<dynamic.UpdateResult> {
    const { definition } = this.#handler;
    const olds = this.#process.reissued.outdate(definition, recordedOutputs);
    const metadata = metadataOf(news);
    const before = metadataOf(olds);
    const state = stateOf(definition, olds);
    const inputs = withoutMetadata(news);
    const changed = new Set(diff(definition, olds, news).changed);
    const achieved = new Set<string>();
    let pending = state.pending;
    let outputs: PropertyValues = state.outputs;
    const urn = this.#process.urns.of(news) ?? before?.urn;
    const account = () => this.#account() ?? before?.account;
    const answers = this.#answers(news, olds);
    try {
      const context = await this.#context(news, "update", before?.account);
      const updated = await this.#handler.update(id, state, inputs, changed, {
        ...context,
        acknowledged: (values) => answers.record(values),
        isIgnored: (name) => {
          const ignored = this.#ignored.get(urn ?? "") ?? [];
          return ignored.includes(name) || ignored.includes("*");
        },
        achieved: (names, newOutputs) => {
          for (const name of names) achieved.add(name);
          if (newOutputs) outputs = { ...outputs, ...newOutputs };
        },
        unfinished: (work) => {
          pending = [...new Set([...pending, ...work])];
        },
      });
      const more = {
        ...found(updated.previousValues ?? state.previousValues),
        ...notKept(definition, answers.notKept(), metadata?.secrets),
      };
      if (urn) this.#process.registrations.manage(urn, managedObjects(definition, id, updated.outputs));
      return {
        outs: composeOutputs(
          definition,
          {
            lastInputs: answers.lastInputs(lastInputsOf(definition, inputs)),
            outputs: { ...outputs, ...updated.outputs },
            metadata: outputMetadata(metadata, urn, account(), more),
          },
          news[providerKey],
        ),
      };
    } catch (error) {
      const unrecorded =
        achieved.size > 0 ||
        pending !== state.pending ||
        olds !== recordedOutputs ||
        !deepEqual(outputs, state.outputs);
      if (!unrecorded) throw this.#failure(error, news);
      const reached = answers.lastInputs(lastInputsOf(definition, inputs));
      const lastInputs = lastInputsOf(definition, state.inputs);
      for (const name of achieved) {
        if (reached[name] === undefined) delete lastInputs[name];
        else lastInputs[name] = reached[name];
      }
      const stillUnkept = Object.fromEntries(
        Object.entries(before?.notKept ?? {}).filter(([name]) => !achieved.has(name)),
      );
      const more: Partial<StateMetadata> = {
        ...(pending.length > 0 ? { pending: [...pending] } : {}),
        ...found(state.previousValues),
        ...notKept(definition, { ...stillUnkept, ...answers.notKept() }, metadata?.secrets),
      };
      const properties = composeOutputs(
        definition,
        { lastInputs, outputs, metadata: outputMetadata(before ?? metadata, urn, account(), more) },
        news[providerKey],
      );
      throw new InitializationError(id, properties, this.#explain(error, news));
    }
  }

  async #delete(id: string, props: PropertyValues): Promise<void> {
    const { definition } = this.#handler;
    const metadata = metadataOf(props);
    const state = stateOf(definition, props);
    const ids = managedObjects(definition, id, state.outputs);
    const { ownership, log } = this.#process;
    const removal = { urn: metadata?.urn, definition, ids, inputs: state.inputs, account: metadata?.account };
    const warn = (keepers: Keepers): void => {
      for (const warning of handedOver(definition, keepers)) {
        log.write("warning", redactSecrets(definition, props, warning), metadata?.urn, false);
      }
    };
    try {
      const known = ownership.keepAll(removal);
      if (known) {
        warn(known);
        return;
      }
      const context = await this.#context(props, "delete");
      const keepers = await ownership.keep(removal, context.waitSignal);
      warn(keepers);
      if (keepers.size === ids.length) return;
      await this.#handler.delete(id, state, { ...context, isManagedElsewhere: (each) => keepers.has(each) });
      ownership.deleted(removal);
    } catch (error) {
      throw this.#failure(error, props);
    }
  }

  /** Everything an operation needs; refuses when the credential belongs to another account than the object. */
  async #context(
    properties: PropertyValues,
    operation: "create" | "read" | "update" | "delete",
    account = metadataOf(properties)?.account,
  ): Promise<DeletingContext> {
    const { definition } = this.#handler;
    const metadata = metadataOf(properties);
    const urn = this.#process.urns.of(properties);
    const say = (severity: Severity, message: string, ephemeral: boolean) =>
      this.#process.log.write(severity, redactSecrets(definition, properties, message), urn, ephemeral);
    const fal = this.#process.connection.client();
    const custom = operation === "read" ? undefined : metadata?.timeouts?.[operation];
    const byDefault = operation === "read" ? undefined : definition.timeouts?.[operation];
    const { signal, timeLimit } = startDeadline(custom, byDefault);
    const waitSignal = AbortSignal.any([signal, interruption()]);
    waitSignal.throwIfAborted();
    await this.#process.accounts.verify(account, operation, waitSignal);
    const known = this.#account();
    if (known !== undefined) this.#process.peers.worksOn(known);
    return {
      fal,
      // Nothing is lost when a read is cut off.
      signal: operation === "read" ? waitSignal : signal,
      waitSignal,
      timeLimit,
      now: this.#process.now(),
      progress: (message) => currentOperation()?.progress(message),
      warn: (message) => say("warning", message, false),
      isManagedElsewhere: (id) => this.#process.registrations.keeperOf(urn, definition.kind, id) !== undefined,
    };
  }

  #answers(news: PropertyValues, olds?: PropertyValues): WriteResponses {
    const warn = (message: string) =>
      this.#process.log.write(
        "warning",
        redactSecrets(this.#handler.definition, news, message),
        this.#process.urns.of(news),
        false,
      );
    return new WriteResponses(this.#handler.definition, news, warn, olds);
  }

  #failure(error: unknown, properties: PropertyValues): OperationError {
    return new OperationError(this.#explain(error, properties), error);
  }

  #explain(error: unknown, properties: PropertyValues): string {
    return redactSecrets(this.#handler.definition, properties, this.#process.connection.explain(error));
  }

  #account(): string | undefined {
    return this.#process.accounts.current;
  }
}

/** See `CreateContext.creation`. A digest: inputs may hold secrets. */
function creationOf(urn: string | undefined, inputs: PropertyValues): string | undefined {
  if (urn === undefined) return undefined;
  const sorted = Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([urn, sorted]))
    .digest("hex");
}

/** The host prints the stack of whatever check and diff throw. */
function withoutStack<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw error instanceof OperationError ? error : new OperationError(messageOf(error), error);
  }
}
