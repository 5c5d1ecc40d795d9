import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asText, evaluated, type Functions, filled, type Lookup } from "./expressions";
import type { GitHub } from "./platform";
import { installPackages, machine, type Repository, runScript } from "./repository";
import { type GithubStep, type GithubWorkflow, githubWorkflow, setupAction, type workflowNames } from "./templates";

export interface Event {
  readonly name: "push" | "pull_request" | "schedule" | "workflow_dispatch";
  readonly commit: string;
  /** `main` unless it is a pull request. */
  readonly ref?: string;
  readonly payload?: Record<string, unknown>;
  readonly inputs?: Record<string, unknown>;
}

export interface JobResult {
  readonly result: "success" | "failure" | "skipped";
  readonly log: string;
  /** What the job showed on the page of the run. */
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

type Strings = Record<string, string>;

/** Settings of the repository at GitHub. */
export interface Settings {
  readonly vars: Strings;
  /** By the name of the environment. */
  readonly secrets: Readonly<Record<string, Strings>>;
  /** Where this world's services are; a machine of GitHub finds the real ones. */
  readonly network: Strings;
}

/** Runs the workflows of the templates as GitHub does, as far as they use it. What it does not know is an error. */
export class GithubRunner {
  readonly artifacts: Record<string, string> = {};
  readonly #repository: Repository;
  readonly #platform: GitHub;
  readonly #settings: Settings;

  constructor(repository: Repository, platform: GitHub, settings: Settings) {
    this.#repository = repository;
    this.#platform = platform;
    this.#settings = settings;
  }

  async run(name: (typeof workflowNames)[number], event: Event): Promise<Record<string, JobResult>> {
    const workflow = githubWorkflow(name);
    if (!(event.name in workflow.on)) throw new Error(`${name} does not run on ${event.name}`);
    if (!isForBranch(workflow.on[event.name], event)) return {};
    const results: Record<string, JobResult> = {};
    // In the order of the file, where what is needed comes first.
    for (const job of Object.keys(workflow.jobs)) results[job] = await this.#job(workflow, job, event, results);
    return results;
  }

