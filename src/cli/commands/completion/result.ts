/** The result of `pulumi-fal completion --json`. */
export interface CompletionResult {
  readonly shell: "bash" | "zsh" | "fish";
  readonly script: string;
}
