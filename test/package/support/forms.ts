import type { forms } from "./matrix";

/** A program as it lies in a user's folder. */
export interface Program {
  readonly files: Readonly<Record<string, string>>;
  /** Goes into package.json. */
  readonly manifest?: { readonly type?: "module"; readonly main?: string };
  /** `runtime` of Pulumi.yaml. */
  readonly runtime?: string;
  /** What else the project depends on. */
  readonly tools?: readonly ("typescript" | "@types/node" | "ts-node" | "tsx")[];
  /** Run with Node, or the row's runtime, instead of the CLI: it does all of the round itself and prints `done`. */
  readonly script?: string;
}

/** Two resources that depend on each other, and a function, whose second half is found by a way of its own. */
const body = (space: string) => `
const environment = new fal.Environment("space", { name: "${space}" });
const token = new fal.Secret("token", { name: "HF_TOKEN", environment, value: "hf" });
const { environments } = fal.getEnvironmentsOutput();
const main = environments.apply((all) => all.some(({ name }) => name === "main"));
`;
const requires = `const pulumi = require("@pulumi/pulumi");\nconst fal = require("pulumi-fal");\n`;
const imports = `import * as pulumi from "@pulumi/pulumi";\nimport * as fal from "pulumi-fal";\n`;
/** Types, of which nothing is left when the program runs. */
const typed = (space: string) => `${imports}import type { SecretArgs } from "pulumi-fal";
${body(space)}
const args: SecretArgs = { name: "OTHER", environment, value: pulumi.secret("other") };
new fal.Secret("other", args);
export const fingerprint: pulumi.Output<string> = token.fingerprint;
export { main };
`;
const esModule = (space: string) =>
  `${imports}${body(space)}\nexport const fingerprint = token.fingerprint;\nexport { main };\n`;

/** What Pulumi's project template has. */
const tsconfig = JSON.stringify({
  compilerOptions: { strict: true, outDir: "bin", target: "es2020", module: "nodenext", moduleResolution: "nodenext" },
});
const typescript = ["typescript", "@types/node"] as const;
const withoutTsNode = (nodeargs?: string) =>
  `{ name: nodejs, options: { typescript: false${nodeargs ? `, nodeargs: "${nodeargs}"` : ""} } }`;

export const programs: Record<keyof typeof forms, (space: string) => Program> = {
  commonJs: (space) => ({
    files: { "index.js": `${requires}${body(space)}\nmodule.exports = { fingerprint: token.fingerprint, main };\n` },
  }),

  esModule: (space) => ({ manifest: { type: "module" }, files: { "index.js": esModule(space) } }),

  tsNode: (space) => ({
    tools: typescript,
    files: { "index.ts": typed(space), "tsconfig.json": tsconfig },
  }),

  tsNodeEsModule: (space) => ({
    manifest: { type: "module" },
    tools: [...typescript, "ts-node"],
    files: { "index.ts": typed(space), "tsconfig.json": tsconfig },
  }),

  tsx: (space) => ({
    tools: ["tsx"],
    runtime: withoutTsNode("--import tsx"),
    manifest: { main: "index.ts" },
    files: { "index.ts": typed(space) },
  }),

  stripped: (space) => ({
    runtime: withoutTsNode(),
    manifest: { type: "module", main: "index.ts" },
    files: { "index.ts": typed(space) },
  }),

  strippedMts: (space) => ({
    runtime: withoutTsNode(),
    manifest: { main: "index.mts" },
    files: { "index.mts": typed(space) },
  }),

  component: (space) => ({
    files: {
      "index.js": `${requires}
class Space extends pulumi.ComponentResource {
  constructor(name, options) {
    super("consumer:index:Space", name, {}, options);
    const environment = new fal.Environment("space", { name: "${space}" }, { parent: this });
    const token = new fal.Secret("token", { name: "HF_TOKEN", environment, value: "hf" }, { parent: this });
    const { environments } = fal.getEnvironmentsOutput({}, { parent: this });
    this.fingerprint = token.fingerprint;
    this.main = environments.apply((all) => all.some(({ name }) => name === "main"));
    this.registerOutputs({ fingerprint: this.fingerprint });
  }
}
const account = new fal.Provider("account", { apiKey: pulumi.secret(process.env.FAL_KEY) });
const { fingerprint, main } = new Space("space", { providers: [account] });
module.exports = { fingerprint, main };
`,
    },
  }),

  inline: (space) => ({
    script: "deploy.js",
    files: {
      "deploy.js": `${requires}
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const program = async () => {
  ${body(space)}
  return { fingerprint: token.fingerprint, main };
};
(async () => {
  const stack = await LocalWorkspace.createOrSelectStack({ stackName: "dev", projectName: "consumer", program });
  await stack.preview();
  const { outputs } = await stack.up();
  if (outputs.main?.value !== true) throw new Error(JSON.stringify(outputs));
  await stack.preview({ expectNoChanges: true });
  await stack.destroy();
  console.log("done");
})().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
`,
    },
  }),

  client: (space) => ({
    script: "client.cjs",
    files: {
      "client.cjs": `
const { FalClient, FalAuthenticationError, FalNotFoundError } = require("pulumi-fal/client");
const refusal = (call) => call.then(() => undefined, (error) => error);
(async () => {
  const fal = new FalClient();
  await fal.environments.create("${space}");
  await fal.secrets.set("HF_TOKEN", "hf", { environment: "${space}" });
  const secrets = await fal.secrets.list({ environment: "${space}" });
  if (secrets.map(({ name }) => name).join() !== "HF_TOKEN") throw new Error(JSON.stringify(secrets));
  if (typeof (await fal.account()) !== "string") throw new Error("no account");
  // A refusal over REST, one over gRPC, and nobody there.
  const stranger = new FalClient({ apiKey: "nobody:knows-this-key" });
  if (!((await refusal(stranger.compute.list())) instanceof FalAuthenticationError)) throw new Error("REST");
  if (!((await refusal(fal.apps.scale("absent", { maxConcurrency: 2 }))) instanceof FalNotFoundError)) throw new Error("gRPC");
  const nowhere = new FalClient({ apiUrl: "http://127.0.0.1:9", grpcUrl: "http://127.0.0.1:9" });
  const nobody = [refusal(nowhere.compute.list()), refusal(nowhere.environments.list())];
  for (const { message } of await Promise.all(nobody)) {
    if (!message.includes("could not connect to http://127.0.0.1:9 (ECONNREFUSED)")) throw new Error(message);
  }
  await fal.secrets.unset("HF_TOKEN", { environment: "${space}" });
  await fal.environments.delete("${space}");
  for (const client of [fal, stranger, nowhere]) await client.close();
  console.log("done");
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
`,
    },
  }),

  mocks: (space) => ({
    script: "test.js",
    files: {
      "test.js": `${requires}
const test = require("node:test");
const assert = require("node:assert/strict");
pulumi.runtime.setMocks({
  newResource: ({ name, inputs }) => ({ id: name, state: { ...inputs, fingerprint: "f" } }),
  call: ({ token }) => (token === "fal:index:getEnvironments" ? { environments: [{ name: "main" }] } : {}),
});
test("the program under mocks", async () => {
  ${body(space)}
  const read = (output) => new Promise((done) => output.apply(done));
  assert.equal(await read(token.fingerprint), "f");
  assert.equal(await read(environment.name), "${space}");
  assert.equal(await read(main), true);
  console.log("done");
});
`,
    },
  }),
};
