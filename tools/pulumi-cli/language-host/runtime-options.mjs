// Prints the language host's flags for the runtime options of a project file, one per line.
// Runs from the cache, beside a copy of js-yaml (`pulumi-language-nodejs` in this folder says why it exists).
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/**
 * @param {any} project the parsed Pulumi.yaml
 * @returns {string[]}
 */
export function hostFlags(project) {
  const options = project?.runtime?.options ?? {};
  const flags = [];
  // The CLI accepts the word as well as the boolean.
  if (options.typescript === false || options.typescript === "false") flags.push("-typescript=false");
  if (typeof options.nodeargs === "string" && options.nodeargs.trim() !== "") {
    // A folded or literal block would otherwise be more than one line.
    flags.push(`-nodeargs=${options.nodeargs.trim().replace(/\s*\n\s*/g, " ")}`);
  }
  if (typeof options.tsconfig === "string" && options.tsconfig !== "") flags.push(`-tsconfig=${options.tsconfig}`);
  return flags;
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const yaml = createRequire(import.meta.url)("./js-yaml.cjs");
  const file = process.argv[2] ?? "";
  for (const flag of hostFlags(yaml.load(readFileSync(file, "utf8")))) console.log(flag);
}
