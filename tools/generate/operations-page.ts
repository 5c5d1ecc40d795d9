import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type ClientMethod, type Method, methods, type Proof, sources } from "./operations";

/**
 * docs/operations.md.
 *
 * @throws {Error} a method or a test that the table names does not exist.
 */
export function operationsPage(root: string): string {
  checkMethods(root);
  checkTests(root);
  const rows = sources.flatMap(({ title, operations }) =>
    operations.map(({ names, method }) => row([names.map(code).join(", "), title, ...cellsOf(method)])),
  );
  const named = new Set(sources.flatMap(({ operations }) => operations.map(({ method }) => method)));
  const others = (Object.keys(methods) as ClientMethod[]).filter((method) => !named.has(method));
  return `<!-- Generated from tools/generate/operations.ts by \`npm run generate\`; do not edit. -->

# Operations

Every operation of the documents in which fal has published its control plane, the method of \`pulumi-fal/client\` that does it, how it is sent on either [surface](guides/credentials-and-accounts.md#surfaces), and the tests that prove it. The generator fails when a method or a test is missing.

${sources.map(({ title, about }) => `- **${title}.** ${about}`).join("\n")}

| operation | document | method | surface \`platform\` | surface \`alpha\` | proven by |
|---|---|---|---|---|---|
${rows.join("\n")}

## Not offered

| what | document | why |
|---|---|---|
${sources.flatMap(({ title, left }) => left.map(({ what, why }) => row([what, title, why]))).join("\n")}

## Beyond these documents

| method | source | surface \`platform\` | surface \`alpha\` | proven by |
|---|---|---|---|---|
${others.map((method) => row([code(method), sourceOf(method), ...cellsOf(method).slice(1)])).join("\n")}
`;
}

function sourceOf(method: ClientMethod): string {
  const { source } = methods[method];
  if (source === undefined) throw new Error(`tools/generate/operations.ts: no document has ${method}; name its source`);
  return source;
}

function cellsOf(method: ClientMethod): string[] {
  const { platform, alpha, tests }: Method = methods[method];
  return [code(method), platform, alpha ?? "same", tests.map(link).join("<br>")];
}

const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
const code = (text: string) => `\`${text}\``;
const link = ({ file, title }: Proof) => `[${basename(file)}](../${file}): ${title}`;

/** The compiler finds a method that the table lacks, and one that does not exist; this says the latter here, too. */
function checkMethods(root: string): void {
  for (const method of Object.keys(methods)) {
    const [area, name] = method.includes(".") ? method.split(".") : ["client", method];
    const file = join(root, `src/client/${area}.ts`);
    if (!existsSync(file) || !readFileSync(file, "utf8").includes(`\n  async ${name}(`)) {
      throw new Error(`tools/generate/operations.ts: the client has no method ${method}`);
    }
  }
}

/** A test counts as there when its file calls `test` or `it` with exactly this title. */
function checkTests(root: string): void {
  const missing = Object.entries(methods).flatMap(([method, { tests }]) => {
    if (tests.length === 0) return [`${method}: no test at all`];
    return tests.filter((test) => !exists(root, test)).map(({ file, title }) => `${method}: "${title}" in ${file}`);
  });
  if (missing.length > 0) {
    throw new Error(`tools/generate/operations.ts names tests that do not exist:\n  ${missing.join("\n  ")}`);
  }
}

function exists(root: string, { file, title }: Proof): boolean {
  const path = join(root, file);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return text.split(JSON.stringify(title)).slice(0, -1).some(endsInCall);
}

/** Whether a text ends where the title of a test begins: `test("`, or after a table of cases, `])(`. */
function endsInCall(text: string): boolean {
  return /(?:\b(?:test|it)|\b(?:test|it)\.each[^(]*\(\w+\)|\])\)?\(\s*$/.test(text.slice(-200));
}
