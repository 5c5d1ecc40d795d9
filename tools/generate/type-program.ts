import ts from "typescript";

/** TypeScript's view of source files whose types a page shows. */
export function typeProgram(files: readonly string[]): ts.Program {
  return ts.createProgram(files, {
    strict: true,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    target: ts.ScriptTarget.ES2022,
    types: [],
  });
}
