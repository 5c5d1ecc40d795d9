import { formatCost, formatDifference, type HourlyCost } from "../../../cost";
import type { ChangedFiles, PlannedDeployment } from "../../../resources/description";
import { version } from "../../../version";
import { type Capacity, costRange, knownWarm, warmOf } from "../../capacity/capacity";
import { boundsLines, pricesLines, totalFacts } from "../../capacity/totals";
import type { Change, Effect, PropertyChange } from "../../changes/change";
import type { Review } from "../../changes/model";
import { verdictOf } from "../../changes/verdict";
import { deploymentDetail, deploymentVerb, noteText } from "../../changes/wording";
import { evidenceBlocks, usageLines } from "../../evidence/report";
import { evidenceMatters } from "../../evidence/scaling";
import { impactLines, impactsOf, rankOf, subject } from "../../impacts";
import type { Message } from "../../pulumi/diagnostics";
import { foreignCodeMessage } from "../../pulumi/state-code";
import { alert, columns, manyRows } from "../../report/blocks";
import { count, groupedBy, limited, plural, unitAfter, valueText } from "../../report/phrases";
import type { Block, Inline, Report, ScalingRange, Section, Table, Text } from "../../report/report-model";
import { inlineList, prose, separated } from "../../report/text";
import { nounOf } from "../../resource-types";
import type { FailedGate } from "./result";

/** More costs than this are folded. */
const manyCosts = 10;
/** More notes than this are folded. */
const manyNotes = 10;

/** The review for people. */
export function reviewReport(review: Review, failedGates: readonly FailedGate[], acceptance?: string): Report {
  return {
    title: review.stack === undefined ? "fal review" : `fal review: ${review.stack}`,
    verdict: verdictOf(review),
    ...(review.summary.enlarges > 0 || review.evidence?.changes.some(evidenceMatters)
      ? { level: "warning" as const }
      : {}),
    blocks: [
      ...alert("danger", rejection(review)),
      ...alert("danger", messageLines(review.errors)),
      ...alert("danger", [...losses(review.changes), ...impactLines(review.changes, "opens")]),
      ...alert("warning", impactLines(review.changes, "unprotects")),
      ...alert("warning", gateLines(failedGates, acceptance)),
      ...alert("warning", messageLines(review.warnings)),
      ...totalFacts(review),
      ...chart(review.capacities),
      ...(review.evidence ? evidenceBlocks(review.evidence, "future") : []),
      ...deployments(review.changes),
      ...sections(review.changes),
      ...notes(review.changes),
      ...costs(review),
      ...others(review),
    ],
    footer: footer(review),
  };
}

/** What matched, and what its reader can do. */
function gateLines(failedGates: readonly FailedGate[], acceptance: string | undefined): Text[] {
  if (failedGates.length === 0) return [];
  const how = acceptance ?? "run the review without the gate, where your pipeline allows that";
  return [
    ...failedGates.map(({ gate, reason }): Text => [{ code: `--fail-on ${gate}` }, ` matched: ${reason}.`]),
    [
      ...prose(
        `If this is not intended, change the program. To accept the change, ${how}. \`docs/guides/review.md\` of pulumi-fal explains each gate.`,
      ),
    ],
  ];
}

function rejection({ foreignCode }: Review): Text[] {
  if (foreignCode === undefined) return [];
  return [prose(foreignCodeMessage(foreignCode, "Do not trust its preview, which may have run this code."))];
}

/** Alerts are never cut off, so they contain no more than someone reads. */
function messageLines(messages: readonly Message[]): Text[] {
  const lines = messages.map(({ name, text }): Inline[] => [
    ...(name === undefined ? [] : [{ code: name }, ": "]),
    ...prose(text),
  ]);
  return limited(lines, (text) => [text]);
}

