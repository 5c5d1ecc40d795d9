import { columnsOf, outcomes, rows, sdkVersions } from "../../test/package/support/matrix";
import { PULUMI_PINNED, PULUMI_PYTHON_PINNED, PULUMI_PYTHON_PYTHON } from "../setup/versions.mjs";
import { pageBanner } from "./banner";
import { cell } from "./reference";

/** What the compatibility matrix runs, and what there is to know about its rows. */
export function compatibilityPage(): string {
  const table = rows.map((row) => `| ${[...columnsOf(row), outcomes[row.unless ?? "works"]].map(cell).join(" | ")} |`);
  const { newest, floor } = sdkVersions;
  return `${pageBanner("the table in test/package/support/matrix.ts")}# Compatibility

\`npm run test:package:all\` runs these rows with the real Pulumi CLI, the packed tarball and fal-emulator: \`pulumi up\`, a preview that finds no changes, and \`pulumi destroy\`. Rows for unit tests and the client run their assertions without the CLI. \`npm test\` runs a part of the rows, which changes daily. Each program has resources that depend on each other, and calls a function. The table does not contain every combination: each value occurs at least once, and so do the pairs that are most likely to break. Package managers, Node versions, Bun and Deno come from npm; if one is not available, its row is skipped and counted as skipped.

| installed by | on | \`@pulumi/pulumi\` | program | result |
|---|---|---|---|---|
${table.join("\n")}

${floor.sdk} is the oldest SDK that \`peerDependencies\` allow. It needs TypeScript below 6, and is tested with ${floor.typescript}; ${newest.sdk} is tested with ${newest.typescript}.

With Bun, the program runs in Bun, and Pulumi starts the provider process in Node. \`runtime: bun\` in Pulumi.yaml needs a newer language host than the tests can build, so that row uses the Automation API. On Deno, the client needs \`--allow-net\`, \`--allow-env\` and \`--allow-read\`; the row allows everything.

## Other languages

Programs in [Python, YAML and Go](guides/languages.md) use the plugin, which runs in Node 22.19 or later whatever the language. The tests run them with Pulumi CLI ${PULUMI_PINNED}, and Python programs with Pulumi's SDK ${PULUMI_PYTHON_PINNED}, which needs Python ${PULUMI_PYTHON_PYTHON} or later.

## Where to install the package

Pulumi's provider process looks for \`pulumi-fal/dynamic\` from the project's folder (that of \`Pulumi.yaml\`, or its \`main\`), for refresh and destroy too. So add the package to the dependencies in that folder's package.json. In a monorepo, this is the program's own package. If only another package of the monorepo depends on it, npm finds it by hoisting, but pnpm does not. A preview then warns and explains what to add. \`@pulumi/pulumi\` must be there too, as in every Pulumi program.

## TypeScript without ts-node

\`\`\`yaml
# Pulumi.yaml
runtime:
  name: nodejs
  options:
    typescript: false # Node strips the types
    # nodeargs: "--import tsx" # or use tsx
\`\`\`

Set \`"main": "index.ts"\` in package.json and import types with \`import type\`. Node does not check types, so also run \`tsc --noEmit\`.

## Yarn Plug'n'Play

Pulumi's SDK expects node_modules, but it works if Node can find the packages. Run \`NODE_OPTIONS="--require $PWD/.pnp.cjs" pulumi up\`, as the test does. Without that variable, the CLI reports that Pulumi's SDK is not installed. Alternatively, set \`nodeLinker: node-modules\` in \`.yarnrc.yml\`.

## Automation API

An inline program runs in your process. The provider process starts in the same working directory, or in \`workDir\` if it contains a \`Pulumi.yaml\`.
`;
}
