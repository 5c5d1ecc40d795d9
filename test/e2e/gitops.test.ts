import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { falCli, noFalCli } from "../support/fal-cli";
import type { Event } from "../support/gitops/expressions";
import { GithubRunner } from "../support/gitops/github-runner";
import { GitlabRunner } from "../support/gitops/gitlab-runner";
import { GitHub, GitLab, type Platform } from "../support/gitops/platform";
import { installPackages, machine, Repository, runScript, type Settings } from "../support/gitops/repository";
import { templates } from "../support/gitops/templates";
import { patience } from "../support/patience";
import { shareOf } from "../support/sample";
import { World } from "./support/world";

// The templates as a team uses them: every step of their YAML runs, against a fal and a platform of the test's own.

// Several whole pipelines each.
vi.setConfig({ testTimeout: 120_000 * patience });

const root = resolve(__dirname, "../..");
/** The first line of the first review. The README quotes it. */
let quoted: string | undefined;
const FIRST_LINE = /^1 app scales up: warm .*1 → 3, .*\$4\.50.* → .*\$13\.50/;
const PASSPHRASE = "correct horse";
const APP = { name: "image-gen", revisions: [{ id: "r-1" }], revision: "r-1", min_concurrency: 0, max_concurrency: 2 };

/** All runners of the app are busy, day and night. */
const traffic = { requests_per_hour: 900, request_seconds: 20, startup_seconds: 20 };

/** A fal with an app, and the repository with a stack that has never been applied. */
async function start(): Promise<{ world: World; repository: Repository; backend: string }> {
  const world = await World.start({ seed: { apps: [APP] } });
  const repository = new Repository();
  const backend = `file://${repository.folder("state")}`;
  // What somebody does once on their own machine.
  const workspace = repository.workspace();
  repository.checkout(workspace, repository.git("rev-parse", "HEAD"));
  installPackages(workspace);
  const env = { ...machine(workspace), PULUMI_BACKEND_URL: backend, PULUMI_CONFIG_PASSPHRASE: PASSPHRASE };
  execFileSync("pulumi", ["stack", "init", "prod", "--non-interactive"], { cwd: workspace, env, stdio: "pipe" });
  repository
    .write("Pulumi.prod.yaml", readFileSync(join(workspace, "Pulumi.prod.yaml"), "utf8"))
    .write("prices.json", readFileSync(join(root, "prices/fal-list-prices.json"), "utf8"))
    .commit("Add the stack, and prices");
  return { world, repository, backend };
}

/** The same on a GitHub. */
async function startOnGitHub() {
  const started = await start();
  return { ...started, platform: (await new GitHub().start()) as GitHub };
}

/** Ends what a test suite started, as far as it came. */
async function end(world?: World, platform?: Platform, repository?: Repository): Promise<void> {
  await world?.close();
  await platform?.close();
  repository?.dispose();
}

/** Addresses are the machine's; the key is not. */
function network({ env: { FAL_KEY: _, ...addresses } }: World): Record<string, string> {
  return addresses;
}

/** Every file and folder under a path, with when it was last written. */
function written(path: string): Record<string, number> {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  return Object.fromEntries([".", ...names].map((name) => [name, statSync(join(path, name)).mtimeMs]));
}

/** Makes the script that writes comments say that it is the branch's own. */
function changePostScript(repository: Repository): Repository {
  return repository.change("scripts/post.mjs", /^/, "console.log('the script of the branch');\n");
}

async function scale(world: World): Promise<unknown> {
  const [app] = (await world.state()).apps;
  return { min: app?.["min_concurrency"], max: app?.["max_concurrency"] };
}

/** A text as a reader sees it. */
const seen = (body: string) => body.replaceAll("<span>&#36;</span>", "$").replaceAll("\u200b", "");
const firstLine = (body: string | undefined) => seen(body?.split("\n")[1] ?? "").replace(/^\*\*(.*)\*\*$/, "$1");
const ours = (platform: Platform) => platform.comments.filter(({ author }) => author === platform.bot);

