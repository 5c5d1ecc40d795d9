import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
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
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Terminal } from "../../../../src/cli/command-line/command";
import { outputProblem, readInput, replacesFile, writeFiles } from "../../../../src/cli/command-line/files";

let cwd: string;
let printed: string[];
let terminal: Terminal;
let interruption: AbortController;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "pulumi-fal-files-"));
  printed = [];
  interruption = new AbortController();
  terminal = {
    out: (line) => printed.push(line),
    note: (line) => printed.push(`note: ${line}`),
    cwd,
    env: {},
    signal: interruption.signal,
  };
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const at = (name: string) => join(cwd, name);
const content = (name: string) => readFileSync(at(name), "utf8");
const files = (...names: string[]) => names.map((name) => ({ name, text: `new ${name}\n` }));
const old = (...names: string[]) => {
  for (const name of names) writeFileSync(at(name), `old ${name}\n`);
};
const pipe = (name: string) => execFileSync("mkfifo", [at(name)]);
/** Runs between writing the new files and replacing the old ones. */
const meanwhile = (act: () => void) => ({ ...terminal, out: act });

describe("writeFiles", () => {
  test("writeFiles writes new files, replaces old ones and leaves no temporary files", async () => {
    old("b");
    await writeFiles(files("a", "b"), terminal);
    expect(readdirSync(cwd).map((name) => [name, content(name)])).toEqual([
      ["a", "new a\n"],
      ["b", "new b\n"],
    ]);
    expect(statSync(at("a")).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  test("writeFiles keeps the mode and owner of a file that it replaces", async () => {
    old("private", "theirs");
    chmodSync(at("private"), 0o640);
    const root = process.getuid?.() === 0;
    if (root) chownSync(at("theirs"), 65_534, 65_534);
    const { uid, gid } = statSync(at("theirs"));
    await writeFiles(files("private", "theirs"), terminal);
    expect(statSync(at("private")).mode & 0o777).toBe(0o640);
    expect(statSync(at("theirs"))).toMatchObject({ uid, gid });
  });

  test("writeFiles writes to the target of a symbolic link, even if it does not exist", async () => {
    mkdirSync(at("real"));
    old("real/file");
    symlinkSync("real/file", at("link"));
    symlinkSync("real/new", at("dangling"));
    symlinkSync("dangling", at("link to a link"));
    await writeFiles(files("link", "link to a link"), terminal);
    expect([content("real/file"), content("real/new")]).toEqual(["new link\n", "new link to a link\n"]);
    expect(["link", "dangling", "link to a link"].every((name) => lstatSync(at(name)).isSymbolicLink())).toBe(true);
    expect(readdirSync(at("real"))).toEqual(["file", "new"]);
  });

  test("writeFiles accepts the longest possible file name", async () => {
    const name = "n".repeat(255);
    await writeFiles(files(name), terminal);
    expect(content(name)).toBe(`new ${name}\n`);
  });

  const full = existsSync("/dev/full") ? "" : " (skipped: this system has no /dev/full)";
  test.skipIf(full)(`writeFiles replaces nothing if one of the outputs is full${full}`, async () => {
    old("a");
    await expect(writeFiles(files("a", "/dev/full", "new"), terminal)).rejects.toThrow(
      /^Could not write \/dev\/full: no space left on device\.$/,
    );
    expect(readdirSync(cwd)).toEqual(["a"]);
    expect(content("a")).toBe("old a\n");
  });

  test("writeFiles restores the old files if a later file cannot be replaced", async () => {
    old("a", "c");
    const blocked = meanwhile(() => mkdirSync(at("c.d/in the way"), { recursive: true }));
    const names = ["a", "b", "/dev/stdout", "c.d"];
    await expect(writeFiles(files(...names), blocked)).rejects.toThrow(
      /^Could not write c\.d: it is a directory, not a regular file\.$/,
    );
    expect(readdirSync(cwd)).toEqual(["a", "c", "c.d"]);
    expect(content("a")).toBe("old a\n");
  });

  test("writeFiles replaces nothing after Ctrl-C", async () => {
    old("a");
    const interrupted = meanwhile(() => interruption.abort(new Error("interrupted")));
    await expect(writeFiles(files("a", "b", "/dev/stdout"), interrupted)).rejects.toThrow("interrupted");
    expect(readdirSync(cwd)).toEqual(["a"]);
    expect(content("a")).toBe("old a\n");
  });

  test("writeFiles without overwrite does not replace a file that was created meanwhile", async () => {
    const made = meanwhile(() => old("b"));
    const written = files("a", "b", "/dev/stdout").map((file) => ({ ...file, overwrite: false }));
    await expect(writeFiles(written, made)).rejects.toThrow("Could not write b: it exists already");
    expect(readdirSync(cwd)).toEqual(["b"]);
    expect(content("b")).toBe("old b\n");
  });

  test("writeFiles rejects one file under two names", async () => {
    old("a");
    symlinkSync("a", at("b"));
    await expect(writeFiles(files("a", "b"), terminal)).rejects.toThrow("a and b are the same file.");
    expect(content("a")).toBe("old a\n");
  });

  test("writeFiles rejects a folder, and a file in a missing folder", async () => {
    mkdirSync(at("folder"));
    await expect(writeFiles(files("folder"), terminal)).rejects.toThrow(
      "Could not write folder: it is a directory, not a regular file",
    );
    await expect(writeFiles(files("none/a"), terminal)).rejects.toThrow("Could not write none/a: ");
    expect(outputProblem("folder", cwd)).toBe("folder is a directory. Name a file in it.");
    expect(outputProblem("none/a", cwd)).toBe("The directory of none/a does not exist.");
  });

  const asRoot = process.getuid?.() === 0 ? " (skipped: root can write every file)" : "";
  test.skipIf(asRoot)(`writeFiles does not replace a read-only file${asRoot}`, async () => {
    old("a");
    chmodSync(at("a"), 0o444);
    await expect(writeFiles(files("a"), terminal)).rejects.toThrow("Could not write a: permission denied.");
    expect(content("a")).toBe("old a\n");
  });

  test("writeFiles prints output for the standard streams of the process", async () => {
    await writeFiles(files("/dev/stdout", "/proc/self/fd/2"), terminal);
    expect(printed).toEqual(["new /dev/stdout", "note: new /proc/self/fd/2"]);
  });

  test("writeFiles waits for a late reader of a pipe and writes everything to a slow one", async () => {
    pipe("pipe");
    const long = `${"0123456789".repeat(50_000)}\n`;
    const written = writeFiles([{ name: "pipe", text: long }], terminal);
    const reader = spawn("sh", ["-c", `sleep 0.2; exec 3<pipe; sleep 0.2; cat <&3`], { cwd });
    expect(await text(reader.stdout)).toBe(long);
    await written;
    expect(lstatSync(at("pipe")).isFIFO()).toBe(true);
  });

  test("writeFiles stops waiting for the reader of a pipe on Ctrl-C", async () => {
    pipe("pipe");
    const written = writeFiles(files("pipe", "a"), terminal);
    setTimeout(() => interruption.abort(new Error("interrupted")), 50);
    await expect(written).rejects.toMatchObject({ name: "AbortError" });
    expect(readdirSync(cwd)).toEqual(["pipe"]);
  });
});

test("replacesFile is true only for regular files and links", () => {
  old("file");
  symlinkSync("nothing", at("dangling"));
  pipe("pipe");
  const names = ["file", "dangling", "pipe", "none", "/dev/null", "/dev/stdout"];
  expect(names.filter((name) => replacesFile(name, cwd))).toEqual(["file", "dangling"]);
});

describe("readInput", () => {
  const read = (name: string, more: Partial<Terminal> = {}) => readInput(name, { ...terminal, ...more });

  test("readInput reads a file and standard input", async () => {
    old("file");
    const stdin = { read: async () => Buffer.from("piped") };
    expect(await read("file")).toBe("old file\n");
    expect([await read("/dev/stdin", stdin), await read("/dev/fd/0", stdin)]).toEqual(["piped", "piped"]);
  });

  test("readInput reads UTF-16, which Windows PowerShell writes, and UTF-8 with a byte order mark", async () => {
    const utf16 = Buffer.from("\ufeffnäme ✓", "utf16le");
    writeFileSync(at("utf16"), utf16);
    writeFileSync(at("utf8"), "\ufeffnäme ✓");
    const piped = await read("/dev/stdin", { read: async () => utf16 });
    expect([await read("utf16"), await read("utf8"), piped]).toEqual(["näme ✓", "näme ✓", "näme ✓"]);
  });

  test("readInput reads a pipe completely although its writer is late and pauses", async () => {
    pipe("pipe");
    spawn("sh", ["-c", "sleep 0.2; exec 3>pipe; printf one >&3; sleep 0.2; printf two >&3"], { cwd });
    expect(await read("pipe")).toBe("onetwo");
  });

  test("readInput stops waiting for the writer of a pipe on Ctrl-C", async () => {
    pipe("pipe");
    const waiting = read("pipe");
    setTimeout(() => interruption.abort(new Error("interrupted")), 50);
    await expect(waiting).rejects.toThrow("interrupted");
  });

  test("readInput rejects folders, devices and missing files", async () => {
    mkdirSync(at("folder"));
    await expect(read("folder")).rejects.toThrow(/^it is a directory, not a regular file$/);
    await expect(read("none")).rejects.toThrow(/^there is no such file$/);
    await expect(read("/dev/zero")).rejects.toThrow(/^it is a device, not a regular file$/);
  });
});
