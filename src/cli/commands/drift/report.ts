import { nameOf, typeOf } from "../../pulumi/plan";
import type { Block, Inline, Report, Table, Text } from "../../report/report-model";
import { prose } from "../../report/text";
import { kinds, nounOf, unitFor } from "../../resource-types";
import type {
  Cause,
  Drifted,
  DriftedProperty,
  DriftResult,
  FixedStack,
  PlannedStep,
  Unmanaged,
  Warning,
} from "./result";
import type { ReadStack } from "./stack";

/** What a report says besides the result itself. */
export interface Remarks {
  readonly stacks: readonly ReadStack[];
  /** Why who and when are missing. */
  readonly auditFailures: readonly string[];
  /** The key that unmanaged objects were listed with. */
  readonly keyId?: string;
}

export function driftReport(result: DriftResult, remarks: Remarks): Report {
  return {
    title: `fal drift: ${result.stacks.map(({ stack }) => stack).join(", ")}`,
    verdict: verdictOf(result),
    blocks: [
      ...failureBlocks(result),
      ...missingBlocks(result),
      ...warningBlocks(result),
      ...fixBlocks(result),
      ...driftBlocks(result),
      ...unmanagedBlocks(result, remarks),
      ...nextBlocks(result),
    ],
    footer: footerOf(result, remarks),
  };
}

/** Everything in one sentence. */
export function verdictOf(result: DriftResult): Text {
  const { drifted, checked, errors, unmanaged = [], fix } = result;
  const parts: string[] = [];
  const where = stacksOf(result);
  const attention = attentionWords(result);
  if (drifted.length > 0) {
    const { had, now } = fix ? { had: "had drifted", now: fixedWords(fix.stacks) } : { had: "drifted", now: "" };
    parts.push(
      `${drifted.length} of ${counted(checked, "resource")} ${had} in ${where}${now}: ${kindsOf(drifted, fix !== undefined)}`,
    );
  } else if (checked > 0 && attention !== undefined) {
    parts.push(`Of ${counted(checked, "resource")} in ${where} no property drifted`);
  } else if (checked > 0) {
    parts.push(`No drift: ${counted(checked, "resource")} in ${where} ${checked === 1 ? "is" : "are"} as declared`);
  } else if (errors.length === 0) {
    parts.push(`Nothing to compare: ${where} ${result.stacks.length === 1 ? "holds" : "hold"} no resources`);
  }
  if (attention !== undefined) parts.push(attention);
  if (errors.length > 0) parts.push(unreadWords(result));
  if (unmanaged.length > 0) {
    const them = unmanaged.length === 1 ? "is" : "are";
    parts.push(`${counted(unmanaged.length, "object")} of the account ${them} in none of the stacks looked at`);
  }
  return `${parts.join("; ")}.`;
}

/** Warnings that count like drift: of fal's resources, or of none that is named. As they were read last. */
export function alarming({ warnings, fix }: DriftResult): readonly Warning[] {
  const again = new Set(fix?.stacks.map(({ stack }) => stack));
  return [
    ...warnings.filter(({ stack }) => !again.has(stack)),
    ...(fix?.stacks ?? []).flatMap((one) => one.warnings),
  ].filter(({ urn }) => urn === undefined || kinds.has(typeOf(urn)));
}

/** How many need a look although nothing in the list of drift says so. */
function attentionWords(result: DriftResult): string | undefined {
  const drifted = new Set(result.drifted.map(({ urn }) => urn));
  const others = alarming(result).filter(({ urn }) => urn === undefined || !drifted.has(urn));
  const count = new Set(others.map(({ urn, message }) => urn ?? message)).size;
  return count === 0 ? undefined : `${counted(count, "resource")} ${count === 1 ? "needs" : "need"} attention`;
}

function fixedWords(stacks: readonly FixedStack[]): string {
  const remaining = stacks.flatMap((stack) => stack.remaining).length;
  if (stacks.some(({ outcome }) => outcome === "failed" || outcome === "refused")) return " and not all was corrected";
  if (stacks.some(({ outcome }) => outcome === "declined")) return " and not all was to be corrected";
  return remaining > 0 ? ` and ${remaining} ${remaining === 1 ? "does" : "do"} still` : " and none does now";
}