// Whole pipelines take minutes, so each run of the tests tells the stories of one platform.
const told = shareOf(["GitHub", "GitLab"]);
console.log(`Pipelines: ${told.title}. \`npm test -- --sample all\` runs all.`);
/** Tests of a platform, or why this run skips them. */
const describeStory = (platform: string, title: string, tests: () => void) =>
  told.rows.includes(platform)
    ? describe(title, tests)
    : describe.skip(`${title} (skipped: this run tells the stories of ${told.rows.join(", ")})`, tests);

describeStory("GitHub", "GitHub Actions", () => {
  let world: World;
  let repository: Repository;
  let platform: GitHub;
  let runner: GithubRunner;

  beforeAll(async () => {
    const { backend, ...started } = await startOnGitHub();
    ({ world, repository, platform } = started);
    const pulumi = { PULUMI_CONFIG_PASSPHRASE: PASSPHRASE };
    runner = new GithubRunner(repository, platform, {
      variables: { PULUMI_BACKEND_URL: backend },
      scoped: {
        "fal-preview": pulumi,
        "fal-nightly": { ...pulumi, FAL_KEY: world.env.FAL_KEY },
        "fal-production": { ...pulumi, FAL_KEY: world.env.FAL_KEY },
        "fal-pull-requests": { ...pulumi, FAL_KEY: world.env.FAL_KEY },
      },
      network: network(world),
    });
  });
  afterAll(() => end(world, platform, repository));

  const head = () => repository.git("rev-parse", "HEAD");
  const main = (name: Event["name"], more: Partial<Event> = {}): Event => ({ name, commit: head(), ...more });
  const pullRequest = (
    number: number,
    { labels = [] as string[], isFork = false, ...more }: Partial<Event> & { labels?: string[]; isFork?: boolean } = {},
  ): Event => ({
    ...more,
    name: "pull_request",
    commit: head(),
    pull: { number, base: repository.git("rev-parse", "main"), labels, isFork },
  });

  test("a push to main on GitHub previews the program and applies it", async () => {
    const { preview, up } = await runner.run("fal-up", main("push"));
    expect(preview, preview?.log).toMatchObject({ result: "success", outputs: { changes: "true" } });
    expect(preview?.summary).toMatch(/^\*\*/);
    expect(up, up?.log).toMatchObject({ result: "success" });
    expect(await scale(world)).toEqual({ min: 1, max: 4 });
    expect((await world.state()).keys.map(({ alias }) => alias)).toContain("ci");
  });

  test("a pull request gets one comment that is kept up to date, and needs no fal key", async () => {
    repository.git("checkout", "--quiet", "-b", "more-runners");
    repository.change("index.ts", "minConcurrency: 1", "minConcurrency: 3").commit("Keep three warm");
    await world.clearRequests();
    const state = written(repository.folder("state"));
    const first = await runner.run("fal-review", pullRequest(5));
    // Read-only credentials are enough for a review.
    expect(written(repository.folder("state"))).toEqual(state);
    expect(first["preview"], first["preview"]?.log).toMatchObject({ result: "success" });
    expect(first["comment"], first["comment"]?.log).toMatchObject({ result: "success", log: "Wrote the comment.\n" });
    expect(ours(platform).map(({ of, body }) => [of, firstLine(body)])).toEqual([
      [5, expect.stringMatching(FIRST_LINE)],
    ]);
    quoted = firstLine(ours(platform)[0]?.body);
    expect(first["preview"]?.summary).toContain("1 → 3");
    expect(ours(platform)[0]?.body).toContain("There is no usage of the last nights");

    repository.change("index.ts", "maxConcurrency: 4", "maxConcurrency: 12").commit("And twelve at most");
    const second = await runner.run("fal-review", pullRequest(5));
    expect(second["comment"]?.log).toBe("Updated the comment.\n");
    expect(ours(platform)).toHaveLength(1);
    expect(ours(platform)[0]?.body).toContain("12");
    expect(await world.requests()).toEqual([]);

    const artifact = runner.artifacts["fal-review"] ?? "";
    expect(readFileSync(join(artifact, "review.html"), "utf8")).toMatch(/^<!doctype html>/);
    expect(JSON.parse(readFileSync(join(artifact, "review.json"), "utf8")).summary).toMatchObject({
      updates: 1,
      destructive: 0,
    });
  });

  test("a merged pull request is applied, and a scheduled run applies nothing when nothing is due", async () => {
    repository.git("checkout", "--quiet", "main");
    repository.git("merge", "--quiet", "more-runners");
    const { up } = await runner.run("fal-up", main("push"));
    expect(up, up?.log).toMatchObject({ result: "success" });
    expect(await scale(world)).toEqual({ min: 3, max: 12 });

    const morning = await runner.run("fal-up", main("schedule"));
    expect(morning).toMatchObject({
      preview: { result: "success", outputs: { changes: "false" } },
      up: { result: "skipped" },
    });
  });

  test("a failing program fails the check of its pull request and is explained in the comment", async () => {
    repository.git("checkout", "--quiet", "-b", "broken");
    changePostScript(repository.change("index.ts", "keepAlive: 300", "keepAlive: -1")).commit("A mistake");
    const { preview, comment } = await runner.run("fal-review", pullRequest(7));
    expect(preview).toMatchObject({ result: "failure" });
    // The script of main wrote it. The script of the pull request never gets the token.
    expect(comment).toMatchObject({ result: "success", log: "Wrote the comment.\n" });
    expect(ours(platform).find(({ of }) => of === 7)?.body).toContain("keepAlive");

    repository.change("index.ts", /^/, "throw new Error('not even begun');\n").commit("Another");
    await runner.run("fal-review", pullRequest(7));
    expect(
      ours(platform)
        .filter(({ of }) => of === 7)
        .map(({ body }) => body),
    ).toEqual([expect.stringContaining("failed")]);
    repository.git("checkout", "--quiet", "main");
  });

  test("a pull request from a fork gets no secrets and runs nothing, and the summary explains it", async () => {
    const { preview, comment } = await runner.run("fal-review", pullRequest(8, { isFork: true }));
    expect(preview).toMatchObject({
      result: "failure",
      summary: expect.stringContaining("no secrets to pull requests from forks"),
    });
    expect(comment).toMatchObject({ result: "skipped" });
  });

  test("drift on GitHub opens one issue, which is updated and then closed after the fix", async () => {
    await world.seed({ apps: [{ name: "image-gen", environment: "main", max_concurrency: 40, traffic }] });
    const night = await runner.run("fal-drift", main("schedule"));
    expect(night, night["drift"]?.log).toMatchObject({
      fix: { result: "skipped" },
      drift: { result: "success" },
      issue: { log: "Drift: opened an issue.\n" },
    });
    expect(platform.nights.map(({ usage }) => JSON.parse(usage ?? "{}").apps?.length)).toEqual([1]);
    const [issue] = platform.issues;
    expect(issue).toMatchObject({ title: "fal differs from the program: prod", state: "open" });
    expect(issue?.body).toMatch(/maxConcurrency.*12.*40/s);
    expect(issue?.body).toContain("Busy runners, the peak of each hour");
    expect(await scale(world)).toEqual({ min: 3, max: 40 });

    await world.seed({ apps: [{ name: "image-gen", environment: "main", min_concurrency: 9 }] });
    const second = await runner.run("fal-drift", main("schedule"));
    expect(second["issue"]?.log).toBe("Drift: updated the issue.\n");
    expect(platform.issues).toHaveLength(1);
    expect(platform.issues[0]?.body).toContain("minConcurrency");

    const fixed = await runner.run("fal-drift", main("workflow_dispatch", { fix: true }));
    expect(fixed, `${fixed["fix"]?.log}${fixed["drift"]?.log}`).toMatchObject({
      fix: { result: "success" },
      drift: { result: "success" },
      issue: { log: "No drift: closed the issue.\n" },
    });
    expect(await scale(world)).toEqual({ min: 3, max: 12 });
    expect(platform.issues.map(({ state }) => state)).toEqual(["closed"]);
  });

  test("a destructive pull request fails at the gate and passes once it has the label", async () => {
    repository.git("checkout", "--quiet", "-b", "no-key");
    repository
      .change("index.ts", /^const ci\b.*\n/m, "")
      .change("index.ts", /^export const ciKey.*\n/m, "")
      .change("index.ts", "minConcurrency: 3", "minConcurrency: 1")
      .change("index.ts", "maxConcurrency: 12", "maxConcurrency: 1")
      .commit("Drop the key and most runners");
    const stopped = await runner.run("fal-review", pullRequest(6));
    expect(stopped).toMatchObject({ preview: { result: "failure" }, comment: { result: "success" } });
    expect(stopped["preview"]?.log).toContain("A gate in FAIL_ON (destructive,opens,unprotects) matched");
    const body = seen(ours(platform).find(({ of }) => of === 6)?.body ?? "");
    expect(body).toContain("add the label `fal-accepted`");
    // From the nights before, whose job has the key.
    expect(body).toContain("maximum 12 → 1: more than one runner was busy in 100% of hours");
    expect(body).not.toContain("There is no usage");
    const labels = ["fal-accepted"];
    const labeled = { action: "labeled", label: "fal-accepted" } as const;
    const accepted = await runner.run("fal-review", pullRequest(6, { labels, ...labeled }));
    expect(accepted["preview"], accepted["preview"]?.log).toMatchObject({ result: "success" });
    expect(platform.removedLabels).toEqual([]);
    // The label does not cover what is pushed later.
    const pushed = await runner.run("fal-review", pullRequest(6, { labels, action: "synchronize" }));
    expect(pushed).toMatchObject({ preview: { result: "failure" }, comment: { result: "success" } });
    expect(platform.removedLabels).toEqual(["6 fal-accepted"]);
    expect(ours(platform).filter(({ of }) => of === 6)).toHaveLength(1);
    repository.git("checkout", "--quiet", "main");
  });

  test("the scheduled drift check fails and leaves the issue unchanged if fal cannot be read", async () => {
    await world.faults([{ match: { transport: "grpc" }, times: 1000, fault: { grpcCode: "PERMISSION_DENIED" } }]);
    const { drift, issue } = await runner.run("fal-drift", main("schedule"));
    expect(drift, drift?.log).toMatchObject({ result: "failure" });
    expect(issue).toMatchObject({ result: "skipped" });
    await world.faults([]);
  });
});

