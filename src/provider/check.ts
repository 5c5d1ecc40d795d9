import { escapeInvisible } from "../client/text";
import { differs } from "./diff";
import { inputMetadata, metadataKey, metadataOf, type StateMetadata, withoutMetadata } from "./metadata";
import {
  adopts,
  type CheckContext,
  type CheckDefinition,
  type CheckFailure,
  type InputProperty,
  type PropertyValues,
  type ReadKnown,
  type Value,
} from "./properties";
import { suggestName } from "./suggest";
import { containsUnknown, deepEqual, isGiven, wrapSecret } from "./values";

/** A failure as the engine prints it. With a `property` it prints that property's value too, secrets in clear. */
export interface ReportedFailure {
  readonly property: string;
  readonly reason: string;
}

export interface CheckOutcome {
  /** Checked inputs: canonical, with defaults and computed values; secrets wrapped. */
  readonly inputs: PropertyValues;
  readonly failures: ReportedFailure[];
  /** The inputs that the failures are about, in the same order. */
  readonly refused: readonly string[];
  readonly warnings: string[];
  readonly notes: string[];
}

/**
 * Validates inputs and fills in what can be known before any request. Pure: no I/O, no clock but `context.now`.
 * Values that a preview does not know pass through; rules that need them wait for the real run.
 */
export function check(
  definition: CheckDefinition,
  olds: PropertyValues | undefined,
  news: PropertyValues,
  context: CheckContext,
): CheckOutcome {
  const sent = metadataOf(news);
  const failures: CheckFailure[] = [];
  const canonical = canonicalForm(definition, withoutNulls(withoutMetadata(news)), context);
  failures.push(...canonical.failures);
  const given = canonical.inputs;
  const oldInputs = olds && Object.keys(olds).length > 0 ? withoutMetadata(olds) : undefined;

  for (const [name, { defaultsFromProvider }] of Object.entries(definition.inputs)) {
    if (defaultsFromProvider !== undefined) given[name] ??= context[defaultsFromProvider];
  }

  const kept = keptByIgnoreChanges(definition, given, oldInputs);
  for (const name of Object.keys(given)) {
    const property = definition.inputs[name];
    // An import file holds checked inputs, computed ones included.
    const accepted = name in kept || isChecked(sent);
    if (!property || (property.computed && !accepted)) failures.push(unknownProperty(definition, name, property));
  }
  for (const [name, property] of Object.entries(definition.inputs)) {
    const value = given[name];
    if (value === undefined) {
      if (property.required && !mayBeLeftOut(definition, name, given, oldInputs, sent)) {
        failures.push({ property: name, reason: `is required. ${firstSentence(property.doc)}` });
      }
    } else if (!containsUnknown(value) && !property.computed) {
      failures.push(...wrongValue(name, property, value));
    }
  }

  const { changed, isPrintable } = publicInputs(definition, news, sent);
  failures.push(...secretIdentity(definition, sent?.secrets ?? []));

  const refused = new Set(failures.map((failure) => failure.property));
  const known: ReadKnown = (name) => (refused.has(name) || containsUnknown(given[name]) ? undefined : given[name]);
  failures.push(...(definition.rules?.(known, oldInputs, (name) => given[name] !== undefined) ?? []));

  const derived = failures.length === 0 ? (definition.derive?.(given, oldInputs, context) ?? {}) : {};
  const inputs = withoutNulls({ ...given, ...derived, ...kept });
  const secrets = [...new Set([...(sent?.secrets ?? []), ...changed])];
  const metadata = inputMetadata({
    ...sent,
    ...(secrets.length > 0 ? { secrets } : {}),
    resets: resetsSoFar(definition, inputs, olds, oldInputs),
  });

  return {
    inputs: { ...wrapSecrets(definition, inputs), [metadataKey]: metadata },
    failures: failures.map((failure) => report(failure, given, isPrintable)),
    refused: failures.map(({ property }) => property),
    warnings: failures.length === 0 ? (definition.warnings?.(known) ?? []) : [],
    notes: failures.length === 0 ? (definition.notes?.(inputs, oldInputs, context) ?? []) : [],
  };
}

/** See `StateMetadata.resets`. Counted, because a change and its reversal leave the same inputs. */
function resetsSoFar(
  definition: CheckDefinition,
  inputs: PropertyValues,
  olds: PropertyValues | undefined,
  oldInputs: PropertyValues | undefined,
) {
  if (!olds || !oldInputs) return undefined;
  const resets = Object.entries(definition.inputs).some(
    ([name, { resetsLikeDeploy }]) =>
      resetsLikeDeploy && isGiven(inputs[name]) && differs(definition, name, oldInputs[name], inputs[name]),
  );
  const before = metadataOf(olds)?.resets;
  return resets ? (before ?? 0) + 1 : before;
}

function canonicalForm(definition: CheckDefinition, inputs: PropertyValues, context: CheckContext) {
  const result = definition.canonicalize?.(inputs, context);
  return { inputs: { ...(result?.inputs ?? inputs) }, failures: result?.failures ?? [] };
}

