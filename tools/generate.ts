/**
 * Writes everything that follows from the property tables, the check of prices and the .proto:
 * TypeScript interfaces, reference docs, the schema of prices, the package schema, protobuf code. `--check` writes nothing
 * and fails, naming what is stale.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { z } from "zod";
import { pricesSchema } from "../src/cost/prices";
import { functions } from "../src/functions/definitions";
import { folders, kindIn } from "../src/resources/registry";
import { classFile, ownTypes, providerArgsFile } from "./generate/classes";
import { compatibilityPage } from "./generate/compatibility-page";
import { functionsFile } from "./generate/functions";
import { functionsPage } from "./generate/functions-page";
import { galleryIndex, galleryMarkdown } from "./generate/gallery";
import { installationPage } from "./generate/installation-page";
import { providerPage, referenceIndex, resourcePage } from "./generate/reference";
import { classesFile, registryFiles } from "./generate/registry";
import { reviewPicture } from "./generate/review-picture";
import { emulatorScaling, scalingTypes } from "./generate/scaling";
import { packageSchema } from "./generate/schema";

const root = join(__dirname, "..");
const checkOnly = process.argv.includes("--check");
const stale: string[] = [];

function emit(path: string, content: string): void {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, "utf8") === content) return;
  stale.push(path);
  if (!checkOnly) writeFileSync(file, content);
}

void main();

async function main(): Promise<void> {
  // First, because everything else is made from what these import: a kind that is new in the registry is in them.
  for (const [path, content] of formatted(registryFiles())) emit(path, content);
  const { definitions } = await import("../src/resources/definitions.gen.js");
  const { descriptions } = await import("../src/resources/descriptions.gen.js");
  const { commands } = await import("../src/cli/commands/index.js");
  const { cliPage } = await import("./generate/cli-page.js");

  const folderOf = new Map(folders.map((folder) => [kindIn(folder), folder]));
  const sources = new Map<string, string>();
  for (const definition of definitions) {
    sources.set(`src/resources/${folderOf.get(definition.kind)}/args.gen.ts`, classFile(definition));
  }
  sources.set(
    "src/resources/classes.gen.ts",
    classesFile((kind) => definitions.filter((each) => each.kind === kind).flatMap(ownTypes)),
  );
  sources.set("src/resources/provider/args.gen.ts", providerArgsFile());
  sources.set("src/functions/functions.gen.ts", functionsFile(functions));
  sources.set("src/client/scaling.gen.ts", scalingTypes());
  sources.set("emulator/src/state/scaling.gen.ts", emulatorScaling());
  sources.set("prices/prices.schema.json", JSON.stringify(z.toJSONSchema(pricesSchema, { io: "input" }), null, 2));
  for (const [path, content] of formatted(sources)) emit(path, content);

  // After the sources whose types are in it.
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const schema = JSON.stringify(packageSchema(root, manifest, definitions, functions), null, 2);
  for (const [path, content] of formatted(new Map([["plugin/schema.json", schema]]))) emit(path, content);

  for (const definition of definitions) {
    const description = descriptions[definition.kind];
    if (!description) throw new Error(`${definition.kind} has no description`);
    emit(`docs/reference/${folderOf.get(definition.kind)}.md`, resourcePage(definition, description));
  }
  emit("docs/reference/provider.md", providerPage());
  emit("docs/reference/cli.md", cliPage(root, commands));
  emit("docs/reference/functions.md", functionsPage(root, functions));
  emit(
    "docs/reference/README.md",
    referenceIndex(definitions.map(({ kind, doc }) => ({ kind, doc, file: `${folderOf.get(kind)}.md` }))),
  );
  emit("docs/installation-configuration.md", installationPage(manifest));
  emit("docs/compatibility.md", compatibilityPage());
  emit("docs/review.svg", await reviewPicture(readFileSync(join(root, "test/fixtures/reviews/scale-up.md"), "utf8")));
  emit("docs/gallery.md", galleryMarkdown(root));
  emit("docs/gallery/index.html", galleryIndex(root));
  protobuf();

  if (checkOnly && stale.length > 0) {
    console.error(`stale generated files: ${stale.join(", ")}\nrun \`npm run generate\` and commit the result`);
    process.exit(1);
  }
  for (const path of stale) console.log(`wrote ${path}`);
}

/** Through the project's linter and formatter, so that a generated file is like a written one. */
function formatted(files: Map<string, string>): Map<string, string> {
  const result = new Map<string, string>();
  for (const [path, content] of files) {
    const output = execFileSync(process.execPath, [biome(), "check", "--write", `--stdin-file-path=${path}`], {
      cwd: root,
      input: content,
      encoding: "utf8",
    });
    result.set(path, output);
  }
  return result;
}

function biome(): string {
  return join(root, "node_modules/@biomejs/biome/bin/biome");
}

function protobuf(): void {
  const scratch = mkdtempSync(join(tmpdir(), "pulumi-fal-generate-"));
  try {
    for (const template of ["buf.gen.yaml", "buf.gen.plugin.yaml"]) {
      const args = [
        join(root, "node_modules/@bufbuild/buf/bin/buf"),
        "generate",
        "--template",
        template,
        "-o",
        scratch,
      ];
      execFileSync(process.execPath, args, {
        cwd: root,
        // The plugin is found as npm's scripts find it.
        env: { ...process.env, PATH: [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter) },
        stdio: ["ignore", "inherit", "inherit"],
      });
    }
    for (const entry of readdirSync(scratch, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      emit(relative(scratch, file), readFileSync(file, "utf8"));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
