/** A value by its path, for example `github.event.number`; undefined where there is none. */
export type Lookup = (path: string) => unknown;

/** The functions of GitHub's expressions that the templates use. */
export type Functions = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Fills every `${{ … }}` of a text. A text that is one expression and nothing else keeps the type of its value. */
export function filled(text: string, lookup: Lookup, functions: Functions): unknown {
  const whole = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s.exec(text.trim());
  if (whole) return evaluated(whole[1] ?? "", lookup, functions);
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_match, expression: string) =>
    asText(evaluated(expression, lookup, functions)),
  );
}

/** GitHub's expressions are JavaScript's, but for paths, where nothing is missing, and `*`, which is all of a list. */
export function evaluated(expression: string, lookup: Lookup, functions: Functions): unknown {
  const code = outsideTexts(expression, (part) =>
    part.replaceAll(/\b(?:github|vars|secrets|env|needs|steps|inputs)(?:\.[\w-]+|\.\*)+/g, (path) => `$get("${path}")`),
  );
  const get = (path: string): unknown => {
    const [list = "", property] = path.split(".*.");
    if (property === undefined) return lookup(path) ?? null;
    return ((lookup(list) ?? []) as Record<string, unknown>[]).map((entry) => entry[property]);
  };
  const all = { contains: (list: readonly unknown[], value: unknown) => list.includes(value), ...functions };
  return evaluate(code, { $get: get, ...all });
}

/** As GitHub writes a value into a text. */
export function asText(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/** A rule of GitLab: variables, comparisons, patterns. */
export function ruleHolds(rule: string, variables: Readonly<Record<string, string>>): boolean {
  const code = rule
    .replaceAll(/(\$\w+)\s*([=!])~\s*(\/(?:[^/\\]|\\.)+\/)/g, (_match, name: string, sign: string, pattern: string) => {
      return `${sign === "!" ? "!" : ""}${pattern}.test(${name} ?? '')`;
    })
    .split(/("[^"]*"|\/(?:[^/\\]|\\.)+\/)/)
    .map((part, index) => (index % 2 ? part : part.replaceAll(/\$(\w+)/g, `$$get("$1")`)))
    .join("");
  return Boolean(evaluate(code, { $get: (name: string) => variables[name] ?? null }));
}

function outsideTexts(code: string, change: (part: string) => string): string {
  return code
    .split(/('(?:[^']|'')*')/)
    .map((part, index) => (index % 2 ? part : change(part)))
    .join("");
}

function evaluate(code: string, names: Readonly<Record<string, unknown>>): unknown {
  return new Function(...Object.keys(names), `"use strict"; return (${code});`)(...Object.values(names));
}
