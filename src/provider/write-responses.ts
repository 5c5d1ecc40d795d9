import { differs, isSetAtCreation, stillNotKept } from "./diff";
import { metadataOf, type StateMetadata, withoutMetadata } from "./metadata";
import type { InputProperty, PropertyValues, ResourceDefinition, Value } from "./properties";
import { isGiven, unwrapSecret, wrapSecret } from "./values";

/**
 * Compares fal's answers to writes with what was sent: fal may limit a value, drop it or change it, and call that a
 * success. What it kept becomes state; what was sent is remembered beside it, so that the difference stays visible and
 * nothing is replaced again and again for its sake.
 */
export class WriteResponses {
  readonly #definition: ResourceDefinition;
  readonly #sent: PropertyValues;
  readonly #secrets: readonly string[];
  readonly #warn: (message: string) => void;
  /** What fal has of inputs that it did not keep as they were sent. */
  readonly #kept = new Map<string, Value>();

  /** `olds`: outputs from before, whose differences stay until fal answers anew. */
  constructor(
    definition: ResourceDefinition,
    news: PropertyValues,
    warn: (message: string) => void,
    olds?: PropertyValues,
  ) {
    this.#definition = definition;
    this.#sent = withoutMetadata(news);
    this.#secrets = metadataOf(news)?.secrets ?? [];
    this.#warn = warn;
    if (olds) for (const name of stillNotKept(definition, olds, news)) this.#kept.set(name, unwrapSecret(olds[name]));
  }

  record(values: Readonly<Record<string, Value>>): void {
    for (const [name, kept] of Object.entries(values)) {
      const sent = this.#sent[name];
      if (!isGiven(sent)) continue;
      if (!differs(this.#definition, name, kept, sent)) {
        this.#kept.delete(name);
        continue;
      }
      this.#kept.set(name, kept);
      this.#warn(notKeptMessage(this.#definition, name, { sent, kept }, this.#secrets));
    }
  }

  /** Inputs as state mirrors them: what fal kept takes the place of what was sent. */
  lastInputs(inputs: PropertyValues): PropertyValues {
    const lastInputs = { ...inputs };
    for (const [name, kept] of this.#kept) {
      if (!(name in lastInputs)) continue;
      if (isGiven(kept)) lastInputs[name] = kept;
      else delete lastInputs[name];
    }
    return lastInputs;
  }

  /** What was sent and not kept. */
  notKept(): PropertyValues {
    return Object.fromEntries([...this.#kept.keys()].map((name) => [name, this.#sent[name]]));
  }
}

/** `StateMetadata.notKept`, where there is anything. The engine does not know that a secret input's value is in there. */
export function notKept(
  definition: ResourceDefinition,
  values: PropertyValues,
  secrets: readonly string[] = [],
): Partial<StateMetadata> {
  const sealed = Object.entries(values).map(([name, sent]) => {
    const isSecret = definition.inputs[name]?.secret === true || secrets.includes(name);
    return [name, isSecret ? wrapSecret(sent) : sent] as const;
  });
  return sealed.length > 0 ? { notKept: Object.fromEntries(sealed) } : {};
}

/** That fal has another value than the one that was sent, and what comes of it. */
export function notKeptMessage(
  definition: ResourceDefinition,
  name: string,
  { sent, kept }: { readonly sent: Value; readonly kept: Value },
  secrets: readonly string[],
): string {
  const property = definition.inputs[name];
  const shown = (value: Value) => (isPublic(name, property, value, secrets) ? `${name} ${String(value)}` : undefined);
  const has = isGiven(kept) ? (shown(kept) ?? `another ${name}`) : `no ${name}`;
  const was = shown(sent) === undefined ? "the value that was sent" : `${String(sent)}, which was sent`;
  const next = isSetAtCreation(definition, name)
    ? "fal accepts it only at creation, so it is not sent again. To accept fal's value, declare it or remove the property."
    : "Every `pulumi up` sends the declared value again. To accept fal's value, declare it. fal can raise the limits of an account.";
  return `fal has ${has} instead of ${was}. The state records fal's value. ${next}`;
}

/** Only what cannot be a secret text is printed: the provider cannot see every way in which a program makes a value secret. */
function isPublic(
  name: string,
  property: InputProperty | undefined,
  value: Value,
  secrets: readonly string[],
): boolean {
  if (property?.secret || property?.sensitive || secrets.includes(name)) return false;
  return typeof value === "number" || typeof value === "boolean";
}
