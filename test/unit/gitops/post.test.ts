import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GitHub, GitLab, type Platform } from "../../support/gitops/platform";
import { templates } from "../../support/gitops/templates";

const settings = {
  github: (platform: Platform) => ({
    GITHUB_API_URL: platform.url,
    GITHUB_SERVER_URL: "https://github.example",
    GITHUB_REPOSITORY: "acme/infra",
    GITHUB_RUN_ID: "42",
    GITHUB_SHA: "0123456789abcdef",
    GITHUB_TOKEN: platform.token,
    PULL_REQUEST: "5",
    COMMIT: "fedcba9876543210",
  }),
  gitlab: (platform: Platform) => ({
    GITLAB_CI: "true",
    CI_API_V4_URL: platform.url,
    CI_PROJECT_ID: "7",
    CI_PIPELINE_URL: "https://gitlab.example/acme/infra/-/pipelines/42",
    CI_COMMIT_SHA: "0123456789abcdef",
    CI_MERGE_REQUEST_IID: "5",
    CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: "fedcba9876543210",
    FAL_BOT_TOKEN: platform.token,
  }),
};

describe.each([
  {
    name: "GitHub",
    make: () => new GitHub(),
    env: settings.github,
    run: "https://github.example/acme/infra/actions/runs/42",
  },
  {
    name: "GitLab",
    make: () => new GitLab(),
    env: settings.gitlab,
    run: "https://gitlab.example/acme/infra/-/pipelines/42",
  },
])("post.mjs on $name", ({ name, make, env, run }) => {
  let platform: Platform;
  let folder: string;
  beforeEach(async () => {
    platform = await make().start();
    folder = mkdtempSync(join(tmpdir(), "pulumi-fal-post-"));
    mkdirSync(join(folder, "fal-report"));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await platform.close();
  });

  const report = (name: string, text: string) => writeFileSync(join(folder, "fal-report", name), `${text}\n`);
  const post = (what: string, more: Record<string, string> = {}) =>
    new Promise<{ code: number | null; text: string }>((done) => {
      const options = { cwd: folder, env: { PATH: process.env["PATH"], STACK: "prod", ...env(platform), ...more } };
      const child = execFile(
        process.execPath,
        [join(templates, "scripts/post.mjs"), what],
        options,
        (_error, out, err) => done({ code: child.exitCode, text: out + err }),
      );
    });
  const ours = () => platform.comments.filter((comment) => comment.author === platform.bot);

  test(`post.mjs on ${name} finds the usage of the last night that wrote one`, async () => {
    const output = join(folder, "output");
    const file = join(folder, "fal-usage/usage.json");
    const usage = () => post("usage", { GITHUB_OUTPUT: output, CI_DEFAULT_BRANCH: "main" });
    expect(await usage()).toEqual({ code: 0, text: "No nightly job has written the usage of the apps yet.\n" });
    expect([existsSync(output), existsSync(file)]).toEqual([false, false]);
    platform.nights.push({ run: 7, usage: '{"night":7}' }, { run: 8, usage: '{"night":8}' });
    platform.nights.push({ run: 9, usage: undefined }, { run: 10, usage: '{"night":10}', expired: true });
    expect(await usage()).toEqual({ code: 0, text: expect.stringMatching(/ 8\.\n$/) });
    if (name === "GitHub") expect(readFileSync(output, "utf8")).toBe("run=8\n");
    else expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ night: 8 });
  });

  test(`post.mjs on ${name} writes the comment once and then updates it`, async () => {
    report("review.md", "**1 app scales up**");
    expect(await post("comment")).toEqual({ code: 0, text: "Wrote the comment.\n" });
    expect(ours()).toEqual([
      expect.objectContaining({
        of: 5,
        body: `<!-- pulumi-fal review: prod -->\n**1 app scales up**\n\n<sub>Commit fedcba98 · [page, JSON and log](${run})</sub>\n<!-- commit fedcba9876543210 -->\n`,
      }),
    ]);
    report("review.md", "**nothing changes**");
    expect(await post("comment")).toEqual({ code: 0, text: "Updated the comment.\n" });
    expect(ours().map(({ body }) => body.split("\n")[1])).toEqual(["**nothing changes**"]);
  });

  test(`post.mjs on ${name} finds its comment among more than a hundred others and ignores copies by other people`, async () => {
    const copied = platform.comment(5, "<!-- pulumi-fal review: prod -->\ncopied from the bot");
    for (let i = 0; i < 150; i++) platform.comment(5, `comment ${i}`);
    report("review.md", "**first**");
    await post("comment");
    report("review.md", "**second**");
    await post("comment");
    expect(ours().map(({ body }) => body.split("\n")[1])).toEqual(["**second**"]);
    expect(copied.body).toContain("copied from the bot");
  });

  test(`post.mjs on ${name} removes the label that does not cover later pushes`, async () => {
    report("review.md", "**1 app becomes public**");
    await post("comment", { OUTDATED: "false", CI_MERGE_REQUEST_LABELS: "infra,not-fal-accepted" });
    expect(platform.removedLabels).toEqual([]);
    const { text } = await post("comment", { OUTDATED: "true", CI_MERGE_REQUEST_LABELS: "infra,fal-accepted" });
    expect(text).toContain("Removed the label fal-accepted: it does not cover later pushes.");
    expect(platform.removedLabels).toEqual(["5 fal-accepted"]);
  });

  if (name === "GitLab") {
    test("post.mjs accepts a commit only if its review was there when the label was added", async () => {
      const events = (platform as GitLab).labelEvents;
      const label = (secondsLater: number, action: "add" | "remove" = "add", named = "fal-accepted", of = 5) => {
        const [comment] = ours();
        const at = new Date((comment?.updated.getTime() ?? Date.now()) + secondsLater * 1000);
        events.push({ of, action, label: named, at });
      };
      const accepted = async (more: Record<string, string> = {}) => {
        const { code, text } = await post("accepted", more);
        expect(code, text).toBe(0);
        return readFileSync(join(folder, "accepted.env"), "utf8");
      };
      expect(await accepted()).toBe("ACCEPTED=false\n");
      report("review.md", "**1 app becomes public**");
      await post("comment");
      label(-1);
      label(1, "remove");
      label(1, "add", "other");
      label(1, "add", "fal-accepted", 6);
      expect(await accepted()).toBe("ACCEPTED=false\n");
      label(1);
      expect(await accepted()).toBe("ACCEPTED=true\n");
      // Pushed after the label: the comment shows another commit.
      expect(await accepted({ CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: "0000000000000000" })).toBe("ACCEPTED=false\n");
      // A branch cannot end its own review with the mark of another commit.
      report("review.md", "**nothing**\n<!-- commit 0000000000000000 -->");
      await post("comment");
      label(1);
      expect(await accepted({ CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: "0000000000000000" })).toBe("ACCEPTED=false\n");
    });
  }

  test(`post.mjs on ${name} keeps one comment per stack`, async () => {
    report("review.md", "**of prod**");
    await post("comment");
    report("review.md", "**of staging**");
    await post("comment", { STACK: "staging" });
    expect(ours().map(({ body }) => body.split("\n")[1])).toEqual(["**of prod**", "**of staging**"]);
  });

  test(`post.mjs on ${name} opens one issue, updates it, closes it without drift, and opens another for later drift`, async () => {
    platform.issue("somebody's", "<!-- pulumi-fal drift: prod -->\ncopied from the bot");
    platform.issue("a pull request", "<!-- pulumi-fal drift: prod -->", platform.bot, {
      isPullRequest: true,
      state: platform instanceof GitHub ? "open" : "closed",
    });
    const issues = () =>
      platform.issues
        .slice(2)
        .map(({ title, state, body, labels }) => ({ title, state, line: body.split("\n")[1], labels }));
    const title = "fal differs from the program: prod";

    report("result", "drift");
    report("drift.md", "**1 app was scaled by hand**");
    expect(await post("issue")).toEqual({ code: 0, text: "Drift: opened an issue.\n" });
    expect(issues()).toEqual([{ title, state: "open", line: "**1 app was scaled by hand**", labels: ["fal-drift"] }]);

    report("drift.md", "**2 apps were scaled by hand**");
    expect(await post("issue")).toEqual({ code: 0, text: "Drift: updated the issue.\n" });
    expect(issues()).toEqual([{ title, state: "open", line: "**2 apps were scaled by hand**", labels: ["fal-drift"] }]);

    report("result", "clean");
    expect(await post("issue")).toEqual({ code: 0, text: "No drift: closed the issue.\n" });
    expect(issues().map(({ state }) => state)).toEqual(["closed"]);
    expect(ours()).toEqual([expect.objectContaining({ of: 3, body: expect.stringContaining(run) })]);
    expect(await post("issue")).toEqual({ code: 0, text: "No drift.\n" });

    report("result", "drift");
    await post("issue");
    expect(issues().map(({ state }) => state)).toEqual(["closed", "open"]);
    expect(platform.issues[0]?.state).toBe("open");
  });

  test(`post.mjs on ${name} lists who may have a preview, and keeps an issue about others`, async () => {
    const open = async () => {
      expect(await post("open")).toMatchObject({ code: 0 });
      return readFileSync(join(folder, "fal-report/open"), "utf8");
    };
    expect(await open()).toBe("none\n");
    for (let number = 1; number <= 120; number++) platform.pulls.push({ number, labels: ["infra"] });
    platform.pulls.push({ number: 121, labels: ["infra", "fal-preview"] }, { number: 122, labels: ["fal-preview"] });
    expect(await open()).toBe("121,122\n");
    // Without an answer there is no list: every preview would be left over.
    rmSync(join(folder, "fal-report/open"));
    expect(await post("open", { GITHUB_TOKEN: "wrong", FAL_BOT_TOKEN: "wrong" })).toMatchObject({ code: 1 });
    expect(existsSync(join(folder, "fal-report/open"))).toBe(false);

    report("review.md", "**Preview environment pr-5**");
    await post("preview", { CI_MERGE_REQUEST_LABELS: "fal-accepted,fal-preview" });
    report("review.md", "**1 app scales up**");
    await post("comment");
    expect(ours().map(({ body }) => body.split("\n")[1])).toEqual([
      "**Preview environment pr-5**",
      "**1 app scales up**",
    ]);
    expect(platform.removedLabels).toEqual([]);

    report("result", "leftovers");
    report("leftovers.md", "**1 of 2 previews is left over**");
    expect(await post("leftovers")).toEqual({ code: 0, text: "Leftovers: opened an issue.\n" });
    expect(platform.issues).toMatchObject([
      { title: "Preview environments without a pull request", labels: ["fal-leftovers"] },
    ]);
    report("result", "clean");
    expect(await post("leftovers")).toEqual({ code: 0, text: "No leftovers: closed the issue.\n" });
  });

  test(`post.mjs on ${name} prints the error of the platform without the token`, async () => {
    report("review.md", "x".repeat(1_000_001));
    const { code, text } = await post("comment");
    expect(code).toBe(1);
    expect(text).toMatch(/^post\.mjs: POST \/\S+ answered 422: .*too long/);
    expect(text).not.toContain(platform.token);
  });

  test.each([
    ["comment", {}, "post.mjs: fal-report/review.md does not exist: the previous job did not write it\n"],
    ["comment", { STACK: "" }, "post.mjs: STACK is not set\n"],
    ["coment", {}, "post.mjs: usage: node scripts/post.mjs comment|accepted|issue|preview|open|leftovers|usage\n"],
  ])(`post.mjs on ${name} names what is missing for the arguments %s %o`, async (what, more, text) => {
    expect(await post(what, more)).toEqual({ code: 1, text });
  });
});