function unreadWords({ errors }: DriftResult): string {
  const urns = new Set(errors.flatMap((error) => error.urns)).size;
  if (urns > 0) return `${counted(urns, "resource")} could not be read`;
  const failed = [...new Set(errors.flatMap(({ stack }) => stack ?? []))];
  if (failed.length === 0) return "the account could not be read";
  return `${failed.length === 1 ? failed[0] : counted(failed.length, "stack")} could not be read`;
}

/** For example `1 was reset by a deploy, 1 GPU machine is gone`; `past`: before a correction. */
function kindsOf(drifted: readonly Drifted[], past: boolean): string {
  const changed = drifted.filter(({ kind }) => kind === "changed");
  const reset = changed.filter((one) => causesOf(one).includes("reset by deploy"));
  const parts: string[] = [];
  const others = changed.length - reset.length;
  if (reset.length > 0) parts.push(`${reset.length} ${was(reset.length)} reset by a deploy`);
  if (others > 0) parts.push(`${others} ${was(others)} changed`);
  const missing = Map.groupBy(
    drifted.filter(({ kind }) => kind === "missing"),
    ({ type }) => type,
  );
  for (const [type, of] of missing) {
    const kind = kinds.get(type)?.kind;
    const noun = kind ? `${of.length} ${nounOf(kind, of.length)}` : counted(of.length, "resource");
    parts.push(`${noun} ${past ? was(of.length) : of.length === 1 ? "is" : "are"} gone`);
  }
  return parts.join(", ");
}

function causesOf({ properties }: Drifted): (Cause | undefined)[] {
  return properties.map(({ cause }) => cause);
}

