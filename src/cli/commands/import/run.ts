import { resolve } from "node:path";
import type { Value } from "../../../provider/properties";
import { didYouMean } from "../../../provider/suggest";
import { isRecord, isSecret, unwrapSecret } from "../../../provider/values";
import { descriptions } from "../../../resources/descriptions.gen";
import { typeToken } from "../../../resources/tokens";
import { type Found, readAccount, type Scope } from "../../account";
import { type CommandValues, exitCodes, type Terminal, UsageError } from "../../command-line/command";
import { outputProblem, readInput, replacesFile, writeFiles } from "../../command-line/files";
import { escapeInvisible, escapeInvisibleJson } from "../../command-line/terminal-text";
import { withFal } from "../../connection";
import { refuseEmptyEnvironment } from "../../environments";
import { StackExport } from "../../pulumi/stack-export";
import { codeInState, ForeignCodeError } from "../../pulumi/state-code";
import { list, plural } from "../../report/phrases";
import { type Names, named } from "./names";
import { type importOptions, types } from "./options";
import { type DeclaredObject, programOf } from "./program";
import type { ImportResult } from "./result";

/** An import requests each list once, however long it takes. */
const shareReadsForMs = 3_600_000;

export async function importAccount(values: CommandValues<typeof importOptions>, terminal: Terminal): Promise<number> {
  refuseEmptyEnvironment(values.environment);
  const scope = {
    environment: values.environment,
    kinds: kindsOf(values.types),
    without: await managedIn(values.without, terminal),
  };
  const files = { out: values.out ?? "import.json", code: values.code ?? "index.ts" };
  if (resolve(terminal.cwd, files.out) === resolve(terminal.cwd, files.code)) {
    throw new UsageError("--out and --code name the same file.");
  }
  for (const option of ["out", "code"] as const) {
    const problem = outputProblem(files[option], terminal.cwd);
    if (problem !== undefined) throw new UsageError(`--${option}: ${problem}`);
  }
  if (!values.force) refuseExisting(files, terminal.cwd);

  const { contents, keyId } = await withFal(
    values,
    terminal,
    async (fal) => ({
      contents: await readAccount(fal, scope, terminal.signal, (message) =>
        terminal.note(`note: ${escapeInvisible(message)}`),
      ),
      keyId: fal.settings.keyId,
    }),
    { shareReadsForMs },
  );
  const { found, skipped } = contents;
  const objects = named(found, labelOf);
  const result = {
    account: contents.account ?? null,
    resources: objects.map(({ kind, id, names, state }) => ({
      kind,
      id,
      name: names.resource,
      unmanaged: state.omitted,
    })),
    skipped,
    files: found.length > 0 ? files : null,
    next: found.length > 0 ? nextSteps(files.out) : [],
  };
  if (found.length > 0) {
    terminal.signal.throwIfAborted();
    const program = objects.map((object) => declared(object, keyId));
    await writeFiles(
      [
        { name: files.out, text: `${escapeInvisibleJson({ resources: objects.map(entry) }, 2)}\n` },
        { name: files.code, text: programOf(program) },
      ],
      terminal,
      { overwrite: values.force ?? false },
    );
  }
  if (values.json) terminal.out(escapeInvisibleJson(result satisfies ImportResult));
  else report(result, scope, terminal);
  return exitCodes.success;
}

type Named = Found & { readonly names: Names };

function report({ account, resources, skipped, files, next }: ImportResult, scope: Scope, terminal: Terminal): void {
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
  terminal.out("Put the program into the folder of the Pulumi project, and run there:");
  for (const command of next) terminal.out(`  ${command}`);
}

function nextSteps(out: string): string[] {
  const file = /^[\w./-]+$/.test(out) ? out : JSON.stringify(out);
  return [`pulumi import --file ${file} --yes --generate-code=false`, "pulumi preview --expect-no-changes"];
}

function kindsOf(list: string | undefined): Set<string> | undefined {
  if (list === undefined) return undefined;
  const kinds = list.split(",").map((type) => {
    const kind = types.get(type.trim());
    if (kind === undefined) {
      const names = [...types.keys()];
      throw new UsageError(`--types: "${type}" is not one of ${names.join(", ")}.${didYouMean(type, names)}`);
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
function entry({ kind, id, names, state }: Named) {
  return {
    type: typeToken(kind),
    name: names.variable,
    logicalName: names.resource,
    id,
    inputs: inFile(state.inputs),
    outputs: inFile(state.outputs),
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