  async #job(
    workflow: GithubWorkflow,
    name: string,
    event: Event,
    done: Record<string, JobResult>,
  ): Promise<JobResult> {
    const job = workflow.jobs[name];
    if (job === undefined) throw new Error(`no job ${name}`);
    const needed = job.needs === undefined ? undefined : done[job.needs];
    if (job.needs !== undefined && needed === undefined) throw new Error(`${name} stands before ${job.needs}`);
    const environment = typeof job.environment === "object" ? job.environment.name : job.environment;
    const secrets = environment === undefined ? {} : this.#secretsFor(environment, event);
    const steps: Record<string, { outcome: string; outputs: Strings }> = {};
    const files = { env: {} as Strings };
    const contexts: Record<string, unknown> = {
      github: {
        event_name: event.name,
        event: event.payload ?? {},
        ref: event.ref ?? "refs/heads/main",
        repository: "acme/infra",
        sha: event.commit,
        token: this.#platform.token,
      },
      vars: this.#settings.vars,
      secrets,
      inputs: event.inputs ?? {},
      needs: job.needs === undefined ? {} : { [job.needs]: needed },
      steps,
    };
    const lookup: Lookup = (path) => {
      if (path.startsWith("env.")) return { ...workflowEnv, ...files.env }[path.slice(4)];
      return path
        .split(".")
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], contexts);
    };
    let failed = false;
    let begun = false;
    // Of a job's condition they ask about the jobs that it needs, of a step's about the steps before it.
    const functions = (): Functions => ({
      success: () => (begun ? !failed : needed === undefined || needed.result === "success"),
      failure: () => (begun ? failed : needed?.result === "failure"),
      always: () => true,
      cancelled: () => false,
    });
    const strings = (values: Record<string, unknown> = {}): Strings =>
      Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, asText(filled(asText(value), lookup, functions()))]),
      );
    const runs = (condition: string | undefined) => {
      const expression = condition?.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, "$1") ?? "success()";
      const asks = /\b(?:success|failure|always|cancelled)\(\)/.test(expression);
      return Boolean(evaluated(asks ? expression : `success() && (${expression})`, lookup, functions()));
    };
    const workflowEnv: Strings = {};
    Object.assign(workflowEnv, strings(workflow.env));

    if (!runs(job.if)) return { result: "skipped", log: "", summary: "", outputs: {} };
    begun = true;

    const workspace = this.#repository.workspace();
    const temporary = this.#repository.folder(`${workspace.split("/").at(-1)}-files`);
    const summary = join(temporary, "summary");
    writeFileSync(summary, "");
    let log = "";

    const runStep = async (step: GithubStep): Promise<void> => {
      if (!runs(step.if)) return;
      const outputs: Strings = {};
      let code = 0;
      try {
        if (step.uses?.startsWith("./")) {
          const { inputs: declared = {}, runs: action } = setupAction();
          const given = strings(step.with);
          const unknown = Object.keys(given).find((key) => !(key in declared));
          if (unknown) throw new Error(`${step.uses} has no input ${unknown}`);
          const before = contexts["inputs"];
          const all = Object.fromEntries(
            Object.entries(declared).map(([key, { default: usual = "" }]) => [key, given[key] ?? usual]),
          );
          contexts["inputs"] = all;
          for (const inner of action.steps) await runStep(inner);
          contexts["inputs"] = before;
        } else if (step.uses) {
          this.#use(step.uses.split("@")[0] ?? "", strings(step.with), workspace, event, files.env);
        } else if (/^npm ci\b/.test(step.run ?? "")) {
          installPackages(workspace);
        } else {
          const [output, environmentFile] = [join(temporary, "output"), join(temporary, "env")];
          writeFileSync(output, "");
          writeFileSync(environmentFile, "");
          const ended = await runScript(workspace, step.run ?? "", step.shell ? ["-eo", "pipefail"] : ["-e"], {
            ...machine(temporary),
            ...this.#settings.network,
            GITHUB_ACTIONS: "true",
            GITHUB_API_URL: this.#platform.url,
            GITHUB_SERVER_URL: "https://github.example",
            GITHUB_REPOSITORY: "acme/infra",
            GITHUB_RUN_ID: "42",
            GITHUB_SHA: event.commit,
            GITHUB_OUTPUT: output,
            GITHUB_ENV: environmentFile,
            GITHUB_STEP_SUMMARY: summary,
            ...workflowEnv,
            ...files.env,
            ...strings(step.env),
          });
          log += ended.text;
          code = ended.code;
          Object.assign(outputs, pairs(output));
          Object.assign(files.env, pairs(environmentFile));
        }
      } catch (error) {
        log += `${error instanceof Error ? error.message : String(error)}\n`;
        code = 1;
      }
      if (code !== 0) failed = true;
      if (step.id) steps[step.id] = { outcome: code === 0 ? "success" : "failure", outputs };
    };

    for (const step of job.steps) await runStep(step);
    return {
      result: failed ? "failure" : "success",
      log,
      summary: readFileSync(summary, "utf8"),
      outputs: strings(job.outputs),
    };
  }

  /** GitHub gives none to pull requests from forks and of Dependabot. */
  #secretsFor(environment: string, { payload }: Event): Strings {
    const pull = payload?.["pull_request"] as
      | { head: { repo: { full_name: string } }; user: { login: string } }
      | undefined;
    if (pull && (pull.head.repo.full_name !== "acme/infra" || pull.user.login === "dependabot[bot]")) return {};
    return this.#settings.secrets[environment] ?? {};
  }

  /** The actions of others, as far as the jobs feel them. */
  #use(action: string, given: Strings, workspace: string, event: Event, env: Strings): void {
    if (action === "actions/checkout") {
      if (given["persist-credentials"] !== "false") throw new Error("the checkout leaves a token behind");
      this.#repository.checkout(workspace, given["ref"] || event.commit);
    } else if (action === "actions/setup-node") {
      if (!existsSync(join(workspace, given["node-version-file"] ?? "")))
        throw new Error("no file with Node's version");
    } else if (action === "pulumi/actions") {
      if (given["command"]) throw new Error("pulumi/actions is to install the CLI only");
    } else if (action === "pulumi/auth-actions") {
      env["PULUMI_ACCESS_TOKEN"] = `token-for-${given["organization"]}`;
    } else if (action === "actions/upload-artifact") {
      const from = join(workspace, given["path"] ?? "");
      if (!existsSync(from)) throw new Error(`upload-artifact: no ${given["path"]}`);
      const to = this.#repository.folder(`artifact-${given["name"]}-${Object.keys(this.artifacts).length}`);
      cpSync(from, to, { recursive: true });
      this.artifacts[given["name"] ?? ""] = to;
    } else if (action === "actions/download-artifact") {
      const from = this.artifacts[given["name"] ?? ""];
      if (from === undefined) throw new Error(`download-artifact: no ${given["name"]}`);
      const to = join(workspace, given["path"] ?? "");
      mkdirSync(to, { recursive: true });
      cpSync(from, to, { recursive: true });
    } else {
      throw new Error(`the runner of the tests does not know ${action}`);
    }
  }
}

/** Of a pull request the branch is the one that it is to be merged into. */
function isForBranch(trigger: unknown, { payload, ref = "refs/heads/main" }: Event): boolean {
  const { branches } = (trigger ?? {}) as { branches?: readonly string[] };
  const pull = payload?.["pull_request"] as { base: { ref: string } } | undefined;
  return branches === undefined || branches.includes(pull?.base.ref ?? ref.replace("refs/heads/", ""));
}

/** A file that a step writes its outputs to, one `name=value` on a line. */
function pairs(file: string): Strings {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.split("=")[0] ?? "", line.slice(line.indexOf("=") + 1)]));
}
