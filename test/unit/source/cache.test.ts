import { readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { cacheFolder, DigestCache } from "../../../src/source/cache";
import { read, temporaryFolder, write } from "./folder";

afterEach(() => vi.useRealTimers());

function folders() {
  return { cwd: temporaryFolder({ "app.py": "1", "w.bin": "12" }), cache: join(temporaryFolder(), "a", "cache") };
}

/** Lets so much time pass that the files' last change is long ago. */
function later(ms = 10_000): void {
  vi.useFakeTimers({ now: Date.now() + ms, toFake: ["Date"] });
}

/** Replaces the cached digest of a file, so that a result shows whether the cache was used. */
function replaceDigest(cwd: string, cache: string, file: string): void {
  const entries = new DigestCache(cache, cwd);
  const path = join(cwd, file);
  entries.set(path, statSync(path, { bigint: true }), "0".repeat(64), Date.now());
  entries.save();
}

test("a file that has not changed is not read again", () => {
  const { cwd, cache } = folders();
  later();
  const fresh = read(cwd, {}, { cache });
  expect(read(cwd, {}, { cache })).toEqual(fresh);
  replaceDigest(cwd, cache, "w.bin");
  expect(read(cwd, {}, { cache }).files).toEqual({ ...fresh.files, "w.bin": "000000000000" });
  expect(read(cwd)).toEqual(fresh);
});

test("a file that changed is read again, even if its size and its time of modification are as before", () => {
  const { cwd, cache } = folders();
  const file = join(cwd, "w.bin");
  utimesSync(file, 1e9, 1e9);
  later();
  read(cwd, {}, { cache });
  writeFileSync(file, "21");
  utimesSync(file, 1e9, 1e9);
  expect(read(cwd, {}, { cache })).toEqual(read(cwd));
});

test("a digest is not kept if the file changed less than two seconds before", () => {
  const { cwd, cache } = folders();
  vi.useFakeTimers({ now: statSync(join(cwd, "w.bin")).ctimeMs + 1_900, toFake: ["Date"] });
  replaceDigest(cwd, cache, "w.bin");
  expect(() => readdirSync(cache)).toThrow("ENOENT");
  expect(read(cwd, {}, { cache })).toEqual(read(cwd));
});

test("a damaged cache is ignored and replaced", () => {
  const { cwd, cache } = folders();
  later();
  const fresh = read(cwd, {}, { cache });
  const [name = ""] = readdirSync(cache);
  const file = join(cache, name);
  const whole = readFileSync(file, "utf8");
  for (const damage of [
    () => truncateSync(file, whole.length - 10),
    () => writeFileSync(file, ""),
    () => writeFileSync(file, Buffer.from([0, 255, 10, 1])),
    () => writeFileSync(file, whole.replace(/[0-9a-f]{64}"/, `${"0".repeat(64)}"`)),
  ]) {
    damage();
    expect(read(cwd, {}, { cache })).toEqual(fresh);
    expect(readFileSync(file, "utf8")).toBe(whole);
  }
});

test("a cache that cannot be written changes nothing", () => {
  const { cwd } = folders();
  later();
  const file = join(temporaryFolder({ file: "" }), "file");
  expect(read(cwd, {}, { cache: join(file, "cache") })).toEqual(read(cwd));
});

test("two sources of one folder keep each other's digests, and other folders have their own", () => {
  const { cwd, cache } = folders();
  later();
  read(cwd, { files: ["app.py"] }, { cache });
  read(cwd, { ref: "", files: ["w.bin"] }, { cache });
  replaceDigest(cwd, cache, "app.py");
  expect(read(cwd, {}, { cache }).files["app.py"]).toBe("000000000000");
  expect(readdirSync(cache)).toHaveLength(1);
  const other = temporaryFolder({ "app.py": "1" });
  later(20_000);
  read(other, {}, { cache });
  expect(readdirSync(cache)).toHaveLength(2);
});

test("the cache contains no content, only its owner can read it, and what nobody uses is removed", () => {
  const { cwd, cache } = folders();
  write(cwd, { "secret.txt": "hunter2-hunter2" });
  later();
  read(cwd, {}, { cache });
  const [name = ""] = readdirSync(cache);
  expect(readFileSync(join(cache, name), "utf8")).not.toContain("hunter2");
  if (process.platform !== "win32") expect(statSync(join(cache, name)).mode & 0o077).toBe(0);

  write(cache, { "old.cache": "", "new.cache": "", "killed.tmp": "", "other.txt": "" });
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  utimesSync(join(cache, "old.cache"), daysAgo(61), daysAgo(61));
  utimesSync(join(cache, "new.cache"), daysAgo(59), daysAgo(59));
  utimesSync(join(cache, "killed.tmp"), daysAgo(2), daysAgo(2));
  write(cwd, { "more.txt": "" });
  later(20_000);
  read(cwd, {}, { cache });
  expect(readdirSync(cache).sort()).toEqual([name, "new.cache", "other.txt"].sort());
});

test("the cache is in the user's cache folder", () => {
  const home = () => "/h";
  expect(cacheFolder({ XDG_CACHE_HOME: "/x" }, "linux", home)).toBe(join("/x", "pulumi-fal", "source"));
  expect(cacheFolder({ XDG_CACHE_HOME: "x" }, "linux", home)).toBe(join("/h", ".cache", "pulumi-fal", "source"));
  expect(cacheFolder({}, "darwin", home)).toBe(join("/h", "Library", "Caches", "pulumi-fal", "source"));
  expect(cacheFolder({ LOCALAPPDATA: "/l" }, "win32", home)).toBe(join("/l", "pulumi-fal", "cache", "source"));
  const none = () => {
    throw new Error("no home");
  };
  expect(cacheFolder({}, "linux", none)).toBeUndefined();
});