function withoutNulls(properties: PropertyValues): PropertyValues {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => isGiven(value)));
}

/**
 * Computed inputs with their old values: the engine copies what `ignoreChanges` names from the old inputs into the new
 * ones before check. A value that a program sets itself differs, or there are no old inputs.
 */
function keptByIgnoreChanges(
  definition: CheckDefinition,
  given: PropertyValues,
  olds: PropertyValues | undefined,
): PropertyValues {
  if (olds === undefined) return {};
  return Object.fromEntries(
    Object.entries(given).filter(
      ([name, value]) => definition.inputs[name]?.computed && isGiven(olds[name]) && deepEqual(value, olds[name]),
    ),
  );
}

/** Whether inputs were checked before: they come from an import file, or `ignoreChanges: ["*"]` copies them. */
function isChecked(sent: StateMetadata | undefined): boolean {
  return sent !== undefined && (sent.v !== 1 || sent.managed !== undefined);
}

/**
 * What fal never returns cannot be known of an object that was adopted or imported, so it may be left out for those:
 * the object is adopted, or the state has lived without it, or the inputs come from an import file (which says what it manages).
 */
function mayBeLeftOut(
  definition: CheckDefinition,
  name: string,
  given: PropertyValues,
  olds: PropertyValues | undefined,
  sent: StateMetadata | undefined,
): boolean {
  if (!definition.inputs[name]?.writeOnly) return false;
  return adopts(definition, given) || isChecked(sent) || (olds !== undefined && olds[name] === undefined);
}

function unknownProperty(definition: CheckDefinition, name: string, property: InputProperty | undefined): CheckFailure {
  if (property?.computed || definition.outputs[name]) {
    return { property: name, reason: "is an output and cannot be set: remove it" };
  }
  const names = Object.keys(definition.inputs).filter((candidate) => !definition.inputs[candidate]?.computed);
  const nearest = suggestName(name, names);
  return {
    property: name,
    reason: nearest
      ? `is not an input of ${definition.kind}. Did you mean "${nearest}"?`
      : `is not an input of ${definition.kind}. Its inputs are ${names.join(", ")}`,
  };
}

function wrongValue(name: string, property: InputProperty, value: Value): CheckFailure[] {
  const result = property.schema.safeParse(value);
  if (result.success) return [];
  const { path = [], message = "is not valid" } = result.error.issues[0] ?? {};
  const at = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return [{ property: name, at, reason: message, detail: `got ${JSON.stringify(value)}` }];
}

/**
 * What becomes part of an id cannot be kept secret: Pulumi stores and prints ids in clear, and addresses hold them.
 * The arguments of functions make no id.
 */
function secretIdentity(definition: CheckDefinition, secrets: readonly string[]): CheckFailure[] {
  if (definition.isFunction) return [];
  return secrets
    .filter((name) => definition.inputs[name]?.public)
    .map((property) => ({
      property,
      reason:
        "is a secret in this program, but becomes part of the resource's id and addresses, which Pulumi stores and prints in clear text. " +
        "Use a plain value, or `pulumi.unsecret` if the value need not be secret",
    }));
}

/**
 * Whose values a message may print: those of public inputs that arrive as the class was given them. `changed` are those
 * that do not: a transform set them, and may have made them secret. Functions have no transforms, so there the
 * program's secrets are all there are.
 */
function publicInputs(definition: CheckDefinition, news: PropertyValues, sent: StateMetadata | undefined) {
  const isPublic = (name: string) => definition.inputs[name]?.public === true;
  const given = Object.keys(withoutMetadata(news)).filter((name) => isPublic(name) && isGiven(news[name]));
  const plain = sent?.plain;
  const changed = plain === undefined ? [] : given.filter((name) => !deepEqual(news[name], plain[name]));
  const isKnownPlain = definition.isFunction === true || (plain !== undefined && changed.length === 0);
  const isPrintable = (name: string) => isPublic(name) && isKnownPlain && !sent?.secrets?.includes(name);
  return { changed, isPrintable };
}

/**
 * The engine prints the value of the property that a failure names, also when it is a secret. So only what may be printed
 * is named that way; of everything else the reason holds the name, and its value appears nowhere.
 */
function report(failure: CheckFailure, given: PropertyValues, isPrintable: (name: string) => boolean): ReportedFailure {
  const shown = (failure.about ?? [failure.property]).filter((name) => name in given);
  const showsDetail = failure.detail !== undefined && shown.every(isPrintable);
  const { property, at = "", reason, detail } = failure;
  const sentence = `\`${property}${at}\` ${reason.replace(/\.$/, "")}${showsDetail ? ` (${detail})` : ""}`;
  return {
    property: isPrintable(property) && given[property] !== undefined ? property : "",
    reason: escapeInvisible(sentence.endsWith("?") ? sentence : `${sentence}.`),
  };
}

function wrapSecrets(definition: CheckDefinition, inputs: PropertyValues): PropertyValues {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      definition.inputs[name]?.secret && !containsUnknown(value) ? wrapSecret(value) : value,
    ]),
  );
}

function firstSentence(text: string): string {
  return text.split(". ")[0] ?? text;
}
