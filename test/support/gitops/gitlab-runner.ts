import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { type JobResult, ruleHolds } from "./expressions";
import type { GitLab } from "./platform";
import {
  installFal,
  installPackages,
  machine,
  type Repository,
  runScript,
  type Settings,
  type Strings,
} from "./repository";
import { type GitlabJob, type GitlabRule, gitlabPipeline } from "./templates";

export interface Pipeline {
  readonly source: "push" | "merge_request_event" | "schedule";
  readonly commit: string;
  /** Predefined ones of merge requests, and those of a schedule. */
  readonly variables?: Strings;
  /** Jobs that somebody starts by hand. */
  readonly play?: readonly string[];
}

type GitlabResult = Pick<JobResult, "result" | "log">;

/** Runs the scripts of the pipeline against the fake GitLab, in order and with their variables. */
export class GitlabRunner {
  constructor(
    private readonly repository: Repository,
    private readonly platform: GitLab,
    private readonly settings: Settings,
  ) {}

  /** What became of each job of the pipeline; undefined if there is no pipeline. */
  async run({ source, commit, variables, play = [] }: Pipeline): Promise<Record<string, GitlabResult> | undefined> {
    const { workflow, stages: _, variables: global, default: __, ...entries } = gitlabPipeline();
    const known: Strings = {
      ...global,
      ...this.settings.variables,
      GITLAB_CI: "true",
      CI_API_V4_URL: this.platform.url,
      CI_PROJECT_ID: "7",
      CI_PIPELINE_SOURCE: source,
      CI_PIPELINE_URL: "https://gitlab.example/acme/infra/-/pipelines/42",
      CI_COMMIT_SHA: commit,
      CI_DEFAULT_BRANCH: "main",
      ...(source === "merge_request_event" ? {} : { CI_COMMIT_BRANCH: "main" }),
      ...variables,
    };
    const pipelineRule = firstOf(workflow.rules, known);
    if (pipelineRule === undefined) return undefined;
    const ofPipeline = { ...known, ...pipelineRule.variables };

    const results: Record<string, GitlabResult> = {};
    const kept: Record<string, string> = {};
    const variablesOf: Record<string, Strings> = {};
    for (const [name, entry] of Object.entries(entries)) {
      const job = extended(entry, entries);
      const rule = firstOf(job.rules ?? [], ofPipeline);
      if (rule === undefined || rule.when === "never") continue;
      const needs = job.needs?.map(({ job }) => job) ?? Object.keys(results);
      const isReady = rule.when === "always" || needs.every((other) => results[other]?.result === "success");
      if (!isReady || (rule.when === "manual" && !play.includes(name))) {
        results[name] = { result: "skipped", log: "" };
        continue;
      }
      const workspace = this.repository.workspace();
      this.repository.checkout(workspace, commit);
      for (const other of needs) if (kept[other]) cpSync(kept[other], workspace, { recursive: true });

      const lines = [...(job.before_script ?? []), ...job.script];
      const installs = (line: string) => /^scripts\/install(?:-fal)?\.sh\b/.test(line);
      if (lines.some((line) => line.startsWith("scripts/install.sh "))) installPackages(workspace);
      if (lines.includes("scripts/install-fal.sh")) installFal(workspace);
      const scripts = lines.filter((line) => !installs(line));
      const { code, text } = await runScript(workspace, scripts.join("\n"), ["-eo", "pipefail"], {
        ...machine(this.repository.folder(`home-${name}`)),
        ...this.settings.network,
        ...ofPipeline,
        ...rule.variables,
        ...job.variables,
        // They have precedence over those of the YAML.
        ...Object.assign({}, ...needs.map((other) => variablesOf[other])),
        // The scope of variables may end with a wildcard.
        ...this.settings.scoped[job.environment?.name.replace(/\/.*/, "/*") ?? ""],
      });
      results[name] = { result: code === 0 ? "success" : "failure", log: text };
      if (job.artifacts && (code === 0 || job.artifacts.when === "always")) {
        const to = this.repository.folder(`artifacts-${workspace.split("/").at(-1)}`);
        for (const path of (job.artifacts.paths ?? []).filter((path) => existsSync(join(workspace, path)))) {
          cpSync(join(workspace, path), join(to, path), { recursive: true });
        }
        kept[name] = to;
        if (name === "drift" && code === 0) {
          const usage = join(to, "fal-usage/usage.json");
          const run = 100 + this.platform.nights.length;
          this.platform.nights.push({ run, usage: existsSync(usage) ? readFileSync(usage, "utf8") : undefined });
        }
        const dotenv = job.artifacts.reports?.dotenv;
        if (dotenv !== undefined)
          variablesOf[name] = parseEnv(readFileSync(join(workspace, dotenv), "utf8")) as Strings;
      }
    }
    return results;
  }
}

/** A job with what it extends, as GitLab merges them: the keys of mappings, but no lists. */
function extended(job: GitlabJob, all: Readonly<Record<string, GitlabJob>>): GitlabJob {
  const base = all[job.extends ?? ""];
  if (base === undefined) return job;
  const from = extended(base, all);
  return { ...from, ...job, variables: { ...from.variables, ...job.variables } };
}

function firstOf(rules: readonly GitlabRule[], variables: Strings): GitlabRule | undefined {
  return rules.find((rule) => ruleHolds(rule.if, variables));
}
