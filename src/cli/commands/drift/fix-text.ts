// A fix in words: the plan before the confirmation, how it ended, and the report's section.
import { singleLine } from "../../command-line/terminal-text";
import { secretText } from "../../pulumi/plan";
import { alert, columns } from "../../report/blocks";
import { capitalize, count, limited, list, plural, valueText } from "../../report/phrases";
import type { Block, Text } from "../../report/report-model";
import { prose } from "../../report/text";
import { nounOfType } from "../../resource-types";
import { type Limits, upCommand } from "./commands";
import type { FixPlan } from "./fix";
import type { AcceptedDrift, Findings, FixedStack, PlannedProperty, PlannedStep, RemainingDrift } from "./result";

const otherChangesText = "not drift: program changes that were not applied yet, or consequences of the corrections";
const acceptedText = "not corrected, because the program declares what fal has, or ignores the difference";

/** The plan for the confirmation: each step with its values, indented under a heading. */
export function planLines(stack: string, { corrections, otherChanges, accepted, summary }: FixPlan): string[] {
  const heading = (text: string) => singleLine(`${stack}: ${text}`);
  return [
    heading(
      corrections.length > 0
        ? `${count(corrections.length, "correction")}. All in one sentence: ${summary}`
        : `nothing to correct. All in one sentence: ${summary}`,
    ),
    ...corrections.flatMap(stepLines),
    ...(otherChanges.length > 0
      ? [heading(`${count(otherChanges.length, "other change")}, ${otherChangesText}:`)]
      : []),
    ...otherChanges.flatMap(stepLines),
    ...[...Map.groupBy(accepted, ({ reason = acceptedText }) => reason)].flatMap(([reason, of]) => [
      heading(`${reason.replaceAll("`", "")}:`),
      ...of.map((each) => indented(1, acceptedName(each))),
    ]),
  ];
}

function stepLines(step: PlannedStep): string[] {
  return [
    indented(1, stepName(step)),
    ...step.properties.map((property) => indented(2, `${property.path}: ${changeText(property)}`)),
    ...step.notes.map((note) => indented(2, note.replaceAll("`", ""))),
  ];
}

/** Indented last, because `singleLine` trims. */
function indented(depth: number, text: string): string {
  return `${"  ".repeat(depth)}${singleLine(text)}`;
}

/** How the steps of a fix ended that was interrupted or failed, and how to go on. */
export function endedLines(stack: string, plan: FixPlan, how: string, finish: string): string[] {
  const steps = [...plan.corrections, ...plan.otherChanges];
  const having = (result: PlannedStep["result"]) =>
    [...new Set(steps.filter((step) => step.result === result).map(stepName))].join("; ");
  const parts = [
    `Done: ${having("done") || "nothing"}.`,
    ...(having("failed") ? [`Failed: ${having("failed")}.`] : []),
    ...(having("notRun") ? [`Not done: ${having("notRun")}.`] : []),
  ];
  return [`\`pulumi up --refresh\` ${how}. ${parts.join(" ")}`, continuation(finish)].map((text) =>
    singleLine(`${stack}: ${text}`),
  );
}

/** The refresh replaces the declared values in the state, so that drift does not show what is left. */
function continuation(finish: string): string {
  return (
    "The state contains what was done. It may also contain fal's current values by now, and then " +
    `\`pulumi-fal drift\` does not show what is left. To finish, run \`${finish}\`.`
  );
}

/** What the last `pulumi up` did not do may not be drift. */
export function unfinishedBlocks(stacks: readonly string[], limits: Limits): Block[] {
  const line = (stack: string): Text => [
    { strong: `${stack}: ` },
    "The last ",
    { code: "pulumi up" },
    " failed or was interrupted. What it did not do may be missing here, because its refresh may have replaced declared values in the state. To finish it, run ",
    { code: upCommand(stack, limits, undefined) },
    ".",
  ];
  return alert("warning", stacks.map(line));
}

export function fixBlocks({ fix }: Pick<Findings, "fix">): Block[] {
  return (fix?.stacks ?? []).map((one) => {
    const { stack, outcome, corrections, otherChanges, accepted, remaining, finish } = one;
    const texts = {
      applied: "`pulumi up --refresh` succeeded.",
      declined: "Nothing was changed: you answered no.",
      refused: "Nothing was run. The error above contains the reason.",
      failed:
        finish === undefined
          ? "The plan failed, so nothing was changed. The error above contains the reason."
          : `\`pulumi up --refresh\` failed. Changes that it made before are not undone. ${continuation(finish)}`,
    } satisfies Record<FixedStack["outcome"], string>;
    return {
      kind: "section",
      title: `Correction of ${stack}`,
      blocks: [
        { kind: "paragraph", text: prose(texts[outcome]) },
        ...alert("warning", outcome === "applied" || finish !== undefined ? remainingLines(remaining) : []),
        ...planBlocks(corrections, "Correction"),
        ...planBlocks(otherChanges, "Other change, not drift"),
        ...(accepted.length > 0
          ? [
              {
                kind: "list",
                items: accepted.map((each) => prose(`\`${acceptedName(each)}\`: ${each.reason ?? acceptedText}.`)),
              } as const,
            ]
          : []),
      ],
    };
  });
}

/** What still differs; resources with the same reason share a line. */
function remainingLines(remaining: readonly RemainingDrift[]): Text[] {
  return [...Map.groupBy(remaining, ({ reason }) => reason)].map(([reason, of]): Text => {
    const titles = list(limited(of.map(stepTitle), (more) => more));
    return [
      { strong: `${capitalize(titles)} still ${plural(of.length, "differs", "differ")}: ` },
      ...prose(`${reason}.`),
    ];
  });
}

function planBlocks(steps: readonly PlannedStep[], title: string): Block[] {
  if (steps.length === 0) return [];
  const ended = steps.some(({ result }) => result !== undefined && result !== "done");
  const notes = steps.flatMap((step) =>
    step.notes.map((note): Text => [{ code: stepName(step) }, ": ", ...prose(note)]),
  );
  return [
    {
      kind: "table",
      columns: columns(title, "Resource", "Property", "From → to", ...(ended ? ["Result"] : [])),
      rows: steps.flatMap((step) => {
        const properties = step.properties.length > 0 ? step.properties : [undefined];
        return properties.map((property, index): Text[] => [
          index === 0 ? step.op : "",
          index === 0 ? stepTitle(step) : "",
          property === undefined ? "" : { code: property.path },
          property === undefined ? "" : changeText(property),
          ...(ended ? [index === 0 ? results[step.result ?? "notRun"] : ""] : []),
        ]);
      }),
    },
    ...(notes.length > 0 ? [{ kind: "list", items: notes } as const] : []),
  ];
}

const results = { done: "done", failed: "failed", notRun: "not run" } as const;

function stepName(step: PlannedStep): string {
  return `${step.op} ${stepTitle(step)}`;
}

function stepTitle({ type, name }: Pick<PlannedStep, "type" | "name">): string {
  return `${nounOfType(type)} ${name}`;
}

function acceptedName({ type, name, path }: AcceptedDrift): string {
  return `${path === undefined ? "" : `${path} of `}${stepTitle({ type, name })}`;
}

function changeText({ from, to, unit, along }: PlannedProperty): string {
  const text = (value: unknown) => (value === undefined ? "none" : valueText(value, unit));
  if (along) return to === undefined ? "sent as fal has it" : `${text(to)}, sent along`;
  if (from === undefined && to === undefined) return "changes";
  // Nobody knows whether it is another value.
  if (from === secretText && to === secretText) return `${secretText}, as in the program`;
  return from === undefined ? text(to) : `${text(from)} → ${text(to)}`;
}
