import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { load } from "js-yaml";

/** The project that users copy. */
export const templates = resolve(__dirname, "../../../examples/gitops");

type Strings = Readonly<Record<string, string>>;

export interface GithubStep {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly "continue-on-error"?: boolean;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Strings;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface GithubJob {
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly environment?: string | { readonly name: string };
  readonly permissions?: Strings;
  readonly outputs?: Strings;
  readonly steps: readonly GithubStep[];
}

interface GithubWorkflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Strings;
  readonly env?: Strings;
  readonly jobs: Readonly<Record<string, GithubJob>>;
}

export interface GitlabRule {
  readonly if: string;
  readonly when?: string;
  readonly variables?: Strings;
}

export interface GitlabJob {
  readonly extends?: string;
  readonly rules?: readonly GitlabRule[];
  readonly needs?: readonly { readonly job: string }[];
  readonly environment?: { readonly name: string };
  readonly variables?: Strings;
  readonly before_script?: readonly string[];
  readonly script: readonly string[];
  readonly artifacts?: {
    readonly when?: string;
    readonly paths?: readonly string[];
    readonly reports?: { readonly dotenv?: string };
  };
}

type GitlabPipeline = { workflow: { rules: GitlabRule[] }; stages: string[]; variables: Strings; default: unknown } & {
  [job: string]: GitlabJob;
};

export const workflowNames = ["fal-review", "fal-up", "fal-drift", "fal-preview"] as const;

export const githubWorkflow = (name: (typeof workflowNames)[number]) =>
  load(text(`.github/workflows/${name}.yml`)) as GithubWorkflow;

export const actionNames = ["fal-setup", "fal-cli"] as const;
export const actionFiles = actionNames.map((name) => `.github/actions/${name}/action.yml`);

/** An action of the repository, by `uses` of a step: `./.github/actions/fal-setup`. */
export const localAction = (uses: string) =>
  load(text(`${uses}/action.yml`)) as { runs: { steps: readonly GithubStep[] } };

export const gitlabPipeline = () => load(text(".gitlab-ci.yml")) as GitlabPipeline;

export const text = (path: string): string => readFileSync(join(templates, path), "utf8");
