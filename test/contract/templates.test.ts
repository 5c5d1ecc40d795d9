import { execFile, execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  actionFiles,
  actionNames,
  type GithubStep,
  githubWorkflow,
  gitlabPipeline,
  localAction,
  templates,
  text,
  workflowNames,
} from "../support/gitops/templates";

// examples/gitops, as those read it who wrote the formats: GitHub, GitLab and the shell.

const actionlint = process.env["PULUMI_FAL_TEST_ACTIONLINT"];
const checkJsonschema = process.env["PULUMI_FAL_TEST_CHECK_JSONSCHEMA"];
const shellcheck = process.env["PULUMI_FAL_TEST_SHELLCHECK"];
const unless = (program: string | undefined, needs: string) =>
  program ? "" : ` (skipped: it is not installed, which takes ${needs})`;

let repository: string;
beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), "pulumi-fal-templates-"));
  cpSync(templates, repository, { recursive: true, filter: (path) => !path.includes("node_modules") });
  mkdirSync(join(repository, ".git")); // How actionlint knows where to look for the local action.
});
afterAll(() => rmSync(repository, { recursive: true, force: true }));

const REVIEW = ".github/workflows/fal-review.yml";

describe.skipIf(!actionlint)(`actionlint${unless(actionlint, "Go and a Go module proxy")}`, () => {
  // With shellcheck, actionlint also checks the scripts in the workflows.
  const lint = (...files: string[]) =>
    run(actionlint ?? "", ["-no-color", ...(shellcheck ? ["-shellcheck", shellcheck] : []), ...files]);

  test("actionlint accepts the workflow templates", async () => {
    const files = workflowNames.map((name) => `.github/workflows/${name}.yml`);
    expect(await lint(...files)).toEqual({ code: 0, output: "" });
  });

  test("actionlint rejects untrusted text in a script", async () => {
    await withChange(
      REVIEW,
      "run: scripts/gate.sh",
      `run: echo "\${{ github.event.pull_request.title }}"`,
      async () => {
        expect(await lint(REVIEW)).toMatchObject({ code: 1, output: expect.stringContaining("untrusted") });
      },
    );
  });

  test("actionlint rejects an unknown input of the setup action", async () => {
    await withChange(REVIEW, "pulumi-organization: ${{", "organization: ${{", async () => {
      expect(await lint(REVIEW)).toMatchObject({ code: 1, output: expect.stringContaining('input "organization"') });
    });
  });
});

describe.skipIf(!shellcheck)(`shellcheck${unless(shellcheck, "Python 3.9 with venv, and PyPI")}`, () => {
  const scripts = readdirSync(join(templates, "scripts")).filter((name) => name.endsWith(".sh"));

  test.each(scripts)("shellcheck accepts %s", async (name) => {
    expect(await run(shellcheck ?? "", [`scripts/${name}`])).toEqual({ code: 0, output: "" });
  });

  test("shellcheck rejects a variable without quotes", async () => {
    await withChange("scripts/up.sh", `"$STACK"`, "$STACK", async () => {
      expect(await run(shellcheck ?? "", ["scripts/up.sh"])).toMatchObject({ code: 1 });
    });
  });
});

describe.skipIf(!checkJsonschema)(
  `the official schemas${unless(checkJsonschema, "Python 3.10 with venv, and PyPI")}`,
  () => {
    const check = (schema: string, ...files: string[]) =>
      run(checkJsonschema ?? "", ["--builtin-schema", schema, ...files]);
    const workflows = workflowNames.map((name) => `.github/workflows/${name}.yml`);

    test.each([
      ["GitLab pipelines", "vendor.gitlab-ci", [".gitlab-ci.yml"]],
      ["GitHub workflows", "vendor.github-workflows", workflows],
      ["GitHub workflows with a time limit for each job", "custom.github-workflows-require-timeout", workflows],
      ["GitHub actions", "vendor.github-actions", actionFiles],
    ])("the templates match the official schema of %s", async (_what, schema, files) => {
      expect(await check(schema, ...files)).toMatchObject({ code: 0 });
    });

    test("the schema check rejects an unknown key in the GitLab pipeline", async () => {
      await withChange(".gitlab-ci.yml", "expose_as:", "exposed_as:", async () => {
        expect(await check("vendor.gitlab-ci", ".gitlab-ci.yml")).toMatchObject({ code: 1 });
      });
    });
  },
);