if (told.rows.includes("GitHub")) {
  describe.skipIf(!falCli)(`previews on GitHub${falCli ? "" : ` (skipped: ${noFalCli})`}`, () => {
    let world: World;
    let repository: Repository;
    let platform: GitHub;
    let settings: Settings;

    beforeAll(async () => {
      const { backend, ...started } = await startOnGitHub();
      ({ world, repository, platform } = started);
      settings = {
        variables: { PULUMI_BACKEND_URL: backend },
        scoped: { "fal-pull-requests": { PULUMI_CONFIG_PASSPHRASE: PASSPHRASE, FAL_KEY: world.env.FAL_KEY } },
        network: network(world),
      };
    });
    afterAll(() => end(world, platform, repository));

    const head = () => repository.git("rev-parse", "HEAD");
    const run = (event: Partial<Event>, variables: Record<string, string> = {}) =>
      new GithubRunner(repository, platform, {
        ...settings,
        variables: { ...settings.variables, ...variables },
      }).run("fal-preview", { name: "schedule", commit: head(), ...event });
    const pullRequest = (
      action?: Event["action"],
      { number = 9, labels = ["fal-preview"], isFork = false, variables = {}, ...more } = {},
    ) => {
      const pull = { number, base: repository.git("rev-parse", "main"), labels, isFork };
      return run({ name: "pull_request", pull, ...(action ? { action } : {}), ...more }, variables);
    };
    const account = async () => {
      const { apps, secrets, keys, environments } = await world.state();
      return { apps, secrets, keys, environments };
    };
    const deployments = async () => (await world.requests()).filter(({ rpc }) => rpc === "RegisterApplication").length;
    const comment = () => platform.comments.filter(({ of }) => of === 9).map(({ body }) => seen(body));

    test(
      "the preview of a pull request is deployed, updated, limited and destroyed, and a forgotten one is reported and removed",
      async () => {
        const before = await account();

        // Nothing happens without the label, and forks get no key.
        expect(await pullRequest(undefined, { labels: ["infra"] })).toMatchObject({
          up: { result: "skipped" },
          down: { result: "skipped" },
          comment: { result: "skipped" },
        });
        expect(await pullRequest(undefined, { isFork: true })).toMatchObject({
          up: { result: "failure", summary: expect.stringContaining("no secrets to pull requests from forks") },
          comment: { result: "skipped" },
        });

        // Opened.
        repository.git("checkout", "--quiet", "-b", "feature");
        const opened = await pullRequest();
        expect(opened, opened["up"]?.log).toMatchObject({
          up: { result: "success" },
          down: { result: "skipped" },
          comment: { result: "success", log: "Wrote the comment.\n" },
        });
        const preview = async () => (await world.state()).apps.find(({ environment }) => environment === "pr-9");
        expect(await preview()).toMatchObject({ name: "image-gen", min_concurrency: 0, max_concurrency: 1 });
        expect(comment()).toEqual([
          expect.stringMatching(/runs 1 app: at most 1 runner, cost at full load at least \$4\.50\/h/),
        ]);
        expect(comment()[0]).toContain("(<https://fal.run/acme/image-gen--pr-9>)");

        // Pushed: the code is deployed again.
        await world.clearRequests();
        repository.change("preview/app.py", "hello", "hi").commit("Say hi");
        const pushed = await pullRequest("synchronize");
        expect(pushed, pushed["up"]?.log).toMatchObject({
          up: { result: "success" },
          comment: { log: "Updated the comment.\n" },
        });
        expect(await deployments()).toBe(1);

        // Pushed with warm runners: nothing is deployed.
        repository.change("preview/index.ts", "minConcurrency: 0", "minConcurrency: 1").commit("Keep one warm");
        expect(await pullRequest("synchronize")).toMatchObject({
          up: { result: "failure" },
          comment: { result: "success" },
        });
        expect(comment()).toEqual([expect.stringContaining("The apps keep 1 runner warm")]);
        expect(await preview()).toMatchObject({ min_concurrency: 0 });

        // Another one exceeds the maximum number.
        expect(await pullRequest(undefined, { number: 10, variables: { FAL_PREVIEW_MAX: "1" } })).toMatchObject({
          up: { result: "failure", log: expect.stringContaining("There is 1 preview already (pr-9)") },
        });

        // Closed.
        const closed = await pullRequest("closed");
        expect(closed, closed["down"]?.log).toMatchObject({
          up: { result: "skipped" },
          down: { result: "success" },
          comment: { result: "success" },
        });
        expect(comment()).toEqual([expect.stringContaining("pr-9 was removed")]);
        expect(await account()).toEqual(before);

        // Forgotten: nobody removed 11, 12 is too old, 13 is in use.
        await world.seed({
          environments: [
            { name: "pr-11" },
            { name: "pr-12", created_at: "2020-01-01T00:00:00Z" },
            { name: "pr-13", created_at: new Date().toISOString() },
          ],
          apps: [{ ...APP, environment: "pr-11" }],
        });
        platform.pulls.push({ number: 12, labels: ["fal-preview"] }, { number: 13, labels: ["fal-preview"] });
        platform.pulls.push({ number: 11, labels: [] });
        const night = await run({});
        expect(night, night["leftovers"]?.log).toMatchObject({
          leftovers: { result: "success" },
          issue: { log: "Leftovers: opened an issue.\n" },
        });
        expect(seen(platform.issues[0]?.body ?? "")).toContain("pr-11");
        const names = async () => (await world.state()).environments.map(({ name }) => name);
        expect(await names()).toEqual(expect.arrayContaining(["pr-11", "pr-13"]));
        expect(await names()).not.toContain("pr-12");

        const told = await run({ name: "workflow_dispatch", clean: true });
        expect(told, told["leftovers"]?.log).toMatchObject({ issue: { log: "No leftovers: closed the issue.\n" } });
        expect(await names()).toContain("pr-13");
        await world.remove("environments", "pr-13");
        expect(await account()).toEqual(before);
      },
      240_000 * patience,
    );
  });
}

