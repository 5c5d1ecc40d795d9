import type { Prices } from "../../cost";
import { metadataOf } from "../../provider/metadata";
import { type Host, providerPackages } from "../../provider/tokens";
import type { Notion } from "../../resources/description";
import type { Capacity } from "../capacity/capacity";
import { enlargements } from "../capacity/growth";
import { type RunnerSummary, runnerSummary, type TotalCost, totalCost, unpricedIn } from "../capacity/totals";
import type { EvidenceInReport } from "../evidence/report";
import { scalingEvidence } from "../evidence/scaling";
import { ofAccounts, type UsageFile } from "../evidence/usage-file";
import { impactsOf, reportedImpact } from "../impacts";
import { errorsOf, type Message, messagesOf, readable } from "../pulumi/diagnostics";
import { type Diagnostic, nameOf, type Plan, type Step, typeOf, unknownText } from "../pulumi/plan";
import { codeInPlan, type ForeignCode } from "../pulumi/state-code";
import { type Link, sourceOf } from "../report/source";
import { type ResourceType, resourceTypes } from "../resource-types";
import { capacityOf } from "./capacity";
import { type Change, changeOf, isImport, movesTo, opOf, type PlannedChange } from "./change";
import { consequencesOf, triggeredIn } from "./consequences";
import { handOvers, type OurStep } from "./hand-over";
import { type Live, liveNotes, takenOver } from "./live";

export interface Summary extends RunnerSummary {
  readonly creates: number;
  readonly updates: number;
  readonly replaces: number;
  readonly deletes: number;
  readonly destructive: number;
  /** Changes that give access: to an app, to files, to a secret, or more rights to a key. */
  readonly opens: number;
  /** Changes after which more may run, or that cost more. */
  readonly enlarges: number;
  /** Changes that remove what protects an object, such as `protect`. */
  readonly unprotects: number;
}

/** A resource of another provider, or of Pulumi itself. */
export interface OtherResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly op: PlannedChange["op"];
}

/** Everything that a review contains, before report and JSON put it into words. */
export interface Review {
  readonly summary: Summary;
  readonly askedFal: boolean;
  readonly unchanged: number;
  readonly omitted: number;
  readonly otherResources: readonly OtherResource[];
  readonly foreignCode?: readonly ForeignCode[];
  readonly errors: readonly Message[];
  readonly warnings: readonly Message[];
  readonly unpriced: readonly string[];
  /** `project/stack`. Undefined if the preview contains no resource. */
  readonly stack: string | undefined;
  readonly changes: readonly Change[];
  /** How many resources the other host runs from now on. Undefined if none. */
  readonly moves?: { readonly to: Host; readonly count: number };
  /** Apps and GPU instances, also unchanged ones that the preview contains. */
  readonly capacities: readonly Capacity[];
  /** Only with prices. */
  readonly cost?: TotalCost;
  readonly prices?: Prices;
  /** Only with a usage file. */
  readonly evidence?: EvidenceInReport;
}

/** Pure: the same plan, prices, usage and links give the same review. */
export function reviewOf(plan: Plan, link: Link, prices?: Prices, live?: Live, usage?: UsageFile): Review {
  const { foreign } = codeInPlan(plan);
  if (foreign.length > 0) {
    return { ...reviewed({ ...plan, steps: [], diagnostics: [] }, link), stack: stackOf(plan), foreignCode: foreign };
  }
  return reviewed(plan, link, prices, live, usage);
}

