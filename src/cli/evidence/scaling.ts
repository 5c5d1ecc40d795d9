import { type ChangeEvidence, evidenceOfChange } from "../../usage/change";
import { doubtAboutApp } from "../../usage/doubt";
import type { AppEvidence, UsageScaling } from "../../usage/evidence";
import type { Interval } from "../../usage/interval";
import { percent } from "../../usage/phrases";
import { changedNames } from "../../usage/scaling";
import type { Capacity, Running, ScaledApp } from "../capacity/capacity";
import type { UsageFile } from "./usage-file";

/** Evidence from the usage of an app about a change of its scaling. */
export interface ScalingEvidence {
  readonly urn: string;
  /** The app's id, `environment/name`. */
  readonly app: string;
  /** Its name in reports. */
  readonly label: string;
  /** The app is deleted, with its runners. */
  readonly deleted?: true;
  /** Why the evidence decides nothing, as a clause: none, too old, or too little. The sentences may still be worth reading. */
  readonly doubt?: string;
  /** Undefined: the file contains nothing about the app. */
  readonly evidence?: ChangeEvidence;
}

/** A new app has a sentence for each value. This many are read. */
const readSentences = 3;

/** The sentences that a reader needs: all that matter, and others up to a few. */
export function sentencesOf({ deleted, evidence }: ScalingEvidence): readonly string[] {
  if (evidence === undefined || evidence.hours === 0) return [];
  if (deleted) {
    return evidence.starved === null ? [] : [`a runner was busy in ${shareText(evidence.starved.share)} of hours`];
  }
  // Those that matter come first.
  return evidence.values
    .filter(({ matters }, index) => matters || index < readSentences)
    .map(({ sentence }) => sentence);
}

/** Whether a reviewer should know the evidence. */
export function evidenceMatters({ deleted, evidence }: ScalingEvidence): boolean {
  return deleted ? (evidence?.starved?.share.max ?? 0) > 0 : (evidence?.matters ?? false);
}

/** `6%`, or `4% to 6%`. */
export function shareText({ min, max }: Interval): string {
  return percent(min) === percent(max) ? percent(max) : `${percent(min)} to ${percent(max)}`;
}

/** What a reader should know first: callers without runners, then money. */
export function byWeight(a: ScalingEvidence, b: ScalingEvidence): number {
  const starved = ({ evidence }: ScalingEvidence) => (isVague(evidence) ? 0 : (evidence?.starved?.share.max ?? 0));
  const cost = ({ evidence }: ScalingEvidence) => evidence?.idleCost?.change.max ?? 0;
  return Number(evidenceMatters(b)) - Number(evidenceMatters(a)) || starved(b) - starved(a) || cost(b) - cost(a);
}

/** Whether anything between no hour and every hour is possible, as with another, unknown `maxMultiplexing`. */
export function isVague(evidence: ChangeEvidence | undefined): boolean {
  return evidence?.starved?.share.min === 0 && evidence.starved.share.max === 1;
}

/** One for each app whose number of runners may change. */
export function scalingEvidence(
  capacities: readonly Capacity[],
  usage: UsageFile,
  unknownAfter: (urn: string) => readonly string[] = () => [],
): ScalingEvidence[] {
  return capacities.flatMap((capacity) => evidenceOf(capacity, usage, unknownAfter(capacity.urn)));
}

function evidenceOf(capacity: Capacity, usage: UsageFile, unknown: readonly string[]): ScalingEvidence[] {
  const { urn, label, changes, before, after } = capacity;
  const app = idOf(after) ?? idOf(before);
  if (!changes || app === undefined) return [];
  const found = usage.evidence.apps.find((each) => each.app === app);
  const deleted = after === undefined;
  const old = completed(before, found);
  const next = deleted ? { ...old, ...noRunners } : without(completed(after, found), unknown);
  if (changedNames(old, next).length === 0 && (found ?? before) !== undefined) return [];
  const doubt = usage.doubt ?? doubtAboutApp(found);
  return [
    {
      urn,
      app,
      label,
      ...(deleted ? { deleted } : {}),
      ...(doubt === undefined ? {} : { doubt }),
      ...(found === undefined ? {} : { evidence: evidenceOfChange(found, old, next) }),
    },
  ];
}

const noRunners: UsageScaling = {
  minConcurrency: 0,
  maxConcurrency: 0,
  concurrencyBuffer: 0,
  concurrencyBufferPerc: 0,
};

function idOf(running: Running | undefined): string | undefined {
  return running && "app" in running ? running.app : undefined;
}

/** Values that the program does not set stay as they are at fal. */
function completed(running: Running | undefined, found: AppEvidence | undefined): UsageScaling {
  const { app: _, ...known }: Partial<ScaledApp> = running && "app" in running ? running : {};
  return { ...found?.scaling, ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) };
}

function without(scaling: UsageScaling, names: readonly string[]): UsageScaling {
  return Object.fromEntries(Object.entries(scaling).filter(([name]) => !names.includes(name)));
}
