// Completion scripts, generated from the commands. Texts of commands are constants of this package, so quoting them for
// the shell is enough.
import type { Command, Option } from "../../command-line/command";
import { optionsOf } from "../../command-line/help";

export const scripts = { bash, zsh, fish } as const satisfies Record<string, (commands: readonly Command[]) => string>;

function bash(commands: readonly Command[]): string {
  const branches = commands.map((command) => {
    const options = Object.entries<Option>(optionsOf(command));
    const values = options.flatMap(([name, option]) =>
      option.type === "boolean" ? [] : [`        --${name}) ${bashValues(option)} ;;`],
    );
    const choices = command.arguments?.choices ?? [];
    const words = [...options.map(([name]) => `--${name}`), ...choices].join(" ");
    return `    ${quoted(`${command.name} `)}*)
      case $previous in
${values.map((line) => `${line}\n`).join("")}        *) _pulumi_fal_words "${words}" ;;
      esac ;;`;
  });
  const groups = groupsOf(commands).map(
    ([group, members]) =>
      `    ${quoted(`${group} `)}) _pulumi_fal_words "${members.map((member) => lastWord(member)).join(" ")} --help" ;;`,
  );
  return `# Completion of pulumi-fal for bash.
_pulumi_fal_words() {
  local IFS=$' \\n'
  COMPREPLY=($(compgen -W "$1" -- "$current"))
}

_pulumi_fal_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$current"))
}

_pulumi_fal() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  # bash makes three words of --option=value.
  if [[ $current == "=" ]]; then
    current=
  elif [[ $previous == "=" ]]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  case "\${COMP_WORDS[*]:1:COMP_CWORD-1} " in
${[...branches, ...groups].join("\n")}
    " ") _pulumi_fal_words "${[...firstWords(commands), "--help", "--version"].join(" ")}" ;;
  esac
}

complete -F _pulumi_fal pulumi-fal
`;
}

function bashValues(option: Option): string {
  if (option.choices) return `_pulumi_fal_words "${option.choices.join(" ")}"`;
  if (takesFile(option)) return "_pulumi_fal_files -f";
  if (option.value === "DIR") return "_pulumi_fal_files -d";
  return ":";
}

function zsh(commands: readonly Command[]): string {
  const branches = commands.map((command) => {
    const { name, arguments: args } = command;
    const options = Object.entries<Option>(optionsOf(command)).map(([option, it]) => zshOption(option, it));
    const positional = args ? [quoted(`${args.single ? "1" : "*"}:${args.name}:${zshChoices(args.choices)}`)] : [];
    const words = name.split(" ").length;
    return `    ${quoted(`${name} `)}*)
      shift ${words} words
      (( CURRENT -= ${words} ))
      _arguments ${[...options, ...positional].join(" \\\n        ")} ;;`;
  });
  const groups = groupsOf(commands).map(
    ([group, members]) => `    ${quoted(`${group} `)})
      ${zshList(members.map((member) => [lastWord(member), member.summary]))} ;;`,
  );
  return `#compdef pulumi-fal
# Completion of pulumi-fal for zsh.
_pulumi-fal() {
  local -a commands
  case "\${(j: :)words[2,CURRENT-1]} " in
${[...branches, ...groups].join("\n")}
    " ")
      ${zshList(firstWords(commands).map((word) => [word, summaryOf(word, commands)]))} ;;
  esac
}

if [[ $funcstack[1] == _pulumi-fal ]]; then _pulumi-fal "$@"; else compdef _pulumi-fal pulumi-fal; fi
`;
}

function zshList(rows: readonly (readonly [string, string])[]): string {
  return `commands=(${rows.map(([word, summary]) => quoted(`${word}:${summary}`)).join(" ")})
      _describe command commands`;
}

function zshOption(name: string, option: Option): string {
  const repeated = option.multiple ? "*" : "";
  const doc = option.doc.replace(/[[\]\\]/g, "\\$&");
  if (option.type === "boolean") return quoted(`${repeated}--${name}[${doc}]`);
  const files = takesFile(option) ? "_files" : option.value === "DIR" ? "_files -/" : zshChoices(option.choices);
  return quoted(`${repeated}--${name}=[${doc}]:${option.value ?? name}:${files}`);
}

function zshChoices(choices: readonly string[] | undefined): string {
  return choices ? `(${choices.join(" ")})` : "";
}

function fish(commands: readonly Command[]): string {
  const top = firstWords(commands).map(
    (word) => `complete -c pulumi-fal -n "__pulumi_fal_typed only" -a ${word} -d ${quoted(summaryOf(word, commands))}`,
  );
  const members = groupsOf(commands).flatMap(([group, commandsOfGroup]) =>
    commandsOfGroup.map(
      (member) =>
        `complete -c pulumi-fal -n "__pulumi_fal_typed only ${group}" -a ${lastWord(member)} -d ${quoted(member.summary)}`,
    ),
  );
  const options = commands.flatMap((command) => {
    const at = `complete -c pulumi-fal -n "__pulumi_fal_typed first ${command.name}"`;
    const choices = command.arguments?.choices;
    return [
      ...(choices ? [`${at} -a ${quoted(choices.join(" "))}`] : []),
      ...Object.entries<Option>(optionsOf(command)).map(
        ([name, option]) => `${at} -l ${name}${fishValues(option)} -d ${quoted(option.doc)}`,
      ),
    ];
  });
  return `# Completion of pulumi-fal for fish.
# Whether these words are the first ones, or the only ones, before the cursor.
function __pulumi_fal_typed
    set -l typed (commandline -opc)
    set -l words $typed[1] $argv[2..-1]
    set -l number (count $words)
    test (count $typed) -ge $number
    and test "$typed[1..$number]" = "$words"
    and test $argv[1] = first -o (count $typed) -eq $number
end

complete -c pulumi-fal -f
${[...top, ...members, ...options].join("\n")}
`;
}

function fishValues(option: Option): string {
  if (option.type === "boolean") return "";
  if (takesFile(option)) return " -r -F";
  if (option.value === "DIR") return " -x -a '(__fish_complete_directories)'";
  return option.choices ? ` -x -a ${quoted(option.choices.join(" "))}` : " -x";
}

function takesFile({ value }: Option): boolean {
  return value === "FILE";
}

/** The commands that share their first word, by that word. */
function groupsOf(commands: readonly Command[]): [string, Command[]][] {
  const groups = new Map<string, Command[]>();
  for (const command of commands) {
    const [group = "", second] = command.name.split(" ");
    if (second !== undefined) groups.set(group, [...(groups.get(group) ?? []), command]);
  }
  return [...groups];
}

function firstWords(commands: readonly Command[]): string[] {
  return [...new Set(commands.map(({ name }) => name.split(" ")[0] ?? ""))];
}

function lastWord({ name }: Command): string {
  return name.split(" ").at(-1) ?? "";
}

/** What a command does, or the commands of a group. */
function summaryOf(word: string, commands: readonly Command[]): string {
  const single = commands.find(({ name }) => name === word);
  const members = commands.filter(({ name }) => name.startsWith(`${word} `)).map((member) => lastWord(member));
  return single?.summary ?? members.join(", ");
}

/** A literal for any of the three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
