#!/usr/bin/env node
import { readFileSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { getSystemErrorMap, parseArgs } from "node:util";
import { isLanguage, type Language, languages, type Step } from "./languages";
import { projectFiles, projectName } from "./project";
import { ask, Interrupted, type Question } from "./questions";
import { type Content, writeProject } from "./write";

const help = `Usage: create-pulumi-fal FOLDER [options]

Creates a Pulumi project that manages a fal account: Pulumi.yaml, package.json, .gitignore and a program. It asks for the
stack and the backend. It overwrites nothing, and calls neither Pulumi nor fal.

Options:
  --language NAME  the language of the program: ${Object.keys(languages).join(", ")} (default: typescript)
  --stack NAME     the stack, for example dev, or organization/project/dev (default: dev)
  --backend URL    where Pulumi keeps the state, for example https://api.pulumi.com, s3://bucket or file://~
                   (default: the backend that \`pulumi login\` selected)
  --package FILE   the tarball of pulumi-fal to install; it is copied into the project
  --yes            use the defaults instead of asking; required without a terminal
  --help           show this help
  --version        show the version

Exit codes: 0 created, 1 failed, 2 wrong command line, 130 interrupted.
`;

const defaultStack = "dev";

/** A mistake on the command line. */
class UsageError extends Error {}

interface Manifest {
  readonly version: string;
  /** The release sets it, so packages that were never published have none. */
  readonly repository?: unknown;
}

// `print` reports failures of standard output. Those of standard error cannot be reported.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

async function main(): Promise<void> {
  const { values, positionals } = parseCommandLine(process.argv.slice(2));
  if (values.help) {
    await print(help);
    return;
  }
  const manifest: Manifest = JSON.parse(readFileSync(join(__dirname, "../package.json"), "utf8"));
  if (values.version) {
    await print(`${manifest.version}\n`);
    return;
  }
  const [given, ...more] = positionals;
  if (given === undefined || given.trim() === "") throw new UsageError("FOLDER is missing.");
  if (more.length > 0) throw new UsageError(`Name one folder, not ${positionals.length}.`);
  const folder = resolve(given);
  const language = languageOf(values.language);
  const tarball = tarballOf(values.package, manifest);
  const { stack, backend } = await stackAndBackend(values);
  const files = projectFiles({
    name: projectName(basename(folder)),
    pulumiFal: tarball === undefined ? `^${manifest.version}` : `file:${basename(tarball)}`,
    backend: backend || undefined,
    language,
  });
  const contents = new Map<string, Content>([...files].map(([name, text]) => [name, { text }]));
  if (tarball !== undefined) contents.set(basename(tarball), { copyOf: tarball });
  writeProject(folder, contents);
  await print(nextSteps(relative(process.cwd(), folder) || ".", stack, language, [...contents.keys()]));
}

/** A reader such as `head` may close the pipe early: that is no failure. */
async function print(text: string): Promise<void> {
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
    process.stdout.write(text, resolve);
  });
  if (!error || error.code === "EPIPE") return;
  const reason = getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? error.message;
  throw new Error(`could not write to standard output: ${reason}.`);
}

function parseCommandLine(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        language: { type: "string" },
        stack: { type: "string" },
        backend: { type: "string" },
        package: { type: "string" },
        yes: { type: "boolean", short: "y" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function languageOf(name = "typescript"): Language {
  if (isLanguage(name)) return name;
  throw new UsageError(`--language: "${name}" is none of ${Object.keys(languages).join(", ")}.`);
}

/** The tarball of pulumi-fal to copy; undefined if npm has the package. */
function tarballOf(file: string | undefined, { repository }: Manifest): string | undefined {
  if (file === undefined) {
    if (repository !== undefined) return undefined;
    throw new UsageError(
      "pulumi-fal is not on npm yet, so --package is missing. Run `npm run create -- FOLDER` in a clone of pulumi-fal, which packs it.",
    );
  }
  const path = resolve(file);
  if (!path.endsWith(".tgz")) throw new UsageError(`--package: ${file} is not a tarball (.tgz).`);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new UsageError(`--package: ${file} does not exist. \`npm pack\` in a clone of pulumi-fal creates it.`);
  }
  return path;
}

async function stackAndBackend(values: { stack?: string; backend?: string; yes?: boolean }) {
  const asked = [
    { option: "--stack", given: values.stack, question: stackQuestion },
    { option: "--backend", given: values.backend, question: backendQuestion },
  ];
  for (const { option, given, question } of asked) {
    const problem = given === undefined ? undefined : question.problem(given);
    if (problem !== undefined) throw new UsageError(`${option}: ${problem}`);
  }
  const open = asked.filter(({ given }) => given === undefined && !values.yes);
  if (open.length > 0 && !(process.stdin.isTTY && process.stderr.isTTY)) {
    throw new UsageError("Standard input is not a terminal, so nothing can be asked. Pass --yes.");
  }
  const answers = open.length === 0 ? [] : await ask(open.map(({ question }) => question));
  const [stack = "", backend = ""] = asked.map(
    (each) => each.given ?? answers[open.indexOf(each)] ?? each.question.fallback,
  );
  return { stack, backend };
}

const stackQuestion: Question = {
  text: `Stack (${defaultStack}): `,
  fallback: defaultStack,
  problem: (answer) =>
    /^(?:[\w.-]+\/){0,2}[\w.-]{1,100}$/.test(answer)
      ? undefined
      : `"${answer}" is not the name of a stack. Use letters, digits, "-", "_" and ".", for example dev.`,
};

const backendQuestion: Question = {
  text: "Backend, for example https://api.pulumi.com, s3://bucket or file://~ (empty: the backend of the last `pulumi login`): ",
  fallback: "",
  problem: (answer) =>
    answer === "" || /^(?:https?|file|s3|gs|azblob|postgres):\/\/\S+$/.test(answer)
      ? undefined
      : `"${answer}" is not the URL of a backend. It starts with https://, file://, s3://, gs://, azblob:// or postgres://.`,
};

function nextSteps(folder: string, stack: string, language: Language, files: readonly string[]): string {
  const quoted = /^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder);
  const { install, first } = languages[language];
  const steps: readonly Step[] = [
    [`cd ${quoted}`],
    ["npm install"],
    ...install,
    [`pulumi stack init ${stack}`],
    ['export FAL_KEY="key_id:key_secret"', "with ADMIN scope, from https://fal.ai/dashboard/keys"],
    ...first,
  ];
  const lines = steps.map(([command, note]) => (note === undefined ? command : `${command}   # ${note}`));
  return `Created ${files.join(", ")} in ${folder}. Next:\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Interrupted) {
    process.stderr.write("\ncreate-pulumi-fal: interrupted. Nothing was created.\n");
    process.exitCode = 130;
    return;
  }
  process.stderr.write(`create-pulumi-fal: ${message}\n`);
  if (error instanceof UsageError) process.stderr.write("Run create-pulumi-fal --help for its options.\n");
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
