import { nameOf, typeOf } from "../../pulumi/plan";
import { alert, columns } from "../../report/blocks";
import { count, list, plural, unitAfter } from "../../report/phrases";
import type { Block, Inline, Report, Text } from "../../report/report-model";
import { inlineList, prose, separated } from "../../report/text";
import { countOf, nounOf, nounOfType, resourceTypes } from "../../resource-types";
import type {
  Cause,
  Drifted,
  DriftedProperty,
  DriftResult,
  FixedStack,
  PlannedStep,
  UnmanagedObject,
  Warning,
} from "./result";
import type { ReadStack } from "./stack";

/** What a report shows besides the result. */
export interface ReportContext {
  readonly stacks: readonly ReadStack[];
  /** Why the report does not show who changed something and when. */
  readonly auditFailures: readonly string[];
  /** The id of the key that listed unmanaged objects. */
  readonly keyId?: string;
}

export function driftReport(result: DriftResult, context: ReportContext): Report {
  return {
    title: `fal drift: ${result.stacks.map(({ stack }) => stack).join(", ")}`,
    verdict: verdictOf(result),
    blocks: [
      ...failureBlocks(result),
      ...missingBlocks(result),
      ...warningBlocks(result),
      ...fixBlocks(result),
      ...driftBlocks(result),
      ...unmanagedBlocks(result, context),
      ...nextBlocks(result),
    ],
    footer: footerOf(result, context),
  };
}

/** The summary in one sentence. */
export function verdictOf(result: DriftResult): Text {
  const { drifted, checked, errors, unmanaged = [], fix } = result;
  const parts: string[] = [];
  const where = stacksOf(result);
  const attention = attentionText(result);
  if (drifted.length > 0) {
    const verb = fix ? `had drifted in ${where}${fixText(fix.stacks, drifted.length)}` : `drifted in ${where}`;
    parts.push(
      `${drifted.length} of ${count(checked, "resource")} ${verb}: ${changesText(drifted, fix !== undefined)}`,
    );
  } else if (checked > 0 && attention !== undefined) {
    parts.push(`No property of ${count(checked, "resource")} in ${where} drifted`);
  } else if (checked > 0) {
    parts.push(`No drift: ${count(checked, "resource")} in ${where} ${plural(checked, "is", "are")} as declared`);
  } else if (errors.length === 0) {
    parts.push(`Nothing to compare: ${where} ${plural(result.stacks.length, "contains", "contain")} no resources`);
  }
  if (attention !== undefined) parts.push(attention);
  if (errors.length > 0) parts.push(unreadText(result));
  if (unmanaged.length > 0) {
    const verb = plural(unmanaged.length, "is", "are");
    parts.push(`${count(unmanaged.length, "object")} of the account ${verb} not managed by these stacks`);
  }
  return `${parts.join("; ")}.`;
}

/** Warnings of the last reading that count as drift: about a resource of fal, or about none. */
export function alarming({ warnings, fix }: DriftResult): readonly Warning[] {
  const readAgain = new Set(fix?.stacks.map(({ stack }) => stack));
  return [
    ...warnings.filter(({ stack }) => !readAgain.has(stack)),
    ...(fix?.stacks ?? []).flatMap((one) => one.warnings),
  ].filter(({ urn }) => urn === undefined || resourceTypes.has(typeOf(urn)));
}

/** The number of resources with warnings that did not drift. */
function attentionText(result: DriftResult): string | undefined {
  const drifted = new Set(result.drifted.map(({ urn }) => urn));
  const others = alarming(result).filter(({ urn }) => urn === undefined || !drifted.has(urn));
  const resources = new Set(others.map(({ urn, message }) => urn ?? message)).size;
  return resources === 0
    ? undefined
    : `${count(resources, "resource")} ${plural(resources, "needs", "need")} attention`;
}

function fixText(stacks: readonly FixedStack[], drifted: number): string {
  const remaining = stacks.flatMap((stack) => stack.remaining).length;
  if (stacks.some(({ outcome }) => outcome !== "applied")) return " and not everything was corrected";
  return remaining > 0
    ? ` and ${remaining} still ${plural(remaining, "does", "do")}`
    : ` and ${plural(drifted, "was", "were")} corrected`;
}