test.skipIf(!told.rows.includes("GitHub"))("the README quotes the first line of a real review", () => {
  const quotes = readFileSync(join(root, "README.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("> "));
  expect(quotes).toContain(`> ${quoted}`);
});

describeStory("GitLab", "GitLab CI", () => {
  let world: World;
  let repository: Repository;
  let platform: GitLab;
  let settings: Settings;
  let runner: GitlabRunner;

  beforeAll(async () => {
    const { backend, ...started } = await start();
    ({ world, repository } = started);
    platform = (await new GitLab().start()) as GitLab;
    const pulumi = { PULUMI_BACKEND_URL: backend, PULUMI_CONFIG_PASSPHRASE: PASSPHRASE };
    settings = {
      variables: { PULUMI_IMAGE_DIGEST: `sha256:${"0123456789abcdef".repeat(4)}` },
      scoped: {
        "fal-preview": pulumi,
        "fal-nightly": { ...pulumi, FAL_KEY: world.env.FAL_KEY },
        "fal-production": { ...pulumi, FAL_KEY: world.env.FAL_KEY },
        "fal-notes": { FAL_BOT_TOKEN: platform.token },
        "fal-pull-requests/*": { ...pulumi, FAL_KEY: world.env.FAL_KEY },
      },
      network: network(world),
    };
    runner = new GitlabRunner(repository, platform, settings);
  });
  afterAll(() => end(world, platform, repository));

  const head = () => repository.git("rev-parse", "HEAD");
  const mergeRequest = (more: Record<string, string> = {}) =>
    runner.run({
      source: "merge_request_event",
      commit: head(),
      variables: {
        CI_MERGE_REQUEST_IID: "5",
        CI_MERGE_REQUEST_PROJECT_ID: "7",
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "7",
        CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: head(),
        ...more,
      },
    });
  const push = (play: readonly string[] = []) => runner.run({ source: "push", commit: head(), play });
  const schedule = (what: string) =>
    runner.run({ source: "schedule", commit: head(), variables: { FAL_SCHEDULE: what } });

  test("on GitLab, main is applied after a push and a merge, a merge request gets one note, and a scheduled run finds nothing due", async () => {
    const first = await push();
    expect(first, JSON.stringify(first)).toMatchObject({
      preview: { result: "success" },
      up: { result: "success" },
      fix: { result: "skipped" },
    });
    expect(await scale(world)).toEqual({ min: 1, max: 4 });

    repository.git("checkout", "--quiet", "-b", "more-runners");
    repository.change("index.ts", "minConcurrency: 1", "minConcurrency: 3").commit("Keep three warm");
    const reviewed = await mergeRequest();
    expect(reviewed, JSON.stringify(reviewed)).toMatchObject({
      review: { result: "success" },
      note: { result: "success" },
    });
    expect(Object.keys(reviewed ?? {})).toEqual(["usage", "review", "note"]);
    expect(ours(platform).map(({ body }) => firstLine(body))).toEqual([expect.stringMatching(FIRST_LINE)]);
    expect(ours(platform)[0]?.body).toContain("There is no usage of the last nights");

    repository.git("checkout", "--quiet", "main");
    repository.git("merge", "--quiet", "more-runners");
    expect(await push()).toMatchObject({ up: { result: "success" } });
    expect(await scale(world)).toEqual({ min: 3, max: 4 });
    const morning = await schedule("due");
    expect(morning).toMatchObject({ up: { result: "success", log: expect.stringContaining("Nothing is due.") } });
  });

  test("a merge request from a fork gets no secrets and runs nothing, and the log explains it", async () => {
    const pipeline = await mergeRequest({ CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "8" });
    expect(pipeline).toEqual({ fork: { result: "failure", log: expect.stringContaining("gets no secrets") } });
  });

  test("drift on GitLab opens one issue, which the first scheduled run after the fix closes", async () => {
    await world.seed({ apps: [{ name: "image-gen", environment: "main", max_concurrency: 40, traffic }] });
    const night = await schedule("drift");
    expect(Object.keys(night ?? {})).toEqual(["drift", "issue", "fix"]);
    expect(night?.["issue"]?.log, JSON.stringify(night)).toContain("Drift: opened an issue.");
    expect(platform.issues.map(({ state, labels }) => ({ state, labels }))).toEqual([
      { state: "open", labels: ["fal-drift"] },
    ]);

    expect(await push(["fix"])).toMatchObject({ fix: { result: "success" } });
    expect(await scale(world)).toEqual({ min: 3, max: 4 });
    expect((await schedule("drift"))?.["issue"]?.log).toContain("No drift: closed the issue.");
    expect(platform.issues.map(({ state }) => state)).toEqual(["closed"]);
  });

  test("a destructive merge request fails at the gate with a note and passes once it has the label", async () => {
    repository.git("checkout", "--quiet", "-b", "no-key");
    repository.change("index.ts", /^const ci\b.*\n/m, "").change("index.ts", /^export const ciKey.*\n/m, "");
    repository
      .change("index.ts", "minConcurrency: 3", "minConcurrency: 1")
      .change("index.ts", "maxConcurrency: 4", "maxConcurrency: 1");
    changePostScript(repository).commit("Drop the key");
    expect(await mergeRequest()).toMatchObject({
      usage: { log: expect.stringMatching(/^Wrote the usage of the apps from pipeline \d+/m) },
      review: { result: "failure" },
      // The script of main wrote it. The script of the merge request never gets the token.
      note: { result: "success", log: expect.not.stringContaining("the script of the branch") },
    });
    // From the nights before, whose job has the key.
    expect(seen(ours(platform)[0]?.body ?? "")).toContain(
      "maximum 4 → 1: more than one runner was busy in 100% of hours",
    );
    platform.labelEvents.push({ of: 5, action: "add", label: "fal-accepted", at: new Date(Date.now() + 1) });
    const labeled = () => mergeRequest({ CI_MERGE_REQUEST_LABELS: "infra,fal-accepted" });
    expect(await labeled()).toMatchObject({
      accepted: { result: "success" },
      review: { result: "success" },
      note: { log: expect.stringContaining("Removed the label fal-accepted") },
    });
    expect(platform.removedLabels).toEqual(["5 fal-accepted"]);
    // Somebody pushes between the label and the pipeline.
    repository.change("index.ts", "maxConcurrency: 1", "maxConcurrency: 400").commit("Scale further");
    platform.labelEvents.push({ of: 5, action: "add", label: "fal-accepted", at: new Date(Date.now() + 1) });
    expect(await labeled()).toMatchObject({
      accepted: { result: "success", log: expect.stringContaining("does not accept this commit") },
      review: { result: "failure" },
      note: { log: expect.stringContaining("Removed the label fal-accepted") },
    });
    repository.git("checkout", "--quiet", "main");
  });

  test.skipIf(!falCli)(
    `on GitLab, a preview of a merge request is deployed and destroyed, and a forgotten one is reported and removed${falCli ? "" : ` (skipped: ${noFalCli})`}`,
    async () => {
      const before = await world.state();
      const pipeline = async (play: readonly string[]) =>
        await runner.run({
          source: "merge_request_event",
          commit: head(),
          play,
          variables: {
            CI_MERGE_REQUEST_IID: "9",
            CI_MERGE_REQUEST_PROJECT_ID: "7",
            CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "7",
            CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: head(),
            CI_MERGE_REQUEST_LABELS: "infra,fal-preview",
          },
        });
      // GitLab starts preview-down when the merge request is closed.
      const closed = await pipeline(["preview-down"]);
      expect(closed, JSON.stringify(closed)).toMatchObject({
        "preview-up": { result: "success" },
        "preview-note": { result: "success", log: expect.stringContaining("Wrote the comment.") },
        "preview-down": { result: "success", log: expect.stringContaining("pr-9: removed") },
      });
      expect(seen(platform.comments.at(-1)?.body ?? "")).toContain("Preview environment pr-9 runs 1 app");
      const account = async () => {
        const { apps, environments } = await world.state();
        return { apps, environments };
      };
      expect(await account()).toEqual({ apps: before.apps, environments: before.environments });

      await world.seed({ environments: [{ name: "pr-11" }] });
      const night = await schedule("previews");
      expect(Object.keys(night ?? {})).toEqual(["open", "leftovers", "leftovers-issue", "clean"]);
      expect(night?.["leftovers-issue"]?.log, JSON.stringify(night)).toContain("Leftovers: opened an issue.");
      const told = await runner.run({
        source: "schedule",
        commit: head(),
        variables: { FAL_SCHEDULE: "previews" },
        play: ["clean"],
      });
      expect(told, JSON.stringify(told)).toMatchObject({ clean: { result: "success" } });
      expect(await account()).toEqual({ apps: before.apps, environments: before.environments });
    },
    240_000 * patience,
  );

  test("the GitLab pipeline runs nothing in an image that is not pinned and explains how to pin it", async () => {
    const digests = ["", "latest", `sha256:${"0".repeat(63)}`];
    for (const PULUMI_IMAGE_DIGEST of digests) {
      const unpinned = new GitlabRunner(repository, platform, { ...settings, variables: { PULUMI_IMAGE_DIGEST } });
      const pipeline = await unpinned.run({ source: "push", commit: head() });
      expect(pipeline, PULUMI_IMAGE_DIGEST).toMatchObject({
        unpinned: { result: "failure", log: expect.stringContaining("Set PULUMI_IMAGE_DIGEST in .gitlab-ci.yml") },
        preview: { result: "skipped" },
        up: { result: "skipped" },
      });
    }
  });

  test("the GitLab pipeline runs nothing on a branch without a merge request", async () => {
    expect(
      await runner.run({ source: "push", commit: head(), variables: { CI_COMMIT_BRANCH: "mine" } }),
    ).toBeUndefined();
  });
});

test("login.sh exchanges the job's token for a token of Pulumi Cloud and does nothing without an organization", async () => {
  const bodies: string[] = [];
  const service = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    if (request.url === "/api/oauth/token") bodies.push(body);
    const answer =
      request.url === "/api/oauth/token"
        ? { access_token: "pul-1", expires_in: 7200 }
        : { githubLogin: "ci", organizations: [] };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((done) => service.listen(0, "127.0.0.1", done));
  const home = mkdtempSync(join(tmpdir(), "pulumi-fal-login-"));
  try {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = `${part({ alg: "RS256", typ: "JWT" })}.${part({ sub: "project_path:acme/infra" })}.${part("signature")}`;
    const env = {
      ...machine(home),
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
      PULUMI_ID_TOKEN: token,
    };
    expect(await runScript(templates, "scripts/login.sh", ["-e"], env)).toEqual({ code: 0, text: "" });
    expect(bodies).toEqual([]);

    const ended = await runScript(templates, "scripts/login.sh", ["-e"], { ...env, PULUMI_ORGANIZATION: "acme" });
    expect(ended, ended.text).toMatchObject({ code: 0 });
    expect(Object.fromEntries(new URLSearchParams(bodies[0]))).toMatchObject({
      audience: "urn:pulumi:org:acme",
      subject_token: token,
      expiration: "7200",
    });
    expect(readFileSync(join(home, "credentials.json"), "utf8")).toContain("pul-1");

    const team = { ...env, PULUMI_ORGANIZATION: "acme", PULUMI_TEAM: "fal-preview" };
    expect(await runScript(templates, "scripts/login.sh", ["-e"], team)).toMatchObject({ code: 0 });
    expect(Object.fromEntries(new URLSearchParams(bodies.at(-1)))).toMatchObject({
      requested_token_type: "urn:pulumi:token-type:access_token:team",
      scope: "team:fal-preview",
    });
  } finally {
    service.closeAllConnections();
    service.close();
    rmSync(home, { recursive: true, force: true });
  }
});
