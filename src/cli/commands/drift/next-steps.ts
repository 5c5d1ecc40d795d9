import { capitalize } from "../../report/phrases";
import type { Block, Inline, Text } from "../../report/report-model";
import { inlineList, prose, separated } from "../../report/text";
import { nounOfType, resourceTypes } from "../../resource-types";
import { fixCommand, importCommands, type Limits, upCommand } from "./commands";
import { needsDeploy } from "./fix";
import type { Drifted, Findings } from "./result";

/** What to do next, if there is anything to do: commands to copy, in their order. */
export function nextBlocks(result: Findings, limits: Limits): Block[] {
  const { drifted, fix, unmanaged = [] } = result;
  const fixed = new Set(fix?.stacks.flatMap(({ stack, outcome }) => (outcome === "applied" ? [stack] : [])));
  const open = drifted.filter(({ stack }) => !fixed.has(stack));
  const due = open.filter(({ properties }) => properties.length === 0 || !properties.every(({ stays }) => stays));
  const items = [
    ...foreignItems(open),
    ...(due.length > 0 ? [...deployItems(due), ...rewriteItems(due), fixItem(due, limits), acceptItem] : []),
    ...(open.some(isResetByDeploy) ? [reapplyItem] : []),
    ...(unmanaged.length > 0 ? [importItem(result, limits)] : []),
  ];
  return items.length === 0 ? [] : [{ kind: "section", title: "What to do", blocks: [{ kind: "list", items }] }];
}

/** What happens to deployments by others. */
function foreignItems(open: readonly Drifted[]): Text[] {
  return open.flatMap(({ type, label, properties }) =>
    properties.flatMap(({ next }): Text[] =>
      next === undefined ? [] : [[`${capitalize(nounOfType(type))} `, { code: label }, ": ", ...prose(`${next}.`)]],
    ),
  );
}

/** `pulumi up` cannot create these, so the fix refuses until they are back. */
function deployItems(open: readonly Drifted[]): Text[] {
  const ids = [...new Set(open.filter(needsDeploy).map(({ id, name }) => id ?? name))];
  if (ids.length === 0) return [];
  const named = inlineList(ids.map((id) => [{ code: id }]));
  const it = ids.length === 1 ? "it" : "them";
  return [
    [
      "First deploy ",
      ...named,
      " with ",
      { code: "fal deploy" },
      `, because Pulumi cannot create ${it}, or remove ${it} from the program.`,
    ],
  ];
}

/** fal has no call for these inputs alone, so check rejects their correction until the program asks for the others too. */
function rewriteItems(open: readonly Drifted[]): Text[] {
  return open.flatMap(({ type, name, source, properties }) =>
    properties.flatMap(({ path, writtenWith }): Text[] => {
      const again = resourceTypes.get(type)?.description.inputs[path]?.writtenAgainBy;
      if (again === undefined || writtenWith === undefined) return [];
      const place = source === undefined ? [] : [` (${source.file}:${source.line})`];
      return [
        [
          "First add an entry to ",
          { code: again },
          ` of ${nounOfType(type)} `,
          { code: name },
          ...place,
          ", for example the date. fal sets ",
          { code: path },
          " only together with ",
          ...codes(writtenWith),
          ", so the program has to ask for both; what it has may be older than what fal has.",
        ],
      ];
    }),
  );
}

function fixItem(open: readonly Drifted[], limits: Limits): Text {
  const stacks = [...new Set(open.map(({ stack }) => stack))];
  // The Pulumi CLI takes URNs, which are too long for a sentence.
  const ups: Inline[] = limits.targets
    ? [{ code: "pulumi up --refresh" }, " for these resources"]
    : codes(stacks.map((stack) => upCommand(stack, limits, undefined)));
  return ["Correct it: ", { code: fixCommand(stacks, limits) }, " shows the plan, asks, and runs ", ...ups, "."];
}

const acceptItem: Text = [
  "Accept it: declare the actual values in the program, or ignore a property with ",
  { code: "ignoreChanges" },
  ".",
];

const reapplyItem: Text = [
  "With ",
  { code: "reapplyOn" },
  ", the next ",
  { code: "pulumi up" },
  " sends the values that a deploy resets again.",
];

function importItem({ stacks }: Findings, limits: Limits): Text {
  const commands = importCommands(
    stacks.map(({ stack }) => stack),
    limits,
  );
  return [
    "Manage the other objects: ",
    ...separated(
      commands.map((command) => [{ code: command }]),
      ", then ",
    ),
    " writes a program for them.",
  ];
}

function isResetByDeploy({ properties }: Drifted): boolean {
  return properties.some(({ cause }) => cause === "resetByDeploy");
}

function codes(commands: readonly string[]): Inline[] {
  return inlineList(commands.map((command) => [{ code: command }]));
}
