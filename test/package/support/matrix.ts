import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BUN_PINNED,
  DENO_PINNED,
  NODE_LINES,
  NODE_MINIMUM,
  NODE_TOO_OLD,
  PNPM_PINNED,
  YARN_CLASSIC_PINNED,
  YARN_PINNED,
} from "../../../tools/setup/versions.mjs";
import { partsOf } from "../../support/sample";

const { peerDependencies, devDependencies } = JSON.parse(
  readFileSync(join(__dirname, "../../../package.json"), "utf8"),
) as { peerDependencies: Record<string, string>; devDependencies: Record<string, string> };

/** Pulumi's SDK, each with the newest TypeScript that it allows. */
export const sdkVersions = {
  newest: { sdk: devDependencies["@pulumi/pulumi"] ?? "", typescript: devDependencies["typescript"] ?? "" },
  floor: { sdk: peerDependencies["@pulumi/pulumi"]?.replace("^", "") ?? "", typescript: "5.9.3" },
};

/** How the package gets into a project. */
export const installers = {
  npm: "npm",
  pnpm: `pnpm ${PNPM_PINNED}, isolated`,
  yarnClassic: `yarn ${YARN_CLASSIC_PINNED}`,
  yarn: `yarn ${YARN_PINNED}, node-modules linker`,
  plugAndPlay: `yarn ${YARN_PINNED}, Plug'n'Play`,
  npmWorkspace: "npm workspace",
  pnpmWorkspace: "pnpm workspace",
} as const;

/** What else than Node runs a program. */
export const runtimes = {
  bun: { title: "Bun", version: BUN_PINNED, options: [] },
  deno: { title: "Deno", version: DENO_PINNED, options: ["run", "--allow-all"] },
} as const;

/** What a user's program is, and how Pulumi is told to run it. */
export const forms = {
  commonJs: "CommonJS",
  esModule: "ES module",
  tsNode: "TypeScript with ts-node, which Pulumi uses by default",
  tsNodeEsModule: "TypeScript as ES module with ts-node",
  tsx: "TypeScript with tsx",
  stripped: "TypeScript with Node's own type stripping, `.ts`, ES module",
  strippedMts: "TypeScript with Node's own type stripping, `.mts`",
  component: "component resource with an explicit provider",
  inline: "Automation API, inline program",
  client: "`pulumi-fal/client` alone, without Pulumi",
  mocks: "unit test with `pulumi.runtime.setMocks`",
} as const;

const [node22, node24, node26] = NODE_LINES as [string, string, string];
const node22First = NODE_MINIMUM as string;

/** One combination that `matrix.test.ts` runs. */
export interface Row {
  readonly installer: keyof typeof installers;
  readonly node: string;
  /** What runs the program instead of Node. Pulumi starts the provider process on Node all the same. */
  readonly runtime?: keyof typeof runtimes;
  readonly sdk: "newest" | "floor";
  readonly form: keyof typeof forms;
  /** The package is not a dependency of the program's folder, but of a package that it uses. */
  readonly indirect?: true;
  /** What happens instead of working at once. */
  readonly unless?: keyof typeof outcomes;
}

export const outcomes = {
  works: "works",
  repaired: "a warning at preview explains the fix; works after the fix",
  refused: "an error names the required Node: at preview, when the client starts, and in commands that need it",
} as const;

/** Not the full product: every value once at least, and the pairs that break first. */
export const rows: readonly Row[] = [
  { installer: "npm", node: node24, sdk: "newest", form: "commonJs" },
  { installer: "npm", node: node22, sdk: "newest", form: "esModule" },
  { installer: "npm", node: NODE_TOO_OLD, sdk: "newest", form: "commonJs", unless: "refused" },
  { installer: "npm", node: node24, sdk: "newest", form: "tsNode" },
  { installer: "npm", node: node26, sdk: "newest", form: "tsNode" },
  { installer: "npm", node: node24, sdk: "newest", form: "tsNodeEsModule" },
  { installer: "npm", node: node24, sdk: "newest", form: "tsx" },
  { installer: "npm", node: node22, sdk: "newest", form: "stripped" },
  { installer: "npm", node: node26, sdk: "newest", form: "strippedMts" },
  { installer: "npm", node: node24, sdk: "newest", form: "component" },
  { installer: "npm", node: node24, sdk: "newest", form: "inline" },
  { installer: "npm", node: node24, sdk: "newest", form: "inline", runtime: "bun" },
  { installer: "npm", node: node26, sdk: "newest", form: "mocks" },
  { installer: "npm", node: node26, sdk: "newest", form: "client" },
  { installer: "npm", node: node24, sdk: "newest", form: "client", runtime: "bun" },
  { installer: "npm", node: node24, sdk: "newest", form: "client", runtime: "deno" },
  { installer: "pnpm", node: node22First, sdk: "floor", form: "tsNode" },
  { installer: "pnpm", node: node22First, sdk: "floor", form: "inline" },
  { installer: "pnpm", node: node24, sdk: "floor", form: "stripped" },
  { installer: "pnpm", node: node26, sdk: "floor", form: "commonJs" },
  { installer: "pnpm", node: node22First, sdk: "floor", form: "mocks" },
  { installer: "yarnClassic", node: node24, sdk: "newest", form: "tsNode" },
  { installer: "yarn", node: node26, sdk: "floor", form: "esModule" },
  { installer: "plugAndPlay", node: node24, sdk: "newest", form: "commonJs" },
  { installer: "npmWorkspace", node: node24, sdk: "newest", form: "tsNode" },
  { installer: "npmWorkspace", node: node24, sdk: "newest", form: "commonJs", indirect: true },
  { installer: "pnpmWorkspace", node: node24, sdk: "newest", form: "tsNode" },
  { installer: "pnpmWorkspace", node: node24, sdk: "newest", form: "commonJs", indirect: true, unless: "repaired" },
  { installer: "pnpmWorkspace", node: node26, sdk: "newest", form: "inline", indirect: true, unless: "repaired" },
];

/** Forms that differ in how Node gets to the same JavaScript share a group. */
const groups: Record<Row["form"], string> = {
  commonJs: "JavaScript",
  esModule: "JavaScript",
  tsNode: "ts-node",
  tsNodeEsModule: "ts-node",
  tsx: "stripped types",
  stripped: "stripped types",
  strippedMts: "stripped types",
  component: "component or mocks",
  mocks: "component or mocks",
  inline: "inline",
  client: "client",
};

/** Whose installer it is: npm, pnpm or yarn. */
const families: Record<Row["installer"], string> = {
  npm: "npm",
  npmWorkspace: "npm",
  pnpm: "pnpm",
  pnpmWorkspace: "pnpm",
  yarnClassic: "yarn",
  yarn: "yarn",
  plugAndPlay: "yarn",
};

/** What every part contains: each family of installers, Node, runtime, SDK and outcome, and a form of each group. */
export function featuresOf({ installer, node, runtime, sdk, form, unless = "works" }: Row): readonly string[] {
  return [families[installer], node, runtime ?? "Node", sdk, groups[form], unless];
}

export const parts = partsOf(rows, featuresOf, 5);

export function columnsOf({ installer, node, runtime, sdk, form, indirect }: Row): readonly string[] {
  const how = `${installers[installer]}${indirect ? "; not among the program's own dependencies" : ""}`;
  const on = runtime === undefined ? `Node ${node}` : `${runtimes[runtime].title} ${runtimes[runtime].version}`;
  return [how, on, form === "client" ? "–" : sdkVersions[sdk].sdk, forms[form]];
}
