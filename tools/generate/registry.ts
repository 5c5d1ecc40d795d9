import { folders, kindIn } from "../../src/resources/registry";
import { codeBanner } from "./banner";

const banner = codeBanner("src/resources/registry.ts");

const kinds = folders.map((folder) => {
  const kind = kindIn(folder);
  return { folder, kind, name: kind.charAt(0).toLowerCase() + kind.slice(1) };
});

/**
 * The list of kinds, once for each that needs it: the provider process loads no descriptions, the command line loads them
 * without handlers.
 */
export function registryFiles(): Map<string, string> {
  return new Map([
    [
      "src/resources/definitions.gen.ts",
      `${banner}import type { ResourceDefinition } from "../provider/properties";
${kinds.map(({ folder, name }) => `import { ${name} } from "./${folder}/properties";`).join("\n")}

export const definitions: readonly ResourceDefinition[] = [${kinds.map(({ name }) => name).join(", ")}];
`,
    ],
    [
      "src/resources/handlers.gen.ts",
      `${banner}import type { Handler } from "../provider/handler";
${kinds.map(({ folder, name }) => `import { ${name}Handler } from "./${folder}/handler";`).join("\n")}

/**
 * A handler's input type is what the check of its own table accepts. Hosts pass on what they checked with that table, so
 * the types meet here.
 */
export const handlers = [${kinds.map(({ name }) => `${name}Handler`).join(", ")}] as unknown as readonly Handler[];
`,
    ],
    [
      "src/resources/descriptions.gen.ts",
      `${banner}${kinds.map(({ folder, name }) => `import { ${name} } from "./${folder}/describe";`).join("\n")}
import type { ResourceDescription } from "./description";

export const descriptions: Readonly<Record<string, ResourceDescription>> = {
${kinds.map(({ kind, name }) => `  ${kind}: ${name},`).join("\n")}
};
`,
    ],
  ]);
}

/** What users import: the classes, and the types of their arguments and of what `types` names. */
export function classesFile(types: (kind: string) => readonly string[]): string {
  const lines = kinds.flatMap(({ folder, kind }) => {
    const own = types(kind);
    return [
      `export { ${kind}, type ${kind}Args } from "./${folder}";`,
      ...(own.length > 0 ? [`export type { ${own.join(", ")} } from "./${folder}/types";`] : []),
    ];
  });
  return `${banner}${lines.join("\n")}\n`;
}
