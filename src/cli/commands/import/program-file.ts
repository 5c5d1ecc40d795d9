// Where the program goes. A project may already have one: `pulumi new` creates index.ts.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
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
  /** The line that loads the program. */
  readonly line: string;
  /** Its text with that line. */
  readonly text: string;
}

/**
 * The file for the program: `given`, or the project's main file if there is none yet or an earlier import created it, or
 * else a new file beside it.
 */
export function programFile(given: string | undefined, cwd: string): ProgramFile {
  const manifest = manifestIn(cwd);
  const isModule = (file: string) =>
    extname(file) === ".mjs" || (extname(file) !== ".cjs" && manifest.type === "module");
  const main = mainFile(manifest.main, cwd);
  const code = given ?? (main === undefined ? (manifest.main ?? "index.ts") : besideMain(main, cwd));
  const commonJs = isJavaScript(code) && !isModule(code);
  if (main === undefined || resolve(cwd, code) === resolve(cwd, main)) return { code, commonJs };
  const text = readFileSync(resolve(cwd, main), "utf8");
  if (loads(text, code)) return { code, commonJs };
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const from = moduleOf(resolve(cwd, code), resolve(cwd, main), isModule(main) || isJavaScript(main));
  const line = isJavaScript(main) && !isModule(main) ? `require(${from});` : `import ${from};`;
  const separator = text === "" || text.endsWith("\n") ? "" : end;
  return { code, commonJs, main: { name: main, line, text: `${text}${separator}${line}${end}` } };
}

/** The file that Pulumi runs, if it exists; `declared` is what package.json says. */
function mainFile(declared: string | undefined, cwd: string): string | undefined {
  const names = declared === undefined ? ["index.ts", "index.js"] : [declared];
  return names.find((name) => statSync(resolve(cwd, name), { throwIfNoEntry: false })?.isFile());
}

function besideMain(main: string, cwd: string): string {
  if (isCreatedByImport(readFileSync(resolve(cwd, main), "utf8"))) return main;
  return join(dirname(main), `fal${extname(main)}`);
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
