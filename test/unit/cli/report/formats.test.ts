import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Terminal, UsageError } from "../../../../src/cli/command-line/command";
import { destinationsOf, writeResult } from "../../../../src/cli/report/formats";
import { review } from "../../../support/reports";

const result = { report: review(), json: { summary: { creates: 1 }, name: "\u009b31m\u202ename\u001b[0m" } };
let cwd: string;
let out: string[];
let notes: string[];
let terminal: Terminal;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "pulumi-fal-report-"));
  out = [];
  notes = [];
  terminal = {
    out: (line) => out.push(line),
    note: (line) => notes.push(line),
    cwd,
    env: {},
    signal: new AbortController().signal,
  };
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

describe("output formats", () => {
  test("a result is text in a terminal by default", async () => {
    const wide = { ...terminal, columns: 120 };
    await writeResult(result, destinationsOf({}, wide), wide);
    await writeResult(result, destinationsOf({ format: "markdown" }, wide), wide);
    expect(out.map((text) => text.slice(0, 8))).toEqual(["2 apps s", "**2 apps"]);
    expect(destinationsOf({ out: ["a", "b.txt"] }, wide).map(({ format }) => format)).toEqual(["markdown", "text"]);
  });

  test("a result is Markdown outside a terminal by default", async () => {
    await writeResult(result, destinationsOf({}, terminal), terminal);
    expect(out[0]).toMatch(/^\*\*2 apps scale up/);
  });

  test.each([{ json: true }, { format: "json" }, { json: true, format: "json" }] as const)(
    "a result is JSON with the options %o",
    async (options) => {
      await writeResult(result, destinationsOf(options, terminal), terminal);
      expect(out).toHaveLength(1);
      expect(JSON.parse(out[0] ?? "")).toEqual(result.json);
      expect(out[0]).toMatch(/^[\x20-\x7e]*$/);
    },
  );

  test("a result is an HTML page with --format html", async () => {
    await writeResult(result, destinationsOf({ format: "html" }, terminal), terminal);
    expect(out[0]).toMatch(/^<!doctype html>/);
  });

  test.each([
    [{ format: "html" as const, json: true }, "--json and --format html exclude each other."],
    [{ out: [""] }, "--out is empty. Name a file, or omit the option for standard output."],
    [{ out: ["."] }, "--out: . is a directory. Name a file in it."],
    [{ out: ["review.md", "none/file"] }, "--out: The directory of none/file does not exist."],
  ])("the output options %o are rejected", (options, message) => {
    expect(() => destinationsOf(options, terminal)).toThrow(new UsageError(message));
  });
});

describe("output files", () => {
  const write = (file: string) =>
    writeResult(result, destinationsOf({ format: "json", out: [file] }, terminal), terminal);
  const text = `${JSON.stringify(result.json).replace("\u009b", "\\u009b").replace("\u202e", "\\u202e")}\n`;

  test("an output file has the content of standard output and is named on standard error", async () => {
    await write("review.json");
    expect(readFileSync(join(cwd, "review.json"), "utf8")).toBe(text);
    expect({ out, notes }).toEqual({ out: [], notes: ["Wrote review.json."] });
    expect(readdirSync(cwd)).toEqual(["review.json"]);
  });

  test("the extension of each output file selects its format", async () => {
    await writeResult(result, destinationsOf({ out: ["a.md", "a.HTML", "a.json", "a"] }, terminal), terminal);
    const first = (file: string) => readFileSync(join(cwd, file), "utf8").slice(0, 15);
    expect(["a.md", "a.HTML", "a"].map(first)).toEqual(["**2 apps scale ", "<!doctype html>", "**2 apps scale "]);
    expect(readFileSync(join(cwd, "a.json"), "utf8")).toBe(text);
    expect(out).toEqual([]);
  });

  test("the chosen format applies to output files with any extension", async () => {
    await writeResult(result, destinationsOf({ json: true, out: ["a.html"] }, terminal), terminal);
    expect(readFileSync(join(cwd, "a.html"), "utf8")).toBe(text);
  });

  test("an output file is replaced with its permissions, also behind a link", async () => {
    mkdirSync(join(cwd, "real"));
    writeFileSync(join(cwd, "real", "file"), "a longer text that was there before".repeat(100));
    chmodSync(join(cwd, "real", "file"), 0o640);
    symlinkSync(join("real", "file"), join(cwd, "link"));
    await write("link");
    expect(lstatSync(join(cwd, "link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cwd, "real", "file"), "utf8")).toBe(text);
    expect(statSync(join(cwd, "real", "file")).mode & 0o777).toBe(0o640);
  });

  test("an output that cannot be replaced leaves no temporary files", async () => {
    writeFileSync(join(cwd, "file"), "before");
    const destination = destinationsOf({ format: "json", out: ["file"] }, terminal);
    rmSync(join(cwd, "file"));
    mkdirSync(join(cwd, "file", "in the way"), { recursive: true });
    await expect(writeResult(result, destination, terminal)).rejects.toThrow(
      "Could not write file: it is a directory, not a regular file",
    );
    expect(readdirSync(cwd)).toEqual(["file"]);
  });

  test("an output file can be a device", async () => {
    await write("/dev/null");
    expect(statSync("/dev/null").isFile()).toBe(false);
  });
});