/** Destructive changes with their reasons; those that differ only in their objects share a line. */
function losses(changes: readonly Change[]): Text[] {
  const destructive = changes.filter((change) => change.destructive);
  return groupedBy(destructive, ({ kind, op, reason, deletion }) => [kind, op, reason, deletion]).map((group) => {
    const [{ kind, op, reason, deletion, deletionOfMany }] = group;
    const many = group.length > 1;
    const why = reason === undefined ? "" : ` because ${reason.text}`;
    const loss = (many ? deletionOfMany : deletion?.description) ?? "";
    const verb = `${plural(group.length, "is", "are")} ${op === "replace" ? "replaced" : "deleted"}`;
    return [...subject(kind, group), ...prose(` ${verb}${why}: ${loss}.`)];
  });
}

function chart(capacities: readonly Capacity[]): Block[] {
  const rows = capacities
    .filter(({ changes, before, after }) => changes && [before, after].some((running) => running && "app" in running))
    .filter(({ before, after }) => [before, after].every((running) => !running || knownWarm(running) !== undefined))
    .map(({ label, before, after }) => ({ label, ...range("before", before), ...range("after", after) }))
    .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
  return rows.length > 0 ? [{ kind: "scaling", title: "Runners per app, warm to maximum", rows }] : [];
}

function range<Side extends string>(side: Side, running: Capacity["before"]): { [S in Side]?: ScalingRange } {
  if (!running || !("app" in running)) return {};
  const value = { warm: warmOf(running)?.min ?? 0, max: running.maxConcurrency };
  return { [side]: value } as { [S in Side]: ScalingRange };
}

/** What the update deploys, with the files that differ and what happens to the runners. */
function deployments(changes: readonly Change[]): Block[] {
  const those = changes.flatMap((change) => (change.deployment ? [{ change, deployment: change.deployment }] : []));
  if (those.length === 0) return [];
  const hasCommits = those.some(({ deployment }) => deployment.commits !== undefined);
  const rows = those.map(({ change, deployment }): Text[] => [
    resource(change),
    prose(`${deploymentVerb(deployment)}${deploymentDetail(deployment)}`),
    deployment.files === undefined ? "–" : fileInlines(deployment.files),
    ...(hasCommits ? [commitInlines(deployment.commits)] : []),
    deployment.runners === undefined ? "none yet" : prose(deployment.runners),
  ]);
  const titles = ["Resource", "Deployment", "Files", ...(hasCommits ? ["Commits"] : []), "Runners"];
  const table: Block = { kind: "table", columns: columns(...titles), rows };
  const folded = rows.length >= manyRows ? ({ folded: true } as const) : {};
  return [{ kind: "section", title: `Deployed: ${rows.length}`, ...folded, blocks: [table] }];
}

/** Each list is cut after ten. */
function fileInlines(files: ChangedFiles): Inline[] {
  const parts = (["changed", "added", "removed"] as const)
    .filter((verb) => files[verb].length > 0)
    .map((verb): Inline[] => [`${verb}: `, ...inlineList(files[verb].map((path) => [{ code: path }]))]);
  return separated(parts, "; ");
}

function commitInlines(commits: PlannedDeployment["commits"]): Text {
  if (commits === undefined) return "–";
  const short = (commit: string): Inline => ({ code: commit.slice(0, 9) });
  return [short(commits.from), " → ", short(commits.to)];
}

type Heading = readonly [effect: Effect, title: string, has?: (change: Change) => boolean];

/** A change that leaves something unprotected is never folded. */
const unprotects = (change: Change) => impactsOf(change, "unprotects").length > 0;

const headings: readonly Heading[] = [
  ["deleted", "Deleted"],
  ["replaced", "Replaced"],
  ["changed", "Changed"],
  ["adopted", "Adopted if it exists at fal; otherwise the update fails", ({ conditional }) => conditional === true],
  ["adopted", "Adopted", ({ conditional }) => !conditional],
  ["created", "Created"],
  ["unmanaged", "No longer managed"],
  ["handedOver", "Handed over to another resource"],
  ["stateOnly", "Less protected, nothing is sent to fal", unprotects],
  ["stateOnly", "Only in Pulumi's state", (change) => !unprotects(change)],
];

