import { columnsOf, outcomes, rows, sdkVersions } from "../../test/package/support/matrix";
import { banner, cell } from "./reference";

/** What the compatibility matrix runs, and what there is to know about its rows. */
export function compatibilityPage(): string {
  const table = rows.map((row) => `| ${[...columnsOf(row), outcomes[row.unless ?? "works"]].map(cell).join(" | ")} |`);
  const { newest, floor } = sdkVersions;
  return `${banner.replace("property tables", "table in test/package/support/matrix.ts")}# Compatibility

\`npm test\` runs every row with the real Pulumi CLI, the packed tarball and fal-emulator: \`pulumi up\`, a preview that finds nothing to change, \`pulumi destroy\` (the unit tests and the client: their assertions, without the CLI). Each program has resources that depend on each other and calls a function. It is not every combination: each value is there at least once, and the pairs that break first. Package managers, Nodes, Bun and Deno come from npm; a row for which one cannot be had is skipped and counted as such.

| installed by | on | \`@pulumi/pulumi\` | program | result |
|---|---|---|---|---|
${table.join("\n")}

${floor.sdk} is the oldest SDK that \`peerDependencies\` allow. It takes TypeScript below 6 and is run with ${floor.typescript}; ${newest.sdk} with ${newest.typescript}.

On Bun the program runs in Bun, and Pulumi starts the provider process on Node. \`runtime: bun\` in Pulumi.yaml needs a newer language host than the one that the tests can build, so the row is one of the Automation API. On Deno the client needs \`--allow-net\`, \`--allow-env\` and \`--allow-read\`; the row allows all.

## Where the package must be

Among the dependencies of the package.json in the project's folder (that of \`Pulumi.yaml\`, or its \`main\`): Pulumi's provider process looks for \`pulumi-fal/dynamic\` from there, also for refresh and destroy. In a monorepo that is the package of the program. Where it is only the dependency of a package that the program uses, npm's hoisting lets it be found and pnpm's layout does not; a preview then warns and says what to add. \`@pulumi/pulumi\` must be there too, as in every Pulumi program.

## TypeScript without ts-node

\`\`\`yaml
# Pulumi.yaml
runtime:
  name: nodejs
  options:
    typescript: false # Node strips the types
    # nodeargs: "--import tsx" # or tsx does
\`\`\`

With \`"main": "index.ts"\` in package.json; types are imported with \`import type\`. Node's own stripping leaves types unchecked: run \`tsc --noEmit\` beside it.

## Yarn Plug'n'Play

The SDK asks for node_modules, but all that it needs is that Node finds packages: \`NODE_OPTIONS="--require $PWD/.pnp.cjs" pulumi up\`, which is how the row runs. Without that variable the CLI says that Pulumi's SDK has not been installed. \`nodeLinker: node-modules\` in \`.yarnrc.yml\` needs no variable.

## Automation API

An inline program runs in your process, the provider process in that process's working directory (or in \`workDir\`, if a \`Pulumi.yaml\` is there).
`;
}
