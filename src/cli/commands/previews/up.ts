import type { AppInfo, FalClient } from "../../../client";
import { appScaling, costOfApp, formatCost, type Prices, sumCosts, sumRanges, warmRunners } from "../../../cost";
import { addresses } from "../../../resources/app/handler";
import { idOf, mainEnvironment } from "../../../resources/common";
import type { Capacity } from "../../capacity/capacity";
import { pricesIn } from "../../capacity/prices";
import { openLines } from "../../capacity/totals";
import { reviewOf } from "../../changes/model";
import { type CommandValues, exitCodes, type Terminal, UsageError } from "../../command-line/command";
import { confirmation } from "../../command-line/confirm";
import { escapeInvisible } from "../../command-line/terminal-text";
import { withFal } from "../../connection";
import type { Pulumi } from "../../pulumi/cli";
import { nameOf, type Plan } from "../../pulumi/plan";
import { parsePreview } from "../../pulumi/preview";
import { foreignCodeMessage } from "../../pulumi/state-code";
import { alert } from "../../report/blocks";
import { destinationsOf, writeResult } from "../../report/formats";
import { capitalize, count, limited, plural } from "../../report/phrases";
import type { Report } from "../../report/report-model";
import { prose } from "../../report/text";
import { nounOfType, resourceTypes } from "../../resource-types";
import { findPreviews, placeOf, pullRequestOf } from "./find";
import type { upOptions } from "./options";
import type { PreviewApp, PreviewUpResult } from "./result";

/** What stopped a preview: `refused` by a limit, or `failed`. */
class Stopped extends Error {
  constructor(
    readonly outcome: "refused" | "failed",
    readonly reasons: readonly string[],
  ) {
    super(reasons.join(" "));
  }
}

export async function previewUp(
  values: CommandValues<typeof upOptions>,
  terminal: Terminal,
  [number = ""]: readonly string[],
): Promise<number> {
  const destinations = destinationsOf(values, terminal);
  const pullRequest = pullRequestOf(number);
  const maxPreviews = limitOf("max-previews", values["max-previews"], 5);
  const maxRunners = limitOf("max-runners", values["max-runners"], 2);
  const place = placeOf(values, terminal);
  const confirm = confirmation(values, terminal);
  const prices = await pricesIn(values.prices, terminal);
  const name = `${place.prefix}${pullRequest}`;
  const { pulumi } = place;
  const tell = (line: string) => terminal.note(escapeInvisible(line));

  return await withFal(values, terminal, async (fal) => {
    let apps: readonly AppInfo[] = [];
    let stopped: Stopped | undefined;
    try {
      const previews = await findPreviews(place, fal);
      const own = previews.find((preview) => preview.pullRequest === pullRequest);
      if (own === undefined && previews.length >= maxPreviews) {
        const others = limited(
          previews.map((preview) => preview.name),
          (more) => more,
        );
        throw new Stopped("refused", [
          `There ${plural(previews.length, "is", "are")} ${count(previews.length, "preview")} already (${others.join(", ")}), and --max-previews is ${maxPreviews}. Close a pull request, or remove its preview with \`pulumi-fal previews down\`.`,
        ]);
      }
      if (!(await confirm(`Deploy ${name}?`))) return exitCodes.failure;
      const stack = own?.stack ?? name;
      if (own?.stack === undefined) await pulumi.ok(["stack", "init", name, "--no-select"]);
      refuse(await plannedProblems(pulumi, stack, name, maxRunners));
      const up = ["up", "--stack", stack, "--yes", "--skip-preview"];
      const { code, stderr } = await pulumi.run(up, tell);
      if (stderr.trim() !== "") tell(stderr.trim());
      if (code !== 0) throw new Stopped("failed", ["`pulumi up` failed. Its output is in the log."]);
      apps = await fal.apps.list({ environment: name, fresh: true });
      refuse(scalingProblems(apps, maxRunners));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      stopped = error;
    }
    const result = resultOf(name, pullRequest, stopped, await described(apps, fal), costOf(apps, prices), prices);
    await writeResult({ report: upReport(result), json: result }, destinations, terminal);
    for (const reason of result.reasons) tell(`pulumi-fal previews up: ${reason}`);
    if (stopped === undefined) return exitCodes.success;
    return stopped.outcome === "refused" ? exitCodes.findings : exitCodes.failure;
  });
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Stopped("refused", problems);
}

/** @throws {UsageError} */
function limitOf(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,6}$/.test(text)) throw new UsageError(`--${option} must be a whole number, not "${text}".`);
  return Number(text);
}

/** What the plan would exceed. @throws {Stopped} if there is no plan */
async function plannedProblems(pulumi: Pulumi, stack: string, name: string, maxRunners: number): Promise<string[]> {
  const { stdout, stderr, code } = await pulumi.run(["preview", "--stack", stack, "--json", "--show-sames"]);
  if (stdout.trim() === "")
    throw new Stopped("failed", [`\`pulumi preview\` failed: ${stderr.replace(/^error: /gm, "").trim()}`]);
  const plan = parsePreview(stdout);
  const review = reviewOf(plan, () => undefined);
  if (review.foreignCode !== undefined)
    throw new Stopped("failed", [foreignCodeMessage(review.foreignCode, "Nothing was deployed.")]);
  const errors = review.errors.map(({ name, text }) => (name === undefined ? text : `\`${name}\`: ${text}`));
  if (code !== 0 || errors.length > 0)
    throw new Stopped("failed", errors.length > 0 ? errors : ["`pulumi preview` failed. Its output is in the log."]);
  const { warmRunners: warm, maxRunners: most } = review.summary;
  const problems = [
    ...elsewhere(plan, name),
    ...alwaysBilled(review.capacities),
    ...limitProblems(warm.to, most.to, maxRunners),
  ];
  return problems.length > 0 ? [...problems, "Nothing was deployed."] : [];
}