function sections(changes: readonly Change[]): Section[] {
  return headings.flatMap(([effect, title, has = () => true]) => {
    const those = changes.filter((change) => change.effect === effect && has(change) && !isDeployedOnly(change));
    if (those.length === 0) return [];
    const table = tableOf(
      effect,
      those.toSorted((a, b) => rankOf(a, a.destructive) - rankOf(b, b.destructive)),
    );
    const isMinor = effect === "stateOnly" && !those.some(({ impacts }) => impacts.length > 0);
    const folded = table.rows.length >= manyRows || isMinor ? ({ folded: true } as const) : {};
    return [{ kind: "section", title: `${title}: ${those.length}`, ...folded, blocks: [{ kind: "table", ...table }] }];
  });
}

/** Whether the section of the deployments shows all of a change. */
function isDeployedOnly(change: Change): boolean {
  const { deployment, effect } = change;
  return deployment !== undefined && effect === "changed" && written(change).length === 0;
}

function tableOf(effect: Effect, changes: readonly Change[]): Omit<Table, "kind"> {
  if (effect === "deleted" || effect === "unmanaged" || effect === "handedOver") {
    return {
      columns: columns("Resource", "Effect"),
      rows: changes.map((change) => [resource(change), prose(change.deletion?.description ?? "")]),
    };
  }
  if (effect === "created" || effect === "adopted") {
    return {
      columns: columns("Resource", "Properties"),
      rows: changes.map((change) => {
        const settings = written(change).filter(({ identity }) => !identity);
        return [resource(change), settings.length > 0 ? separated(settings.map(setting), "; ") : "–"];
      }),
    };
  }
  return {
    columns: columns("Resource", "Property", "Before", "After"),
    rows: changes.flatMap((change) => {
      const properties = written(change);
      if (properties.length === 0) return [[resource(change), hiddenChange(change), "", ""]];
      return properties.map((property, index): Text[] => [
        index === 0 ? resource(change) : [],
        { code: property.path },
        valueInlines(property, property.from, change.op === "replace" ? "not set" : "not managed"),
        afterText(property),
      ]);
    }),
  };
}

/** What to show if no property of the program changes. */
function hiddenChange({ reason, notes: [note] }: Change): Text {
  return prose((reason ?? note)?.text ?? "nothing that the preview shows");
}

/** Kind and name, with the place in the program. */
function resource(change: Change): Text {
  const { source } = change;
  const place = source && `${source.file}:${source.line}`;
  const link: Inline[] =
    place === undefined ? [] : [" (", source?.href ? { link: place, href: source.href } : place, ")"];
  return [`${nounOf(change.kind)} `, { code: change.label }, ...link];
}

/** The properties that the program sets; notes describe the computed ones. */
function written({ properties }: Change): readonly PropertyChange[] {
  return properties.filter(({ computed }) => !computed);
}

function setting(property: PropertyChange): Inline[] {
  return [`${property.path} `, ...valueInlines(property, property.to, "not set")];
}

function afterText(property: PropertyChange): Inline[] {
  const text = valueInlines(property, property.to, "no longer managed");
  return property.secret && property.from !== null && property.to !== null
    ? [...text, " ", { strong: "new value" }]
    : text;
}

function valueInlines({ unit }: PropertyChange, value: unknown, absent: string): Inline[] {
  if (value === null || value === undefined) return [absent];
  return [
    { code: withShortDigests(valueText(value)) },
    ...(unit === undefined || typeof value !== "number" ? [] : [` ${unitAfter(value, unit)}`]),
  ];
}

/** The first digits of a SHA-256 digest tell as much as all of them. The JSON contains the whole value. */
function withShortDigests(text: string): string {
  return text.replace(/\b[0-9a-f]{64}\b/g, (digest) => `${digest.slice(0, 9)}…`);
}

