import { z } from "zod";
import { mainEnvironment } from "../client/names";
import type { InputProperty, ReadKnown } from "../provider/properties";
import { containsUnknown, unknownValue } from "../provider/values";

/** Shared by several property tables: rules for names, environments and ids. */

export { mainEnvironment };

const suffixHint = 'must not carry a "--<environment>" suffix: put the part behind "--" into `environment`';

const slashHint =
  'must not contain "/": give the name alone, without its owner, and put its environment into `environment`';

const outerSpaceHint = "must not begin or end with white space: remove it";

/** A name that may contain white space, but not at its ends. */
export function noOuterSpace(name: string, context: z.RefinementCtx): void {
  if (name.trim() !== name) context.addIssue({ code: "custom", message: outerSpaceHint });
}

/** A name that becomes part of an alias or address, which cannot contain white space. */
function noWhiteSpace(name: string, context: z.RefinementCtx): void {
  if (!/\s/.test(name)) return;
  const message = name.trim() === name ? 'must not contain white space: use "-" instead' : outerSpaceHint;
  context.addIssue({ code: "custom", message });
}

/** A name that becomes part of an id and, for apps, of an alias `name--environment`. */
export const plainName = z
  .string({ error: "must be a string" })
  .min(1, "must not be empty")
  .superRefine(noWhiteSpace)
  .refine((name) => !name.includes("/"), slashHint)
  .refine((name) => !name.includes("--"), suffixHint);

/** The name of an environment. */
export const environmentName = (error: string, empty: string) =>
  z
    .string({ error })
    .min(1, empty)
    .superRefine(noWhiteSpace)
    .refine(
      (name) => !name.includes("/"),
      'must not contain "/": give the name of the environment alone, without an owner or an app',
    )
    .refine(
      (name) => !name.includes("--"),
      'must not contain "--", because an app\'s alias is "<app>--<environment>": give the environment alone',
    );

export const environmentProperty = {
  schema: environmentName(
    "must be the name of an environment, or an Environment",
    "must not be empty: leave it out for the provider's environment",
  ),
  change: "replace",
  public: true,
  type: "string | Environment",
  refersTo: { kind: "Environment", id: (inputs) => String(inputs["environment"]) },
  defaultsFromProvider: "environment",
  doc: "The name of the fal environment.",
  inTypeScript: "An `Environment` is accepted too, and creates a dependency.",
  default: "the provider's `environment`, or `main`",
} as const satisfies InputProperty;

export const adoptFlag = {
  adopts: "flag",
  schema: z.boolean({ error: "must be true or false" }),
  change: "record",
  type: "boolean",
  doc: "Manages an existing object and updates it to match the program. Used only at creation.",
  default: "`false`: an existing object is an error",
} as const satisfies InputProperty;

export const seconds = z
  .int({ error: "must be a whole number of seconds" })
  .min(0, "must be 0 or more seconds")
  .max(2 ** 31 - 1, "must fit into 32 bits");

export function count(what: string, minimum = 0) {
  return z
    .int({ error: `must be a whole number of ${what}` })
    .min(minimum, `must be ${minimum} or more ${what}`)
    .max(2 ** 31 - 1, "must fit into 32 bits");
}

export const triggers = z.array(z.string({ error: "must be a string" }), { error: "must be a list of strings" });

export const oneOf = <const V extends readonly [string, ...string[]]>(values: V) =>
  z.enum(values, { error: `must be one of ${values.map((value) => `"${value}"`).join(", ")}` });

/** `environment/name`, the id of an object with a name in an environment. */
export function idOf(environment: string, name: string): string {
  return `${environment}/${name}`;
}

/** Splits an id at its first slash. */
export function parseId(kind: string, id: string): { environment: string; name: string } {
  const slash = id.indexOf("/");
  if (slash < 1 || slash === id.length - 1) {
    throw new Error(
      `The id of ${kind} is "environment/name", for example "${mainEnvironment}/example", but it is "${id}".`,
    );
  }
  return { environment: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** The display name of an object in an environment: its name, or outside main its id. */
export function nameIn(environment: unknown, name: unknown): string | undefined {
  if (typeof name !== "string" || containsUnknown(name)) return undefined;
  return typeof environment !== "string" || containsUnknown(environment) || environment === mainEnvironment
    ? name
    : idOf(environment, name);
}

/** Outside main, an app's alias contains its environment. */
export function aliasOf(name: unknown, environment: unknown): string {
  if (containsUnknown(name) || containsUnknown(environment)) return unknownValue;
  return environment === mainEnvironment ? String(name) : `${String(name)}--${String(environment)}`;
}

/** `environment/name`, if both are known. */
export function knownId(environment: unknown, name: unknown): string | undefined {
  if (typeof name !== "string" || containsUnknown(name)) return undefined;
  if (typeof environment !== "string" || containsUnknown(environment)) return undefined;
  return idOf(environment, name);
}

export function knownString(known: ReadKnown, name: string): string | undefined {
  const value = known(name);
  return typeof value === "string" ? value : undefined;
}

/** For comparing lists without regard to their order. */
export function asSet(value: unknown): unknown {
  return Array.isArray(value) ? [...new Set(value)].sort() : value;
}