function reviewed(plan: Plan, link: Link, prices?: Prices, live?: Live, usage?: UsageFile): Review {
  const messages = messagesByUrn(plan.diagnostics);
  const steps = inOrder(plan.steps);
  const managed = steps.flatMap((step): OurStep[] => {
    const type = resourceTypeOf(step);
    return type && (opOf(step) !== undefined || staysManaged(step)) ? [{ step, type }] : [];
  });
  const takers = handOvers(managed);
  const before = new Map([
    ...managed.map((one) => [one.step, takenOver(live, one)] as const),
    ...[...takers].map(([gives, takes]) => [takes, gives.old] as const),
    // An import leaves the object as it is.
    ...managed.filter(({ step }) => isImport(step)).map(({ step }) => [step, step.new] as const),
  ]);
  const ours = managed.map(({ step, type }) => {
    const op = opOf(step);
    const around = { messages: messages.get(step.urn) ?? [], link, taker: takers.get(step), giver: before.get(step) };
    const change = changeOf(step, op ?? "same", type, around);
    return { step, type, change: op === undefined && change.impacts.length === 0 ? undefined : change };
  });
  const gone = goneBy(ours);
  const capacities = ours.flatMap(({ step, type, change }) => {
    // The capacity of a handed-over object before the update counts for the resource that takes it over.
    const old = step.old ?? before.get(step);
    const changing = change?.op === "same" ? undefined : change;
    return capacityOf({ ...step, ...(old ? { old } : {}) }, changing, type.kind, gone, takers.has(step));
  });
  const triggered = triggeredIn(ours);
  const capacitiesOf = Map.groupBy(capacities, ({ urn }) => urn);
  const changes = ours.flatMap(({ step, type, change }) => {
    if (!change) return [];
    const own = capacitiesOf.get(step.urn) ?? [];
    const enlarged = own.flatMap((each) => enlargements(each, prices));
    const consequences = consequencesOf({ step, type, change }, ours, own, {
      prices,
      live,
      triggered,
      isWhole: plan.omitted === 0,
    });
    // `reaches` also names the runners that keep the old value.
    const isTold = consequences.some(({ code }) => code === "reaches");
    const notes = [
      ...liveNotes(live, { step, type }),
      ...change.notes.filter(({ code }) => !isTold || code !== "newRunnersOnly"),
      ...consequences,
    ];
    return [
      { ...change, notes, impacts: [...change.impacts, ...enlarged.map((impact) => reportedImpact(impact, "future"))] },
    ];
  });
  const cost = prices && totalCost(capacities, prices);
  const changed = new Set(changes.map(({ urn }) => urn));
  return {
    stack: stackOf(plan),
    summary: summaryOf(changes, capacities, cost),
    changes,
    ...movesIn(steps),
    capacities,
    unchanged: ours.length - changes.length,
    omitted: plan.omitted,
    otherResources: steps.filter((step) => !isMoveOfProvider(step, steps)).flatMap(otherResource),
    errors: errorsOf(plan.diagnostics),
    // Warnings about changed resources are notes of their changes.
    warnings: messagesOf(plan.diagnostics, "warning").filter(({ urn }) => urn === undefined || !changed.has(urn)),
    ...(cost ? { cost } : {}),
    ...(prices ? { prices } : {}),
    ...(usage ? { evidence: evidenceIn(plan, usage, capacities, changes) } : {}),
    askedFal: live !== undefined,
    unpriced: unpricedIn(cost),
  };
}

function evidenceIn(
  { steps }: Plan,
  file: UsageFile,
  capacities: readonly Capacity[],
  changes: readonly Change[],
): EvidenceInReport {
  const usage = ofAccounts(
    file,
    steps.flatMap(({ old }) => metadataOf(old?.outputs ?? {})?.account ?? []),
  );
  return { usage, changes: scalingEvidence(capacities, usage, unknownIn(changes)) };
}

/** The properties of a resource whose values only the update will know. */
function unknownIn(changes: readonly Change[]): (urn: string) => string[] {
  return (urn) =>
    changes
      .filter((change) => change.urn === urn)
      .flatMap(({ properties }) => properties.filter(({ to }) => to === unknownText).map(({ path }) => path));
}

function resourceTypeOf(step: Step): ResourceType | undefined {
  return resourceTypes.get((step.new ?? step.old)?.type ?? typeOf(step.urn));
}

/** The resources that move to another host. All of a stack's move to the same one. */
function movesIn(steps: readonly Step[]): Pick<Review, "moves"> {
  const hosts = steps.flatMap((step) => movesTo(step) ?? []);
  const [to] = hosts;
  return to === undefined ? {} : { moves: { to, count: hosts.length } };
}

