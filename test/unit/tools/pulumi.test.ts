import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { entryName } from "../../../tools/setup/cache.mjs";
import { ensurePulumi, parseRoutes, whyUnusable } from "../../../tools/setup/pulumi.mjs";
import { archiveName, checksumFor } from "../../../tools/setup/pulumi-download.mjs";
import { PULUMI_MINIMUM, PULUMI_PINNED } from "../../../tools/setup/versions.mjs";

describe("whyUnusable", () => {
  const usable = { version: "v3.300.0", hasHost: true, hasLauncher: true };

  test("whyUnusable accepts a complete and recent Pulumi CLI", () => {
    expect(whyUnusable(usable)).toBeUndefined();
    expect(whyUnusable({ ...usable, version: PULUMI_MINIMUM })).toBeUndefined();
  });

  test("whyUnusable names the problem of a Pulumi CLI", () => {
    expect(whyUnusable({ ...usable, version: undefined })).toMatch(/does not answer/);
    expect(whyUnusable({ ...usable, version: "v3.100.0" })).toMatch(/is v3\.100\.0.*newer is needed/);
    expect(whyUnusable({ ...usable, hasHost: false })).toMatch(/no pulumi-language-nodejs,/);
    expect(whyUnusable({ ...usable, hasHost: false, hasLauncher: false })).toMatch(
      /language-nodejs and no pulumi-resource/,
    );
  });
});

describe("parseRoutes", () => {
  test("parseRoutes returns all routes by default, always in the same order", () => {
    expect(parseRoutes(undefined)).toEqual(["env", "path", "cache", "download", "go"]);
    expect(parseRoutes("go, cache")).toEqual(["cache", "go"]);
  });

  test("parseRoutes rejects an unknown route", () => {
    expect(() => parseRoutes("go,brew")).toThrow(/"brew" is no route/);
  });
});

describe.skipIf(process.platform === "win32")("ensurePulumi", () => {
  let directory: string;
  let cache: string;
  /** A CLI made of shell scripts. */
  const cli = (
    where: string,
    version: string,
    beside = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"],
  ) => {
    const at = join(directory, where);
    mkdirSync(at, { recursive: true });
    for (const [name, script] of [
      ["pulumi", `echo ${version}`] as const,
      ...beside.map((name) => [name, ":"] as const),
    ]) {
      writeFileSync(join(at, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(at, name), 0o755);
    }
    return at;
  };
  const cached = (languages = ["nodejs", "python", "go", "yaml"]) =>
    cli(
      join("cache", entryName("pulumi", PULUMI_PINNED), "bin"),
      "v3.259.0",
      languages.map((language) => `pulumi-language-${language}`),
    );
  const ensure = (env: Record<string, string>) =>
    ensurePulumi({ root: directory, cache, env: { PULUMI_FAL_PULUMI_ROUTES: "env,path,cache", ...env } });
  const path = (...directories: string[]) => ["/usr/bin", "/bin", ...directories].join(delimiter);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "pulumi-lookup-"));
    cache = join(directory, "cache");
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test("ensurePulumi prefers the CLI named by PULUMI to the one on PATH", async () => {
    const named = cli("named", "v3.301.0");
    const found = await ensure({ PULUMI: join(named, "pulumi"), PATH: path(cli("path", "v3.300.0")) });
    expect(found).toEqual({ executable: join(named, "pulumi"), directory: named, version: "v3.301.0", route: "env" });
  });

  test("ensurePulumi fails if PULUMI names an unusable CLI", async () => {
    cached();
    const old = cli("old", "v3.100.0");
    await expect(ensure({ PULUMI: join(old, "pulumi"), PATH: path() })).rejects.toThrow(/PULUMI names.*v3\.100\.0/);
    await expect(ensure({ PULUMI: join(directory, "none"), PATH: path() })).rejects.toThrow(/not an executable/);
  });

  test("ensurePulumi prefers the first usable CLI on PATH to the cached one", async () => {
    cached();
    const good = cli("good", "v3.300.0");
    const found = await ensure({ PATH: path(cli("old", "v3.100.0"), cli("bare", "v3.300.0", []), good) });
    // The first CLI without a language host finds the host elsewhere on PATH.
    expect(found).toMatchObject({ route: "path", version: "v3.300.0", directory: join(directory, "bare") });
  });

  test("ensurePulumi uses the cached CLI if the one on PATH lacks the language host", async () => {
    const directory = cached();
    expect(await ensure({ PATH: path(cli("bare", "v3.300.0", [])) })).toMatchObject({ route: "cache", directory });
  });

  test("ensurePulumi replaces a cached CLI that lacks the host of a language", async () => {
    cached(["nodejs"]);
    await expect(ensure({ PATH: path() })).rejects.toThrow(/none could be installed/);
  });

  test("ensurePulumi explains why each route failed and how to fix it", async () => {
    const failure = ensure({ PATH: path(cli("old", "v3.100.0")) });
    await expect(failure).rejects.toThrow(/pulumi on PATH: .*old\/pulumi: it is v3\.100\.0/);
    await expect(failure).rejects.toThrow(/PULUMI\n.*get\.pulumi\.com.*\n.*Go /);
  });
});

describe("the official release of the Pulumi CLI", () => {
  test("the official release of the Pulumi CLI has an archive for each supported platform", () => {
    expect(archiveName("3.259.0", "linux", "x64")).toBe("pulumi-v3.259.0-linux-x64.tar.gz");
    expect(archiveName("3.259.0", "darwin", "arm64")).toBe("pulumi-v3.259.0-darwin-arm64.tar.gz");
    expect(archiveName("3.259.0", "win32", "x64")).toBe("pulumi-v3.259.0-windows-x64.zip");
    expect(() => archiveName("3.259.0", "linux", "riscv64")).toThrow(/no official release/);
  });

  test("the checksum of a release is read from its list", () => {
    const a = "a".repeat(64);
    const b = "B".repeat(64);
    const list = `${a}  one.tar.gz\n${b} *two.tar.gz\nnonsense\n`;
    expect(checksumFor(list, "one.tar.gz")).toBe(a);
    expect(checksumFor(list, "two.tar.gz")).toBe(b.toLowerCase());
    expect(checksumFor(list, "three.tar.gz")).toBeUndefined();
    expect(checksumFor("<html>not found</html>", "one.tar.gz")).toBeUndefined();
  });
});