function unreadText({ errors }: DriftResult): string {
  const resources = new Set(errors.flatMap((error) => error.urns)).size;
  if (resources > 0) return `${count(resources, "resource")} could not be read`;
  const failed = [...new Set(errors.flatMap(({ stack }) => stack ?? []))];
  if (failed.length === 0) return "the account could not be read";
  return `${failed.length === 1 ? failed[0] : count(failed.length, "stack")} could not be read`;
}

/** For example `1 was reset by a deploy, 1 GPU instance is missing`; `past`: before a correction. */
function changesText(drifted: readonly Drifted[], past: boolean): string {
  const changed = drifted.filter(({ status }) => status === "changed");
  const reset = changed.filter((one) => causesOf(one).includes("resetByDeploy")).length;
  const others = changed.length - reset;
  const parts: string[] = [];
  if (reset > 0) parts.push(`${reset} ${plural(reset, "was", "were")} reset by a deploy`);
  if (others > 0) parts.push(`${others} ${plural(others, "was", "were")} changed`);
  const missing = Map.groupBy(
    drifted.filter(({ status }) => status === "missing"),
    ({ type }) => type,
  );
  for (const [type, { length }] of missing) {
    const kind = resourceTypes.get(type)?.kind;
    const verb = past ? plural(length, "was", "were") : plural(length, "is", "are");
    parts.push(`${kind ? countOf(length, kind) : count(length, "resource")} ${verb} missing`);
  }
  return parts.join(", ");
}

function causesOf({ properties }: Drifted): (Cause | undefined)[] {
  return properties.map(({ cause }) => cause);
}

/** The stacks that could be read at least in part; all stacks if none could. */
function stacksOf({ stacks, errors }: DriftResult): string {
  const unread = new Set(errors.flatMap(({ stack, urns }) => (urns.length === 0 && stack ? [stack] : [])));
  const read = stacks.filter(({ stack, checked }) => checked > 0 || !unread.has(stack));
  const named = read.length > 0 ? read : stacks;
  return named.length === 1 ? `${named[0]?.stack}` : count(named.length, "stack");
}

function failureBlocks({ errors }: DriftResult): Block[] {
  const lines = errors.map(({ stack, urns, message }): Text => {
    const what =
      urns.length === 0 ? "" : ` (${urns.length === 1 ? nameOf(urns[0] ?? "") : count(urns.length, "resource")})`;
    return [...(stack === undefined ? [] : [{ strong: `${stack}${what}:` }, " "]), ...prose(message)];
  });
  return alert("danger", lines);
}

function warningBlocks({ warnings, fix }: DriftResult): Block[] {
  const again = fix?.stacks.flatMap((stack) => stack.warnings) ?? [];
  const all = new Map([...warnings, ...again].map((warning) => [JSON.stringify(warning), warning]));
  const lines = [...all.values()].map(
    ({ name, message }): Text => [...(name === undefined ? [] : [{ strong: `${name}:` }, " "]), ...prose(message)],
  );
  return alert("warning", lines);
}

/** Missing objects, and the consequences of creating them again. */
function missingBlocks({ drifted, fix }: DriftResult): Block[] {
  const applied = new Map(fix?.stacks.flatMap((one) => (one.outcome === "applied" ? [[one.stack, one]] : [])));
  const isBack = ({ stack, urn }: Drifted) => applied.get(stack)?.remaining.every((left) => left.urn !== urn) ?? false;
  const missing = drifted.filter(({ status }) => status === "missing");
  const lines = (of: readonly Drifted[], verb: string, how: string) =>
    of.map((resource): Text => {
      const recreation = resourceTypes.get(resource.type)?.description.onMissing ?? "is created again";
      const likely = resource.cause ? `, probably ${causeTexts[resource.cause]}` : "";
      return [
        { strong: titleOf(resource) },
        ...prose(` ${verb} missing in ${placeOf(resource)}${likely}. ${how}, it ${recreation}.`),
      ];
    });
  const [back, gone] = [missing.filter(isBack), missing.filter((resource) => !isBack(resource))];
  return [
    ...alert("danger", lines(gone, "is", "With `pulumi up`")),
    ...alert("warning", lines(back, "was", "With this correction")),
  ];
}

function placeOf({ type }: Drifted): string {
  return resourceTypes.get(type) ? "fal" : "its provider";
}

