import type { Capacity } from "../capacity/capacity";
import { hardwareClauses, hardwareOf, movementClauses, movementOf, newlyScaledText, newText } from "../capacity/growth";
import { totalClauses } from "../capacity/totals";
import { evidenceClauses } from "../evidence/report";
import { impactClauses, impactsOf } from "../impacts";
import { capitalize, count, groupedBy, list, plural } from "../report/phrases";
import type { Inline } from "../report/report-model";
import { shortened, textOf } from "../report/text";
import { countOf, nounOf, resourceTypeOf, verbFor } from "../resource-types";
import type { Change, Effect } from "./change";
import type { Review } from "./model";
import { deploymentDetail, deploymentVerb, hostText, unlessText } from "./wording";

/** The summary in one sentence, the worst first. */
export function verdictOf(review: Review): Inline[] {
  const ends = endings(review.changes);
  const worst = [
    ...ends.filter((each) => typeof each !== "string"),
    ...notable.flatMap(({ notion }) => impactClauses(review.changes, notion).map((strong) => ({ strong }))),
  ];
  const rest = [
    ...deployments(review.changes),
    ...ends.filter((each) => typeof each === "string"),
    ...movementClauses(review.capacities, "future"),
    ...newlyScaled(review.capacities),
    ...hardwareClauses(review.capacities, review.prices, "future"),
    ...ordinary(review),
  ];
  const parts = [
    ...failures(review.changes),
    ...(worst.length > mostClauses ? worstCounted(review) : worst),
    ...(rest.length > mostClauses
      ? [...rest.slice(0, mostClauses - 1), `${count(rest.length - mostClauses + 1, "more kind")} of changes`]
      : rest),
    ...totalClauses(review),
    ...others(review),
    ...moves(review),
  ];
  const usage = review.evidence ? evidenceClauses(review.evidence, "future") : [];
  const summary = [...sentence(parts), ...usage.map((clause) => ` ${capitalize(clause)}.`)];
  if (review.foreignCode !== undefined) {
    return [{ strong: "Rejected" }, ": the state of this stack contains code that is not pulumi-fal's."];
  }
  const first = review.errors[0];
  if (first !== undefined) {
    const more = review.errors.length - 1;
    const text = plain(firstSentence(first.text));
    const end = more === 0 && /[.!?…]$/.test(text) ? "" : ".";
    return [
      { strong: "The preview failed" },
      `: ${first.name === undefined ? "" : `${first.name}: `}${text}`,
      ...(more > 0 ? [` (and ${count(more, "more error")})`] : []),
      ...(parts.length > 0 ? [`${end} Planned before the failure: `, ...summary] : []),
    ];
  }
  return parts.length > 0 ? summary : [{ strong: "No changes." }];
}

/** With `--live`, what is known to fail. */
function failures(changes: readonly Change[]): Inline[] {
  const those = changes.filter(isKnownToFail);
  if (those.length === 0) return [];
  const resources = list(groupedBy(those, ({ kind }) => kind).map((group) => countOf(group.length, group[0].kind)));
  return [{ strong: `the update fails for ${resources}` }];
}

function isKnownToFail({ notes }: Change): boolean {
  return notes.some(({ code }) => code === "missing" || code === "exists" || code === "noSuchValue");
}

/** More clauses than this become a number. */
const mostClauses = 3;

const notable = [
  { notion: "opens", one: "gives access", many: "give access" },
  { notion: "unprotects", one: "removes protection", many: "remove protection" },
] as const;

/**
 * The number of changes that lose, open or unprotect something, each with the worst of them, where naming all would be too
 * long.
 */
function worstCounted({ summary, changes }: Review): Inline[] {
  const counted = (number: number, what: string, clauses: readonly string[]) =>
    number === 0 ? [] : [clauses.length > 1 ? `${what}, above all ${clauses[0]}` : (clauses[0] ?? what)];
  const destructive = changes.filter((change) => change.destructive);
  const losses = [true, false].flatMap((losesData) =>
    endings(destructive.filter(({ kind }) => (resourceTypeOf(kind)?.description.losesData ?? false) === losesData)),
  );
  return [
    ...counted(summary.destructive, count(summary.destructive, "destructive change"), losses.map(textOf)),
    ...notable.flatMap(({ notion, one, many }) => {
      const number = summary[notion];
      return counted(number, `${count(number, "change")} ${plural(number, one, many)}`, impactClauses(changes, notion));
    }),
  ].map((strong) => ({ strong }));
}

type Verb = readonly [effect: Effect, one: string, many: string];

/** Deletions, replacements and resources that are no longer managed. Losses are strong. */
function endings(changes: readonly Change[]): Inline[] {
  const verbs: readonly Verb[] = [
    ["deleted", "is deleted", "are deleted"],
    ["replaced", "is replaced", "are replaced"],
    ["unmanaged", "is no longer managed", "are no longer managed"],
    ["handedOver", "is handed over", "are handed over"],
  ];
  return verbs.flatMap(([effect, one, many]) => {
    const those = changes.filter((change) => change.effect === effect);
    return groupedBy(those, ({ kind, deletion, destructive }) => [kind, deletion, destructive]).map((group) => {
      const [{ kind, deletion, deletionOfMany, destructive }] = group;
      const description = group.length > 1 ? deletionOfMany : deletion?.description;
      const detail = description === undefined ? "" : ` (${plain(description)})`;
      const text = `${countOf(group.length, kind)} ${verbFor(group.length, kind, one, many)}${detail}`;
      return destructive ? { strong: text } : text;
    });
  });
}

