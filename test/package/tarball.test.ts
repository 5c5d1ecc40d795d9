import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createPulumiFal,
  falEmulator,
  node,
  npm,
  type Package,
  pulumiFal,
  root,
  run,
  scratchDirectory,
  tarballOf,
  toolFile,
} from "./support/packages";

const scratch = scratchDirectory();
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each([
  ["pulumi-fal", pulumiFal],
  ["fal-emulator", falEmulator],
  ["create-pulumi-fal", createPulumiFal],
])("the tarball of %s", (name, source) => {
  const tarball = tarballOf(source);
  let unpacked: string;

  beforeAll(async () => {
    const directory = join(scratch, name);
    mkdirSync(directory);
    await run("tar", ["-xzf", tarball, "-C", directory], { cwd: scratch });
    unpacked = join(directory, "package");
  });

  // The release workflow publishes the packed file itself; a registry that is not there proves that nothing leaves.
  test(`npm can publish the tarball of ${name}`, async () => {
    const offline = ["--registry", "http://127.0.0.1:1", "--fetch-retries=0", "--loglevel=error"];
    const dryRun = ["publish", tarball, "--dry-run", "--json", "--access", "public", ...offline];
    const { stdout } = await npm(dryRun, { cwd: scratch });
    expect(JSON.parse(stdout)[name]).toMatchObject({ id: `${name}@${source.manifest.version}` });
  });

  test(`the tarball of ${name} contains exactly the compiled sources and the documents`, () => {
    expect(filesBelow(unpacked)).toEqual([...expectedFiles(source)].sort());
  });

  test(`the tarball of ${name} contains no paths of the build machine`, () => {
    const ours = [root, homedir(), tmpdir(), process.execPath].filter((text) => text.length > 1);
    const anybodys = /(?:\/home\/|\/Users\/|\/root\/|[A-Za-z]:\\\\?Users|file:\/\/\/)/;
    const found = filesBelow(unpacked).flatMap((file) => {
      const text = readFileSync(join(unpacked, file), "utf8");
      const hits = ours.filter((path) => text.includes(path));
      const hit = anybodys.exec(text)?.[0];
      return [...hits, ...(hit ? [hit] : [])].map((path) => `${file}: ${path}`);
    });
    expect(found).toEqual([]);
  });

  test(`the tarball of ${name} imports exactly its declared dependencies`, () => {
    const imported = new Set<string>();
    // The plugin contains its dependencies.
    for (const file of filesBelow(unpacked).filter((name) => /^(?!plugin\/).*\.(js|d\.ts)$/.test(name))) {
      // Without comments, which the programs of create-pulumi-fal contain, too.
      const text = readFileSync(join(unpacked, file), "utf8").replace(/^\s*\/\/.*$/gm, "");
      for (const [, request = ""] of text.matchAll(
        /(?:(?:\brequire|\bimport|\(__filename\))\(|\bfrom )"([^."][^"]*)"/g,
      )) {
        if (!isBuiltin(request)) imported.add(/^(?:@[^/]+\/)?[^/]+/.exec(request)?.[0] ?? request);
      }
    }
    const { dependencies, peerDependencies } = source.manifest;
    // The package names itself only in the provider text, which Pulumi's host evaluates.
    imported.delete(name);
    expect([...imported].sort()).toEqual(Object.keys({ ...dependencies, ...peerDependencies }).sort());
  });

  test(`the tarball of ${name} satisfies publint`, async () => {
    // publint is an ES module, so a CommonJS file must import it dynamically.
    const [{ publint }, { formatMessage }] = await Promise.all([import("publint"), import("publint/utils")]);
    const bytes = readFileSync(tarball);
    const content = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball: content as ArrayBuffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  const exported = source.manifest.exports;
  // No rule is ignored: with `typesVersions` the older resolution, which Pulumi's templates still use, finds the subpaths too.
  if (exported !== undefined) {
    test(`the types of ${name} resolve for Node 10, CommonJS, ES modules and bundlers`, async () => {
      const attw = toolFile("@arethetypeswrong/cli/package.json").replace(/package\.json$/, "dist/index.js");
      const { stdout } = await node([attw, tarball, "--format", "json", "--profile", "strict"], scratch);
      const { analysis, problems } = JSON.parse(stdout) as Report;
      expect(problems).toEqual({});
      const resolved = Object.entries(analysis.entrypoints).map(([subpath, { resolutions }]) => [
        subpath,
        Object.entries(resolutions).map(([kind, { resolution }]) => [kind, resolution !== undefined]),
      ]);
      const everywhere = ["node10", "node16-cjs", "node16-esm", "bundler"].map((kind) => [kind, true]);
      expect(resolved).toEqual(Object.keys(exported).map((subpath) => [subpath, everywhere]));
    });
  }
});

interface Report {
  readonly analysis: {
    readonly entrypoints: Record<string, { readonly resolutions: Record<string, { readonly resolution?: object }> }>;
  };
  readonly problems: object;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

/** One script and one declaration per source. Output of a deleted source fails the test. */
function* expectedFiles({ directory, manifest }: Package): Iterable<string> {
  yield "package.json";
  for (const document of ["README.md", "CHANGELOG.md", "LICENSE"]) {
    // pulumi-fal must contain all of them.
    if (manifest.name === "pulumi-fal" || existsSync(join(directory, document))) yield document;
  }
  if (existsSync(join(directory, "plugin"))) {
    yield "plugin/hosts.js";
    // In a checkout, Pulumi's `npm install` in this folder may have left the others.
    for (const file of filesBelow(join(directory, "plugin"))) {
      if (!/^(?:hosts\.js|package-lock\.json|node_modules\/.*)$/.test(file)) yield `plugin/${file}`;
    }
  }
  if (existsSync(join(directory, "prices"))) {
    for (const file of filesBelow(join(directory, "prices"))) yield `prices/${file}`;
  }
  // The plugin is bundled, not compiled, and declarations are not emitted.
  const sources = filesBelow(join(directory, "src")).filter((file) => /^(?!hosts\/plugin\/).*(?<!\.d)\.ts$/.test(file));
  for (const file of sources) {
    const name = file.replace(/\.ts$/, "");
    yield `dist/${name}.js`;
    yield `dist/${name}.d.ts`;
  }
}
