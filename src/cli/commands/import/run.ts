import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { withProviderText } from "../../../hosts/dynamic/metadata";
import type { PropertyValues, Value } from "../../../provider/properties";
import { configKey } from "../../../provider/settings";
import { didYouMean } from "../../../provider/suggest";
import { type Host, providerText, tokenOf } from "../../../provider/tokens";
import { isRecord, isSecret, unwrapSecret } from "../../../provider/values";
import { descriptions } from "../../../resources/descriptions.gen";
import { type Found, kindsOfApps, readAccount, type Scope } from "../../account";
import { type CommandValues, exitCodes, type Terminal, UsageError } from "../../command-line/command";
import { outputProblem, readInput, replacesFile, writeFiles } from "../../command-line/files";
import { escapeInvisible, escapeInvisibleJson } from "../../command-line/terminal-text";
import { withFal } from "../../connection";
import { refuseEmptyEnvironment } from "../../environments";
import { Pulumi } from "../../pulumi/cli";
import { type Project, projectFiles, projectFrom } from "../../pulumi/project";
import { StackExport } from "../../pulumi/stack-export";
import { codeInState, ForeignCodeError } from "../../pulumi/state-code";
import { list, plural } from "../../report/phrases";
import { type LanguageName, languageNames, languageOf } from "./languages";
import { type Names, named } from "./names";
import { type importOptions, types } from "./options";
import { type DeclaredObject, programOf } from "./program";
import { type MainFile, programFile } from "./program-file";
import type { ImportResult } from "./result";

const usesPluginKey = configKey("plugin");

/** An import requests each list once, however long it takes. */
const shareReadsForMs = 3_600_000;

export async function importAccount(values: CommandValues<typeof importOptions>, terminal: Terminal): Promise<number> {
  refuseEmptyEnvironment(values.environment);
  const apps = appsOf(values.apps);
  const scope = {
    environment: values.environment,
    apps,
    kinds: kindsOf(values.types, apps !== undefined),
    without: await managedIn(values.without, terminal),
  };
  const project = projectFrom(terminal.cwd);
  const language = languageFor(values.language, project);
  const { code, commonJs, main } = programFile(values.code, terminal.cwd, language, project);
  const files = { out: values.out ?? "import.json", code };
  // The user who names the program decides how it is loaded.
  const changed = values.code === undefined && main?.load ? { name: main.name, text: main.load.text } : undefined;
  if (resolve(terminal.cwd, files.out) === resolve(terminal.cwd, files.code)) {
    throw new UsageError("--out and --code name the same file.");
  }
  for (const option of ["out", "code"] as const) {
    const problem = projectFiles.includes(files[option])
      ? `${files[option]} is the file of the project.`
      : outputProblem(files[option], terminal.cwd);
    if (problem !== undefined) throw new UsageError(`--${option}: ${problem}`);
  }
  if (!values.force) refuseExisting(files, terminal.cwd);
  const host = await hostOf(language, project, terminal);

  const { contents, keyId } = await withFal(
    values,
    terminal,
    async (fal) => ({
      contents: await readAccount(
        fal,
        scope,
        terminal.signal,
        (message) => terminal.note(`note: ${escapeInvisible(message)}`),
        "exclude this type with --types",
      ),
      keyId: fal.settings.keyId,
    }),
    { shareReadsForMs },
  );
  const { found, skipped } = contents;
  const writer = languageOf(language, commonJs);
  const objects = named(found, labelOf, writer.reserved);
  const result = {
    account: contents.account ?? null,
    resources: objects.map(({ kind, id, names, state }) => ({
      kind,
      id,
      name: names.resource,
      unmanaged: state.omitted,
    })),
    skipped,
    language,
    files: found.length > 0 ? { ...files, main: changed?.name ?? null } : null,
    next: found.length > 0 ? nextSteps(files.out) : [],
  };
  if (found.length > 0) {
    terminal.signal.throwIfAborted();
    const program = objects.map((object) => declared(object, keyId));
    const overwrite = values.force ?? false;
    await writeFiles(
      [
        {
          name: files.out,
          text: `${escapeInvisibleJson({ resources: objects.map((object) => entry(object, host)) }, 2)}\n`,
          overwrite,
        },
        { name: files.code, text: programOf(program, writer), overwrite },
        ...(changed === undefined ? [] : [changed]),
      ],
      terminal,
    );
  }
  if (values.json) terminal.out(escapeInvisibleJson(result satisfies ImportResult));
  else report(result, scope, main, terminal);
  return exitCodes.success;
}

