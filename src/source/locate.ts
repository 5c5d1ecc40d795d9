// Finds what a `ref` stands for: the file with the code, its folder, and the project that nothing may lie outside of.
import { readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { readRegularFile, reasonOf, smallFileBytes } from "../files";
import { SourceError } from "./error";
import { isFile, isFolder, isPresent, isWithin, listed, statOf, upward } from "./paths";

type Toml = typeof import("smol-toml", { with: { "resolution-mode": "import" }});

/** Absolute paths. */
export interface Location {
  readonly cwd: string;
  /** The root of the git repository, else the nearest folder with a Pulumi.yaml, else `cwd`. */
  readonly project: string;
  /** All files below it belong to the source if `files` does not list them. */
  readonly folder: string;
  /** The file with the app's code, if `ref` names one. */
  readonly code: string | undefined;
  /** The pyproject.toml that describes the app, if `ref` is the name of an app. */
  readonly pyproject: string | undefined;
}

export function locate(ref: string, cwd: string): Location {
  const found = folderOf(cwd);
  const project = projectOf(found);
  const at = ref.indexOf("::");
  const file = at === -1 ? ref : ref.slice(0, at);
  // As fal's CLI decides.
  const isName = at === -1 && file !== "" && !file.endsWith(".py");
  const place = file === "" ? whole(found) : isName ? named(file, found) : coded(file, found);
  const outside = [place.code, place.folder].find((path) => path !== undefined && !isWithin(project, path));
  if (outside !== undefined) {
    throw new SourceError(
      "ref",
      `names ${file}, which is outside of the project (${project}): set source.cwd to the folder that contains the app`,
    );
  }
  return { cwd: found, project, ...place };
}

type Place = Omit<Location, "cwd" | "project">;

function whole(cwd: string): Place {
  return { folder: cwd, code: undefined, pyproject: pyprojectOf(cwd)?.path };
}

function coded(file: string, cwd: string): Place {
  const code = resolve(cwd, file);
  const stats = statOf(code);
  if (stats?.isFile()) return { folder: dirname(code), code, pyproject: undefined };
  if (stats?.isDirectory()) {
    throw new SourceError("ref", `names ${file}, which is a folder: name the file in it, such as ${file}/app.py::App`);
  }
  if (stats !== undefined) throw new SourceError("ref", `names ${file}, which is not a regular file`);
  const fix = file.includes("\\")
    ? "write / instead of \\, which works on every system"
    : "correct it, or set source.cwd to the folder that it is relative to";
  throw new SourceError("ref", `names ${file}, which does not exist in ${cwd}${codeBeside(code)}: ${fix}`);
}

/** An app that a pyproject.toml describes, or a folder. */
function named(name: string, cwd: string): Place {
  const pyproject = pyprojectOf(cwd);
  if (pyproject !== undefined && Object.hasOwn(pyproject.apps, name)) {
    const app = pyproject.apps[name];
    const ref = typeof app === "object" && app !== null && "ref" in app ? app.ref : undefined;
    const file = typeof ref === "string" ? ref.split("::", 1)[0] : undefined;
    // As fal's CLI does, relative to the project and not to where it is started.
    const place = file ? coded(file, dirname(pyproject.path)) : whole(cwd);
    const folder = isWithin(cwd, place.folder) ? cwd : place.folder;
    return { folder, code: place.code, pyproject: pyproject.path };
  }
  if (isFolder(resolve(cwd, name))) return { folder: resolve(cwd, name), code: undefined, pyproject: undefined };
  const apps = Object.keys(pyproject?.apps ?? {});
  const where = pyproject === undefined ? "a pyproject.toml" : pyproject.path;
  const known = apps.length === 0 ? "" : ` (which has ${listed(apps.slice(0, 5))})`;
  throw new SourceError(
    "ref",
    `names ${name}, which is neither a Python file nor an app in ${where}${known}: write it as in \`fal deploy\`, such as app.py::App`,
  );
}

function folderOf(cwd: string): string {
  try {
    const found = realpathSync(cwd);
    if (isFolder(found)) return found;
  } catch (error) {
    throw new SourceError("cwd", `is ${cwd}, which cannot be opened: ${reasonOf(error)}`);
  }
  throw new SourceError("cwd", `is ${cwd}, which is not a folder`);
}

function projectOf(cwd: string): string {
  const above = [...upward(cwd)];
  const has = (...names: string[]) => above.find((folder) => names.some((name) => isPresent(join(folder, name))));
  return has(".git") ?? has("Pulumi.yaml", "Pulumi.yml") ?? cwd;
}

/** The pyproject.toml that fal's CLI reads (`find_project_root` of fal 1.83), with the apps that it describes. */
function pyprojectOf(cwd: string): { path: string; apps: Readonly<Record<string, unknown>> } | undefined {
  for (const folder of upward(cwd)) {
    const path = join(folder, "pyproject.toml");
    const fal = isFile(path) ? falTable(path) : undefined;
    const isRoot = isPresent(join(folder, ".git"));
    if (fal !== undefined || isRoot) return isFile(path) ? { path, apps: tableIn(fal, "apps") ?? {} } : undefined;
  }
  return undefined;
}

function falTable(path: string): Readonly<Record<string, unknown>> | undefined {
  // An ES module, which TypeScript does not let a CommonJS module import. Only apps in a pyproject.toml need it.
  const { parse } = require("smol-toml") as Toml;
  try {
    return tableIn(tableIn(parse(readRegularFile(path, smallFileBytes).toString("utf8")), "tool"), "fal");
  } catch (error) {
    throw new SourceError("ref", `depends on ${path}, which cannot be read: ${reasonOf(error).split("\n", 1)[0]}`);
  }
}

function tableIn(value: unknown, name: string): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  const table = (value as Record<string, unknown>)[name];
  return typeof table === "object" && table !== null ? (table as Record<string, unknown>) : undefined;
}

/** Where a file is missing, the other Python files of its folder. */
function codeBeside(missing: string): string {
  try {
    const others = readdirSync(dirname(missing)).filter((name) => name.endsWith(".py") && name !== basename(missing));
    return others.length === 0 ? "" : ` (its folder contains ${listed(others.sort().slice(0, 3))})`;
  } catch {
    return "";
  }
}
