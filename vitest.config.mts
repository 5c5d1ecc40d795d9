import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Six kinds of test, told apart by folder: pure parts; the emulator as its own product; what we did not write and have
// to agree with; pages in a real browser; the packed tarballs as they get installed; the real CLI on the built package.
export default defineConfig({
  test: {
    // Most of the time a test waits for a process or an answer: one worker more than cores keeps all of them busy.
    maxWorkers: availableParallelism() + 1,
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], environment: "node", testTimeout: 120_000 } },
      { test: { name: "emulator", include: ["emulator/test/**/*.test.ts"], environment: "node", testTimeout: 60_000 } },
      {
        test: { name: "contract", include: ["test/contract/**/*.test.ts"], environment: "node", testTimeout: 120_000 },
      },
      { test: { name: "browser", include: ["test/browser/**/*.test.ts"], environment: "node", testTimeout: 120_000 } },
      {
        test: {
          name: "package",
          include: ["test/package/**/*.test.ts"],
          globalSetup: ["test/package/support/pack.ts"],
          environment: "node",
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          environment: "node",
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