type Named = Found & { readonly names: Names };

/** @param main the project's main file, if it has to load the program and did not before */
function report(
  { account, resources, skipped, files, next }: ImportResult,
  scope: Scope,
  main: MainFile | undefined,
  terminal: Terminal,
): void {
  for (const { kind, id, reason } of skipped) {
    terminal.note(escapeInvisible(`skipped: ${kind} ${JSON.stringify(id)}: ${reason}`));
  }
  for (const { kind, id, unmanaged } of resources) {
    for (const { reason } of unmanaged)
      terminal.note(escapeInvisible(`not managed: ${kind} ${JSON.stringify(id)}: ${reason}`));
  }
  const where = [
    account === null ? "the account" : `the fal account ${JSON.stringify(account)}`,
    ...(scope.environment === undefined ? [] : [`environment ${JSON.stringify(scope.environment)}`]),
  ].join(", ");
  if (files === null) {
    terminal.out(`There is nothing to import in ${where}. No file was written.`);
    return;
  }
  const counts = Map.groupBy(resources, ({ kind }) => kind);
  const kinds = list([...counts].map(([kind, of]) => `${of.length} ${kind}`));
  terminal.out(`Wrote ${files.out} and ${files.code} for ${kinds} in ${where}.`);
  if (files.main !== null) terminal.out(`Added \`${main?.load?.line}\` to ${files.main}, which loads ${files.code}.`);
  else if (main?.load !== undefined) {
    terminal.out(`Add \`${main.load.line}\` to ${main.name}, so that the program includes ${files.code}.`);
  } else if (main !== undefined) {
    terminal.out(`Move the resources of ${files.code} into ${main.name}, because Pulumi runs only that file.`);
  }
  terminal.out(
    projectFrom(terminal.cwd) ? "Next:" : "Put both files into the folder of a Pulumi project. Next, there:",
  );
  for (const command of next) {
    const remark = remarks[command];
    terminal.out(`  ${command}${remark === undefined ? "" : `   # ${remark}`}`);
  }
}

/** What the following commands show that a reader may not expect. */
const remarks: Record<string, string> = {
  "pulumi preview --expect-no-changes": "[diff: ~protect] is no change at fal",
  "pulumi up": "records which resources depend on others, and which are protected",
};

function nextSteps(out: string): string[] {
  const file = /^[\w./-]+$/.test(out) ? out : JSON.stringify(out);
  return [
    `pulumi import --file ${file} --yes --generate-code=false`,
    "pulumi preview --expect-no-changes",
    "pulumi up",
  ];
}

const languageOfRuntime: Readonly<Record<string, LanguageName>> = {
  nodejs: "typescript",
  bun: "typescript",
  python: "python",
  yaml: "yaml",
};

function languageFor(given: LanguageName | undefined, project: Project | undefined): LanguageName {
  if (given !== undefined) return given;
  if (project === undefined) return "typescript";
  const language = languageOfRuntime[project.runtime];
  if (language !== undefined) return language;
  throw new UsageError(
    `The runtime of the project is ${project.runtime}. Choose a language that the command can write: --language ${languageNames.join("|")}.`,
  );
}

/** What runs the program's resources: programs in TypeScript use the plugin only where `fal:plugin` is set. */
async function hostOf(language: LanguageName, project: Project | undefined, terminal: Terminal): Promise<Host> {
  if (language !== "typescript") return "plugin";
  if (project === undefined || !mentionsPlugin(dirname(project.file))) return "dynamic";
  const { cwd, env, signal } = terminal;
  const { stdout } = await new Pulumi({ cwd, env, signal }).run(["config", "get", usesPluginKey]);
  // Empty if no stack is selected.
  const usesPlugin = stdout.trim() === "" ? project.usesPlugin : stdout.trim() === "true";
  return usesPlugin ? "plugin" : "dynamic";
}

/** Whether a configuration in the folder contains the setting, so that most imports do not run the CLI. */
function mentionsPlugin(folder: string): boolean {
  const files = readdirSync(folder).filter((name) => /^Pulumi\.(?:.+\.)?(?:ya?ml|json)$/.test(name));
  return files.some((name) => readFileSync(join(folder, name), "utf8").includes(usesPluginKey));
}

function appsOf(list: string | undefined): string[] | undefined {
  const apps = list?.split(",").map((app) => app.trim());
  if (apps?.includes("")) throw new UsageError("--apps contains an empty name.");
  return apps;
}

function kindsOf(list: string | undefined, onlyApps: boolean): ReadonlySet<string> | undefined {
  if (list === undefined) return onlyApps ? kindsOfApps : undefined;
  const kinds = list.split(",").map((given) => {
    const type = given.trim();
    const kind = types.get(type);
    if (kind === undefined) {
      const names = [...types.keys()];
      throw new UsageError(`--types: "${type}" is not one of ${names.join(", ")}.${didYouMean(type, names)}`);
    }
    if (onlyApps && !kindsOfApps.has(kind)) {
      throw new UsageError(`--types: "${type}" does not belong to an app. Omit it, or omit --apps.`);
    }
    return kind;
  });
  return new Set(kinds);
}

async function managedIn(list: string | undefined, terminal: Terminal): Promise<Set<string>> {
  const managed = new Set<string>();
  for (const file of list?.split(",") ?? []) {
    for (const object of await managedInFile(file, terminal)) managed.add(object);
  }
  return managed;
}

async function managedInFile(file: string, terminal: Terminal): Promise<Set<string>> {
  let exported: string;
  try {
    exported = await readInput(file, terminal);
  } catch (error) {
    throw new Error(`--without: Could not read ${file}: ${(error as Error).message}.`);
  }
  let stack: StackExport;
  try {
    stack = new StackExport(exported);
  } catch {
    throw new Error(`${file} is not the output of \`pulumi stack export\`.`);
  }
  const { foreign } = codeInState(exported);
  if (foreign.length > 0) throw new ForeignCodeError(foreign);
  return stack.managedObjects();
}

function refuseExisting(files: { out: string; code: string }, cwd: string): void {
  const existing = [files.out, files.code].filter((file) => replacesFile(file, cwd));
  if (existing.length === 0) return;
  throw new Error(
    `${list(existing)} already ${plural(existing.length, "exists", "exist")}. Choose other files with --out and --code, or overwrite with --force.`,
  );
}

/** A resource of the import file. `name` is for the file itself, `logicalName` is the resource's name in Pulumi. */
function entry({ kind, id, names, state }: Named, host: Host) {
  const values = (properties: PropertyValues) =>
    inFile(host === "plugin" ? properties : withProviderText(properties, providerText(kind)));
  return {
    type: tokenOf(kind, host),
    name: names.variable,
    logicalName: names.resource,
    id,
    inputs: values(state.inputs),
    outputs: values(state.outputs),
  };
}

/** Secrets in the file's form. */
function inFile(value: Value): Value {
  if (Array.isArray(value)) return value.map(inFile);
  if (!isRecord(value)) return value;
  if (isSecret(value)) {
    const { value: _plain, ...signature } = value;
    return { ...signature, plaintext: JSON.stringify(unwrapSecret(value)) };
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, inFile(inner)]));
}

function declared({ kind, definition, id, names, state }: Named, keyId: string): DeclaredObject {
  const remarks = descriptions[kind]?.importing.remarks?.(id, state.declared, keyId) ?? [];
  return { definition, id, names, declared: state.declared, remarks };
}

/** The object's name at fal; outside main, with its environment. */
function labelOf({ kind, id, state: { declared } }: Found): string {
  const description = descriptions[kind];
  return description?.name(declared) ?? description?.importing.label?.(declared) ?? id;
}
