import { globSync, readFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { expect, test } from "vitest";

const root = resolve(__dirname, "../../..");
const files = globSync("src/**/*.ts", { cwd: root }).map((file) => file.split(sep).join("/"));
const known = new Set(files);

/** The imports of each file, including types: files of `src`, and names of packages. */
const imports = new Map(files.map((file) => [file, importsOf(file)]));

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^"';]*?\bfrom\s+"([^"]+)"|\b(?:import|require)\s*\(?\s*"([^"]+)"/gm,
  );
  return [...found].map(([, from, direct]) => {
    const specifier = from ?? direct ?? "";
    if (!specifier.startsWith(".")) return specifier;
    const path = join(dirname(file), specifier).split(sep).join("/").replace(/\.js$/, "");
    return [`${path}.ts`, `${path}/index.ts`].find((candidate) => known.has(candidate)) ?? path;
  });
}

/** Everything that a file imports, directly or through others, each with the path of imports to it. */
function reachedFrom(file: string): Map<string, string> {
  const reached = new Map([[file, file]]);
  for (const [importer, path] of reached) {
    for (const each of imports.get(importer) ?? []) if (!reached.has(each)) reached.set(each, `${path} → ${each}`);
  }
  return reached;
}

function folderOf(file: string): string | undefined {
  return /^src\/([^/]+)\//.exec(file)?.[1];
}

test("every relative import leads to a file of src", () => {
  const missing = [...imports.values()].flat().filter((each) => each.startsWith("src/") && !known.has(each));
  expect(missing.filter((each) => !each.includes("/gen/"))).toEqual([]);
});

test("the provider, the handlers and the property tables do not import a host", () => {
  const core = files.filter(
    (file) =>
      folderOf(file) === "provider" ||
      /^src\/resources\/.*(handler|handlers\.gen|properties|definitions\.gen)\.ts$/.test(file),
  );
  expect(core.length).toBeGreaterThan(35);
  const forbidden = core.flatMap((file) =>
    [...reachedFrom(file)]
      .filter(([each]) => each.startsWith("@pulumi/") || folderOf(each) === "hosts")
      .map(([, path]) => path),
  );
  expect(forbidden).toEqual([]);
});

test("the plugin does not import Pulumi's SDK", () => {
  const reached = [...reachedFrom("src/hosts/plugin/start.ts")].filter(([each]) => each.startsWith("@pulumi/"));
  // Types of function results name Pulumi's types.
  expect(reached.map(([, path]) => path)).toEqual([]);
});

test("the plugin loads nothing that its bundle does not contain", () => {
  // The bundler does not see what this loads, and where the plugin is installed alone, nothing lies beside it.
  const hidden = [...reachedFrom("src/hosts/plugin/start.ts")].filter(
    ([each]) => known.has(each) && readFileSync(join(root, each), "utf8").includes("createRequire"),
  );
  expect(hidden.map(([, path]) => path)).toEqual([]);
});

/** Which folders of `src` a folder may import. */
const allowed: Record<string, readonly string[]> = {
  client: [],
  source: [],
  cost: ["client"],
  usage: ["cost", "client"],
  provider: ["client", "source"],
  resources: ["provider", "client", "source"],
  policy: ["resources", "provider", "usage", "cost"],
  functions: ["resources", "provider", "client"],
  hosts: ["functions", "resources", "provider", "client"],
  cli: ["hosts", "resources", "provider", "client", "usage", "cost"],
};

test.each(Object.entries(allowed))("src/%s imports only from the folders below it", (folder, below) => {
  const wrong = files
    .filter((file) => folderOf(file) === folder)
    .flatMap((file) =>
      (imports.get(file) ?? [])
        .filter((each) => {
          const other = folderOf(each);
          return other !== undefined && other !== folder && !below.includes(other);
        })
        .map((each) => `${file} → ${each}`),
    );
  expect(wrong).toEqual([]);
});

test("the list of folders is complete", () => {
  const folders = new Set(files.map(folderOf).filter((folder) => folder !== undefined));
  expect([...folders].sort()).toEqual(Object.keys(allowed).sort());
});

test("the imports of src have no cycles, including imports of types", () => {
  const cycles = files.flatMap((file) =>
    (imports.get(file) ?? []).flatMap((each) => {
      const back = known.has(each) ? reachedFrom(each).get(file) : undefined;
      return back === undefined ? [] : [`${file} → ${back}`];
    }),
  );
  expect(cycles).toEqual([]);
});
