import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { countTests, needsOf, planOf, timesOf } from "../../../tools/commands/test.mjs";
import { cacheDirectory, ensureEntry } from "../../../tools/setup/cache.mjs";
import { chosenChromium } from "../../../tools/setup/chromium.mjs";
import { isInstalled, isOutOfSync } from "../../../tools/setup/dependencies.mjs";
import { preparedEnvironment } from "../../../tools/setup/environment.mjs";
import { duration, slowly } from "../../../tools/setup/log.mjs";

describe("cacheDirectory", () => {
  test("the cache directory is that of the user's variables, else that of the platform", () => {
    expect(cacheDirectory({ PULUMI_FAL_CACHE: "/c", XDG_CACHE_HOME: "/x" }, "linux", "/h")).toBe("/c");
    expect(cacheDirectory({ XDG_CACHE_HOME: "/x" }, "linux", "/h")).toBe(join("/x", "pulumi-fal"));
    expect(cacheDirectory({}, "linux", "/h")).toBe(join("/h", ".cache", "pulumi-fal"));
    expect(cacheDirectory({}, "darwin", "/h")).toBe(join("/h", "Library", "Caches", "pulumi-fal"));
  });
});

describe("ensureEntry", () => {
  let cache: string;
  const entry = (make: (temporary: string) => Promise<void>) => {
    const directory = join(cache, "thing-v1");
    return { directory, options: { what: "a thing", isReady: () => existsSync(join(directory, "file")), make } };
  };
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "cache-"));
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  test("ensureEntry creates an entry once", async () => {
    let made = 0;
    const { directory, options } = entry(async (temporary) => {
      made++;
      writeFileSync(join(temporary, "file"), "");
    });
    await Promise.all([ensureEntry(cache, directory, options), ensureEntry(cache, directory, options)]);
    expect(made).toBe(1);
  });

  test("ensureEntry leaves nothing in the cache if the creation fails", async () => {
    const { directory, options } = entry(() => Promise.reject(new Error("no")));
    await expect(ensureEntry(cache, directory, options)).rejects.toThrow("no");
    expect(readdirSync(cache)).toEqual(["locks"]);
  });

  test("ensureEntry removes the remains of a killed process", async () => {
    const { directory, options } = entry(async (temporary) => writeFileSync(join(temporary, "file"), ""));
    writeFileSync(join(cache, "thing-v1.tmp-1"), "half");
    await ensureEntry(cache, directory, options);
    expect(readdirSync(cache).sort()).toEqual(["locks", "thing-v1"]);
  });
});

describe("isInstalled", () => {
  const lock = {
    packages: {
      "": { version: "0.1.0" },
      emulator: { version: "0.1.0" },
      "node_modules/a": { version: "1.0.0", integrity: "i" },
      "node_modules/b-linux": { version: "1.0.0", integrity: "j", optional: true },
    },
  };

  test("isInstalled compares the installed packages with the lock file", () => {
    const a = { version: "1.0.0", integrity: "i" };
    expect(isInstalled(lock, { packages: { "node_modules/a": a } })).toBe(true);
    expect(isInstalled(lock, { packages: { "node_modules/a": { ...a, version: "1.0.1" } } })).toBe(false);
    expect(isInstalled(lock, { packages: {} })).toBe(false);
  });
});

describe("isOutOfSync", () => {
  test("isOutOfSync recognizes an incomplete lock file among the failures of npm ci", () => {
    expect(isOutOfSync("npm error code EUSAGE\nnpm error Missing: a@1.0.0 from lock file")).toBe(true);
    expect(isOutOfSync("npm error code EUSAGE\nnpm error The `npm ci` command can only install with a lock")).toBe(
      false,
    );
    expect(isOutOfSync("npm error code E404\nnpm error 404 Not Found")).toBe(false);
  });
});

describe("the user's own Chromium", () => {
  test("the user's own Chromium is the one named by CHROMIUM or CHROME", () => {
    expect(chosenChromium({ CHROMIUM: process.execPath, CHROME: "/else" })).toBe(process.execPath);
    expect(chosenChromium({ CHROME: process.execPath })).toBe(process.execPath);
    expect(chosenChromium({ CHROMIUM: "", CHROME: "" })).toBeUndefined();
  });

  test("a CHROME that is not an executable file is an error", () => {
    expect(() => chosenChromium({ CHROME: "/no/chrome" })).toThrow("CHROME: /no/chrome is not an executable file.");
  });
});

