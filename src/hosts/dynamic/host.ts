import type { dynamic } from "@pulumi/pulumi";
import type { Handler } from "../../provider/handler";
import { Lifecycle, type Request } from "../../provider/lifecycle";
import { providerKey } from "../../provider/metadata";
import type { PropertyValues } from "../../provider/properties";
import { Session } from "../../provider/session";
import { readSettings } from "../../provider/settings";
import { deepEqual } from "../../provider/values";
import { userAgent } from "../../user-agent";
import { beforeEnd, finishBeforeEnd, interruption } from "../interruption";
import { interruptOnCancel } from "./cancellation";
import { EngineLog } from "./engine-log";
import { hostError } from "./errors";
import { dynamicMetadataOf, rowOf, Urns, withMetadata, withProviderText } from "./metadata";

type Operation = "create" | "update" | "delete";

/** What all kinds share in a process of Pulumi's dynamic provider host. */
export class DynamicSession extends Session {
  readonly urns = new Urns();

  constructor(engineAddress: string | undefined) {
    super({
      log: new EngineLog(engineAddress),
      interruption: () => {
        interruptOnCancel();
        return interruption();
      },
      beforeEnd,
      engineAddress,
      userAgent,
    });
  }
}

/** Runs the lifecycle of one kind under Pulumi's dynamic provider host. */
export class DynamicHost implements dynamic.ResourceProvider {
  readonly #lifecycle: Lifecycle;
  readonly #session: DynamicSession;
  /** Rows of resources whose URN check did not see: with `ignoreChanges: ["*"]` only diff sees it, in old outputs. */
  readonly #unnamed = new Set<string>();
  /** Names of inputs under `ignoreChanges`, by URN, as the program sent them to check. */
  readonly #ignored = new Map<string, readonly string[]>();

  constructor(handler: Handler, session: DynamicSession) {
    this.#lifecycle = new Lifecycle(handler, session);
    this.#session = session;
  }

  /** Stores the settings before its first await: the host returns the provider while this still runs. */
  async configure(request: dynamic.ConfigureRequest): Promise<void> {
    this.#session.configure(readSettings((key) => request.config.get(key)));
  }

  async check(olds: PropertyValues, news: PropertyValues): Promise<dynamic.CheckResult> {
    try {
      const sent = dynamicMetadataOf(news);
      this.#session.urns.learn(news);
      const urn = this.#session.urns.of(news);
      const row = sent?.urn === undefined ? sent?.row : rowOf(sent.urn);
      if (urn !== undefined) this.#ignored.set(urn, sent?.ignored ?? []);
      else if (row !== undefined) this.#unnamed.add(row);
      const { inputs, failures } = this.#lifecycle.check(olds, news, { urn });
      return { inputs: withMetadata(inputs, { row, timeouts: sent?.timeouts }), failures };
    } catch (error) {
      throw hostError(error, asIs);
    }
  }

  async diff(id: string, olds: PropertyValues, news: PropertyValues): Promise<dynamic.DiffResult> {
    try {
      this.#session.urns.learn(olds);
      const [before, after] = [dynamicMetadataOf(olds), dynamicMetadataOf(news)];
      const urn = this.#urnOf(news, olds);
      const isUnnamed = after?.row !== undefined && urn !== undefined && this.#unnamed.delete(after.row);
      if (isUnnamed) this.#lifecycle.declare(news, urn);
      const { changes, replaces } = this.#lifecycle.diff(id, olds, news, { urn });
      // State must record both, because refresh and delete see nothing else. State of the plugin has no text.
      const isRecorded =
        deepEqual(before?.timeouts, after?.timeouts) && deepEqual(olds[providerKey], news[providerKey]);
      return { changes: changes || !isRecorded, replaces };
    } catch (error) {
      throw hostError(error, asIs);
    }
  }

  create(news: PropertyValues): Promise<dynamic.CreateResult> {
    const stored = (outputs: PropertyValues) => this.#stored(outputs, news, news);
    return this.#run(stored, async () => {
      const { id, outputs } = await this.#lifecycle.create(news, this.#request("create", news));
      return { id, outs: stored(outputs) };
    });
  }

  read(id: string, props: PropertyValues = {}): Promise<dynamic.ReadResult> {
    return this.#run(asIs, async () => {
      const text = props[providerKey];
      const { urn, row, timeouts } = dynamicMetadataOf(props) ?? {};
      const live = await this.#lifecycle.read(id, props, { urn });
      // An empty id tells the engine that the object is gone.
      if (live === undefined) return { id: "", props: {} };
      if (live.inputs === undefined) return { id, props: withProviderText(live.outputs, text) };
      const inputs = withMetadata(live.inputs, { row: urn === undefined ? row : rowOf(urn), timeouts });
      return {
        id,
        props: withProviderText(withMetadata(live.outputs, { urn, timeouts }), text),
        inputs: withProviderText(inputs, text),
      };
    });
  }

  update(id: string, olds: PropertyValues, news: PropertyValues): Promise<dynamic.UpdateResult> {
    // A failure records the old time limits, so that the next update records the new ones.
    const failed = (outputs: PropertyValues) =>
      this.#stored(outputs, news, dynamicMetadataOf(olds) === undefined ? news : olds, olds);
    return this.#run(failed, async () => {
      const request = this.#request("update", news, olds);
      const ignored = this.#ignored.get(request.urn ?? "");
      const outputs = await this.#lifecycle.update(id, olds, news, { ...request, ignored });
      return { outs: this.#stored(outputs, news, news, olds) };
    });
  }

  delete(id: string, props: PropertyValues): Promise<void> {
    return this.#run(asIs, async () => this.#lifecycle.delete(id, props, this.#request("delete", props)));
  }

  #request(operation: Operation, values: PropertyValues, olds: PropertyValues = {}): Request {
    return { urn: this.#urnOf(values, olds), timeout: dynamicMetadataOf(values)?.timeouts?.[operation] };
  }

  /** Outputs as the engine stores them. `limits`: the property values that have the time limits to record. */
  #stored(outputs: PropertyValues, news: PropertyValues, limits: PropertyValues, olds: PropertyValues = {}) {
    const timeouts = dynamicMetadataOf(limits)?.timeouts;
    return withProviderText(withMetadata(outputs, { urn: this.#urnOf(news, olds), timeouts }), news[providerKey]);
  }

  #urnOf(news: PropertyValues, olds: PropertyValues): string | undefined {
    return this.#session.urns.of(news) ?? dynamicMetadataOf(olds)?.urn;
  }

  #run<T>(stored: (outputs: PropertyValues) => PropertyValues, operation: () => Promise<T>): Promise<T> {
    return finishBeforeEnd(
      operation().catch((error: unknown) => {
        throw hostError(error, stored);
      }),
    );
  }
}

/** For operations that fail without leaving anything to store. */
function asIs(outputs: PropertyValues): PropertyValues {
  return outputs;
}
