// Publishes fal-report/ on GitHub or GitLab, whichever runs this job:
//   node scripts/post.mjs comment   writes review.md as one comment on the pull or merge request
//   node scripts/post.mjs accepted  GitLab: writes ACCEPTED=true to accepted.env if the label fal-accepted was added to the
//                                   merge request after the comment showed the review of this commit, else ACCEPTED=false
//   node scripts/post.mjs issue     writes drift.md as one issue, and closes it when there is no drift
//   node scripts/post.mjs preview   writes review.md as a comment about the preview environment
//   node scripts/post.mjs open      writes the numbers of open pull or merge requests with the label fal-preview to open
//   node scripts/post.mjs leftovers writes leftovers.md as one issue, and closes it when there are none
//   node scripts/post.mjs usage     finds the usage that the last nightly job wrote. GitHub: sets the output `run` to its
//                                   workflow run; GitLab: writes it to fal-usage/usage.json. Does nothing if there is none
// It finds its earlier texts by a hidden marker and updates them. Needs only Node.
//
//   STACK          part of the marker, so each stack has its own comment and issue
//   PULL_REQUEST   GitHub: the number of the pull request
//   COMMIT         GitHub: the reviewed commit
//   OUTDATED       GitHub: true after a push, if the pull request has the label fal-accepted, which is then removed
//   GITHUB_TOKEN   GitHub: a token that may write comments or issues. Its author is github-actions[bot]; for the token
//                  of another app, set FAL_BOT_LOGIN to the app's login
//   FAL_BOT_TOKEN  GitLab: a project access token with the role Reporter and the scope `api`
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

/**
 * @typedef {object} Text a comment or an issue
 * @property {number} id
 * @property {string} body
 * @property {string} [updated] when its body was last changed
 */
/**
 * The operations that both platforms support.
 * @typedef {object} Platform
 * @property {string} run the page of this run
 * @property {string} commit
 * @property {() => Promise<Text[]>} comments the ones that this script wrote
 * @property {(body: string) => Promise<void>} createComment
 * @property {(id: number, body: string) => Promise<void>} updateComment
 * @property {() => Promise<string | undefined>} [labeled] when the label fal-accepted was last added
 * @property {() => Promise<boolean>} dropLabel removes the label fal-accepted if it does not cover later pushes
 * @property {() => Promise<number[]>} previewed open pull or merge requests with the label fal-preview
 * @property {() => Promise<string | undefined>} usage what it did with the usage of the last nightly job; undefined: there is none
 * @property {() => Promise<Text[]>} issues the open ones that this script wrote
 * @property {(title: string, body: string, label: string) => Promise<void>} createIssue
 * @property {(id: number, body: string) => Promise<void>} updateIssue
 * @property {(id: number, why: string) => Promise<void>} closeIssue
 */

const env = process.env;
/** Accepts a change although a gate matches. */
const label = "fal-accepted";
/** Asks for a preview environment. */
const previewLabel = "fal-preview";
const [what] = process.argv.slice(2);