/** Notes; those that differ only in their objects share a line. */
function notes(changes: readonly Change[]): Block[] {
  const all = changes.flatMap((change) => change.notes.map((note) => ({ ...change, note })));
  const items = groupedBy(all, ({ kind, note }) => [kind, note.code, note.params]).map((group): Text => {
    const [{ kind, note }] = group;
    return [...subject(kind, group), ": ", ...prose(noteText(note, kind, group.length > 1))];
  });
  if (items.length === 0) return [];
  const folded = items.length > manyNotes ? ({ folded: true } as const) : {};
  return [{ kind: "section", title: "Notes", ...folded, blocks: [{ kind: "list", items }] }];
}

/** The cost of each changed app and GPU instance, the largest change first. */
function costs({ capacities, cost, prices }: Review): Block[] {
  if (!cost || !prices) return [];
  const money = (part: HourlyCost | undefined) => (part ? formatCost(part, cost.currency) : "–");
  const rows = capacities
    .filter(({ changes }) => changes)
    .map((capacity) => {
      const at = (side: "before" | "after", load?: "full") => costRange(capacity, side, prices, load);
      const [from, to] = [at("before"), at("after")];
      const none = { min: 0, max: 0, open: [] };
      return {
        size: Math.abs((to?.max ?? 0) - (from?.max ?? 0)),
        cells: [
          { code: capacity.label },
          money(from),
          money(to),
          formatDifference(from ?? none, to ?? none, cost.currency) ?? "–",
          money(at("after", "full")),
        ],
        moves: money(from) !== money(to) || money(at("before", "full")) !== money(at("after", "full")),
      };
    })
    .filter(({ moves }) => moves)
    .sort((a, b) => b.size - a.size)
    .map(({ cells }): Text[] => cells);
  if (rows.length === 0) return [];
  const numeric = true as const;
  const table: Block = {
    kind: "table",
    columns: [
      { title: "Resource" },
      { title: "Idle before", numeric },
      { title: "Idle after", numeric },
      { title: "Difference", numeric },
      { title: "At full load", numeric },
    ],
    rows,
  };
  const folded = rows.length > manyCosts ? ({ folded: true } as const) : {};
  return [{ kind: "section", title: "Cost per hour", ...folded, blocks: [table] }];
}

function others({ otherResources }: Review): Block[] {
  if (otherResources.length === 0) return [];
  const items = (["delete", "replace", "update", "create"] as const).flatMap((op) => {
    const resources = otherResources.filter((other) => other.op === op);
    const named = resources.map(({ type, name }): Inline[] => [{ code: name }, ` (${type})`]);
    return resources.length === 0 ? [] : [[`${op} ${resources.length}: `, ...inlineList(named)]];
  });
  return [
    {
      kind: "section",
      title: `Other resources: ${otherResources.length}`,
      folded: true,
      blocks: [{ kind: "list", items }],
    },
  ];
}

function footer(review: Review): Text[] {
  const { omitted, unchanged } = review;
  const lines: Text[] = [];
  if (omitted > 0) {
    const them = plural(omitted, "it", "them");
    lines.push(
      prose(
        `Totals cover only changed resources. The preview omits ${count(omitted, "unchanged resource")}, and the review did not check ${them} for foreign code or a removed \`protect\`. Use \`--show-sames\` to include ${them}.`,
      ),
    );
  } else if (unchanged > 0) {
    lines.push(`${count(unchanged, "fal resource")} ${plural(unchanged, "is", "are")} unchanged.`);
  }
  lines.push(...pricesLines(review), ...boundsLines(review));
  if (review.evidence) lines.push(...usageLines(review.evidence));
  lines.push(
    prose(
      review.askedFal
        ? "The review asked fal what exists and which values it has."
        : `The review did not ask fal: it contains what the program${review.evidence ? ", Pulumi's state and the usage file" : " and Pulumi's state"} say. Use \`--live\` with a key to ask.`,
    ),
  );
  lines.push(`pulumi-fal ${version}`);
  return lines;
}