function titleOf({ type, name, id }: Drifted): string {
  const noun = nounOfType(type);
  return id === undefined || id === name ? `${noun} ${name}` : `${noun} ${id} (${name})`;
}

/** More changed resources than this are folded, so readers see a list of titles first. */
const unfolded = 12;

function driftBlocks(result: DriftResult): Block[] {
  const changed = result.drifted.filter(({ status }) => status === "changed");
  const blocks = (of: readonly Drifted[]): Block[] =>
    of.map((resource) => ({
      kind: "section",
      title: titleOf(resource),
      ...(changed.length > unfolded ? { folded: true } : {}),
      blocks: [
        ...sourceBlocks(resource),
        propertiesTable(resource),
        ...accessBlocks(resource),
        ...writtenWithBlocks(resource),
      ],
    }));
  if (result.stacks.length === 1) return blocks(changed);
  return [...Map.groupBy(changed, ({ stack }) => stack)].map(([stack, of]) => ({
    kind: "section",
    title: stack,
    blocks: blocks(of),
  }));
}

function sourceBlocks({ source }: Drifted): Block[] {
  if (!source) return [];
  const place = `${source.file}:${source.line}`;
  const shown = source.href === undefined ? { code: place } : { link: place, href: source.href };
  return [{ kind: "paragraph", text: ["Declared in ", shown] }];
}

function propertiesTable({ type, properties }: Drifted): Block {
  if (properties.length === 0) return { kind: "paragraph", text: "The provider reports a change but no details." };
  if (!resourceTypes.get(type)) {
    const names = properties.map(({ path }): Inline[] => [{ code: path }]);
    return { kind: "paragraph", text: ["Changed: ", ...separated(names, ", "), "."] };
  }
  const explained = properties.some(({ cause, at }) => cause ?? at);
  return {
    kind: "table",
    columns: columns("Property", "Declared", "Actual", ...(explained ? ["Likely cause"] : [])),
    rows: properties.map((property) => [
      { code: property.path },
      shown(property.declared, property.unit),
      shown(property.actual, property.unit),
      ...(explained ? [causeText(property)] : []),
    ]),
  };
}

/** Properties that give someone access who has none according to the program. */
function accessBlocks({ properties }: Drifted): Block[] {
  return properties
    .filter(({ opensAccess }) => opensAccess)
    .flatMap(({ path }) => alert("warning", [[{ code: path }, " gives access that the program does not declare."]]));
}

/** What a correction also writes. Someone may have changed it since. */
function writtenWithBlocks({ properties }: Drifted): Block[] {
  return properties.flatMap(({ path, writtenWith }): Block[] => {
    if (writtenWith === undefined) return [];
    const others = inlineList(writtenWith.map((name) => [{ code: name }]));
    const text = [
      "fal sets ",
      { code: path },
      " only together with ",
      ...others,
      ". A correction writes both, and the program may contain an older value than fal.",
    ];
    return [{ kind: "paragraph", text }];
  });
}

function shown(value: unknown, unit: string | undefined): string {
  if (value === undefined) return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map((item) => shown(item, undefined)).join(", ");
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return unit && typeof value === "number" ? `${text} ${unitAfter(value, unit)}` : text;
}

const causeTexts: Readonly<Record<Cause, string>> = {
  resetByDeploy: "reset by deploy",
  deployedElsewhere: "deployed elsewhere",
  changedElsewhere: "changed elsewhere",
  revokedElsewhere: "revoked elsewhere",
};

function causeText({ cause, by, at }: DriftedProperty): string {
  const who = [...(by ? [by] : []), ...(at ? [timeOf(at)] : [])].join(", ");
  const text = cause === undefined ? "" : causeTexts[cause];
  return who ? `${text} (${who})` : text;
}