function was(count: number): string {
  return count === 1 ? "was" : "were";
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The stacks that could be read at least in part; all where none could. */
function stacksOf({ stacks, errors }: DriftResult): string {
  const unread = new Set(errors.flatMap(({ stack, urns }) => (urns.length === 0 && stack ? [stack] : [])));
  const read = stacks.filter(({ stack, checked }) => checked > 0 || !unread.has(stack));
  const said = read.length > 0 ? read : stacks;
  return said.length === 1 ? `${said[0]?.stack}` : counted(said.length, "stack");
}

function failureBlocks({ errors }: DriftResult): Block[] {
  if (errors.length === 0) return [];
  const lines = errors.map(({ stack, urns, message }): Text => {
    const what =
      urns.length === 0 ? "" : ` (${urns.length === 1 ? nameOf(urns[0] ?? "") : counted(urns.length, "resource")})`;
    return [...(stack === undefined ? [] : [{ strong: `${stack}${what}:` }, " "]), ...prose(message)];
  });
  return [{ kind: "alert", level: "danger", lines }];
}

function warningBlocks({ warnings, fix }: DriftResult): Block[] {
  const again = fix?.stacks.flatMap((stack) => stack.warnings) ?? [];
  const all = new Map([...warnings, ...again].map((warning) => [JSON.stringify(warning), warning]));
  const lines = [...all.values()].map(
    ({ name, message }): Text => [...(name === undefined ? [] : [{ strong: `${name}:` }, " "]), ...prose(message)],
  );
  return lines.length === 0 ? [] : [{ kind: "alert", level: "warning", lines }];
}

/** What is gone, and what it means that it comes back. */
function missingBlocks({ drifted, fix }: DriftResult): Block[] {
  const applied = new Map(fix?.stacks.flatMap((one) => (one.outcome === "applied" ? [[one.stack, one]] : [])));
  const isBack = ({ stack, urn }: Drifted) => applied.get(stack)?.remaining.every((left) => left.urn !== urn) ?? false;
  const missing = drifted.filter(({ kind }) => kind === "missing");
  const lines = (of: readonly Drifted[], verb: string, how: string) =>
    of.map((resource): Text => {
      const recreation = kinds.get(resource.type)?.description.onMissing ?? "is created again";
      const likely = resource.cause ? `, likely ${resource.cause}` : "";
      return [
        { strong: titleOf(resource) },
        ...prose(` ${verb} gone from ${placeOf(resource)}${likely}. ${how} it ${recreation}.`),
      ];
    });
  const [back, gone] = [missing.filter(isBack), missing.filter((resource) => !isBack(resource))];
  const alerts: Extract<Block, { kind: "alert" }>[] = [
    { kind: "alert", level: "danger", lines: lines(gone, "is", "With `pulumi up`") },
    { kind: "alert", level: "warning", lines: lines(back, "was", "By this correction") },
  ];
  return alerts.filter((alert) => alert.lines.length > 0);
}

function placeOf({ type }: Drifted): string {
  return kinds.get(type) ? "fal" : "its provider";
}

function titleOf({ type, name, id }: Drifted): string {
  const noun = kinds.get(type)?.definition.noun ?? type;
  return id === undefined || id === name ? `${noun} ${name}` : `${noun} ${id} (${name})`;
}

/** With more, readers see a list of titles first. */
const unfolded = 12;

function driftBlocks(result: DriftResult): Block[] {
  const changed = result.drifted.filter(({ kind }) => kind === "changed");
  const blocks = (of: readonly Drifted[]): Block[] =>
    of.map((resource) => ({
      kind: "section",
      title: titleOf(resource),
      ...(changed.length > unfolded ? { folded: true } : {}),
      blocks: [...sourceBlocks(resource), propertiesTable(resource), ...companyBlocks(resource)],
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
  if (properties.length === 0)
    return { kind: "paragraph", text: "Its provider says that it changed, and not in what." };
  if (!kinds.get(type)) {
    const names = properties.flatMap(({ path }, index): Inline[] => [...(index > 0 ? [", "] : []), { code: path }]);
    return { kind: "paragraph", text: ["Changed: ", ...names, "."] };
  }
  const explained = properties.some(({ cause, at }) => cause ?? at);
  const table: Table = {
    kind: "table",
    columns: ["Property", "Declared", "Actual", ...(explained ? ["Likely cause"] : [])].map((title) => ({ title })),
    rows: properties.map((property) => [
      { code: property.path },
      shown(property.declared, property.unit),
      shown(property.actual, property.unit),
      ...(explained ? [causeText(property)] : []),
    ]),
  };
  return table;
}

/** What a correction would write besides, where somebody may have written that since. */
function companyBlocks({ properties }: Drifted): Block[] {
  return properties.flatMap(({ path, writtenWith }): Block[] => {
    if (writtenWith === undefined) return [];
    const others = writtenWith.flatMap((name, index): Inline[] => [...(index > 0 ? [", "] : []), { code: name }]);
    const text = [
      "fal takes ",
      { code: path },
      " only together with ",
      ...others,
      ", which the program may have in an older version than fal: a correction writes both.",
    ];
    return [{ kind: "paragraph", text }];
  });
}

function shown(value: unknown, unit: string | undefined): string {
  if (value === undefined) return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map((item) => shown(item, undefined)).join(", ");
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return unit && typeof value === "number" ? `${text} ${unitFor(value, unit)}` : text;
}

function causeText({ cause, by, at }: DriftedProperty): string {
  const who = [...(by ? [by] : []), ...(at ? [timeOf(at)] : [])].join(", ");
  return who ? `${cause} (${who})` : (cause ?? "");
}

/** To the minute, in UTC. */
function timeOf(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? at : `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function unmanagedBlocks({ unmanaged }: DriftResult, { keyId }: Remarks): Block[] {
  if (unmanaged === undefined) return [];
  const intro = "What the account holds and none of the stacks looked at manages. Other stacks, or people, may.";
  const rows = unmanaged.map(({ kind, id, label }: Unmanaged): Text[] => [
    nounOf(kind),
    { code: id },
    [label, id === keyId ? "the key that this ran with" : undefined].filter(Boolean).join(", "),
  ]);
  const table: Block =
    rows.length === 0
      ? { kind: "paragraph", text: "Nothing." }
      : { kind: "table", columns: ["Kind", "Id", "Also known as"].map((title) => ({ title })), rows };
  return [{ kind: "section", title: "In none of these stacks", blocks: [{ kind: "paragraph", text: intro }, table] }];
}

function fixBlocks({ fix }: DriftResult): Block[] {
  return (fix?.stacks ?? []).map(({ stack, outcome, corrections, programChanges, remaining }) => {
    const said = {
      applied: "`pulumi up --refresh` was run.",
      declined: "Nothing was changed: the question was answered with no.",
      refused: "Nothing was run; the error above gives the reason.",
      failed: "`pulumi up --refresh` did not succeed. What it did until then is done.",
    } satisfies Record<FixedStack["outcome"], string>;
    return {
      kind: "section",
      title: `Correction of ${stack}`,
      blocks: [
        { kind: "paragraph", text: prose(said[outcome]) },
        ...planBlocks(corrections, "Corrections"),
        ...planBlocks(programChanges, "Other changes, no drift"),
        ...(remaining.length > 0
          ? [
              {
                kind: "alert",
                level: "warning",
                lines: [["Drifts still: ", remaining.map(titleOf).join("; "), "."]],
              } satisfies Block,
            ]
          : []),
      ],
    };
  });
}

function planBlocks(steps: readonly PlannedStep[], title: string): Block[] {
  if (steps.length === 0) return [];
  return [
    {
      kind: "table",
      columns: [title, "Resource", "Properties"].map((one) => ({ title: one })),
      rows: steps.map(({ op, type, name, properties }) => [
        op,
        `${kinds.get(type)?.definition.noun ?? type} ${name}`,
        properties.join(", "),
      ]),
    },
  ];
}

/** What to do next; nothing where nothing is left. */
function nextBlocks(result: DriftResult): Block[] {
  const { fix, unmanaged = [] } = result;
  const left = fix ? fix.stacks.flatMap(({ outcome, remaining }) => (outcome === "applied" ? remaining : [])) : [];
  const open = fix?.stacks.every(({ outcome }) => outcome === "applied") ? left : result.drifted;
  const items: Text[] = [];
  if (open.length > 0) {
    items.push(
      [
        "Put it right: ",
        { code: "pulumi-fal drift --fix" },
        " shows the plan, asks, and runs ",
        { code: "pulumi up --refresh" },
        ".",
      ],
      [
        "Accept it: declare the actual values in the program, or leave a property to others with ",
        { code: "ignoreChanges" },
        ".",
      ],
    );
  }
  if (open.some((resource) => causesOf(resource).includes("reset by deploy"))) {
    items.push([
      "What every deploy resets is sent again by the ",
      { code: "up" },
      " after it with ",
      { code: "reapplyOn" },
      ".",
    ]);
  }
  if (unmanaged.length > 0) {
    items.push(["Manage what is in no stack: ", { code: "pulumi-fal import" }, " writes the program for it."]);
  }
  return items.length === 0 ? [] : [{ kind: "section", title: "What to do", blocks: [{ kind: "list", items }] }];
}

function footerOf({ drifted }: DriftResult, { stacks, auditFailures }: Remarks): Text[] {
  const ignored = stacks.flatMap((stack) => stack.ignored);
  const unfinished = stacks.flatMap((stack) => stack.unfinished);
  const otherCode = stacks.flatMap((stack) => stack.otherCode);
  return [
    prose(
      "Compared: what the last `pulumi up` of each stack recorded, and what its providers tell now. Values that fal never returns, such as those of secrets, cannot be compared.",
    ),
    ...(drifted.some(({ type, kind }) => kind === "changed" && !kinds.get(type))
      ? ["Of resources that are not fal's only the names of what changed are told."]
      : []),
    ...(otherCode.length > 0
      ? [
          `Dynamic resources of other packages bring their code in the state, and reading them ran it: ${otherCode.map(nameOf).join(", ")}.`,
        ]
      : []),
    ...(ignored.length > 0 ? [`Differs, and is left to others by ignoreChanges: ${ignored.join(", ")}.`] : []),
    ...(unfinished.length > 0
      ? [["The last ", { code: "pulumi up" }, ` did not finish ${unfinished.join(", ")}: the next one goes on.`]]
      : []),
    ...auditFailures.map((failure) => `Who changed what is not known: ${failure}`),
  ];
}
