/** The result of `pulumi-fal import --json`. */
export interface ImportResult {
  /** The account's nickname. Null if fal does not return it. */
  readonly account: string | null;
  readonly resources: readonly ImportedResource[];
  /** Existing objects that a program cannot declare. */
  readonly skipped: readonly { readonly kind: string; readonly id: string; readonly reason: string }[];
  /** The files that were written. Null if there is nothing to import. */
  readonly language: "typescript" | "python" | "yaml";
  readonly files: {
    readonly out: string;
    readonly code: string;
    /** The project's main file, if the command added a line to it that loads `code`. */
    readonly main: string | null;
  } | null;
  /** The commands to run next. */
  readonly next: readonly string[];
}

export interface ImportedResource {
  /** For example `App`. */
  readonly kind: string;
  /** For example `staging/image-gen`. */
  readonly id: string;
  /** The resource's name in Pulumi. */
  readonly name: string;
  /** Properties that the program omits because their current values cannot be declared. */
  readonly unmanaged: readonly { readonly name: string; readonly reason: string }[];
}
