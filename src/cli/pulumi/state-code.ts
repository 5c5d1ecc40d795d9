import { providerKey } from "../../provider/metadata";
import { dynamicToken, providerText } from "../../provider/tokens";
import { isRecord } from "../../provider/values";
import { nameOf, type Plan, typeOf } from "./plan";

/**
 * The state of a dynamic resource contains the code that Pulumi runs for it. The code of fal's resources is constant.
 * Any other text comes from someone who can write the state, and would run with the credentials of whoever uses the
 * stack next. `pulumi stack export` and reading a plan do not run it, so check these first.
 */
export interface CodeInState {
  /** Resources of this package whose code is not the package's own. */
  readonly foreign: readonly ForeignCode[];
  /** URNs of dynamic resources of other packages. Their code is in the state, too, and its expected text is unknown. */
  readonly others: readonly string[];
}

export interface ForeignCode {
  readonly urn: string;
  /** A text for people: `inputs`, `outputs`, `the type`, … */
  readonly where: readonly string[];
}

/** Why a stack is rejected. */
export class ForeignCodeError extends Error {
  override readonly name = "ForeignCodeError";
  readonly foreign: readonly ForeignCode[];

  constructor(foreign: readonly ForeignCode[]) {
    super(foreignCodeMessage(foreign, "None of its code was run."));
    this.foreign = foreign;
  }
}

/** @param consequence a sentence about the effect on this command */
export function foreignCodeMessage(foreign: readonly ForeignCode[], consequence: string): string {
  const named = foreign.slice(0, 10).map(({ urn, where }) => `${nameOf(urn)} (${where.join(", ")})`);
  const more = foreign.length > named.length ? ` and ${foreign.length - named.length} more` : "";
  return (
    `The state contains code that is not pulumi-fal's, in ${named.join(", ")}${more}, so the stack is rejected. ${consequence} ` +
    "Do not run `pulumi` on this stack. Find out who wrote its state, restore an earlier version " +
    "(`pulumi stack export --version N`, then `pulumi stack import`), and replace every credential that a job with this state could read."
  );
}

/** @param exported the output of `pulumi stack export`; @throws SyntaxError if it is not JSON */
export function codeInState(exported: string): CodeInState {
  const document: unknown = JSON.parse(exported);
  const records = fields(document, "deployment").flatMap((deployment) => [
    ...fields(deployment, "resources").flatMap(list),
    ...fields(deployment, "pending_operations")
      .flatMap(list)
      .flatMap((pending) => fields(pending, "resource")),
  ]);
  return codeIn(
    records.map((record) => ({
      urn: text(record, "urn"),
      types: [...fields(record, "type").map(String), typeOf(text(record, "urn"))],
      provider: text(record, "provider"),
      bags: bagNames.flatMap((name) => fields(record, name).map((bag) => [name, bag] as const)),
      complete: true,
    })),
  );
}

/** The same for the plan of a preview, in the old states and in the new ones, which the program declares. */
export function codeInPlan({ steps }: Plan): CodeInState {
  return codeIn(
    steps.flatMap((step) =>
      [step.old, step.new].flatMap((state) =>
        state === undefined
          ? []
          : [
              {
                urn: step.urn,
                types: [state.type, typeOf(step.urn)],
                provider: state.provider ?? "",
                bags: bagNames.map((name) => [name, state[name]] as const),
                complete: false,
              },
            ],
      ),
    ),
  );
}

const bagNames = ["inputs", "outputs"] as const;

interface StateRecord {
  readonly urn: string;
  /** The types in the resource and in its URN. They are equal in every state that an engine has written. */
  readonly types: readonly string[];
  /** The reference to the provider that runs it. */
  readonly provider: string;
  readonly bags: readonly (readonly [name: string, bag: unknown])[];
  /** Whether all properties are known. A plan may omit unchanged ones. */
  readonly complete: boolean;
}

function codeIn(records: readonly StateRecord[]): CodeInState {
  const foreign = new Map<string, Set<string>>();
  const others = new Set<string>();
  for (const record of records) {
    const { urn, types, provider } = record;
    if (!types.some(isDynamic) && !fold(typeOf(provider)).startsWith(dynamicProvider)) {
      if (types.some((type) => fold(type).startsWith(dynamicProvider))) found(foreign, urn, ofProvider(record));
    } else if (types.some(isOurs)) found(foreign, urn, ofOurs(record));
    else others.add(urn);
  }
  return { foreign: [...foreign].map(([urn, where]) => ({ urn, where: [...where] })), others: [...others] };
}

function found(foreign: Map<string, Set<string>>, urn: string, where: readonly string[]): void {
  if (where.length > 0) foreign.set(urn, new Set([...(foreign.get(urn) ?? []), ...where]));
}

/** Where a resource of fal contains another text than the constant one of its kind. */
function ofOurs({ types, bags, complete }: StateRecord): string[] {
  const kinds = new Set(types.map((type) => (type.startsWith(ours) ? type.slice(ours.length) : "")));
  const [kind = ""] = kinds;
  // Other characters could end the quotes in the text.
  if (kinds.size !== 1 || !/^[A-Za-z]+$/.test(kind)) return ["its type"];
  const texts = bags.flatMap(([name, bag]) => fields(bag, providerKey).map((value) => [name, value] as const));
  if (texts.length === 0) return complete ? ["no code at all"] : [];
  return texts.filter(([, value]) => value !== providerText(kind)).map(([name]) => name);
}

/** The provider of dynamic resources is part of the CLI. An address to download it from is another way to run code. */
function ofProvider({ bags }: StateRecord): string[] {
  const within = (bag: unknown) => [bag, ...fields(bag, "__internal").map(parsed)];
  return bags.flatMap(([name, bag]) =>
    within(bag).some((level) => fields(level, "pluginDownloadURL").length > 0)
      ? [`pluginDownloadURL in its ${name}`]
      : [],
  );
}

const ours = dynamicToken("");
const dynamicProvider = "pulumi:providers:pulumi-nodejs";

function isDynamic(type: string): boolean {
  return fold(type).startsWith("pulumi-nodejs:");
}

function isOurs(type: string): boolean {
  return fold(type).startsWith(fold(ours));
}

/** All values of a name. The engine's JSON decoder ignores the case of names, so several may match. */
function fields(value: unknown, name: string): unknown[] {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => (fold(key) === fold(name) ? [inner] : []));
}

function text(value: unknown, name: string): string {
  return fields(value, name).map(String).join(" ");
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Some values of a provider are JSON in a string. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** Folds case like Go: `ſ` becomes s and the Kelvin sign k. Neither of the two conversions does this alone. */
function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}