/** Code that the update deploys: what for one app, how many for several. */
function deployments(changes: readonly Change[]): string[] {
  const those = changes.filter(({ deployment }) => deployment !== undefined);
  return groupedBy(those, ({ kind, deployment }) => [kind, deploymentVerb(deployment), deployment?.unless]).map(
    (group) => {
      const [{ kind, label, deployment }] = group;
      const verb = deploymentVerb(deployment, group.length);
      if (group.length > 1) return `${countOf(group.length, kind)} ${verb}${unlessText(deployment)}`;
      return `${nounOf(kind)} ${label} ${verb}${plain(deploymentDetail(deployment))}`;
    },
  );
}

/** Apps whose scaling is managed from now on. */
function newlyScaled(capacities: readonly Capacity[]): string[] {
  const those = capacities.filter((each) => newlyScaledText(each) !== "");
  if (those.length === 0) return [];
  return [`${count(those.length, "app")} may scale up to ${newText(those)} (before: unknown)`];
}

/** Creations, adoptions and changes, by kind. */
function ordinary({ changes, capacities, prices }: Review): string[] {
  const verbs: readonly Verb[] = [
    ["created", "is created", "are created"],
    ["adopted", "is adopted", "are adopted"],
    ["changed", "changes", "change"],
  ];
  // Other clauses name these: they scale, get other hardware, rotate, or open something.
  const named = new Set([
    ...capacities
      .filter((each) => movementOf(each) ?? hardwareOf(each, prices) ?? newlyScaledText(each) !== "")
      .map(({ urn }) => urn),
    ...changes
      .filter(
        (change) =>
          change.rotation ||
          isDeployedOnly(change) ||
          (change.effect === "changed" && impactsOf(change, "opens").length > 0),
      )
      .map(({ urn }) => urn),
  ]);
  const others = changes.filter((change) => !named.has(change.urn) && !isKnownToFail(change));
  const parts = verbs.flatMap(([effect, one, many]) => {
    const those = others.filter((change) => change.effect === effect);
    const [first] = those;
    if (!first) return [];
    const conditional = those.filter((change) => change.conditional).length;
    const some = conditional < those.length ? `${conditional} ` : "";
    const condition = conditional > 0 ? ` (${some}if ${plural(conditional, "it exists", "they exist")})` : "";
    const subject = list(groupedBy(those, ({ kind }) => kind).map((group) => countOf(group.length, group[0].kind)));
    return [`${subject} ${verbFor(those.length, first.kind, one, many)}${condition}`];
  });
  const rotations = changes.filter(({ rotation }) => rotation !== undefined);
  const [first] = rotations;
  if (first?.rotation) {
    const rotate = plural(rotations.length, first.rotation.one, first.rotation.many);
    parts.push(`${countOf(rotations.length, first.kind)} ${rotate}`);
  }
  const stateOnly = changes.filter(
    (change) => change.effect === "stateOnly" && impactsOf(change, "unprotects").length === 0 && !onlyMoves(change),
  ).length;
  if (stateOnly > 0) {
    parts.push(`${count(stateOnly, "resource")} ${plural(stateOnly, "changes", "change")} in Pulumi's state only`);
  }
  return parts;
}

/** Resources that another host runs from now on. */
function moves({ moves: found, changes, otherResources }: Review): string[] {
  if (!found) return [];
  const text = `${count(found.count, "resource")} ${plural(found.count, "moves", "move")} to ${hostText[found.to]}`;
  return [otherResources.length === 0 && changes.every(onlyMoves) ? `nothing changes at fal, ${text}` : text];
}

/** Whether the first line needs no clause about a change besides the one about its deployment. */
function isDeployedOnly({ deployment, effect }: Change): boolean {
  return deployment !== undefined && (effect === "created" || effect === "changed" || effect === "adopted");
}

function onlyMoves({ op, effect, properties, impacts, notes }: Change): boolean {
  const others = notes.filter(({ code }) => code !== "moves");
  return op === "update" && effect === "stateOnly" && [...properties, ...impacts, ...others].length === 0;
}

function others({ otherResources: { length }, changes }: Review): string[] {
  if (length === 0) return [];
  const others = `${count(length, "other resource")} ${plural(length, "changes", "change")}`;
  return [changes.length === 0 ? `nothing changes at fal, ${others}` : others];
}

function sentence(parts: readonly Inline[]): Inline[] {
  return [
    ...parts.flatMap((part, index) =>
      index > 0 ? [", ", part] : [typeof part === "string" ? capitalize(part) : begun(part)],
    ),
    ".",
  ];
}

/** Clauses are texts or strong. */
function begun(part: Exclude<Inline, string>): Inline {
  return "strong" in part ? { strong: capitalize(part.strong) } : part;
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}

/** The first sentence; the alert below contains the whole text. */
function firstSentence(text: string): string {
  const [first = text] = text.split(/(?<=\.)\s/);
  return shortened(first, 200);
}