/** To the minute, in UTC. */
function timeOf(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? at : `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function unmanagedBlocks({ unmanaged }: DriftResult, { keyId }: ReportContext): Block[] {
  if (unmanaged === undefined) return [];
  const intro = "These objects of the account are not managed by these stacks. Other stacks or people may manage them.";
  const rows = unmanaged.map(({ kind, id, label }: UnmanagedObject): Text[] => [
    nounOf(kind),
    { code: id },
    [label, id === keyId ? "the key of this run" : undefined].filter(Boolean).join(", "),
  ]);
  const table: Block =
    rows.length === 0
      ? { kind: "paragraph", text: "All objects of the account are managed." }
      : { kind: "table", columns: columns("Kind", "Id", "Also known as"), rows };
  return [
    { kind: "section", title: "Not managed by these stacks", blocks: [{ kind: "paragraph", text: intro }, table] },
  ];
}

function fixBlocks({ fix }: DriftResult): Block[] {
  return (fix?.stacks ?? []).map(({ stack, outcome, corrections, programChanges, remaining }) => {
    const texts = {
      applied: "`pulumi up --refresh` succeeded.",
      declined: "Nothing was changed: you answered no.",
      refused: "Nothing was run. The error above contains the reason.",
      failed: "`pulumi up --refresh` failed. Changes that it made before are not undone.",
    } satisfies Record<FixedStack["outcome"], string>;
    return {
      kind: "section",
      title: `Correction of ${stack}`,
      blocks: [
        { kind: "paragraph", text: prose(texts[outcome]) },
        ...planBlocks(corrections, "Corrections"),
        ...planBlocks(programChanges, "Other changes, not drift"),
        ...alert("warning", remaining.length > 0 ? [["Still drifted: ", remaining.map(titleOf).join("; "), "."]] : []),
      ],
    };
  });
}

function planBlocks(steps: readonly PlannedStep[], title: string): Block[] {
  if (steps.length === 0) return [];
  return [
    {
      kind: "table",
      columns: columns(title, "Resource", "Properties"),
      rows: steps.map(({ op, type, name, properties }) => [op, `${nounOfType(type)} ${name}`, properties.join(", ")]),
    },
  ];
}

/** What to do next, if there is anything to do. */
function nextBlocks(result: DriftResult): Block[] {
  const { fix, unmanaged = [] } = result;
  const left = fix ? fix.stacks.flatMap(({ outcome, remaining }) => (outcome === "applied" ? remaining : [])) : [];
  const open = fix?.stacks.every(({ outcome }) => outcome === "applied") ? left : result.drifted;
  const items: Text[] = [];
  if (open.length > 0) {
    items.push(
      [
        "Correct it: ",
        { code: "pulumi-fal drift --fix" },
        " shows the plan, asks, and runs ",
        { code: "pulumi up --refresh" },
        ".",
      ],
      [
        "Accept it: declare the actual values in the program, or ignore a property with ",
        { code: "ignoreChanges" },
        ".",
      ],
    );
  }
  if (open.some((resource) => causesOf(resource).includes("resetByDeploy"))) {
    items.push([
      "With ",
      { code: "reapplyOn" },
      ", the next ",
      { code: "pulumi up" },
      " sends the values that a deploy resets again.",
    ]);
  }
  if (unmanaged.length > 0) {
    items.push(["Manage the other objects: ", { code: "pulumi-fal import" }, " writes a program for them."]);
  }
  return items.length === 0 ? [] : [{ kind: "section", title: "What to do", blocks: [{ kind: "list", items }] }];
}

function footerOf({ drifted }: DriftResult, { stacks, auditFailures }: ReportContext): Text[] {
  const ignored = stacks.flatMap((stack) => stack.ignored);
  const unfinished = stacks.flatMap((stack) => stack.unfinished);
  const otherDynamicResources = stacks.flatMap((stack) => stack.otherDynamicResources);
  return [
    prose(
      "The report compares what the last `pulumi up` of each stack recorded with what its providers return now. Values that fal never returns, such as those of secrets, cannot be compared.",
    ),
    ...(drifted.some(({ type, status }) => status === "changed" && !resourceTypes.get(type))
      ? ["For resources of other providers, only the names of changed properties are shown."]
      : []),
    ...(otherDynamicResources.length > 0
      ? [
          `Reading these dynamic resources of other packages ran the code in their state: ${otherDynamicResources.map(nameOf).join(", ")}.`,
        ]
      : []),
    ...(ignored.length > 0 ? [`Different but ignored because of ignoreChanges: ${ignored.join(", ")}.`] : []),
    ...(unfinished.length > 0
      ? [["The last ", { code: "pulumi up" }, ` did not finish ${list(unfinished)}. The next one continues.`]]
      : []),
    ...auditFailures.map((failure) => `The authors of changes are unknown: ${failure}`),
  ];
}
