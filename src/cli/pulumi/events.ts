import type { PropertyValues, Value } from "../../provider/properties";
import { isRecord, isSecret } from "../../provider/values";
import { failureOf, type Pulumi, PulumiError, type PulumiRun } from "./cli";
import { type Diagnostic, type Plan, type ResourceState, type Step, secretText, withoutHalves } from "./plan";

/** One run of the engine, from its events. */
export interface EngineRun extends Plan {
  /** The resources that it read, in the order of the providers' responses. `steps` does not contain these reads. */
  readonly refreshed: readonly Refreshed[];
  /** URNs of resources whose read began and did not end, because it failed or was interrupted. */
  readonly unread: readonly string[];
  /** URNs of resources that a step changed, and of those for which a step failed. */
  readonly changed: readonly string[];
  readonly failed: readonly string[];
  /** The result in the engine's last event. Undefined if that event is missing. */
  readonly result: string | undefined;
}

export interface Refreshed {
  readonly urn: string;
  /**
   * In `pulumi refresh`: `same`, `update` or `delete`. In the refresh before a preview or update always `refresh`,
   * because the engine does not compare there.
   */
  readonly op: string;
  /** The resource in the state. */
  readonly old: ResourceState;
  /** The resource as its provider returned it. Undefined if it no longer exists. */
  readonly live?: ResourceState;
}

/** With this variable, `--json` makes the CLI print its events, one on each line. */
const streaming = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" } as const;

/**
 * Runs a command of the CLI that prints events. `onRead` is called after each resource that was read. Callers check
 * `engine.result` and `cli.code` themselves. `events` contains what happened until an interruption, too.
 *
 * @throws a `PulumiError` if there is no event
 */
export async function runEngine(
  pulumi: Pulumi,
  args: readonly string[],
  onRead: (count: number) => void = () => undefined,
  events = new EngineEvents(),
): Promise<{ readonly engine: EngineRun; readonly cli: PulumiRun }> {
  const cli = await pulumi.run(
    [...args, "--json"],
    (line) => {
      const before = events.refreshed.length;
      events.line(line);
      if (events.refreshed.length > before) onRead(events.refreshed.length);
    },
    streaming,
  );
  const engine = events.run();
  // A command that failed before its first event has printed the reason on standard error.
  if (!events.begun && cli.code !== 0) throw failureOf(args, cli);
  if (!events.begun)
    throw new PulumiError(`\`pulumi ${args[0]}\` produced no engine events. It needs Pulumi 3.259 or later.`);
  return { engine, cli };
}

