import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Event, filled, type GithubContext, type JobResult } from "./expressions";
import type { GitHub } from "./platform";
import {
  installFal,
  installPackages,
  machine,
  type Repository,
  runScript,
  type Settings,
  type Strings,
} from "./repository";
import { type GithubJob, type GithubStep, githubWorkflow, localAction, type workflowNames } from "./templates";

/** Runs every step of the workflows against the fake GitHub, in order and with its `env`. */
export class GithubRunner {
  readonly artifacts: Record<string, string> = {};

  constructor(
    private readonly repository: Repository,
    private readonly platform: GitHub,
    private readonly settings: Settings,
  ) {}

  async run(name: (typeof workflowNames)[number], event: Event): Promise<Record<string, JobResult>> {
    const { on, env, jobs } = githubWorkflow(name);
    if (!(event.name in on)) throw new Error(`${name} does not run on ${event.name}`);
    const results: Record<string, JobResult> = {};
    // In the order of the file, in which a job comes after those that it needs.
    for (const [name, job] of Object.entries(jobs)) {
      const needs = [job.needs ?? []].flat().flatMap((other) => (results[other] ? [[other, results[other]]] : []));
      results[name] = await this.#job(job, env, event, Object.fromEntries(needs));
    }
    return results;
  }

  async #job(
    job: GithubJob,
    workflowEnv: Strings | undefined,
    event: Event,
    needs: Readonly<Record<string, JobResult>>,
  ): Promise<JobResult> {
    const { variables, scoped, network } = this.settings;
    const environment = typeof job.environment === "object" ? job.environment.name : job.environment;
    const context: GithubContext = {
      event,
      token: this.platform.token,
      vars: variables,
      // GitHub gives none to pull requests from forks.
      secrets: (event.pull?.isFork ? undefined : scoped[environment ?? ""]) ?? {},
      needs,
      steps: {},
    };
    const holds = (condition = "true") => filled(condition, context) === "true";
    const allOf = (values: Readonly<Record<string, unknown>> = {}): Strings =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, filled(value, context)]));
    // Without a function of the status in its condition, a job runs only after success.
    const isReady =
      Object.values(needs).every(({ result }) => result === "success") || job.if?.includes("cancelled()") === true;
    if (!isReady || !holds(job.if)) return { result: "skipped", log: "", summary: "", outputs: {} };

    const workspace = this.repository.workspace();
    const temporary = this.repository.folder(`${workspace.split("/").at(-1)}-files`);
    const [summary, output] = [join(temporary, "summary"), join(temporary, "output")];
    writeFileSync(summary, "");
    let log = "";
    let failed = false;

    const runStep = async (step: GithubStep): Promise<void> => {
      if ((failed && !step.if?.includes("cancelled()")) || !holds(step.if)) return;
      if (step.uses?.startsWith("./")) {
        for (const inner of localAction(step.uses).runs.steps) await runStep(inner);
      } else if (step.uses) {
        this.#use(step.uses, allOf(step.with), workspace, event);
      } else if (step.run === "scripts/install.sh") {
        installPackages(workspace);
      } else if (step.run === "scripts/install-fal.sh") {
        installFal(workspace);
      } else {
        writeFileSync(output, "");
        const ended = await runScript(workspace, step.run ?? "", ["-e"], {
          ...machine(temporary),
          ...network,
          GITHUB_ACTIONS: "true",
          GITHUB_API_URL: this.platform.url,
          GITHUB_SERVER_URL: "https://github.example",
          GITHUB_REPOSITORY: "acme/infra",
          GITHUB_RUN_ID: "42",
          GITHUB_SHA: event.commit,
          GITHUB_OUTPUT: output,
          GITHUB_STEP_SUMMARY: summary,
          ...allOf(workflowEnv),
          ...allOf(step.env),
        });
        log += ended.text;
        failed ||= ended.code !== 0 && step["continue-on-error"] !== true;
        const lines = readFileSync(output, "utf8").split("\n").filter(Boolean);
        const outputs = Object.fromEntries(lines.map((line) => line.split("=")));
        if (step.id) context.steps[step.id] = { outcome: ended.code !== 0 ? "failure" : "success", outputs };
      }
    };
    for (const step of job.steps) await runStep(step);
    return {
      result: failed ? "failure" : "success",
      log,
      summary: readFileSync(summary, "utf8"),
      outputs: allOf(job.outputs),
    };
  }

  /** The actions of others whose effect later steps depend on. */
  #use(action: string, inputs: Strings, workspace: string, { name: event, commit }: Event): void {
    const { ref, name = "", path = "", "run-id": run } = inputs;
    if (action.startsWith("actions/checkout@")) {
      this.repository.checkout(workspace, ref ?? commit);
    } else if (action.startsWith("actions/upload-artifact@")) {
      if (!existsSync(join(workspace, path)) && inputs["if-no-files-found"] === "ignore") return;
      const usage = join(workspace, path, "usage.json");
      if (name === "fal-usage" && event === "schedule") {
        this.platform.nights.push({
          run: 100 + this.platform.nights.length,
          usage: existsSync(usage) ? readFileSync(usage, "utf8") : undefined,
        });
      }
      const to = this.repository.folder(`artifact-${name}-${workspace.split("/").at(-1)}`);
      cpSync(join(workspace, path), to, { recursive: true });
      this.artifacts[name] = to;
    } else if (action.startsWith("actions/download-artifact@")) {
      const to = join(workspace, path);
      mkdirSync(to, { recursive: true });
      if (run !== undefined) {
        // Of another run.
        const night = this.platform.nights.find((each) => String(each.run) === run);
        if (night?.usage === undefined) throw new Error(`run ${run} has no artifact ${name}`);
        writeFileSync(join(to, "usage.json"), night.usage);
        return;
      }
      cpSync(this.artifacts[name] ?? "", to, { recursive: true });
    }
  }
}
