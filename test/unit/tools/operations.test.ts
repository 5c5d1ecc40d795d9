import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { methods, sources } from "../../../tools/generate/operations";
import { operationsPage } from "../../../tools/generate/operations-page";

const root = resolve(__dirname, "../../..");

/** A project with the client and the tests that the table names, and with one file changed. */
function projectWith(file: string, change: (text: string) => string): string {
  const copy = mkdtempSync(join(tmpdir(), "pulumi-fal-operations-"));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  const proofs = Object.values(methods).flatMap(({ tests }) => tests.map((proof) => proof.file));
  const client = readdirSync(join(root, "src/client")).filter((name) => name.endsWith(".ts"));
  for (const path of new Set([...proofs, ...client.map((name) => `src/client/${name}`)])) {
    mkdirSync(join(copy, dirname(path)), { recursive: true });
    const text = readFileSync(join(root, path), "utf8");
    writeFileSync(join(copy, path), path === file ? change(text) : text);
  }
  return copy;
}

test("the table of operations refuses to name a test that is gone", () => {
  const renamed = projectWith("test/unit/client/files.test.ts", (text) =>
    text.replace("is asked for as", "is read as"),
  );
  expect(() => operationsPage(renamed)).toThrow(/files\.list: "folder %s is asked for as %s"/);
});

test("it refuses a title that stands in a file but names no test", () => {
  const moved = projectWith("test/unit/client/files.test.ts", (text) => text.replace('])("folder', ']) && ("folder'));
  expect(() => operationsPage(moved)).toThrow(/files\.list/);
});

test("it refuses to name a method that the client does not have", () => {
  const renamed = projectWith("src/client/files.ts", (text) => text.replace("async list(", "async ls("));
  expect(() => operationsPage(renamed)).toThrow(/no method files\.list/);
  const without = projectWith("src/client/client.ts", (text) => text.replace("async deploy(", "async ship("));
  expect(() => operationsPage(without)).toThrow(/no method deploy/);
});

test("every operation of the older REST documents is in it", () => {
  const rest = sources
    .flatMap(({ operations }) => operations.flatMap(({ names }) => names))
    .map((name) => /(?:GET|POST|DELETE) .*/.exec(name)?.[0])
    .filter((call) => call !== undefined);
  expect(rest).toEqual([
    "GET /serverless/apps",
    "GET /serverless/apps/{app_id}",
    "GET /serverless/secrets",
    "POST /serverless/secrets",
    "GET /serverless/files",
    "GET /compute/instances",
    "GET /compute/instance/{instance_id}",
    "POST /compute/instance",
    "DELETE /compute/instance/{instance_id}",
  ]);
});
