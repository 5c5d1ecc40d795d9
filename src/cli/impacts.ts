// What changes open, enlarge and unprotect, as sentences about several resources.
import type { Impact, Notion } from "../resources/description";
import type { Tense } from "./capacity/growth";
import { capitalize, count, groupedBy, limited, plural } from "./report/phrases";
import type { Inline, Text } from "./report/report-model";
import { inlineList, prose, separated } from "./report/text";
import { countOf, isPlural, nounOf, verbFor } from "./resource-types";

/** What a change opens, enlarges or unprotects. */
export interface ReportedImpact {
  readonly notion: Notion;
  /** Empty if it follows from what runs before and after. */
  readonly properties: readonly string[];
  /** For example `becomes public`. */
  readonly summary: string;
  /** The summary and what it means: ``becomes public: everyone can call the app without a key, and your account pays``. */
  readonly text: string;
}

/** An impact of one resource, with the verb phrase for several if that is another. */
interface WordedImpact extends ReportedImpact {
  readonly many?: string;
  /** Nothing of its notion is worse. */
  readonly worst?: true;
}

/** A resource with its impacts. */
export interface Affected {
  readonly urn: string;
  readonly kind: string;
  readonly label: string;
  readonly impacts: readonly WordedImpact[];
}

export function reportedImpact(impact: Impact, tense: Tense): WordedImpact {
  const { notion, properties, one, many, past, meaning, worst } = impact;
  const summary = tense === "past" ? past : one;
  const words = { notion, properties, summary, text: `${summary}: ${meaning}`, ...(worst ? { worst } : {}) };
  return tense === "past" ? words : { ...words, many };
}

/** Only what the JSON contains. */
export function withoutWords({ notion, properties, summary, text }: ReportedImpact): ReportedImpact {
  return { notion, properties, summary, text };
}

export function impactsOf({ impacts }: Pick<Affected, "impacts">, notion: Notion): readonly WordedImpact[] {
  return impacts.filter((impact) => impact.notion === notion);
}

/** The order by impact: what is lost comes first, then what has impacts of these notions, then everything else. */
export function rankOf(affected: Pick<Affected, "impacts">, isLost: boolean): number {
  const notions: readonly Notion[] = ["opens", "unprotects", "enlarges"];
  const rank = notions.findIndex((notion) => impactsOf(affected, notion).length > 0);
  return isLost ? -1 : rank < 0 ? notions.length : rank;
}

/** Clauses such as `1 app becomes public`, the worst first. */
export function impactClauses(all: readonly Affected[], notion: Notion): string[] {
  const found = all.flatMap((one) => impactsOf(one, notion).map((impact) => ({ ...one, impact })));
  const [first] = found;
  if (notion === "unprotects" && first) {
    const resources = new Set(found.map(({ urn }) => urn)).size;
    const names = [...new Set(found.flatMap(({ impact: { properties } }) => properties))];
    const { summary, many = summary } = first.impact;
    return [`${count(resources, "resource")} ${plural(resources, summary, many)} (${names.join(", ")})`];
  }
  const worstFirst = [...found.filter(({ impact }) => impact.worst), ...found.filter(({ impact }) => !impact.worst)];
  return groupedBy(worstFirst, ({ kind, impact: { summary } }) => [kind, summary]).map((group) => {
    const [{ kind, impact }] = group;
    const { summary, many = summary } = impact;
    return `${countOf(group.length, kind)} ${verbFor(group.length, kind, summary, many)}`;
  });
}

/** Sentences with what each impact means; resources that differ only in their objects share one. */
export function impactLines(all: readonly Affected[], notion: Notion): Text[] {
  const found = all.flatMap((one) => impactsOf(one, notion).map((impact) => ({ ...one, impact })));
  const lines = groupedBy(found, ({ impact }) => [impact]).map((group): Inline[] => {
    const [{ kind, impact }] = group;
    const { summary, text, many = summary } = impact;
    const isOne = group.length === 1 && !isPlural(kind);
    return [...subjects(group), ...prose(` ${isOne ? summary : many}${text.slice(summary.length)}.`)];
  });
  return limited(lines, (text) => [text]);
}

/** For example: Secrets `a` and `b`. */
export function subject(kind: string, objects: readonly Pick<Affected, "label">[], begin = capitalize): Inline[] {
  const labels = objects.map(({ label }): Inline[] => [{ code: label }]);
  return [`${begin(nounOf(kind, objects.length))} `, ...inlineList(labels)];
}

/** For example: Secrets `a` and `b`, app `c`. */
function subjects(objects: readonly Pick<Affected, "kind" | "label">[]): Inline[] {
  const kinds = groupedBy(objects, ({ kind }) => kind).map((group, index) =>
    subject(group[0].kind, group, index === 0 ? capitalize : (noun) => noun),
  );
  return separated(kinds, ", ");
}
