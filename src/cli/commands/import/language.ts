import type { Value } from "../../../provider/properties";
import type { Names } from "./names";

/** A resource of the program. Texts in it are from fal, so a language writes them only as literals. */
export interface Declaration {
  readonly kind: string;
  readonly names: Names;
  /** Whether another resource refers to it. */
  readonly isUsed: boolean;
  readonly arguments: readonly (readonly [name: string, argument: Argument])[];
  readonly protect: boolean;
}

/** The value of an argument, or the resource that it refers to. */
export type Argument = { readonly value: Value } | { readonly resource: Names };

/** How a language writes the program of an import. */
export interface Language {
  /** Names that a variable or resource must not have, or that the program uses. Lower case. */
  readonly reserved: ReadonlySet<string>;
  /** A comment at the beginning of the file, on one line. */
  readonly comment: (text: string) => string;
  /** The lines between that and the resources. */
  readonly head: (uses: { readonly isProtected: boolean }) => string[];
  /** A comment about resources, on one line. Backticks are around code of TypeScript. */
  readonly remark: (text: string) => string;
  /** An argument whose value is the secret `key` of the stack's configuration, for a comment. */
  readonly secret: (name: string, key: string) => string;
  readonly resource: (declaration: Declaration) => string[];
}
