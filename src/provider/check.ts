import { escapeInvisible } from "../client/text";
import { differs } from "./diff";
import { inputMetadata, metadataKey, metadataOf, type StateMetadata, withoutMetadata } from "./metadata";
import {
  adopts,
  type CheckContext,
  type CheckDefinition,
  CheckError,
  type CheckFailure,
  type CheckWarning,
  type InputProperty,
  type PropertyValues,
  type ReadKnown,
  type Value,
} from "./properties";
import { didYouMean, suggestName } from "./suggest";
import { containsUnknown, deepEqual, isGiven, isRecord, unknownValue, wrapSecret } from "./values";

/** A failure for the engine. It prints the value of a `property`, even if the value is secret. */
interface ReportedFailure {
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
 * Values that are unknown in a preview pass; rules that need them run in the update.
 */
export function check(
  definition: CheckDefinition,
  olds: PropertyValues | undefined,
  news: PropertyValues,
  context: CheckContext,
): CheckOutcome {
  const sent = metadataOf(news);
  const failures: CheckFailure[] = [];
  const declared = withoutNulls(withoutMetadata(news));
  for (const [name, value] of Object.entries(declared)) {
    if (!containsOutputText(value)) continue;
    failures.push({
      property: name,
      reason:
        "contains an Output that was converted to text, for example by a template string: " +
        "use pulumi.interpolate`…`, pulumi.jsonStringify or the Output's `apply`",
    });
    // The rest of the check treats it as unknown, so that this is the only failure of the property.
    declared[name] = unknownValue;
  }
  const canonical = canonicalForm(definition, declared);
  failures.push(...canonical.failures);
  const given = canonical.inputs;
  const oldInputs = olds && Object.keys(olds).length > 0 ? withoutMetadata(olds) : undefined;

  for (const [name, { defaultsFromProvider }] of Object.entries(definition.inputs)) {
    if (defaultsFromProvider !== undefined) given[name] ??= context[defaultsFromProvider];
  }
  failures.push(...acceptImport(definition, given));

  const kept = keptByIgnoreChanges(definition, given, oldInputs);
  for (const name of Object.keys(given)) {
    const property = definition.inputs[name];
    // An import file contains checked inputs, including computed ones.
    const accepted = name in kept || isChecked(sent);
    if (!property || (property.computed && !accepted)) failures.push(unknownProperty(definition, name, property));
  }
  for (const [name, property] of Object.entries(definition.inputs)) {
    const value = given[name];
    if (value === undefined) {
      if (property.required && !mayBeLeftOut(definition, name, given, oldInputs, sent)) {
        failures.push({ property: name, reason: `is required: set it to ${asObject(firstSentence(property.doc))}` });
      }
    } else if (!containsUnknown(value) && !property.computed) {
      failures.push(...wrongValue(name, property, value, sent?.secrets));
    }
  }

  const { changed, isPrintable } = publicInputs(definition, news, sent);
  failures.push(...secretIdentity(definition, sent?.secrets ?? []));

  const refused = new Set(failures.map((failure) => failure.property));
  const known: ReadKnown = (name) => (refused.has(name) || containsUnknown(given[name]) ? undefined : given[name]);
  failures.push(...(definition.rules?.(known, oldInputs, (name) => given[name] !== undefined) ?? []));

  const doubts =
    failures.length === 0
      ? [...undocumented(definition, known, sent?.secrets), ...(definition.warnings?.(known) ?? [])]
      : [];
  if (context.strict) failures.push(...doubts.map((doubt) => ({ ...doubt, reason: ended(doubt.reason, strictly) })));

  const derived = failures.length === 0 ? derive(definition, given, oldInputs, context, failures) : {};
  const inputs = withoutNulls({ ...given, ...derived, ...kept });
  const secrets = [...new Set([...(sent?.secrets ?? []), ...changed])];
  const metadata = inputMetadata({
    ...sent,
    ...(secrets.length > 0 ? { secrets } : {}),
    resets: resetsSoFar(definition, inputs, olds, oldInputs, context),
  });

  return {
    inputs: { ...wrapSecrets(definition, inputs), [metadataKey]: metadata },
    failures: failures.map((failure) => report(failure, given, isPrintable)),
    refused: failures.map(({ property }) => property),
    warnings: context.strict ? [] : doubts.map(warning),
    notes: failures.length === 0 ? (definition.notes?.(inputs, oldInputs, context) ?? []) : [],
  };
}

/** The computed inputs. What their computation finds wrong is added to the failures. */
function derive(
  definition: CheckDefinition,
  given: PropertyValues,
  oldInputs: PropertyValues | undefined,
  context: CheckContext,
  failures: CheckFailure[],
): PropertyValues {
  try {
    return definition.derive?.(given, oldInputs, context) ?? {};
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    failures.push(error.failure);
    return {};
  }
}

/** See `StateMetadata.resets`. Counted, because a change and its reversal leave the same inputs. */
function resetsSoFar(
  definition: CheckDefinition,
  inputs: PropertyValues,
  olds: PropertyValues | undefined,
  oldInputs: PropertyValues | undefined,
  { pending }: CheckContext,
) {
  if (!olds || !oldInputs) return undefined;
  const resets =
    definition.resettingWork?.some((work) => pending.includes(work)) ||
    Object.entries(definition.inputs).some(
      ([name, { resetsLikeDeploy }]) =>
        resetsLikeDeploy && isGiven(inputs[name]) && differs(definition, name, oldInputs[name], inputs[name]),
    );
  const before = metadataOf(olds)?.resets;
  return resets ? (before ?? 0) + 1 : before;
}

function canonicalForm(definition: CheckDefinition, inputs: PropertyValues) {
  const result = definition.canonicalize?.(inputs);
  return { inputs: { ...(result?.inputs ?? inputs) }, failures: result?.failures ?? [] };
}

/**
 * Pulumi's option `import: id` arrives as `adopt` with the id. For an object that a name identifies, it must be the id of
 * the declared object, and becomes `adopt: true`. While that id is unknown, the update finds out.
 */
function acceptImport(definition: CheckDefinition, given: PropertyValues): CheckFailure[] {
  const flag = Object.keys(definition.inputs).find((name) => definition.inputs[name]?.adopts === "flag");
  if (flag === undefined) return [];
  const imported = given[flag];
  if (typeof imported !== "string" || containsUnknown(imported)) return [];
  given[flag] = true;
  const id = definition.identity?.(given);
  if (id === undefined || id === imported) return [];
  const reason = "must be true or false; the id in the option `import` must be the id of the declared object";
  const about = Object.keys(definition.inputs).filter((name) => definition.inputs[name]?.public);
  return [{ property: flag, reason, detail: `"${id}"`, about }];
}

/** The text of the SDK for an Output in a template string or in `JSON.stringify`. No value of fal contains it. */
const outputText = /Calling \[to(?:String|JSON)\] on an \[Output<T>\] is not supported/;

function containsOutputText(value: Value): boolean {
  if (typeof value === "string") return outputText.test(value);
  if (Array.isArray(value)) return value.some(containsOutputText);
  return isRecord(value) && Object.values(value).some(containsOutputText);
}

function withoutNulls(properties: PropertyValues): PropertyValues {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => isGiven(value)));
}