describe("security of the CI templates", () => {
  const files = readdirSync(templates, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(templates, join(entry.parentPath, entry.name)))
    .filter((file) => !/(?:^|\/)(?:node_modules|fal-report)\//.test(file));
  const linesWith = (pattern: RegExp) => files.flatMap((file) => text(file).match(pattern) ?? []);

  test("the templates install packages without their scripts", () => {
    const installs = linesWith(/\bnpm (?:ci|install|i)\b.*/g);
    expect(installs.length).toBeGreaterThan(1);
    expect(installs.filter((line) => !line.includes("--ignore-scripts"))).toEqual([]);
  });

  test("the templates pin images by digest", () => {
    const images = linesWith(/^(?:FROM|\s+image:) .*/gm);
    expect(images).toHaveLength(3);
    expect(images.filter((line) => !/@(?:\$\{?PULUMI_IMAGE_DIGEST\b|sha256:)/.test(line))).toEqual([]);
  });

  test("CODEOWNERS protects every template file except the program and its data", () => {
    const owners = text("CODEOWNERS")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(/\s+/));
    expect(owners.filter(([, owner]) => !owner?.startsWith("@"))).toEqual([]);
    // Both platforms read the patterns as git does those of an ignore file.
    writeFileSync(join(repository, "owned"), owners.map(([pattern]) => `${pattern}\n`).join(""));
    execFileSync("git", ["init", "--quiet"], { cwd: repository });
    const isOwned = (file: string) =>
      spawnSync("git", ["-c", "core.excludesFile=owned", "check-ignore", "--no-index", "--quiet", file], {
        cwd: repository,
      }).status === 0;
    const made = [
      "package-lock.json",
      "pulumi-fal-0.1.0.tgz",
      "Pulumi.prod.yaml",
      ".npmrc",
      ".github/actions/new/action.yml",
      "scripts/new.mjs",
    ];
    const free = ["index.ts", "prices.json", ".gitignore", "docs/scripts/new.mjs"];
    expect([...files, ...made, ...free].filter((file) => !isOwned(file)).sort()).toEqual([
      ".gitignore",
      ".gitignore",
      "README.md",
      "docs/scripts/new.mjs",
      "index.ts",
      "index.ts",
      "preview/app.py",
      "preview/index.ts",
      "prices.json",
    ]);
  });
});

describe("workflow templates", () => {
  const steps: [where: string, step: GithubStep][] = [
    ...workflowNames.flatMap((name) =>
      Object.entries(githubWorkflow(name).jobs).flatMap(([job, { steps }]) =>
        steps.map((step): [string, GithubStep] => [`${name}/${job}`, step]),
      ),
    ),
    ...actionNames.flatMap((name) =>
      localAction(`.github/actions/${name}`).runs.steps.map((step): [string, GithubStep] => [name, step]),
    ),
  ];

  test("the workflow templates pin each action to a commit and name its version", () => {
    const files = [...workflowNames.map((name) => `.github/workflows/${name}.yml`), ...actionFiles];
    const uses = files.flatMap((file) =>
      [...text(file).matchAll(/uses: (?!\.\/)(.*)$/gm)].map((match) => match[1] ?? ""),
    );
    expect(uses.length).toBeGreaterThan(5);
    expect(uses.filter((use) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use))).toEqual([]);
    // Each action has one version: an update must change all places.
    expect(new Set(uses).size).toBe(new Set(uses.map((use) => use.split("@")[0])).size);
  });

  test("the workflow templates pass values to scripts only through the environment", () => {
    expect(steps.filter(([, step]) => step.run?.includes("${{"))).toEqual([]);
  });

  test("the workflow templates give jobs no permissions by default, and no write access to jobs that run the program", () => {
    for (const name of workflowNames) {
      const { permissions, jobs } = githubWorkflow(name);
      expect(permissions).toEqual({});
      for (const job of Object.values(jobs)) {
        const writes = Object.entries(job.permissions ?? {}).filter(
          ([what, how]) => how === "write" && what !== "id-token",
        );
        const runsProgram = job.steps.some((step) => step.uses === "./.github/actions/fal-setup");
        expect(runsProgram ? writes : []).toEqual([]);
        expect(job.permissions?.["contents"]).toBe("read");
        const checkouts = job.steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
        expect(checkouts.map((step) => step.with?.["persist-credentials"])).toEqual([false]);
      }
    }
  });

  test.each([
    ["fal-review", "node scripts/post.mjs comment"],
    ["fal-preview", "node scripts/post.mjs preview"],
  ] as const)("the job of %s that writes comments does not run code of a pull request", (name, script) => {
    const { on, jobs } = githubWorkflow(name);
    expect(on["pull_request"]).toMatchObject({ branches: ["main"] });
    expect(on).not.toHaveProperty("pull_request_target");
    const [checkout, ...others] = jobs["comment"]?.steps ?? [];
    expect(checkout?.with).toMatchObject({ ref: `\${{ github.event.pull_request.base.sha }}` });
    expect(others.map(({ run, uses }) => run ?? uses?.split("@")[0])).toEqual(["actions/download-artifact", script]);
  });

  test("the workflow templates give secrets only to steps that need them, and to a pull request only the key for previews", () => {
    const withSecrets = steps.filter(([, step]) => JSON.stringify(step).includes("secrets."));
    expect(withSecrets.map(([where, step]) => `${where}: ${step.name}`)).toEqual([
      "fal-review/preview: Review",
      "fal-up/preview: Review",
      "fal-up/up: Up",
      "fal-drift/fix: Fix",
      "fal-drift/drift: Usage",
      "fal-drift/drift: Drift",
      "fal-preview/up: Up",
      "fal-preview/down: Down",
      "fal-preview/leftovers: Leftovers",
    ]);
    expect(withSecrets.filter(([, step]) => step.env?.["FAL_KEY"]).map(([where]) => where)).toEqual([
      "fal-up/up",
      "fal-drift/fix",
      "fal-drift/drift",
      "fal-drift/drift",
      "fal-preview/up",
      "fal-preview/down",
      "fal-preview/leftovers",
    ]);
    const { up, down, leftovers } = githubWorkflow("fal-preview").jobs;
    for (const job of [up, down, leftovers]) expect(job?.environment).toMatchObject({ name: "fal-pull-requests" });
  });
});

