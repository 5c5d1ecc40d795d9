import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { load } from "js-yaml";
import { expect, onTestFinished, test } from "vitest";

// This repository's own workflows.

const root = resolve(__dirname, "../..");
const workflows = join(root, ".github/workflows");
const names = readdirSync(workflows);
const actionlint = process.env["PULUMI_FAL_TEST_ACTIONLINT"];
const checkJsonschema = process.env["PULUMI_FAL_TEST_CHECK_JSONSCHEMA"];

interface Workflow {
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}
interface Job {
  readonly permissions?: Record<string, string>;
  readonly strategy?: { readonly matrix: Record<string, readonly unknown[]> };
  readonly steps: readonly { readonly name?: string; readonly uses?: string; readonly run?: string }[];
}
const workflow = (name: string) => load(readFileSync(join(workflows, name), "utf8")) as Workflow;

test.skipIf(!actionlint)("actionlint accepts the workflows of this repository", async () => {
  const copy = mkdtempSync(join(tmpdir(), "pulumi-fal-workflows-"));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  cpSync(join(root, ".github"), join(copy, ".github"), { recursive: true });
  mkdirSync(join(copy, ".git"));
  expect(await run(actionlint ?? "", ["-no-color"], copy)).toEqual({ code: 0, output: "" });
});

test.skipIf(!checkJsonschema)("the workflows of this repository match GitHub's JSON schema", async () => {
  const files = names.map((name) => join(workflows, name));
  const { code, output } = await run(checkJsonschema ?? "", ["--builtin-schema", "vendor.github-workflows", ...files]);
  expect(code, output).toBe(0);
});

test.each(names)("%s pins every action to a commit and gives its jobs minimal permissions", (name) => {
  const { permissions, jobs } = workflow(name);
  expect(permissions).toEqual({ contents: "read" });
  for (const job of Object.values(jobs)) {
    for (const { uses } of job.steps) if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  }
  const more = Object.entries(jobs).filter(([, job]) => job.permissions !== undefined);
  expect(Object.fromEntries(more.map(([job, { permissions: own }]) => [job, own]))).toEqual(
    name === "release.yml" ? { archives: { contents: "write" }, publish: { "id-token": "write" } } : {},
  );
});

test("ci.yml runs each part of the test run as its own step on each system and Node version", () => {
  const { scripts, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { test: job, complete } = workflow("ci.yml").jobs;
  expect(job?.strategy?.matrix).toEqual({
    os: [expect.stringMatching(/^ubuntu-/), expect.stringMatching(/^macos-/), expect.stringMatching(/^windows-/)],
    node: [22, 24, 26],
  });
  expect(engines.node).toMatch(/^>=22\./);
  const steps = [...(job?.steps ?? []), ...(complete?.steps ?? [])].filter(({ run: script }) => script !== undefined);
  const parts = Object.keys(scripts).filter((script) => script.startsWith("test:") && script !== "test:quick");
  expect(steps.map(({ name, run: script }) => [name, script])).toEqual(
    expect.arrayContaining(parts.map((part) => [part.replace("test:", ""), `npm run ${part}`])),
  );
  expect(steps).toHaveLength(parts.length);
});

test("release.yml publishes only the packed files, after the check and the tests", () => {
  const { pack, publish } = workflow("release.yml").jobs;
  const scripts = pack?.steps.flatMap(({ run: script }) => script ?? []);
  expect(scripts?.slice(0, 2)).toEqual(['node tools/release.mjs check "$GITHUB_REF_NAME"', "npm test"]);
  expect(publish?.steps.some(({ uses }) => uses?.startsWith("actions/checkout@"))).toBe(false);
  expect(publish?.steps.at(-1)?.run).toContain("--provenance");
});

function run(command: string, args: readonly string[], cwd = root): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    execFile(command, args, { cwd }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` });
    });
  });
}