/**
 * Computed inputs with their old values: before check, the engine copies inputs under `ignoreChanges` from the old inputs.
 * If the program sets one itself, the value differs or there are no old inputs.
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
 * A value that fal never returns is unknown for an adopted or imported object, so it may be left out: if the object is
 * adopted, if the state has no value either, or if the inputs come from an import file.
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

/** Values that fal does not document but may accept. They may be secret, so only their place is shown. */
function undocumented(definition: CheckDefinition, known: ReadKnown, secrets: readonly string[] = []): CheckWarning[] {
  return Object.entries(definition.inputs).flatMap(([property, { documented }]) => {
    const value = known(property);
    if (documented === undefined || value === undefined) return [];
    const { noun, values } = documented;
    const given: readonly Value[] = Array.isArray(value) ? value : [value];
    return given.flatMap((one, index) => {
      if (values.includes(String(one))) return [];
      const at = Array.isArray(value) ? `[${index}]` : "";
      const suggestion = secrets.includes(property) ? "" : suggested(one, values);
      return [{ property, at, reason: `is no ${noun} that fal documents (${values.join(", ")})${suggestion}` }];
    });
  });
}

/** Another sentence that names the closest documented value. */
function suggested(value: Value, values: readonly string[]): string {
  const question = typeof value === "string" ? didYouMean(value, values) : "";
  return question && `.${question}`;
}

const strictly = "It is an error because of the setting `strict`";

function warning({ property, at = "", reason }: CheckWarning): string {
  return `\`${property}${at}\` ${ended(reason, "The provider sends it anyway")}.`;
}

/** Another sentence behind one that may be a question. */
function ended(sentence: string, next: string): string {
  return `${sentence}${sentence.endsWith("?") ? "" : "."} ${next}`;
}

function wrongValue(
  name: string,
  { schema, documented }: InputProperty,
  value: Value,
  secrets: readonly string[] = [],
): CheckFailure[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  const { path = [], message = "is not valid" } = result.error.issues[0] ?? {};
  const at = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const suggestion = secrets.includes(name) ? "" : suggested(value, documented?.values ?? []);
  return [{ property: name, at, reason: `${message}${suggestion}`, detail: `got ${JSON.stringify(value)}` }];
}

/**
 * A value that becomes part of an id cannot be secret: Pulumi stores and prints ids in clear text, and addresses contain
 * them. Arguments of functions do not become part of an id.
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
 * The inputs whose values a message may print: public ones that arrive as the class received them. `changed`: public ones
 * that a transform set, and perhaps made secret. Functions have no transforms, so their known secrets are complete.
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
 * The engine prints the value of the property that a failure names, even if it is secret. So a failure names a property
 * only if its value may be printed; otherwise only the text contains the name.
 */
function report(failure: CheckFailure, given: PropertyValues, isPrintable: (name: string) => boolean): ReportedFailure {
  const shown = (failure.about ?? [failure.property]).filter((name) => name in given);
  const showsDetail = failure.detail !== undefined && shown.every(isPrintable);
  const { property, at = "", reason, detail } = failure;
  const sentence = `\`${property}${at}\` ${reason.replace(/\.$/, "")}${showsDetail ? ` (${detail})` : ""}`;
  return {
    property: isPrintable(property) && isGiven(given[property]) && !containsUnknown(given[property]) ? property : "",
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

/** "The name of …" in the middle of a sentence. Only an article is lower-cased, because other words may be names. */
function asObject(description: string): string {
  return description.replace(/^(The|An|A) /, (article) => article.toLowerCase());
}