/** Resources that the plan would create or change in another environment, such as main. */
export function elsewhere({ steps }: Pick<Plan, "steps">, name: string): string[] {
  return steps.flatMap(({ op, urn, new: next }) => {
    if (next === undefined || op === "read" || !resourceTypes.has(next.type)) return [];
    const { environment } = next.inputs;
    if (environment === undefined || environment === name) return [];
    return [
      `${capitalize(nounOfType(next.type))} \`${nameOf(urn)}\` is in environment "${String(environment)}", not "${name}". Give it \`environment\` with an Environment whose name is the stack's.`,
    ];
  });
}

/** GPU instances, which do not stop when nobody uses them. */
export function alwaysBilled(capacities: readonly Pick<Capacity, "label" | "after">[]): string[] {
  return capacities
    .filter(({ after }) => after !== undefined && !("app" in after))
    .map(({ label }) => `GPU instance \`${label}\` is billed as long as it exists. A preview cannot have one.`);
}

/** What fal has is decisive: an app's code may set values that the program leaves out. */
export function scalingProblems(apps: readonly AppInfo[], maxRunners: number): string[] {
  const warm = sumRanges(apps.map((app) => warmRunners(scalingOf(app)))).max;
  const most = apps.reduce((sum, { maxConcurrency }) => sum + maxConcurrency, 0);
  return limitProblems(warm, most, maxRunners);
}

function limitProblems(warm: number, most: number, maxRunners: number): string[] {
  return [
    ...(warm > 0
      ? [
          `The apps keep ${count(warm, "runner")} warm, which ${plural(warm, "is", "are")} billed while idle. Set \`minConcurrency: 0\` and no \`concurrencyBuffer\` in AppScale.`,
        ]
      : []),
    ...(most > maxRunners
      ? [
          `The apps may run ${count(most, "runner")}, and --max-runners is ${maxRunners}. Set \`maxConcurrency\` in AppScale.`,
        ]
      : []),
  ];
}

/** With the id that it has in production, where the prices file may have entries for it. */
function scalingOf(app: AppInfo) {
  return appScaling(idOf(mainEnvironment, app.name), (name) => app[name]);
}

/** The cost of all apps if each runs its maximum. */
export function costOf(apps: readonly AppInfo[], prices: Prices | undefined) {
  return prices && sumCosts(apps.map((app) => costOfApp(scalingOf(app), prices, "full")));
}

async function described(apps: readonly AppInfo[], fal: FalClient): Promise<PreviewApp[]> {
  if (apps.length === 0) return [];
  const owner = await fal.account();
  return apps
    .map(({ name, alias, minConcurrency, maxConcurrency, machineTypes }) => ({
      name,
      url: String(addresses(owner, alias)["url"] ?? ""),
      minConcurrency,
      maxConcurrency,
      machineTypes,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function resultOf(
  name: string,
  pullRequest: number,
  stopped: Stopped | undefined,
  apps: readonly PreviewApp[],
  cost: ReturnType<typeof costOf>,
  prices: Prices | undefined,
): PreviewUpResult {
  return {
    name,
    pullRequest,
    outcome: stopped?.outcome ?? "updated",
    reasons: stopped?.reasons ?? [],
    apps,
    ...(cost && prices ? { maxCostPerHour: { ...cost, currency: prices.currency } } : {}),
  };
}

/** The comment on the pull request. */
export function upReport({ name, outcome, reasons, apps, maxCostPerHour }: PreviewUpResult): Report {
  const most = apps.reduce((sum, app) => sum + app.maxConcurrency, 0);
  const cost = maxCostPerHour && formatCost(maxCostPerHour, maxCostPerHour.currency);
  const ceiling = `at most ${count(most, "runner")}${cost === undefined ? "" : `, cost at full load ${cost}`}`;
  return {
    title: `fal preview: ${name}`,
    verdict: {
      updated: `Preview environment ${name} runs ${count(apps.length, "app")}: ${ceiling}. Nothing runs while idle.`,
      refused: `Preview environment ${name} exceeds a limit.`,
      failed: `Preview environment ${name} could not be updated.`,
    }[outcome],
    blocks: [
      ...alert("danger", reasons.map(prose)),
      ...(apps.length === 0
        ? []
        : [
            {
              kind: "table" as const,
              columns: [
                { title: "App" },
                { title: "URL" },
                { title: "Runners at most", numeric: true as const },
                { title: "Machines" },
              ],
              rows: apps.map(({ name, url, maxConcurrency, machineTypes }) => [
                { code: name },
                url === "" ? "–" : { link: url, href: url },
                String(maxConcurrency),
                machineTypes.join(", "),
              ]),
            },
          ]),
    ],
    footer: maxCostPerHour === undefined ? [] : openLines(maxCostPerHour.open),
  };
}
