// Where the program goes. A project may already have one: `pulumi new` creates index.ts, __main__.py or Pulumi.yaml.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import type { Project } from "../../pulumi/project";
import type { LanguageName } from "./languages";
import { isCreatedByImport } from "./program";

export interface ProgramFile {
  /** The file for the program. */
  readonly code: string;
  /** Whether the program is a CommonJS module in JavaScript, which uses `require`. */
  readonly commonJs: boolean;
  /** The project's main file, if it has to load the program and does not yet. */
  readonly main?: MainFile;
}

export interface MainFile {
  readonly name: string;
  /** The line that loads the program, and the file's text with it. Undefined: only a person can add the program. */
  readonly load?: { readonly line: string; readonly text: string };
}

/**
 * The file for the program: `given`, or the project's main file if there is none yet or an earlier import created it, or
 * else a new file beside it.
 */
export function programFile(
  given: string | undefined,
  cwd: string,
  language: LanguageName,
  project: Project | undefined,
): ProgramFile {
  if (language === "python") return { commonJs: false, ...pythonFile(given, cwd) };
  if (language === "yaml") return { commonJs: false, ...yamlFile(given, cwd, project) };
  return nodeFile(given, cwd);
}

function nodeFile(given: string | undefined, cwd: string): ProgramFile {
  const manifest = manifestIn(cwd);
  const isModule = (file: string) =>
    extname(file) === ".mjs" || (extname(file) !== ".cjs" && manifest.type === "module");
  const main = nodeMain(manifest.main, cwd);
  const code =
    given ?? (main === undefined ? (manifest.main ?? "index.ts") : besideMain(main, `fal${extname(main)}`, cwd));
  const commonJs = isJavaScript(code) && !isModule(code);
  if (main === undefined || resolve(cwd, code) === resolve(cwd, main)) return { code, commonJs };
  const text = readFileSync(resolve(cwd, main), "utf8");
  if (loads(text, code)) return { code, commonJs };
  const from = moduleOf(resolve(cwd, code), resolve(cwd, main), isModule(main) || isJavaScript(main));
  const line = isJavaScript(main) && !isModule(main) ? `require(${from});` : `import ${from};`;
  return { code, commonJs, main: { name: main, load: withLine(text, line) } };
}

/** Not `fal.py`, which would hide fal's own package. */
const pythonModule = "fal_account";

function pythonFile(given: string | undefined, cwd: string): Pick<ProgramFile, "code" | "main"> {
  const main = "__main__.py";
  if (!isFile(main, cwd)) return { code: given ?? main };
  const code = given ?? besideMain(main, `${pythonModule}.py`, cwd);
  if (resolve(cwd, code) === resolve(cwd, main)) return { code };
  const module = relative(cwd, resolve(cwd, code)).replaceAll("\\", "/").replace(/\.py$/, "").replaceAll("/", ".");
  const text = readFileSync(resolve(cwd, main), "utf8");
  // Another name cannot be imported.
  if (!/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(module)) return { code, main: { name: main } };
  const isLoaded = new RegExp(`^\\s*(?:import|from)\\s+${module.replaceAll(".", "\\.")}\\b`, "m").test(text);
  return isLoaded ? { code } : { code, main: { name: main, load: withLine(text, `import ${module}`) } };
}

/** Pulumi reads the first of these, and no second file. */
const yamlMains = ["Main.json", "Main.yaml"];

function yamlFile(
  given: string | undefined,
  cwd: string,
  project: Project | undefined,
): Pick<ProgramFile, "code" | "main"> {
  const main =
    yamlMains.find((name) => isFile(name, cwd)) ?? (project?.hasProgram ? basename(project.file) : undefined);
  if (main === undefined) return { code: given ?? "Main.yaml" };
  const code = given ?? besideMain(main, "fal.yaml", cwd);
  return resolve(cwd, code) === resolve(cwd, main) ? { code } : { code, main: { name: main } };
}

/** The file that Pulumi runs, if it exists; `declared` is what package.json says. */
function nodeMain(declared: string | undefined, cwd: string): string | undefined {
  const names = declared === undefined ? ["index.ts", "index.js"] : [declared];
  return names.find((name) => isFile(name, cwd));
}

function isFile(name: string, cwd: string): boolean {
  return statSync(resolve(cwd, name), { throwIfNoEntry: false })?.isFile() === true;
}

function besideMain(main: string, name: string, cwd: string): string {
  if (isCreatedByImport(readFileSync(resolve(cwd, main), "utf8"))) return main;
  return join(dirname(main), name);
}

function withLine(text: string, line: string): { readonly line: string; readonly text: string } {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const separator = text === "" || text.endsWith("\n") ? "" : end;
  return { line, text: `${text}${separator}${line}${end}` };
}

/**
 * The program as a module of the main file, as a string literal. TypeScript in CommonJS leaves out the extension;
 * JavaScript and ES modules need that of JavaScript.
 */
function moduleOf(code: string, main: string, withExtension: boolean): string {
  const path = relative(dirname(main), code).replaceAll("\\", "/");
  const extension = extname(code);
  const module = path.slice(0, -extension.length || undefined) + (withExtension ? extension.replace("ts", "js") : "");
  return JSON.stringify(module.startsWith("../") ? module : `./${module}`);
}

/** Whether a program mentions the file as a module. */
function loads(text: string, code: string): boolean {
  const name = basename(code, extname(code)).replaceAll(/[^\w-]/g, "\\$&");
  return new RegExp(`["'\`]\\.{1,2}/(?:[^"'\`]*/)?${name}(?:\\.[cm]?[jt]s)?["'\`]`).test(text);
}

function isJavaScript(file: string): boolean {
  return /^\.[cm]?js$/.test(extname(file));
}

/** What package.json says about the program; empty without a readable one. */
function manifestIn(cwd: string): { readonly main?: string; readonly type?: string } {
  const file = join(cwd, "package.json");
  if (!existsSync(file)) return {};
  try {
    const { main, type } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    // Anything else, such as a folder, Pulumi resolves by itself to its index file.
    const isScript = typeof main === "string" && /\.[cm]?[jt]s$/.test(main);
    return { ...(isScript ? { main } : {}), ...(typeof type === "string" ? { type } : {}) };
  } catch {
    return {};
  }
}
