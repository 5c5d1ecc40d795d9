import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import { kindOfToken } from "../provider/tokens";
import { idOf } from "../resources/common";

/** What rules read of a resource, and what their messages may contain. */

type Seen = Pick<ResourceValidationArgs | PolicyResource, "type" | "props">;

export function isKind(resource: Pick<Seen, "type">, kind: string): boolean {
  return kindOfToken(resource.type) === kind;
}

/**
 * Policies receive secrets in clear text and unmarked. So a value is printed only if its form shows that it is not a
 * secret. The name of a resource in the program may be printed, because the engine prints it anyway.
 */
export function printable(value: unknown, form: RegExp): string {
  return typeof value === "string" && value.length <= 64 && form.test(value) ? `"${value}"` : "a value of another form";
}

export const machineTypeForm = /^(?:XS|S|M|L|XL|GPU-[A-Z0-9]+)$/;
export const instanceTypeForm = /^gpu_\d+x_[a-z]+\d*(?:_[a-z0-9]+)?$/;

/**
 * Ends the check because of a mistake in the configuration. Without a stack trace, which the SDK prints instead of the
 * message.
 */
export function refuse(message: string): never {
  const error = new Error(message);
  error.stack = message;
  throw error;
}

/** The first items, for a sentence, and the number of the others. */
export function listed(items: readonly string[], most = 5): string {
  const rest = items.length - most;
  return `${items.slice(0, most).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/**
 * Reads properties of several resources. The SDK throws when a rule reads a value that is unknown in a preview. Rules
 * for a whole stack continue without the value, and report at the end that they could not check everything.
 */
export class Reader {
  readonly #unknown: unknown[] = [];

  /** The value; undefined if it is missing, or if a part of it is unknown. */
  read(resource: Seen, name: string): unknown {
    try {
      const value = resource.props[name];
      return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
    } catch (error) {
      this.#unknown.push(error);
      return undefined;
    }
  }

  get metUnknown(): boolean {
    return this.#unknown.length > 0;
  }

  /** Throws what the SDK turns into "can't run policy … during preview", if anything was unknown. */
  throwUnknown(): void {
    if (this.metUnknown) throw this.#unknown[0];
  }
}

/** A value of an AppScale as declared, or as fal last reported it. */
export function declaredOrReported(resource: PolicyResource, name: string, reader: Reader): unknown {
  const declared = reader.read(resource, name);
  if (declared !== undefined) return declared;
  // Unknown in the preview of a change: then what is declared is all there is to go by.
  const effective = new Reader().read(resource, "effective") as Record<string, unknown> | undefined;
  return effective?.[name];
}

/** The id of the app of an AppScale. */
export function appOf(resource: PolicyResource, reader: Reader): string {
  return idOf(String(reader.read(resource, "environment")), String(reader.read(resource, "app")));
}

export function ofKind(args: StackValidationArgs, kind: string): PolicyResource[] {
  return args.resources.filter((resource) => isKind(resource, kind));
}
