import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { load } from "js-yaml";

/** The project that users copy. */
export const templates = resolve(__dirname, "../../../examples/gitops");

export interface GithubStep {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Record<string, unknown>;
  readonly with?: Record<string, unknown>;
}

export interface GithubJob {
  readonly if?: string;
  readonly needs?: string;
  readonly environment?: string | { readonly name: string };
  readonly permissions?: Record<string, string>;
  readonly outputs?: Record<string, string>;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly GithubStep[];
}

export interface GithubWorkflow {
  readonly name: string;
  readonly on: Record<string, unknown>;
  readonly permissions?: Record<string, string>;
  readonly env?: Record<string, unknown>;
  readonly jobs: Record<string, GithubJob>;
}

export interface GithubAction {
  readonly inputs?: Record<string, { readonly default?: string }>;
  readonly runs: { readonly steps: readonly GithubStep[] };
}

export interface GitlabRule {
  readonly if?: string;
  readonly when?: string;
  readonly variables?: Record<string, string>;
}

export interface GitlabJob {
  readonly extends?: string;
  readonly stage?: string;
  readonly rules?: readonly GitlabRule[];
  readonly needs?: readonly { readonly job: string }[];
  readonly environment?: { readonly name: string };
  readonly variables?: Record<string, string>;
  readonly before_script?: readonly string[];
  readonly script: readonly string[];
  readonly artifacts?: { readonly when?: string; readonly paths: readonly string[] };
}

export const workflowNames = ["fal-review", "fal-up", "fal-drift"] as const;

export function githubWorkflow(name: (typeof workflowNames)[number]): GithubWorkflow {
  return yaml(`.github/workflows/${name}.yml`) as GithubWorkflow;
}

export const setupAction = (): GithubAction => yaml(".github/actions/fal-setup/action.yml") as GithubAction;

export const gitlabPipeline = (): Record<string, unknown> => yaml(".gitlab-ci.yml") as Record<string, unknown>;

export const text = (path: string): string => readFileSync(join(templates, path), "utf8");

function yaml(path: string): unknown {
  return load(text(path));
}
