import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withoutNpmRun } from "../../tools/setup/npm.mjs";
import { patience } from "../support/patience";
import { cliEnvironment } from "./support/stack";
import { World } from "./support/world";

const root = resolve(__dirname, "../..");

/** The commands of a section of the README, in order. */
function commandsOf(heading: string): string[] {
  const [, section = ""] = readFileSync(join(root, "README.md"), "utf8").split(`\n## ${heading}\n`);
  const blocks = (section.split("\n## ")[0] ?? "").matchAll(/^```sh\n(.*?)^```$/gms);
  return [...blocks].flatMap(([, block = ""]) => block.trim().split("\n"));
}

describe("the first hour", () => {
  let world: World;
  let dir: string;

  beforeAll(async () => {
    world = await World.start();
    await world.seed({
      environments: [{ name: "staging" }],
      apps: [
        { name: "image-gen", environment: "main", revision: "rev-1", min_concurrency: 1, max_concurrency: 4 },
        { name: "image-gen", environment: "staging", revision: "rev-1" },
      ],
      secrets: [{ name: "HF_TOKEN", environment: "main", value: "hf_value" }],
      keys: [{ key_id: "key-1", key_secret: "key-1-secret", alias: "ci", scope: "API" }],
    });
    dir = mkdtempSync(join(tmpdir(), "pulumi-fal-first-hour-"));
  });
  afterAll(async () => {
    rmSync(dir, { recursive: true, force: true });
    await world.close();
  });

  test(
    "the commands of the README bring an account under control without changing it",
    async () => {
      const commands = commandsOf("Your own account in five minutes");
      expect(commands.length).toBeGreaterThan(7);
      const asTyped: Record<string, string> = {
        // The clone has no empty folder beside it that a test may use, and nobody answers questions.
        "npm run create -- ../fal-infra": `npm run create -- '${dir}/fal-infra' --yes`,
        "cd ../fal-infra": `cd '${dir}/fal-infra'`,
        'export FAL_KEY="key_id:key_secret"': `export FAL_KEY="${world.env.FAL_KEY}"`,
        "pulumi up": "pulumi up --yes",
      };
      expect(Object.keys(asTyped).filter((command) => !commands.includes(command))).toEqual([]);
      const backend = join(dir, "state");
      mkdirSync(backend);
      const { FAL_KEY: _key, ...hosts } = world.env;
      const env = {
        ...withoutNpmRun(cliEnvironment(dir, backend) as NodeJS.ProcessEnv),
        ...hosts,
        // As a new user has it: `pulumi stack init` selects the stack.
        PULUMI_STACK: undefined,
        PULUMI_HOME: join(dir, "pulumi-home"),
        npm_config_prefer_offline: "true",
        npm_config_audit: "false",
      };
      const before = await world.state();
      const script = ["set -ex", ...commands.map((command) => asTyped[command] ?? command)];
      const { code, text } = await bash(script.join("\n"), env);
      expect(code, text).toBe(0);
      expect(text).toContain("= 8 imported");
      expect(await world.state()).toEqual(before);
      expect(text).not.toContain("key-1-secret");
      expect(readFileSync(join(dir, "fal-infra/index.ts"), "utf8")).toMatch(/\nimport ".\/fal";\n$/);
      expect(readdirSync(join(dir, "fal-infra")).sort()).toEqual([
        ".gitignore",
        "Pulumi.dev.yaml",
        "Pulumi.yaml",
        "fal.ts",
        "import.json",
        "index.ts",
        "node_modules",
        "package-lock.json",
        "package.json",
        "pulumi-fal-0.1.0.tgz",
        "tsconfig.json",
      ]);
    },
    180_000 * patience,
  );
});

function bash(script: string, env: NodeJS.ProcessEnv): Promise<{ code: number; text: string }> {
  return new Promise((done) => {
    const options = { cwd: root, env, maxBuffer: 64 * 1024 * 1024 };
    execFile("bash", ["--norc", "-c", script], options, (error, out, notes) => {
      done({ code: error === null ? 0 : Number(error.code), text: out + notes });
    });
  });
}