describe("preparedEnvironment", () => {
  const prepared = {
    root: "/checkout",
    cache: "/cache",
    nodeDirectory: "/node",
    pulumiDirectory: "/pulumi",
    programs: { falCli: "/fal/bin/fal", schemathesis: undefined },
  };

  test("the prepared PATH starts with Node, the dependencies and the Pulumi CLI", () => {
    const { PATH } = preparedEnvironment({ PATH: ["/usr/bin", "/pulumi"].join(delimiter) }, prepared, {
      isolated: true,
    });
    expect(PATH.split(delimiter)).toEqual(["/node", join("/checkout/node_modules/.bin"), "/pulumi", "/usr/bin"]);
  });

  test("the prepared environment uses no proxy for local addresses and keeps the other proxy settings", () => {
    const isolated = preparedEnvironment({ HTTPS_PROXY: "http://p:1", NO_PROXY: "corp" }, prepared, { isolated: true });
    expect(isolated).toMatchObject({
      HTTPS_PROXY: "http://p:1",
      NO_PROXY: "corp,127.0.0.1,localhost",
      no_proxy: "corp,127.0.0.1,localhost",
    });
    expect(preparedEnvironment({}, prepared, { isolated: false })).not.toHaveProperty("NO_PROXY");
  });

  test("the prepared environment hides the user's accounts from tests", () => {
    const env = preparedEnvironment(
      {
        FAL_KEY: "a:b",
        PULUMI_ACCESS_TOKEN: "t",
        PULUMI_STACK: "prod",
        PULUMI_BACKEND_URL: "s3://prod",
        PULUMI_FAL_CACHE: "/cache",
        PULUMI_FAL_TEST_SCHEMATHESIS: "/elsewhere",
      },
      prepared,
      { isolated: true },
    );
    expect(env).not.toHaveProperty("FAL_KEY");
    expect(env).not.toHaveProperty("PULUMI_ACCESS_TOKEN");
    expect(env).not.toHaveProperty("PULUMI_STACK");
    expect(env).not.toHaveProperty("PULUMI_FAL_TEST_SCHEMATHESIS");
    expect(env.PULUMI_BACKEND_URL).toMatch(/^file:/);
    expect(env).toMatchObject({ PULUMI_FAL_CACHE: "/cache", PULUMI_FAL_TEST_FAL_CLI: "/fal/bin/fal" });
  });

  test("the prepared environment of other commands keeps the developer's settings", () => {
    const env = preparedEnvironment({ FAL_KEY: "a:b", PULUMI_BACKEND_URL: "s3://mine" }, prepared, { isolated: false });
    expect(env).toMatchObject({ FAL_KEY: "a:b", PULUMI_BACKEND_URL: "s3://mine", PULUMI_SKIP_UPDATE_CHECK: "true" });
  });

  test("the prepared environment does not contain npm's lifecycle variables", () => {
    const env = preparedEnvironment(
      { npm_lifecycle_event: "test", npm_config_local_prefix: "/checkout", npm_config_cache: "/npm", INIT_CWD: "/" },
      prepared,
      { isolated: true },
    );
    expect(Object.keys(env).filter((name) => /^(npm|INIT)/.test(name))).toEqual(["npm_config_cache"]);
  });
});

describe("slowly", () => {
  test("slowly reports the start, the progress and the time of the work", async () => {
    const lines: string[] = [];
    const work = async (report: (detail: string) => void) => {
      report("half");
      await new Promise((resolve) => setTimeout(resolve, 60));
    };
    await slowly("working", work, { every: 20, write: (line: string) => lines.push(line) });
    expect(lines[0]).toBe("setup: working …");
    expect(lines[1]).toBe("setup: working … 0s (half)");
    expect(lines.at(-1)).toBe("setup: working: done in 0s");
  });

  test("slowly reports nothing about quick work", async () => {
    const lines: string[] = [];
    await slowly("working", async () => {}, { quietFor: 1_000, write: (line: string) => lines.push(line) });
    expect(lines).toEqual([]);
  });

  test("durations are written in minutes and seconds", () => {
    expect([duration(8_400), duration(59_000), duration(182_000)]).toEqual(["8s", "59s", "3m02s"]);
  });
});

describe("countTests", () => {
  test("countTests counts a file that cannot be loaded as a failure", () => {
    const results = {
      numPassedTests: 5,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [
        { status: "failed", assertionResults: [{ status: "failed" }] },
        { status: "failed", assertionResults: [] },
        { status: "passed", assertionResults: [{ status: "passed" }] },
      ],
    };
    expect(countTests(results)).toEqual({ passed: 5, failed: 2, skipped: 3 });
    expect(countTests(undefined)).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

describe("the parts of npm test", () => {
  const parts = (args: string[]) => [...new Set(planOf(args).checks.map((check: { part: string }) => check.part))];

  test("npm test runs all checks and all tests without arguments", () => {
    expect(parts([])).toEqual(["lint", "types"]);
    expect(planOf([])).toMatchObject({ vitest: [], sample: undefined });
  });

  test("npm test runs a part by its name and passes other arguments to vitest", () => {
    expect(planOf(["unit", "-t", "a title"])).toEqual({
      checks: [],
      vitest: ["--project", "unit", "-t", "a title"],
      sample: undefined,
    });
    expect(planOf(["lint"]).vitest).toBeUndefined();
    expect(parts(["lint"])).toEqual(["lint"]);
    expect(parts(["quick"])).toEqual(["lint", "types"]);
    expect(planOf(["reliability", "-u"])).toMatchObject({
      vitest: ["--project", "e2e", "test/e2e/reliability.test.ts", "-u"],
      sample: "all",
    });
  });

  test("npm test accepts a sample and rejects an invalid one", () => {
    expect(planOf(["--sample", "2", "test/e2e/x.test.ts"])).toMatchObject({
      vitest: ["test/e2e/x.test.ts"],
      sample: "2",
    });
    expect(() => planOf(["package", "--sample", "most"])).toThrow('--sample: give a number or "all".');
  });

  test("npm test sets up Pulumi and other programs only for tests", () => {
    expect(needsOf(["lint"])).toMatchObject({ pulumi: false, testTools: "no" });
    expect(needsOf(["unit"])).toMatchObject({ pulumi: true, testTools: "install" });
  });

  test("npm test adds up the time of each part", () => {
    const file = (name: string, ms: number) => ({ name: join("/repo", name), startTime: 1_000, endTime: 1_000 + ms });
    const results = {
      testResults: [file("test/unit/a.test.ts", 5), file("test/unit/b.test.ts", 3_000), file("test/e2e/c.test.ts", 9)],
    };
    expect(timesOf(results, "/repo")).toEqual([
      { name: "unit", ms: 3_005, note: "  2 files, the longest test/unit/b.test.ts 3s" },
      { name: "e2e", ms: 9, note: "  1 file, the longest test/e2e/c.test.ts 0s" },
    ]);
    expect(timesOf(undefined)).toEqual([]);
  });
});
