import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { providerKey } from "../../provider/metadata";
import {
  dynamicToken,
  hostOfToken,
  kindOfToken,
  pluginToken,
  providerPackages,
  providerText,
} from "../../provider/tokens";
import { isRecord } from "../../provider/values";
import { nameOf, type Plan, typeOf } from "./plan";

/**
 * A state decides in two ways which code Pulumi runs. The state of a dynamic resource contains the code itself, which is
 * constant for fal's resources. The state of a provider may contain the address of its plugin. Anything else comes from
 * someone who can write the state, and would run with the credentials of whoever uses the stack next. `pulumi stack
 * export` and reading a plan do not run it, so check these first.
 */
export interface CodeInState {
  /** Resources of this package, and providers that run them, whose code is not the package's own. */
  readonly foreign: readonly ForeignCode[];
  /** URNs of dynamic resources of other packages. Their code is in the state, too, and its expected text is unknown. */
  readonly others: readonly string[];
}

export interface ForeignCode {
  readonly urn: string;
  /** A text for people: `inputs`, `outputs`, `its type`, … */
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
  const isAddress = foreign.some(
    ({ urn, where }) => packageOf(typeOf(urn)) === providerPackages.plugin && where.some(isOfAddress),
  );
  return (
    `The state contains code that is not pulumi-fal's, in ${named.join(", ")}${more}, so the stack is rejected. ${consequence} ` +
    "Do not run `pulumi` on this stack. Find out who wrote its state, restore an earlier version " +
    "(`pulumi stack export --version N`, then `pulumi stack import`), and replace every credential that a job with this state could read." +
    (isAddress ? ` If you serve the plugin of pulumi-fal at your own address, set ${overridesVariable} for it.` : "")
  );
}

/** @param exported the output of `pulumi stack export`; @throws SyntaxError if it is not JSON */
export function codeInState(exported: string, env: NodeJS.ProcessEnv = process.env): CodeInState {
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
      types: [...fields(record, "type").map(String), ...fields(record, "urn").map((urn) => typeOf(String(urn)))],
      providers: fields(record, "provider").map(String),
      bags: bagNames.flatMap((name) => fields(record, name).map((bag) => [name, bag] as const)),
      complete: true,
    })),
    env,
  );
}

/** The same for the plan of a preview, in the old states and in the new ones, which the program declares. */
export function codeInPlan({ steps }: Plan, env: NodeJS.ProcessEnv = process.env): CodeInState {
  return codeIn(
    steps.flatMap((step) =>
      [step.old, step.new].flatMap((state) =>
        state === undefined
          ? []
          : [
              {
                urn: step.urn,
                types: [state.type, typeOf(step.urn)],
                providers: state.provider === undefined ? [] : [state.provider],
                bags: bagNames.map((name) => [name, state[name]] as const),
                complete: false,
              },
            ],
      ),
    ),
    env,
  );
}

const bagNames = ["inputs", "outputs"] as const;

interface StateRecord {
  readonly urn: string;
  /** The types in the resource and in its URN. They are equal in every state that an engine has written. */
  readonly types: readonly string[];
  /** The references to the provider that runs it: one in every state that an engine has written. */
  readonly providers: readonly string[];
  readonly bags: readonly (readonly [name: string, bag: unknown])[];
  /** Whether all properties are known. A plan may omit unchanged ones. */
  readonly complete: boolean;
}

function codeIn(records: readonly StateRecord[], env: NodeJS.ProcessEnv): CodeInState {
  const foreign = new Map<string, Set<string>>();
  const others = new Set<string>();
  for (const record of records) {
    const { urn, types } = record;
    const runners = packagesOf(record);
    if (types.some(isOurs)) found(foreign, urn, ofOurs(record));
    else if (types.some(isDynamic) || runners.includes(providerPackages.dynamic)) others.add(urn);
    else for (const type of types) found(foreign, urn, ofProvider(packageOf(type), record, env));
  }
  return { foreign: [...foreign].map(([urn, where]) => ({ urn, where: [...where] })), others: [...others] };
}

