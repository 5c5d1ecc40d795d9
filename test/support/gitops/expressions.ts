import type { Strings } from "./repository";

export interface Event {
  readonly name: "push" | "pull_request" | "schedule" | "workflow_dispatch";
  readonly commit: string;
  /** `base`: the commit that it is to be merged into. */
  readonly pull?: { number: number; base: string; labels: readonly string[]; isFork: boolean };
  /** What happened to the pull request; of `labeled` and `unlabeled`, the label. */
  readonly action?: "synchronize" | "labeled" | "unlabeled" | "closed";
  readonly label?: string;
  /** The inputs of a run that somebody starts. */
  readonly fix?: boolean;
  readonly clean?: boolean;
}

export interface JobResult {
  readonly result: "success" | "failure" | "skipped";
  readonly log: string;
  /** The job summary on the page of the run. */
  readonly summary: string;
  readonly outputs: Strings;
}

/** What expressions depend on. */
export interface GithubContext {
  readonly event: Event;
  readonly token: string;
  readonly vars: Strings;
  readonly secrets: Strings;
  /** The jobs that this one needs. */
  readonly needs: Readonly<Record<string, JobResult>>;
  readonly steps: Record<string, { outcome: string; outputs: Strings }>;
}

// What the expressions and rules of the templates mean, by their text in the YAML. A text that is not here is an error,
// and one that the YAML no longer has fails a unit test. actionlint and the official schemas check the syntax.

const onMain = ({ event }: GithubContext) => event.pull === undefined;
const asksForPreview = ({ event }: GithubContext) => event.pull?.labels.includes("fal-preview") === true;
const isClosed = ({ event }: GithubContext) => event.action === "closed";

const githubExpressions: Record<string, (context: GithubContext) => unknown> = {
  "github.token": ({ token }) => token,
  "github.event.pull_request.number": ({ event }) => event.pull?.number,
  "github.event.pull_request.base.sha": ({ event }) => event.pull?.base,
  "github.event.pull_request.head.sha": ({ event }) => event.commit,
  "github.event.action == 'labeled' && github.event.label.name == 'fal-accepted'": ({ event }) =>
    event.action === "labeled" && event.label === "fal-accepted",
  "github.event.action == 'synchronize' && contains(github.event.pull_request.labels.*.name, 'fal-accepted')": ({
    event,
  }) => event.action === "synchronize" && event.pull?.labels.includes("fal-accepted"),
  "vars.FAL_STACK || 'prod'": ({ vars }) => vars["FAL_STACK"] ?? "prod",
  "vars.FAL_FAIL_ON || 'destructive,opens,unprotects'": ({ vars }) =>
    vars["FAL_FAIL_ON"] ?? "destructive,opens,unprotects",
  "vars.PULUMI_BACKEND_URL": ({ vars }) => vars["PULUMI_BACKEND_URL"],
  "secrets.FAL_KEY": ({ secrets }) => secrets["FAL_KEY"],
  "secrets.PULUMI_ACCESS_TOKEN || env.PULUMI_ACCESS_TOKEN": ({ secrets }) => secrets["PULUMI_ACCESS_TOKEN"],
  "secrets.PULUMI_CONFIG_PASSPHRASE": ({ secrets }) => secrets["PULUMI_CONFIG_PASSPHRASE"],
  "steps.review.outcome == 'success'": ({ steps }) => steps["review"]?.outcome === "success",
  "steps.usage.outputs.run": ({ steps }) => steps["usage"]?.outputs["run"],
  "steps.usage.outputs.run != ''": ({ steps }) => (steps["usage"]?.outputs["run"] ?? "") !== "",
  "steps.review.outputs.changes": ({ steps }) => steps["review"]?.outputs["changes"],
  "github.event.pull_request.head.repo.full_name != github.repository || github.event.pull_request.user.login == 'dependabot[bot]'":
    ({ event }) => event.pull?.isFork,
  "!cancelled() && needs.preview.outputs.reviewed == 'true'": ({ needs }) =>
    needs["preview"]?.outputs["reviewed"] === "true",
  "github.ref == 'refs/heads/main'": onMain,
  "github.event_name != 'schedule' || needs.preview.outputs.changes == 'true'": ({ event, needs }) =>
    event.name !== "schedule" || needs["preview"]?.outputs["changes"] === "true",
  "github.event_name == 'workflow_dispatch' && inputs.fix && github.ref == 'refs/heads/main'": (context) =>
    context.event.name === "workflow_dispatch" && context.event.fix === true && onMain(context),
  "!cancelled() && needs.fix.result != 'failure' && github.ref == 'refs/heads/main'": (context) =>
    context.needs["fix"]?.result !== "failure" && onMain(context),
  "!cancelled() && needs.drift.result == 'success'": ({ needs }) => needs["drift"]?.result === "success",
  "vars.FAL_DEPLOYS_CODE == 'true'": ({ vars }) => vars["FAL_DEPLOYS_CODE"] === "true",
  "vars.FAL_PREVIEW_PREFIX || 'pr-'": ({ vars }) => vars["FAL_PREVIEW_PREFIX"] ?? "pr-",
  "vars.FAL_PREVIEW_MAX || 5": ({ vars }) => vars["FAL_PREVIEW_MAX"] ?? 5,
  "vars.FAL_PREVIEW_MAX_RUNNERS || 2": ({ vars }) => vars["FAL_PREVIEW_MAX_RUNNERS"] ?? 2,
  "vars.FAL_PREVIEW_MAX_AGE || '7d'": ({ vars }) => vars["FAL_PREVIEW_MAX_AGE"] ?? "7d",
  "github.event_name == 'pull_request' && github.event.pull_request.state == 'open' && contains(github.event.pull_request.labels.*.name, 'fal-preview')":
    (context) => context.event.pull !== undefined && !isClosed(context) && asksForPreview(context),
  "github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository && (github.event.action == 'closed' && contains(github.event.pull_request.labels.*.name, 'fal-preview') || github.event.action == 'unlabeled' && github.event.label.name == 'fal-preview')":
    (context) =>
      context.event.pull?.isFork === false &&
      ((isClosed(context) && asksForPreview(context)) ||
        (context.event.action === "unlabeled" && context.event.label === "fal-preview")),
  "steps.up.outcome != 'skipped'": ({ steps }) => steps["up"] !== undefined,
  "!cancelled() && steps.up.outcome != 'skipped'": ({ steps }) => steps["up"] !== undefined,
  "!cancelled() && (needs.up.outputs.started == 'true' || needs.down.result == 'success')": ({ needs }) =>
    needs["up"]?.outputs["started"] === "true" || needs["down"]?.result === "success",
  "github.event_name != 'pull_request' && github.ref == 'refs/heads/main'": onMain,
  "github.event_name == 'workflow_dispatch' && inputs.clean": ({ event }) =>
    event.name === "workflow_dispatch" && event.clean === true,
  "!cancelled() && needs.leftovers.result == 'success'": ({ needs }) => needs["leftovers"]?.result === "success",
  // For the cache, which the tests leave out.
  "runner.os": () => "Linux",
  "hashFiles('scripts/install-fal.sh')": () => "0",
  // The tests log in to no organization.
  "inputs.pulumi-organization != ''": () => false,
};