describe("jobs that deploy the code of apps", () => {
  test("the jobs of GitHub install fal's CLI before they deploy, those of main if a variable says so", () => {
    const installs = (workflow: (typeof workflowNames)[number], job: string, script: string) => {
      const steps = githubWorkflow(workflow).jobs[job]?.steps ?? [];
      const deploys = steps.findIndex(({ run }) => run === script);
      return steps.slice(0, deploys).filter(({ uses }) => uses === "./.github/actions/fal-cli");
    };
    const condition = `\${{ vars.FAL_DEPLOYS_CODE == 'true' }}`;
    expect(installs("fal-up", "up", "scripts/up.sh")).toMatchObject([{ if: condition }]);
    expect(installs("fal-drift", "fix", "scripts/fix.sh")).toMatchObject([{ if: condition }]);
    expect(installs("fal-preview", "up", "scripts/preview-up.sh")).toEqual([{ uses: "./.github/actions/fal-cli" }]);
  });

  test("the jobs of GitLab install fal's CLI before they deploy, those of main if a variable says so", () => {
    const pipeline = gitlabPipeline();
    const last = (job: string) => pipeline[job]?.script.slice(-2);
    const install = 'if [ "$DEPLOYS_CODE" = true ]; then scripts/install-fal.sh; fi';
    expect(last("up")).toEqual([install, "scripts/up.sh"]);
    expect(last("fix")).toEqual([install, "scripts/fix.sh"]);
    expect(last("preview-up")).toEqual(["scripts/install-fal.sh", "scripts/preview-up.sh"]);
    const jobs = ["up", "fix", "preview-up"].map((job) => pipeline[job]?.extends);
    expect(jobs).toEqual([".deploys", ".deploys", ".deploys"]);
  });
});

/** Runs a check with a changed file of the repository. */
async function withChange(file: string, from: string, to: string, check: () => Promise<void>): Promise<void> {
  const path = join(repository, file);
  const before = readFileSync(path, "utf8");
  expect(before).toContain(from);
  writeFileSync(path, before.replace(from, to));
  try {
    await check();
  } finally {
    writeFileSync(path, before);
  }
}

function run(program: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    const child = execFile(program, args, { cwd: repository }, (_error, stdout, stderr) =>
      done({ code: child.exitCode, output: stdout + stderr }),
    );
  });
}
