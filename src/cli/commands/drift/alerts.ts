import { reversed } from "../../capacity/capacity";
import { enlargements, hardwareClauses, movementClauses } from "../../capacity/growth";
import type { Totals } from "../../capacity/totals";
import { impactLines } from "../../impacts";
import { alert } from "../../report/blocks";
import { capitalize, groupedBy, limited, list, plural } from "../../report/phrases";
import type { Block, Inline, Text } from "../../report/report-model";
import { inlineList, prose } from "../../report/text";
import { nounOfType, resourceTypes } from "../../resource-types";
import { affected } from "./affected";
import { causeTexts } from "./causes-text";
import { isLost } from "./order";
import type { Drifted, Findings } from "./result";
import { objectOf } from "./table";

/** What is lost, opened or unprotected. What a correction has put right is a warning only. */
export function alertBlocks({ drifted, fix }: Findings): Block[] {
  const applied = new Map(fix?.stacks.flatMap((one) => (one.outcome === "applied" ? [[one.stack, one]] : [])));
  const isBack = ({ stack, urn }: Drifted) => applied.get(stack)?.remaining.every((left) => left.urn !== urn) ?? false;
  const [back, left] = [drifted.filter(isBack), drifted.filter((one) => !isBack(one))];
  return [
    ...alert("danger", [
      ...lostLines(left, "is", "With `pulumi up --refresh`"),
      ...impactLines(affected(left), "opens"),
    ]),
    ...alert("warning", [
      ...impactLines(affected(left), "unprotects"),
      ...lostLines(back, "was", "With this correction"),
      ...impactLines(affected(back), "opens"),
    ]),
  ];
}

/** Missing objects and revoked keys, with what a correction means; those that differ only in their objects share a line. */
function lostLines(drifted: readonly Drifted[], tense: "is" | "was", how: string): Text[] {
  const lost = drifted.filter(isLost);
  const groups = groupedBy(lost, ({ type, status, cause, recreated, similar = [] }) => [
    type,
    status,
    cause,
    recreated,
    similar,
  ]);
  const lines = groups.map((group): Inline[] => {
    const [{ type, status, cause, recreated, similar = [] }] = group;
    const subject: Inline[] = [`${capitalize(nounOfType(type, group.length))} `, ...inlineList(group.map(objectOf))];
    if (status === "changed") return [...subject, ...prose(revoked(group.length))];
    const verb = tense === "is" ? plural(group.length, "is", "are") : plural(group.length, "was", "were");
    const place = resourceTypes.has(type) ? "fal" : plural(group.length, "its provider", "their provider");
    const likely = cause ? `, probably ${causeTexts[cause]}` : "";
    const recreation = recreated ?? resourceTypes.get(type)?.description.onMissing ?? "is created again";
    const each = plural(group.length, "it", "each");
    return [
      ...subject,
      ...prose(` ${verb} missing in ${place}${likely}. ${how}, ${each} ${recreation}.`),
      ...instead(similar),
    ];
  });
  return limited(lines, (text) => [text]);
}

function revoked(number: number): string {
  return number === 1
    ? ": its current key was revoked. The next `pulumi up --refresh` rotates it, and everyone who used the revoked key needs the new one."
    : ": their current keys were revoked. The next `pulumi up --refresh` rotates them, and everyone who used a revoked key needs the new one.";
}

/** What `--live` found. */
function instead(similar: readonly string[]): Inline[] {
  if (similar.length === 0) return [];
  const others = inlineList(similar.map((id) => [{ code: id }]));
  return [
    " fal has ",
    ...others,
    " like it, which no checked stack manages: to keep ",
    similar.length === 1 ? "it" : "one",
    ", set ",
    { code: "adopt" },
    " to its id before the correction.",
  ];
}

/** What correcting the drift opens or enlarges again, because fal has less than the program. */
export function correctionBlocks({ drifted, fix }: Findings, { capacities, prices }: Totals): Block[] {
  if (fix) return [];
  const opened = affected(drifted, ({ onCorrection }) => onCorrection).flatMap((one) =>
    one.impacts.filter(({ notion }) => notion !== "enlarges").map((impact) => ({ ...one, impact })),
  );
  const lines = groupedBy(opened, ({ kind, impact }) => [kind, impact]).map((group): Inline[] => {
    const [{ impact }] = group;
    const names = inlineList(group.map(({ label }) => [{ code: label }]));
    const each = group.length === 1 ? [...names] : ["each of ", ...names];
    return ["With a correction, ", ...each, ...prose(` ${impact.text}.`)];
  });
  const growing = capacities.map(reversed).filter((each) => enlargements(each, prices).length > 0);
  const clauses = [...movementClauses(growing, "future"), ...hardwareClauses(growing, prices, "future")];
  return alert("warning", [
    ...limited(lines, (text) => [text]),
    ...(clauses.length > 0 ? [`With a correction, ${list(clauses)}.`] : []),
  ]);
}
