import { extname } from "node:path";
import { refuseEmpty, type Terminal, UsageError } from "../command-line/command";
import { outputProblem, writeFiles } from "../command-line/files";
import { escapeInvisibleJson } from "../command-line/terminal-text";
import { renderHtml } from "./html";
import { renderMarkdown } from "./markdown";
import type { formats } from "./options";
import { renderPlain } from "./plain";
import type { Report } from "./report-model";

type Format = (typeof formats)[number];

const endings: Readonly<Record<string, Format>> = {
  ".html": "html",
  ".htm": "html",
  ".json": "json",
  ".txt": "text",
};

/** The formats and destinations of a report. */
export type Destinations = readonly {
  readonly format: Format;
  /** The file's name on the command line; undefined for standard output. */
  readonly out: string | undefined;
}[];

/**
 * What the options ask for. Called before any work, because it refuses what cannot be done.
 *
 * @throws UsageError
 */
export function destinationsOf(
  { format, json, out }: { readonly format?: Format; readonly json?: boolean; readonly out?: readonly string[] },
  { cwd, columns }: Terminal,
): Destinations {
  const asked = format ?? (json ? "json" : undefined);
  if (json && asked !== "json") throw new UsageError(`--json and --format ${asked} exclude each other.`);
  if (out === undefined) return [{ format: asked ?? (columns === undefined ? "markdown" : "text"), out }];
  return out.map((file) => {
    refuseEmpty("out", file, "Name a file, or omit the option for standard output.");
    const problem = outputProblem(file, cwd);
    if (problem !== undefined) throw new UsageError(`--out: ${problem}`);
    return { format: asked ?? endings[extname(file).toLowerCase()] ?? "markdown", out: file };
  });
}

/** A result for people and for programs. */
export interface Result {
  readonly report: Report;
  /** What `--json` prints. */
  readonly json: unknown;
}

export async function writeResult(
  { report, json }: Result,
  destinations: Destinations,
  terminal: Terminal,
): Promise<void> {
  const render = {
    text: (toFile: boolean) => renderPlain(report, toFile ? {} : terminal),
    markdown: () => renderMarkdown(report),
    html: () => renderHtml(report),
    json: () => escapeInvisibleJson(json),
  };
  const files = [];
  for (const { format, out } of destinations) {
    const text = render[format](out !== undefined).trimEnd();
    if (out === undefined) terminal.out(text);
    else files.push({ name: out, text: `${text}\n` });
  }
  await writeFiles(files, terminal);
  for (const { name } of files) terminal.note(`Wrote ${name}.`);
}