const isMain = (variables: Strings) => variables["CI_COMMIT_BRANCH"] === variables["CI_DEFAULT_BRANCH"];
const isMergeRequest = (variables: Strings) => variables["CI_PIPELINE_SOURCE"] === "merge_request_event";
const isScheduled = (variables: Strings) => isMain(variables) && variables["CI_PIPELINE_SOURCE"] === "schedule";

const gitlabRules: Record<string, (variables: Strings) => boolean> = {
  '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID != $CI_MERGE_REQUEST_PROJECT_ID':
    (variables) =>
      isMergeRequest(variables) &&
      variables["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"] !== variables["CI_MERGE_REQUEST_PROJECT_ID"],
  '$CI_PIPELINE_SOURCE == "merge_request_event"': isMergeRequest,
  "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH": isMain,
  "$PULUMI_IMAGE_DIGEST !~ /^sha256:[0-9a-f]{64}$/": (variables) =>
    !/^sha256:[0-9a-f]{64}$/.test(variables["PULUMI_IMAGE_DIGEST"] ?? ""),
  '$FORK == "true"': (variables) => variables["FORK"] === "true",
  '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_LABELS =~ /(^|,)fal-accepted(,|$)/': (variables) =>
    isMergeRequest(variables) && /(^|,)fal-accepted(,|$)/.test(variables["CI_MERGE_REQUEST_LABELS"] ?? ""),
  '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_LABELS =~ /(^|,)fal-preview(,|$)/': (variables) =>
    isMergeRequest(variables) && /(^|,)fal-preview(,|$)/.test(variables["CI_MERGE_REQUEST_LABELS"] ?? ""),
  '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE == "schedule" && $FAL_SCHEDULE == "previews"': (
    variables,
  ) => isScheduled(variables) && variables["FAL_SCHEDULE"] === "previews",
  '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE == "schedule" && $FAL_SCHEDULE != "due"': (
    variables,
  ) => isScheduled(variables) && variables["FAL_SCHEDULE"] !== "due",
  '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE == "schedule" && $FAL_SCHEDULE == "drift"': (
    variables,
  ) => isScheduled(variables) && variables["FAL_SCHEDULE"] === "drift",
  '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE == "schedule" && $FAL_SCHEDULE != "drift"': (
    variables,
  ) => isScheduled(variables) && variables["FAL_SCHEDULE"] !== "drift",
};

export const knownExpressions = { github: Object.keys(githubExpressions), gitlab: Object.keys(gitlabRules) };

/** A text with the values of its `${{ … }}`. */
export function filled(text: unknown, context: GithubContext): string {
  return String(text).replaceAll(/\$\{\{ (.*?) \}\}/g, (_match, expression: string) =>
    String(meaningOf(githubExpressions, expression)(context) ?? ""),
  );
}

export function ruleHolds(rule: string, variables: Strings): boolean {
  return meaningOf(gitlabRules, rule)(variables);
}

function meaningOf<T>(table: Record<string, T>, text: string): T {
  const meaning = table[text];
  if (meaning === undefined) throw new Error(`Add the meaning of "${text}" to ${__filename}.`);
  return meaning;
}