try {
  const platform = env.GITLAB_CI ? await gitlab() : github();
  if (what === "comment") await comment(platform);
  else if (what === "accepted") await accepted(platform);
  else if (what === "issue") {
    const stack = setting("STACK");
    await issue(platform, {
      marker: `<!-- pulumi-fal drift: ${stack} -->`,
      file: "drift.md",
      title: `fal differs from the program: ${stack}`,
      name: "drift",
      label: "fal-drift",
      resolved: "fal matches the program again",
    });
  } else if (what === "preview") await write(platform, "<!-- pulumi-fal preview -->");
  else if (what === "open") await open(platform);
  else if (what === "leftovers") {
    await issue(platform, {
      marker: "<!-- pulumi-fal previews -->",
      file: "leftovers.md",
      title: "Preview environments without a pull request",
      name: "leftovers",
      label: "fal-leftovers",
      resolved: "Each preview environment has an open pull request again",
    });
  } else if (what === "usage") {
    console.log((await platform.usage()) ?? "No nightly job has written the usage of the apps yet.");
  } else throw new Error("usage: node scripts/post.mjs comment|accepted|issue|preview|open|leftovers|usage");
} catch (error) {
  console.error(`post.mjs: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

/** @param {Platform} platform */
async function comment(platform) {
  await write(platform, reviewMarker());
  if (await platform.dropLabel()) console.log(`Removed the label ${label}: it does not cover later pushes.`);
}

/**
 * Writes review.md as the comment with the marker.
 * @param {Platform} platform
 * @param {string} marker
 */
async function write(platform, marker) {
  const body = `${marker}\n${report("review.md")}\n\n<sub>Commit ${platform.commit.slice(0, 8)} · [page, JSON and log](${platform.run})</sub>\n${commitMarker(platform)}\n`;
  const old = await commentWith(platform, marker);
  if (old) await platform.updateComment(old.id, body);
  else await platform.createComment(body);
  console.log(old ? "Updated the comment." : "Wrote the comment.");
}

/**
 * Whether somebody accepted this commit: an acceptance belongs to what its author could see.
 * @param {Platform} platform
 */
async function accepted(platform) {
  const [review, labeled] = await Promise.all([commentWith(platform, reviewMarker()), platform.labeled?.()]);
  const shown = review?.body.trimEnd().endsWith(commitMarker(platform)) ? review.updated : undefined;
  const isAccepted = shown !== undefined && labeled !== undefined && Date.parse(labeled) > Date.parse(shown);
  writeFileSync("accepted.env", `ACCEPTED=${isAccepted}\n`);
  console.log(
    isAccepted
      ? `The label ${label} accepts the review of this commit.`
      : `The label ${label} does not accept this commit: it was added before the comment showed the review of this commit. Add it again once the comment shows it.`,
  );
}

function reviewMarker() {
  return `<!-- pulumi-fal review: ${setting("STACK")} -->`;
}

/** @param {Platform} platform */
function commitMarker({ commit }) {
  return `<!-- commit ${commit} -->`;
}

/**
 * The comment that this script wrote last with the marker.
 * @param {Platform} platform
 * @param {string} marker
 */
async function commentWith(platform, marker) {
  return (await platform.comments()).find((text) => text.body.startsWith(marker));
}

/** @param {Platform} platform */
async function open(platform) {
  const numbers = await platform.previewed();
  mkdirSync("fal-report", { recursive: true });
  writeFileSync("fal-report/open", `${numbers.join(",") || "none"}\n`);
  console.log(`Open, with the label ${previewLabel}: ${numbers.join(", ") || "none"}.`);
}

/**
 * One issue that is open while there is something to report.
 * @param {Platform} platform
 * @param {{ marker: string, file: string, title: string, name: string, label: string, resolved: string }} about
 */
async function issue(platform, { marker, file, title, name, label, resolved }) {
  const found = report("result") !== "clean";
  const old = (await platform.issues()).filter((text) => text.body.startsWith(marker));
  if (!found) {
    for (const { id } of old) await platform.closeIssue(id, `${resolved}: see [this run](${platform.run}).`);
    console.log(old.length > 0 ? `No ${name}: closed the issue.` : `No ${name}.`);
    return;
  }
  const seen = new Date().toISOString().slice(0, 16).replace("T", " ");
  const body = `${marker}\n${report(file)}\n\n<sub>Last seen ${seen} UTC · [page, JSON and log](${platform.run})</sub>\n`;
  const [first] = old;
  if (first) await platform.updateIssue(first.id, body);
  else await platform.createIssue(title, body, label);
  console.log(`${capitalized(name)}: ${first ? "updated the" : "opened an"} issue.`);
}

/** @returns {Platform} */
function github() {
  const repository = `/repos/${setting("GITHUB_REPOSITORY")}`;
  const me = env.FAL_BOT_LOGIN || "github-actions[bot]";
  const call = api(env.GITHUB_API_URL || "https://api.github.com", {
    accept: "application/vnd.github+json",
    authorization: `Bearer ${setting("GITHUB_TOKEN")}`,
    "x-github-api-version": "2022-11-28",
  });
  const thread = () => `${repository}/issues/${setting("PULL_REQUEST")}/comments`;
  /** @param {{ id: number, number: number, body: string | null, user: { login: string } | null, pull_request?: unknown }} text */
  const ours = (text) => text.user?.login === me && !text.pull_request;
  return {
    run: `${setting("GITHUB_SERVER_URL")}/${setting("GITHUB_REPOSITORY")}/actions/runs/${setting("GITHUB_RUN_ID")}`,
    commit: env.COMMIT || setting("GITHUB_SHA"),
    comments: async () => (await call.all(thread())).filter(ours).map(({ id, body }) => ({ id, body: body ?? "" })),
    createComment: (body) => call("POST", thread(), { body }),
    updateComment: (id, body) => call("PATCH", `${repository}/issues/comments/${id}`, { body }),
    dropLabel: async () => {
      if (env.OUTDATED !== "true") return false;
      await call("DELETE", `${repository}/issues/${setting("PULL_REQUEST")}/labels/${label}`);
      return true;
    },
    issues: async () =>
      (await call.all(`${repository}/issues?state=open&creator=${encodeURIComponent(me)}`))
        .filter(ours)
        .map(({ number, body }) => ({ id: number, body: body ?? "" })),
    previewed: async () =>
      (await call.all(`${repository}/pulls?state=open`))
        .filter(({ labels }) => labels.some((/** @type {{ name: string }} */ { name }) => name === previewLabel))
        .map(({ number }) => number),
    usage: async () => {
      // Only scheduled runs: nobody can start one of a branch or a fork.
      const filter = "branch=main&event=schedule&status=success&per_page=10";
      const { workflow_runs: runs } = await call("GET", `${repository}/actions/workflows/fal-drift.yml/runs?${filter}`);
      for (const { id } of runs) {
        const { artifacts } = await call("GET", `${repository}/actions/runs/${id}/artifacts?name=fal-usage`);
        if (!artifacts.some((/** @type {{ expired: boolean }} */ { expired }) => !expired)) continue;
        appendFileSync(setting("GITHUB_OUTPUT"), `run=${id}\n`);
        return `The usage of the apps is an artifact of run ${id}.`;
      }
      return undefined;
    },
    createIssue: (title, body, label) => call("POST", `${repository}/issues`, { title, body, labels: [label] }),
    updateIssue: (number, body) => call("PATCH", `${repository}/issues/${number}`, { body }),
    closeIssue: async (number, why) => {
      await call("POST", `${repository}/issues/${number}/comments`, { body: why });
      await call("PATCH", `${repository}/issues/${number}`, { state: "closed", state_reason: "completed" });
    },
  };
}

/** @returns {Promise<Platform>} */
async function gitlab() {
  const project = `/projects/${setting("CI_PROJECT_ID")}`;
  const call = api(setting("CI_API_V4_URL"), { "private-token": setting("FAL_BOT_TOKEN") });
  const { id: me } = await call("GET", "/user");
  const thread = () => `${project}/merge_requests/${setting("CI_MERGE_REQUEST_IID")}/notes`;
  return {
    run: setting("CI_PIPELINE_URL"),
    // In a merged-results pipeline, CI_COMMIT_SHA is a temporary commit.
    commit: env.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA || setting("CI_COMMIT_SHA"),
    comments: async () =>
      (await call.all(thread()))
        .filter(({ author }) => author.id === me)
        .map(({ id, body, updated_at }) => ({ id, body, updated: updated_at })),
    createComment: (body) => call("POST", thread(), { body }),
    updateComment: (id, body) => call("PUT", `${thread()}/${id}`, { body }),
    labeled: async () => {
      const events = await call.all(
        `${project}/merge_requests/${setting("CI_MERGE_REQUEST_IID")}/resource_label_events`,
      );
      const added = events.filter((event) => event.action === "add" && event.label?.name === label);
      return added.map(({ created_at }) => created_at).sort((a, b) => Date.parse(b) - Date.parse(a))[0];
    },
    // It has accepted this pipeline, or was added for another commit.
    dropLabel: async () => {
      if (!(env.CI_MERGE_REQUEST_LABELS ?? "").split(",").includes(label)) return false;
      await call("PUT", `${project}/merge_requests/${setting("CI_MERGE_REQUEST_IID")}`, { remove_labels: label });
      return true;
    },
    issues: async () =>
      (await call.all(`${project}/issues?state=opened&scope=all&author_id=${me}`)).map(({ iid, description }) => ({
        id: iid,
        body: description ?? "",
      })),
    previewed: async () =>
      (await call.all(`${project}/merge_requests?state=opened&labels=${previewLabel}`)).map(({ iid }) => iid),
    usage: async () => {
      const branch = encodeURIComponent(setting("CI_DEFAULT_BRANCH"));
      const pipelines = await call("GET", `${project}/pipelines?ref=${branch}&source=schedule&per_page=50`);
      for (const { id } of pipelines) {
        const jobs = await call.all(`${project}/pipelines/${id}/jobs?scope[]=success`);
        const night = jobs.find(({ name }) => name === "drift");
        const path = `${project}/jobs/${night?.id}/artifacts/fal-usage/usage.json`;
        // A night without usage, or whose artifacts have expired.
        const usage = night && (await call("GET", path).catch(() => undefined));
        if (usage === undefined) continue;
        mkdirSync("fal-usage", { recursive: true });
        writeFileSync("fal-usage/usage.json", JSON.stringify(usage));
        return `Wrote the usage of the apps from pipeline ${id}.`;
      }
      return undefined;
    },
    createIssue: (title, description, labels) => call("POST", `${project}/issues`, { title, description, labels }),
    updateIssue: (iid, description) => call("PUT", `${project}/issues/${iid}`, { description }),
    closeIssue: async (iid, why) => {
      await call("POST", `${project}/issues/${iid}/notes`, { body: why });
      await call("PUT", `${project}/issues/${iid}`, { state_event: "close" });
    },
  };
}

/**
 * @param {string} url
 * @param {Record<string, string>} headers
 */
function api(url, headers) {
  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async function call(method, path, body) {
    const answer = await fetch(url + path, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 500)}`);
  }
  /**
   * Every page of a list.
   * @param {string} path
   * @returns {Promise<any[]>}
   */
  call.all = async (path) => {
    const all = [];
    for (let page = 1; ; page++) {
      const some = await call("GET", `${path}${path.includes("?") ? "&" : "?"}per_page=100&page=${page}`);
      all.push(...some);
      if (some.length < 100) return all;
    }
  };
  return call;
}

/** @param {string} text */
function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {string} name */
function setting(name) {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** @param {string} name */
function report(name) {
  const file = `fal-report/${name}`;
  if (!existsSync(file)) throw new Error(`${file} does not exist: the previous job did not write it`);
  return readFileSync(file, "utf8").trim();
}
