import { run } from "../../../src/cli/command-line/run";
import { commands } from "../../../src/cli/commands/index";

/** A run of the command line in this process. */
export async function cli(args: readonly string[], cwd: string, input?: string, env: NodeJS.ProcessEnv = {}) {
  const out: string[] = [];
  const notes: string[] = [];
  const code = await run(commands, args, {
    out: (line) => out.push(line),
    note: (line) => notes.push(line),
    ...(input === undefined ? {} : { read: async () => Buffer.from(input) }),
    cwd,
    env,
    signal: new AbortController().signal,
  });
  return { code, out: `${out.join("\n")}\n`, notes };
}

/**
 * A preview with everything that differs from run to run in one form: steps in one order, one time, random texts numbered by
 * their first appearance, so that what was equal stays equal.
 */
export function stable(preview: string, directory: string): string {
  const content = JSON.parse(preview) as Record<
    "steps" | "diagnostics",
    { urn?: string; message?: string }[] | undefined
  >;
  const key = ({ urn, message }: { urn?: string; message?: string }) => `${urn} ${message}`;
  content.steps?.sort((a, b) => key(a).localeCompare(key(b)));
  content.diagnostics?.sort((a, b) => key(a).localeCompare(key(b)));
  return [
    // The engine's own times have more digits, and are read by nobody.
    (text: string) => text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "2030-01-01T00:00:00.000Z"),
    numbered(/inst_[0-9a-f]{16}/g, (n) => `inst_${n}`),
    numbered(/(?<=[-"])[0-9a-f]{16}(?=")/g, (n) => `token-${n}`),
    (text: string) => text.replaceAll(directory, "/project"),
  ].reduce((text, step) => step(text), JSON.stringify(content));
}

function numbered(pattern: RegExp, form: (n: number) => string): (text: string) => string {
  const seen = new Map<string, string>();
  return (text) =>
    text.replace(pattern, (found) => {
      const known = seen.get(found) ?? form(seen.size + 1);
      seen.set(found, known);
      return known;
    });
}
