import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { typeToken } from "../resources/tokens";

/** What the rules see of a resource, and what of it may stand in their messages. */

type Seen = Pick<ResourceValidationArgs | PolicyResource, "type" | "props">;

export function isKind(resource: Pick<Seen, "type">, kind: string): boolean {
  return resource.type === typeToken(kind);
}

/**
 * Policies get secrets in clear and unmarked, so a value is printed only where it has the form of what is no secret; the
 * resource is called by its name in the program, which the engine prints anyway.
 */
export function printable(value: unknown, form: RegExp): string {
  return typeof value === "string" && value.length <= 64 && form.test(value) ? `"${value}"` : "a value of another form";
}

export const machineTypeForm = /^(?:XS|S|M|L|XL|GPU-[A-Z0-9]+)$/;
export const instanceTypeForm = /^gpu_\d+x_[a-z]+\d*(?:_[a-z0-9]+)?$/;

/** Ends the check because of a slip in the configuration. Without a stack: the SDK prints it in place of the message. */
export function refuse(message: string): never {
  const error = new Error(message);
  error.stack = message;
  throw error;
}

/** As people write them in a sentence: the first five, and how many more. */
export function listed(items: readonly string[], most = 5): string {
  const rest = items.length - most;
  return `${items.slice(0, most).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/**
 * Reads properties of several resources. A value that a preview does not know throws where it is touched; the rules of a
 * whole stack go on without it, and say at the end that they could not see everything.
 */
export class Reader {
  readonly #unknown: unknown[] = [];

  /** The value, deeply known; undefined where it is not there or not known. */
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
