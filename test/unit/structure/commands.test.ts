import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { expect, test } from "vitest";

const commands = resolve(__dirname, "../../../src/cli/commands");

test("a command of the CLI does not import from another command", () => {
  const imports = readdirSync(commands, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && file !== "index.ts")
    .flatMap((file) =>
      specifiers(readFileSync(join(commands, file), "utf8")).map((specifier) => ({
        file,
        command: folder(file),
        imported: folder(relative(commands, resolve(commands, dirname(file), specifier))),
      })),
    );
  expect(new Set(imports.map(({ command }) => command)).size).toBeGreaterThan(5);
  expect(imports.filter(({ command, imported }) => imported !== ".." && imported !== command)).toEqual([]);
});

function specifiers(code: string): string[] {
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]*)"/g)].map(([, specifier = ""]) => specifier);
}

function folder(path: string): string {
  return path.split(sep)[0] ?? "";
}
