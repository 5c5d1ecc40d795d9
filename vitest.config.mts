import { availableParallelism } from "node:os";
import { relative } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** How many times longer than on an idle machine a test may take before it counts as hung. */
const patience = 5;

/** Files that take minutes start first, so that no core idles at the end while the last of them runs. */
const longest = [
  "test/e2e/reliability.test.ts",
  "test/package/matrix.test.ts",
  "test/e2e/drift-command.test.ts",
  "test/e2e/reviews.test.ts",
  "test/e2e/failures.test.ts",
  "test/e2e/engine-rules.test.ts",
  "test/e2e/options.test.ts",
  "test/e2e/secrets.test.ts",
  "test/e2e/safety.test.ts",
  "test/e2e/source.test.ts",
  "test/e2e/import.test.ts",
  "test/e2e/plugin.test.ts",
  "test/e2e/lifecycle.test.ts",
  "test/e2e/rotation.test.ts",
  "test/e2e/gitops.test.ts",
  "test/e2e/crash.test.ts",
  "test/e2e/languages.test.ts",
  "test/e2e/drift.test.ts",
  "test/e2e/functions.test.ts",
  "test/e2e/deploys.test.ts",
  "test/e2e/surfaces.test.ts",
  "test/package/consumers.test.ts",
  "test/contract/openapi.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const name = relative(import.meta.dirname, moduleId).replaceAll("\\", "/");
      // Other end-to-end tests come next: each waits for other processes most of the time.
      const others = name.startsWith("test/e2e/") ? longest.length : longest.length + 1;
      return longest.includes(name) ? longest.indexOf(name) : others;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

const project = (name: string, folder: string, more: object = {}) => ({
  test: {
    name,
    include: [`${folder}/**/*.test.ts`],
    environment: "node" as const,
    testTimeout: 60_000 * patience,
    hookTimeout: 60_000 * patience,
    provide: { patience },
    ...more,
  },
});

/**
 * The end-to-end tests that also run with the plugin in place of Pulumi's dynamic provider host. `npm run test:plugin`
 * runs all of them, `npm test` the first.
 */
const hosts = [
  "smoke",
  "lifecycle",
  "options",
  "engine-rules",
  "failures",
  "safety",
  "secrets",
  "rotation",
  "ownership",
  "drift",
  "drift-command",
  "reviews",
  "policy",
  "deploys",
  "surfaces",
  "functions",
  "wrong-inputs",
  "storage-settings",
  "crash",
  "coalescing",
  "debug-log",
  "engine-gone",
  "reliability",
  "upgrade",
];
const isSample = !process.argv.includes("plugin");

export default defineConfig({
  test: {
    // Most of the time a test waits for a process or an answer: one worker more than cores keeps all of them busy.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    projects: [
      project("unit", "test/unit"),
      project("emulator", "emulator/test"),
      project("contract", "test/contract"),
      project("browser", "test/browser"),
      project("package", "test/package", { globalSetup: ["test/package/support/pack.ts"] }),
      project("e2e", "test/e2e"),
      project("plugin", "test/e2e", {
        include: hosts.slice(0, isSample ? 1 : hosts.length).map((name) => `test/e2e/${name}.test.ts`),
        env: { PULUMI_FAL_TEST_HOST: "plugin" },
      }),
    ],
  },
});
