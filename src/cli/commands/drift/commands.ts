// Commands that readers of a report copy.

/** What the options of `pulumi-fal drift` limit, as they were given. */
export interface Limits {
  readonly cwd?: string | undefined;
  readonly targets?: readonly string[] | undefined;
  readonly environment?: string | undefined;
}

export function fixCommand(stacks: readonly string[], { cwd, targets = [] }: Limits): string {
  return shell([
    ...["npx", "pulumi-fal", "drift", "--fix"],
    ...option("cwd", cwd),
    ...stacks.flatMap((stack) => option("stack", stack)),
    ...targets.flatMap((target) => option("target", target)),
  ]);
}

/** What a fix runs. `urns`: the targets; undefined: the whole stack. */
export function upCommand(stack: string, { cwd }: Limits, urns: readonly string[] | undefined): string {
  return shell([
    ...["pulumi", "up", "--refresh"],
    ...option("cwd", cwd),
    ...option("stack", stack),
    ...(urns ?? []).flatMap((urn) => option("target", urn)),
  ]);
}

/** The commands that write a program for objects that none of the stacks manages. */
export function importCommands(stacks: readonly string[], { cwd, environment }: Limits): string[] {
  const file = (stack: string) => `${stack.replaceAll("/", "-")}.state.json`;
  return [
    ...stacks.map((stack) =>
      shell([
        ...["pulumi", "stack", "export"],
        ...option("cwd", cwd),
        ...option("stack", stack),
        ...option("file", file(stack)),
      ]),
    ),
    shell([
      ...["npx", "pulumi-fal", "import"],
      ...option("without", stacks.map(file).join(",")),
      ...option("environment", environment),
    ]),
  ];
}

function option(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`--${name}`, value];
}

/** Words for a POSIX shell, quoted where necessary. */
function shell(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