function found(foreign: Map<string, Set<string>>, urn: string, where: readonly string[]): void {
  if (where.length > 0) foreign.set(urn, new Set([...(foreign.get(urn) ?? []), ...where]));
}

/** What is wrong with a resource of fal: its type, what runs it, or another text than the constant one of its kind. */
function ofOurs(record: StateRecord): string[] {
  const { types, bags, complete } = record;
  const kinds = new Set(types.map((type) => kindOfToken(type) ?? ""));
  const [kind = ""] = kinds;
  // Other characters could end the quotes in the text. A plan contains the old state of a resource that moves to the
  // other host, whose new URN has another type.
  if (kinds.size !== 1 || !/^[A-Za-z]+$/.test(kind) || (complete && new Set(types).size !== 1)) return ["its type"];
  const host = hostOfToken(types[0] ?? "") ?? "dynamic";
  if (packagesOf(record).some((name) => name !== providerPackages[host])) return ["its provider"];
  const texts = bags.flatMap(([name, bag]) => fields(bag, providerKey).map((value) => [name, value] as const));
  // The plugin needs no text. A resource that moved may have one, which runs when it moves back.
  if (texts.length === 0) return complete && host === "dynamic" ? ["no code at all"] : [];
  return texts.filter(([, value]) => value !== providerText(kind)).map(([name]) => name);
}

/**
 * Where the state of a provider of fal's resources makes Pulumi run another program. The provider of dynamic resources is
 * part of the CLI, so it has no address. A package other than the one in the type, or parameters, select another plugin.
 */
function ofProvider(name: string, { bags }: StateRecord, env: NodeJS.ProcessEnv): string[] {
  if (!Object.values(providerPackages).includes(name)) return [];
  return bags.flatMap(([bagName, bag]) => {
    const values = (key: string) => [bag, ...fields(bag, "__internal").map(parsed)].flatMap((all) => fields(all, key));
    const wrong = {
      pluginDownloadURL: values("pluginDownloadURL").some(
        (address) => name === providerPackages.dynamic || !(address === ownAddress() || isOverridden(address, env)),
      ),
      name: values("name").some((given) => given !== name),
      parameterization: values("parameterization").length > 0,
    };
    return Object.entries(wrong).flatMap(([key, isWrong]) => (isWrong ? [`${key} in its ${bagName}`] : []));
  });
}

function isOfAddress(place: string): boolean {
  return place.startsWith("pluginDownloadURL ");
}

/** The address that SDKs made from the package schema register, if there is one. */
function ownAddress(): unknown {
  const schema = readFileSync(resolve(__dirname, "../../../plugin/schema.json"), "utf8");
  return (JSON.parse(schema) as Record<string, unknown>)["pluginDownloadURL"];
}

const overridesVariable = "PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES";

/** Whether the user's own variable makes the CLI ignore an address: `pattern=address`, separated by commas. */
function isOverridden(address: unknown, env: NodeJS.ProcessEnv): boolean {
  return (env[overridesVariable] ?? "").split(",").some((pair) => {
    const [pattern = ""] = pair.split("=");
    return pattern !== "" && matches(pattern, String(address));
  });
}

/** For a pattern of Go, which writes the names of groups in its own way. */
function matches(pattern: string, address: string): boolean {
  try {
    return new RegExp(pattern.replaceAll("(?P<", "(?<"), "u").test(address);
  } catch {
    return false;
  }
}

/** The packages of the providers that run a resource. */
function packagesOf({ providers }: StateRecord): string[] {
  return providers.filter((reference) => reference !== "").map((reference) => packageOf(typeOf(reference)));
}

/** The package of a provider's type; empty for other types. */
function packageOf(type: string): string {
  const prefix = "pulumi:providers:";
  return fold(type).startsWith(prefix) ? fold(type).slice(prefix.length) : "";
}

function isDynamic(type: string): boolean {
  return fold(type).startsWith("pulumi-nodejs:");
}

function isOurs(type: string): boolean {
  return [dynamicToken(""), pluginToken("")].some((prefix) => fold(type).startsWith(fold(prefix)));
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
