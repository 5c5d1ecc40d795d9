import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { functions } from "../../../src/functions/definitions";
import { settings } from "../../../src/provider/settings";
import { definitions } from "../../../src/resources/definitions.gen";
import { packageSchema } from "../../../tools/generate/schema";
import { addressFields } from "../../../tools/release.mjs";

// What Pulumi's public registry requires of the packages of others: its README and docs/adding-a-new-package.md, and the
// code that checks a package there, scripts/ci/community-package and tools/resourcedocsgen/cmd/metadata.go.
// Source: https://github.com/pulumi/registry at 0b21a20cc4bc4f3d4ab66026b6ef502ade16a76a (August 2026).

const root = resolve(__dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const manifest = JSON.parse(read("package.json"));

interface Schema {
  readonly name: string;
  readonly displayName: string;
  readonly version: string;
  readonly description: string;
  readonly publisher: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly repository?: string;
  readonly homepage?: string;
  readonly logoUrl?: string;
  readonly pluginDownloadURL?: string;
  readonly language: Readonly<Record<string, { readonly packageName?: string; readonly importBasePath?: string }>>;
}

const schema: Schema = JSON.parse(read("plugin/schema.json"));

/**
 * Rules that only a released package can follow, because they are about addresses that do not exist yet. Remove a line
 * when it becomes possible.
 */
const exceptions = {
  repository: "the repository has no public address yet",
  logoUrl: "the logo needs the public address",
  pluginDownloadURL: "releases of the plugin need the public address",
  publisher:
    "a new publisher is added to the registry's publisher-names.json with the pull request that adds the package",
  "links to the SDKs": "no SDK is published",
  "a release with the tag vX.Y.Z": "there is none",
};

describe("the schema", () => {
  test("the schema has what the registry shows", () => {
    expect(schema).toMatchObject({
      name: "fal", // The repository's name without "pulumi-".
      displayName: expect.stringMatching(/./),
      description: expect.stringMatching(/./),
      license: "Apache-2.0",
      publisher: expect.stringMatching(/./),
      version: expect.stringMatching(/^\d+\.\d+\.\d+(-[\w.]+)?$/),
    });
    expect(manifest.name).toBe(`pulumi-${schema.name}`);
  });

  test("the schema's keywords contain a category of the registry and the kind", () => {
    const categories = ["cloud", "database", "infrastructure", "monitoring", "network", "utility", "vcs"];
    const given = schema.keywords.filter((keyword) => keyword.startsWith("category/"));
    expect(given).toHaveLength(1);
    expect(categories.map((category) => `category/${category}`)).toContain(given[0]);
    expect(schema.keywords).toContain("kind/native");
    expect(schema.keywords).not.toContain("kind/component");
  });

  test("the names of the SDKs are accepted by the registry's install probe", () => {
    for (const language of ["nodejs", "python"]) {
      expect(schema.language[language]?.packageName).toMatch(/^[A-Za-z0-9._@/-]+$/);
    }
    expect(schema.language["go"]?.importBasePath).toMatch(/^[A-Za-z0-9._@/-]+$/);
  });

  test("the schema gets all addresses from the repository's, and has none before", () => {
    const { repository, homepage, logoUrl, pluginDownloadURL } = schema;
    if (manifest.repository === undefined) {
      expect({ repository, homepage, logoUrl, pluginDownloadURL }).toEqual({});
    }
    const published = { ...manifest, ...addressFields("https://github.com/example/pulumi-fal") };
    expect(packageSchema(root, published, definitions, functions)).toMatchObject({
      repository: "https://github.com/example/pulumi-fal",
      homepage: "https://github.com/example/pulumi-fal",
      logoUrl: expect.stringMatching(/^https:\/\/raw\.githubusercontent\.com\/example\/pulumi-fal\/.*\.png$/),
      pluginDownloadURL: "github://api.github.com/example/pulumi-fal",
      language: { go: { importBasePath: "github.com/example/pulumi-fal/sdk/go/fal" } },
    });
  });
});

describe.each(["docs/_index.md", "docs/installation-configuration.md"])("%s", (file) => {
  const text = read(file);
  const [, frontMatter = "", body = ""] = /^---\n(.*?)^---\n(.*)$/ms.exec(text) ?? [];

  test(`${file} begins with front matter that the registry understands`, () => {
    expect(load(frontMatter)).toEqual({
      title: expect.stringMatching(/^fal\.ai\b/),
      meta_desc: expect.stringMatching(/^.{20,160}\.$/),
      layout: "package",
    });
  });

  test(`${file} has nothing that breaks on the registry's pages`, () => {
    // The patterns of scripts/ci/community-package/doc_lint.py.
    expect(body).not.toMatch(/<img[^>]+src=["'](?:\.|\/|[^hH])/);
    expect(body).not.toMatch(/!\[[^\]]*\]\([./]/);
    expect(body).not.toMatch(/<a[^>]+href="[./]/);
    expect(body).not.toMatch(/\]\((?!https?:\/\/)[^)]*\.md[)#]/);
    // Hugo does not recognize a shortcode with white space there, and then fails.
    expect(body).not.toMatch(/\{\{\s+[<%]/);
  });
});

describe("docs/_index.md", () => {
  const text = read("docs/_index.md");
  const languages = ["typescript", "python", "go", "csharp", "java", "yaml"];

  test("docs/_index.md has an example in every language, behind one chooser", () => {
    expect([...text.matchAll(/\{\{< chooser language "(.*)" >\}\}/g)].map(([, list]) => list)).toEqual([
      languages.join(","),
    ]);
    expect(text.match(/\{\{< \/chooser >\}\}/g)).toHaveLength(1);
    const examples = [
      ...text.matchAll(/\{\{% choosable language (\w+) %\}\}\n\n```(\w+)\n.*?^```\n\n\{\{% \/choosable %\}\}/gms),
    ];
    expect(examples.map(([, language, fence]) => [language, fence])).toEqual(languages.map((each) => [each, each]));
    for (const [example, language] of examples) expect(example, language).toMatch(/Secret.*App.*AppScale/s);
  });

  test("docs/_index.md says what the package does before the example", () => {
    expect(text.split("## Example")[0]).toMatch(/---\n\n.{200,}/s);
  });

  test("the example in Go imports the SDK from where it is generated", () => {
    expect(text).toContain(`"${schema.language["go"]?.importBasePath}"`);
  });
});

describe("docs/installation-configuration.md", () => {
  const text = read("docs/installation-configuration.md");

  test("docs/installation-configuration.md names the SDK of every language", () => {
    const { language } = schema;
    for (const name of [
      language["python"]?.packageName,
      language["go"]?.importBasePath,
      "PulumiFal",
      "com.pulumifal",
    ]) {
      expect(text).toContain(name);
    }
    expect(text).toContain(`\`${manifest.name}\`, not generated`);
  });

  test("docs/installation-configuration.md has a command that installs the plugin", () => {
    expect(text).toMatch(new RegExp(`^pulumi plugin install resource fal ${schema.version} `, "m"));
  });

  test("docs/installation-configuration.md shows the configuration by the stack and by environment variables", () => {
    expect(text).toMatch(/^pulumi config set --secret fal:apiKey /m);
    expect(text).toMatch(/^export FAL_KEY=/m);
    for (const { name } of settings) expect(text).toContain(`\`fal:${name}\``);
  });
});

describe.each(Object.entries(exceptions))("not yet: %s", (rule, reason) => {
  test.skip(`the registry's rule about ${rule} cannot be followed: ${reason}`, () => {});
});

test("no exception from the registry's rules remains after the repository has got an address", () => {
  if (manifest.repository === undefined) return;
  expect(Object.keys(exceptions)).not.toContain("repository");
  expect(existsSync(join(root, "docs/logo.png"))).toBe(true);
});
