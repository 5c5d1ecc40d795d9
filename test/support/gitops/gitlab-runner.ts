import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { ruleHolds } from "./expressions";
import type { JobResult } from "./github-runner";
import type { GitLab } from "./platform";
import { installPackages, machine, type Repository, runScript } from "./repository";
import { type GitlabJob, type GitlabRule, gitlabPipeline } from "./templates";

type Strings = Record<string, string>;

export interface Pipeline {
  readonly source: "push" | "merge_request_event" | "schedule";
  readonly commit: string;
  /** Predefined ones of merge requests, and those of a schedule. */
  readonly variables?: Strings;
  /** Jobs that somebody starts by hand. */
  readonly play?: readonly string[];
}

/** Settings of the project at GitLab. */
export interface Settings {
  readonly variables: Strings;
  /** By the name of the environment. */
  readonly scoped: Readonly<Record<string, Strings>>;
  /** Where this world's services are; a machine of GitLab finds the real ones. */
  readonly network: Strings;
}

/** Runs the pipeline of the templates as GitLab does, as far as they use it. */
export class GitlabRunner {
  readonly #repository: Repository;
  readonly #platform: GitLab;
  readonly #settings: Settings;

  constructor(repository: Repository, platform: GitLab, settings: Settings) {
    this.#repository = repository;
    this.#platform = platform;
    this.#settings = settings;
  }

  /** What became of each job of the pipeline; undefined when no pipeline is made. */
  async run({
    source,
    commit,
    variables = {},
    play = [],
  }: Pipeline): Promise<Record<string, Omit<JobResult, "summary" | "outputs">> | undefined> {
    const { workflow, stages, variables: global, default: defaults, ...entries } = gitlabPipeline();
    const predefined: Strings = {
      GITLAB_CI: "true",
      CI: "true",
      CI_API_V4_URL: this.#platform.url,
      CI_PROJECT_ID: "7",
      CI_PIPELINE_SOURCE: source,
      CI_PIPELINE_URL: "https://gitlab.example/acme/infra/-/pipelines/42",
      CI_COMMIT_SHA: commit,
      CI_DEFAULT_BRANCH: "main",
      ...(source === "merge_request_event" ? {} : { CI_COMMIT_BRANCH: "main" }),
    };
    const known = { ...(global as Strings), ...this.#settings.variables, ...predefined, ...variables };
    const pipelineRule = firstOf((workflow as { rules: GitlabRule[] }).rules, known);
    if (pipelineRule === undefined || pipelineRule.when === "never") return undefined;
    const ofPipeline = { ...known, ...pipelineRule.variables };

    const jobs = Object.entries(entries as Record<string, GitlabJob>)
      .filter(([name]) => !name.startsWith("."))
      .map(([name, job]) => ({ name, ...(job.extends ? (entries[job.extends] as GitlabJob) : {}), ...job }))
      .map((job) => ({ ...job, rule: firstOf(job.rules ?? [], ofPipeline) }))
      .filter(({ rule }) => rule !== undefined && rule.when !== "never")
      .sort(
        (one, other) => (stages as string[]).indexOf(one.stage ?? "") - (stages as string[]).indexOf(other.stage ?? ""),
      );

    const results: Record<string, Omit<JobResult, "summary" | "outputs">> = {};
    const kept: Record<string, string> = {};
    for (const {
      name,
      rule,
      needs,
      environment,
      variables: own,
      before_script: before = [],
      script,
      artifacts,
    } of jobs) {
      const needed = needs?.map(({ job }) => results[job]);
      if (needed?.some((result) => result === undefined))
        throw new Error(`${name} needs a job that is not in this pipeline`);
      const ready = needed
        ? needed.every((result) => result?.result === "success")
        : Object.values(results).every(({ result }) => result !== "failure");
      if ((rule?.when === "manual" && !play.includes(name)) || (!ready && rule?.when !== "always")) {
        results[name] = { result: "skipped", log: "" };
        continue;
      }
      const workspace = this.#repository.workspace();
      this.#repository.checkout(workspace, commit);
      for (const { job } of needs ?? []) if (kept[job]) cpSync(kept[job], workspace, { recursive: true });

      const lines = [...before, ...script];
      if (lines.some((line) => /^npm ci\b/.test(line))) installPackages(workspace);
      const ended = await runScript(
        workspace,
        lines.filter((line) => !/^npm ci\b/.test(line)).join("\n"),
        ["-eo", "pipefail"],
        {
          ...machine(this.#repository.folder(`home-${name}`)),
          ...this.#settings.network,
          ...ofPipeline,
          ...rule?.variables,
          ...own,
          ...this.#settings.scoped[environment?.name ?? ""],
        },
      );
      results[name] = { result: ended.code === 0 ? "success" : "failure", log: ended.text };
      if (artifacts && (ended.code === 0 || artifacts.when === "always")) {
        const to = this.#repository.folder(`artifacts-${workspace.split("/").at(-1)}`);
        for (const path of artifacts.paths) {
          if (existsSync(join(workspace, path))) cpSync(join(workspace, path), join(to, path), { recursive: true });
        }
        kept[name] = to;
      }
    }
    return results;
  }
}

function firstOf(rules: readonly GitlabRule[], variables: Strings): GitlabRule | undefined {
  return rules.find((rule) => rule.if === undefined || ruleHolds(rule.if, variables));
}