/** Reads engine events line by line. It ignores other lines, because the CLI may print some. */
export class EngineEvents {
  readonly steps: Step[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly refreshed: Refreshed[] = [];
  readonly #reading = new Set<string>();
  readonly #changed = new Set<string>();
  readonly #failed = new Set<string>();
  #result: string | undefined;
  #begun = false;

  /** Whether there was any event. */
  get begun(): boolean {
    return this.#begun;
  }

  line(text: string): void {
    const event = parsed(text);
    if (event === undefined) return;
    const { diagnosticEvent, policyEvent, resourcePreEvent, resOutputsEvent, resOpFailedEvent, summaryEvent } = event;
    const { preludeEvent } = event;
    if (preludeEvent !== undefined || resourcePreEvent !== undefined || diagnosticEvent !== undefined)
      this.#begun = true;
    if (isRecord(diagnosticEvent)) this.#diagnostic(diagnosticEvent);
    if (isRecord(policyEvent)) this.#policy(policyEvent);
    if (isRecord(resourcePreEvent) && isRecord(resourcePreEvent["metadata"]))
      this.#before(resourcePreEvent["metadata"]);
    if (isRecord(resOutputsEvent) && isRecord(resOutputsEvent["metadata"])) this.#after(resOutputsEvent["metadata"]);
    if (isRecord(resOpFailedEvent) && isRecord(resOpFailedEvent["metadata"]))
      this.#failed.add(String(resOpFailedEvent["metadata"]["urn"]));
    if (isRecord(summaryEvent) && typeof summaryEvent["result"] === "string") this.#result = summaryEvent["result"];
  }

  run(): EngineRun {
    return {
      steps: withoutHalves(this.steps),
      diagnostics: this.diagnostics,
      // Events contain all resources.
      omitted: 0,
      refreshed: this.refreshed,
      unread: [...this.#reading],
      changed: [...this.#changed].filter((urn) => !this.#failed.has(urn)),
      failed: [...this.#failed],
      result: this.#result,
    };
  }

  #diagnostic(event: PropertyValues): void {
    const severity = String(event["severity"]);
    // Debug messages contain what the program's host sends and receives, including values of secrets.
    if (severity === "debug") return;
    const message = typeof event["message"] === "string" ? event["message"].trim() : "";
    if (message) this.diagnostics.push({ severity, message, ...optional("urn", event["urn"]) });
  }

  /** A violated policy. The JSON of a preview without events does not contain it. */
  #policy(event: PropertyValues): void {
    const severity = event["enforcementLevel"] === "mandatory" ? "error" : "warning";
    const message = `policy ${String(event["policyName"])}: ${String(event["message"]).trim()}`;
    this.diagnostics.push({ severity, message, ...optional("urn", event["resourceUrn"]) });
  }

  #before(metadata: PropertyValues): void {
    const { op, urn } = metadata;
    if (typeof op !== "string" || typeof urn !== "string") return;
    if (op === "refresh") this.#reading.add(urn);
    else this.steps.push(stepOf(op, urn, metadata));
  }

  #after(metadata: PropertyValues): void {
    const { op, urn } = metadata;
    const old = stateOf(metadata["old"]);
    if (typeof op !== "string" || typeof urn !== "string") return;
    if (!this.#reading.delete(urn)) {
      if (op !== "same") this.#changed.add(urn);
      return;
    }
    if (!old) return;
    // Left over from a replacement: the next update deletes it, whether it exists or not.
    if (isRecord(metadata["old"]) && metadata["old"]["delete"] === true) return;
    const live = stateOf(metadata["new"]);
    this.refreshed.push({ urn, op, old, ...(live ? { live } : {}) });
  }
}

function parsed(text: string): PropertyValues | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const event: unknown = JSON.parse(text);
    return isRecord(event) ? event : undefined;
  } catch {
    return undefined;
  }
}

function stepOf(op: string, urn: string, metadata: PropertyValues): Step {
  const old = stateOf(metadata["old"]);
  const next = stateOf(metadata["new"]);
  const keys = metadata["keys"];
  return {
    op,
    urn,
    ...(old ? { old } : {}),
    ...(next ? { new: next } : {}),
    replaceReasons: Array.isArray(keys) ? keys.map(String) : [],
  };
}

/** A resource in an event; undefined if there is none. */
function stateOf(told: Value): ResourceState | undefined {
  if (!isRecord(told)) return undefined;
  return {
    urn: String(told["urn"]),
    type: String(told["type"]),
    inputs: shown(told["inputs"]),
    outputs: shown(told["outputs"]),
    ...optional("id", told["id"]),
    ...optional("provider", told["provider"]),
    ...optional("parent", told["parent"]),
    ...(told["protect"] === true ? { protect: true } : {}),
    ...(told["retainOnDelete"] === true ? { retainOnDelete: true } : {}),
    ...optional("sourcePosition", told["sourcePosition"]),
  };
}

function optional<Name extends string>(name: Name, value: Value): { [N in Name]?: string } {
  return typeof value === "string" && value ? ({ [name]: value } as { [N in Name]: string }) : {};
}

/** Properties with the text `[secret]` in place of each secret. */
function shown(value: Value): PropertyValues {
  return isRecord(value) && !isSecret(value)
    ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, show(v)]))
    : {};
}

function show(value: Value): Value {
  if (isSecret(value)) return secretText;
  if (Array.isArray(value)) return value.map(show);
  return isRecord(value) ? shown(value) : value;
}