/** Whether a step creates or deletes a provider because the resources move: one of the same name goes or comes. */
function isMoveOfProvider(step: Step, all: readonly Step[]): boolean {
  const types = Object.values(providerPackages).map((name) => `pulumi:providers:${name}`);
  const counterpart = { create: "delete", delete: "create" }[step.op];
  return (
    counterpart !== undefined &&
    types.includes(typeOf(step.urn)) &&
    all.some(
      ({ op, urn }) =>
        op === counterpart &&
        types.includes(typeOf(urn)) &&
        typeOf(urn) !== typeOf(step.urn) &&
        nameOf(urn) === nameOf(step.urn),
    )
  );
}

/** A change of a resource that is not fal's. */
function otherResource(step: Step): OtherResource[] {
  const op = opOf(step);
  if (op === undefined || resourceTypeOf(step) !== undefined || isInternal(step)) return [];
  return [{ urn: step.urn, type: typeOf(step.urn), name: nameOf(step.urn), op }];
}

/** Whether the stack manages an unchanged resource. It does not manage what the program reads with `get`. */
function staysManaged(step: Step): boolean {
  return step.op === "same" && metadataOf(step.new?.inputs ?? {}) !== undefined;
}

/** In the order of the program, because the engine's order varies. */
function inOrder(steps: readonly Step[]): Step[] {
  const position = ({ old, new: next }: Step) => sourceOf((next ?? old)?.sourcePosition, () => undefined);
  const keyed = steps.map((step) => ({ step, source: position(step) }));
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  return keyed
    .sort(
      (a, b) =>
        compare(a.source?.file ?? "", b.source?.file ?? "") ||
        (a.source?.line ?? 0) - (b.source?.line ?? 0) ||
        compare(a.step.urn, b.step.urn),
    )
    .map(({ step }) => step);
}

/** The stack's own resource, which is created with the first one. */
function isInternal(step: Step): boolean {
  return typeOf(step.urn) === "pulumi:pulumi:Stack";
}

function stackOf({ steps }: Plan): string | undefined {
  const [scope, project] = steps[0]?.urn.split("::") ?? [];
  const stack = scope?.split(":").at(-1);
  return project && stack ? `${project}/${stack}` : undefined;
}

/** Ids of the apps and environments that the plan deletes. */
function goneBy(ours: readonly { step: Step; change: Change | undefined }[]): Set<string> {
  return new Set(
    ours.flatMap(({ step, change }) =>
      change?.deletion?.outcome === "lost" && resourceTypes.get(change.type)?.description.deletesApps && step.old?.id
        ? [step.old.id]
        : [],
    ),
  );
}

function summaryOf(changes: readonly Change[], capacities: readonly Capacity[], cost: Review["cost"]): Summary {
  const count = (op: Change["op"]) => changes.filter((change) => change.op === op).length;
  const having = (notion: Notion) => changes.filter((change) => impactsOf(change, notion).length > 0).length;
  return {
    creates: count("create"),
    updates: count("update"),
    replaces: count("replace"),
    deletes: count("delete") - changes.filter(({ effect }) => effect === "handedOver").length,
    destructive: changes.filter(({ destructive }) => destructive).length,
    opens: having("opens"),
    enlarges: having("enlarges"),
    unprotects: having("unprotects"),
    ...runnerSummary(capacities, cost),
  };
}

/** The provider's messages about each resource, for example about a rotation. Not the output of the program. */
function messagesByUrn(diagnostics: readonly Diagnostic[]): Map<string, string[]> {
  const byUrn = new Map<string, string[]>();
  for (const { severity, urn, message } of diagnostics) {
    if (urn === undefined || (severity !== "info" && severity !== "warning")) continue;
    const known = byUrn.get(urn) ?? [];
    const text = readable(message);
    if (!known.includes(text)) byUrn.set(urn, [...known, text]);
  }
  return byUrn;
}
