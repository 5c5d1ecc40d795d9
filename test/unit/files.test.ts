import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readRegularFile, reasonOf, smallFileBytes } from "../../src/files";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-fal-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const refusal = (path: string, maxBytes = smallFileBytes) => {
  try {
    return `read ${readRegularFile(path, maxBytes).length} bytes`;
  } catch (error) {
    return reasonOf(error);
  }
};

describe("readRegularFile", () => {
  test("readRegularFile reads a large file behind a link, and a file of exactly the limit", () => {
    const content = "größer ".repeat(300_000);
    writeFileSync(at("file"), content);
    symlinkSync("file", at("link"));
    expect(readRegularFile(at("link"), 4 * smallFileBytes).toString()).toBe(content);
    writeFileSync(at("limit"), Buffer.alloc(smallFileBytes, "#"));
    expect(refusal(at("limit"))).toBe(`read ${smallFileBytes} bytes`);
    writeFileSync(at("empty"), "");
    expect(refusal(at("empty"))).toBe("read 0 bytes");
  });

  test("readRegularFile reads /dev/null and a link to it as an empty file", () => {
    symlinkSync(devNull, at("masked"));
    expect([refusal(devNull), refusal(at("masked"))]).toEqual(["read 0 bytes", "read 0 bytes"]);
  });

  test("readRegularFile reads a file in /proc, which has no size", () => {
    expect(refusal("/proc/self/status")).toMatch(/^read [1-9]\d* bytes$/);
  });

  test("readRegularFile immediately rejects folders, pipes, sockets and devices", async () => {
    mkdirSync(at("folder"));
    execFileSync("mkfifo", [at("pipe")]);
    symlinkSync("pipe", at("link to a pipe"));
    const server = createServer().listen(at("socket"));
    await new Promise((done) => server.once("listening", done));
    try {
      expect(
        ["folder", "pipe", "link to a pipe", "socket", "/dev/zero", "none"].map((name) =>
          refusal(name.startsWith("/") ? name : at(name)),
        ),
      ).toEqual([
        "it is a directory, not a regular file",
        "it is a pipe, not a regular file",
        "it is a pipe, not a regular file",
        "no such device or address",
        "it is a device, not a regular file",
        "there is no such file",
      ]);
    } finally {
      server.close();
    }
  });

  test("readRegularFile rejects a file that is larger than the limit", () => {
    writeFileSync(at("large"), "");
    truncateSync(at("large"), 2 ** 40);
    expect(refusal(at("large"))).toBe("it is larger than 1 MiB");
  });
});
