import { differs, isSetAtCreation, stillNotKept } from "./diff";
import { metadataOf, type StateMetadata, withoutMetadata } from "./metadata";
import type { InputProperty, PropertyValues, ResourceDefinition, Value } from "./properties";
import { isGiven, unwrapSecret, wrapSecret } from "./values";

/**
 * Compares fal's responses to writes with what was sent: fal may limit, drop or change a value and still report success.
 * The state gets fal's value and, next to it, the value that was sent. So the difference stays visible and does not
 * replace the object again and again.
 */
export class WriteResponses {
  readonly #definition: ResourceDefinition;
  readonly #sent: PropertyValues;
  readonly #secrets: readonly string[];
  readonly #warn: (message: string) => void;
  /** fal's values of inputs that it did not keep as they were sent. */
  readonly #kept = new Map<string, Value>();

  /** `olds`: the old outputs, whose differences stay until fal responds again. */
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

  /** Inputs for the outputs, with fal's values where they differ from what was sent. */
  lastInputs(inputs: PropertyValues): PropertyValues {
    const lastInputs = { ...inputs };
    for (const [name, kept] of this.#kept) {
      if (!(name in lastInputs)) continue;
      if (isGiven(kept)) lastInputs[name] = kept;
      else delete lastInputs[name];
    }
    return lastInputs;
  }

  /** Values that were sent and not kept. */
  notKept(): PropertyValues {
    return Object.fromEntries([...this.#kept.keys()].map((name) => [name, this.#sent[name]]));
  }
}

/** `StateMetadata.notKept`, left out where it is empty. Secrets are wrapped, because the engine does not recognize them here. */
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

/** The message about a value in fal that differs from the one that was sent. */
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

/** Only values that cannot be a secret text are printed: a program can make a value secret without the provider's knowledge. */
function isPublic(
  name: string,
  property: InputProperty | undefined,
  value: Value,
  secrets: readonly string[],
): boolean {
  if (property?.secret || property?.sensitive || secrets.includes(name)) return false;
  return typeof value === "number" || typeof value === "boolean";
}
