/** Programs of users, as they lie in a consumer's folder. */

const SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl user@example";

/** One of each kind, against Pulumi's own mocks; `registered` then holds what the engine would get. */
const declarations = `
const registered = [];
pulumi.runtime.setMocks({
  newResource: (args) => { registered.push({ type: args.type, text: args.inputs.__provider }); return { id: args.name, state: args.inputs }; },
  call: ({ token, inputs }) => ({ token, ...inputs }),
});
const environment = new fal.Environment("staging", { name: "staging" });
const app = new fal.App("image-gen", { name: "image-gen", environment });
const all = [
  environment,
  app,
  new fal.AppScale("image-gen", { app, minConcurrency: 1 }),
  new fal.Secret("token", { name: "HF_TOKEN", environment, value: "hf" }),
  new fal.ApiKey("ci", { alias: "ci" }),
  new fal.ComputeInstance("trainer", { instanceType: "gpu_1x_h100_sxm5", sshKey: "${SSH_KEY}" }),
  new fal.StorageSettings("files", { defaultAccess: "forbid" }),
];
`;

const report = (cache: string) => `
/** The packages whose files a program has loaded: the innermost node_modules counts. */
const loaded = [...new Set(Object.keys(${cache}).map((file) => {
  const below = file.replaceAll("\\\\", "/").split("/node_modules/").at(-1).split("/");
  return below[0].startsWith("@") ? below.slice(0, 2).join("/") : below[0];
}))];
const settled = (output) => new Promise((done) => output.apply(done));
Promise.all([
  fal.getApps({ filter: "image" }),
  settled(fal.getAppOutput({ name: app.name, environment })),
  ...all.map((resource) => settled(resource.urn)),
]).then(([...answers]) => {
  console.log(JSON.stringify({ names: Object.keys(fal), registered, answers: answers.slice(0, 2), loaded }));
});
`;

export interface ProgramReport {
  readonly names: readonly string[];
  readonly registered: readonly { readonly type: string; readonly text: string }[];
  /** What the mocks answered to functions. */
  readonly answers: readonly unknown[];
  readonly loaded: readonly string[];
}

export const commonJs = `
"use strict";
const pulumi = require("@pulumi/pulumi");
const fal = require("pulumi-fal");
${declarations}
${report("require.cache")}
`;

export const esModule = `
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import * as fal from "pulumi-fal";
${declarations}
${report("createRequire(import.meta.url).cache")}
`;

/** Runs the text that stands in state the way Pulumi's dynamic provider host does, from the project's folder. */
export const providerHost = `
"use strict";
const { createRequire } = require("node:module");
const sdk = createRequire(require.resolve("@pulumi/pulumi"));
const requireFromString = sdk("require-from-string");
const texts = JSON.parse(process.argv[2]);
(async () => {
  const answers = [];
  for (const text of texts) {
    const provider = requireFromString(text).handler();
    await provider.configure({ config: { get: () => undefined } });
    const { failures } = await provider.check({}, { __provider: text, noSuchProperty: 1 });
    answers.push({ methods: ["check", "diff", "create", "read", "update", "delete"].filter((name) => typeof provider[name] === "function"), failures: failures.length });
  }
  // What the first operation loads.
  const { FalClient } = require("pulumi-fal/client");
  const client = new FalClient({ apiKey: "id:secret", env: {} });
  await client.close();
  console.log(JSON.stringify(answers));
})();
`;

/** Calls functions as if under an engine, which they need only to be there, against a fal given by environment variables. */
const asks = `
pulumi.runtime.resetOptions("project", "stack", 1, "", "127.0.0.1:1", true, "");
const answer = (call: Promise<unknown>) => call.catch((error: Error) => error.message);
Promise.all([answer(fal.getEnvironments()), answer(fal.getApp({ name: "image-gen--staging" }))]).then((answers) => console.log(JSON.stringify(answers)));
`;
const withoutTypes = (code: string) => code.replaceAll(/: (Promise<unknown>|Error)/g, "");
export const functions = {
  commonJs: `"use strict";\nconst pulumi = require("@pulumi/pulumi");\nconst fal = require("pulumi-fal");\n${withoutTypes(asks)}`,
  bundled: `import * as pulumi from "@pulumi/pulumi";\nimport * as fal from "pulumi-fal";\n${asks}`,
};

/** What TypeScript has to accept and to refuse. An expected error that is none is an error itself. */
export const typed = `
import * as pulumi from "@pulumi/pulumi";
import * as fal from "pulumi-fal";
import { FalClient, FalError, type SecretInfo } from "pulumi-fal/client";

const maybe: number | undefined = Math.random() < 2 ? undefined : 1;
const environment = new fal.Environment("staging", { name: "staging" });
const app = new fal.App("image-gen", { name: "image-gen", environment }, { protect: true });
const args: fal.AppScaleArgs = { app, environment, minConcurrency: maybe, keepAlive: pulumi.output(300), machineTypes: ["GPU-H100"] };
const scale = new fal.AppScale("image-gen", args, { dependsOn: [app] });
const account = new fal.Provider("prod", { apiKey: pulumi.secret("id:secret") });
const key = new fal.ApiKey("ci", { alias: "ci", rotation: { every: "30d" } }, { provider: account });
const machine: fal.ComputeInstance = fal.ComputeInstance.get("trainer", "inst_1");

const found: Promise<fal.GetAppResult> = fal.getApp({ name: "image-gen", environment: "staging" }, { provider: account });
const secrets: pulumi.Output<SecretInfo[]> = fal.getSecretsOutput({ environment }, { dependsOn: [app] }).secrets;
const runnersArgs: fal.GetRunnersOutputArgs = { app, environment: undefined, state: [pulumi.output("idle")] };

export const functions = [found, secrets, fal.getRunnersOutput(runnersArgs), fal.getEnvironments(), fal.getComputeInstances({}, { parent: app })];
export const warm = fal.getAppOutput({ name: app.name, environment }).effective.minConcurrency;
export const url: pulumi.Output<string> = app.url;
export const secret: pulumi.Output<string> = key.key;
export const keepAlive: pulumi.Output<number | undefined> = scale.keepAlive;
export const ip = machine.ip.apply((address) => address);
export const list = (client: FalClient): Promise<SecretInfo[]> => client.secrets.list({ environment: "main" });
export const isOurs = (error: unknown): error is FalError => error instanceof FalError;

// @ts-expect-error only the Output form takes resources
fal.getSecrets({ environment });
// @ts-expect-error the name is missing
fal.getApp({ environment: "staging" });
// @ts-expect-error a secret has a name
new fal.Secret("nameless", { value: "v" });
// @ts-expect-error a property that does not exist
new fal.App("misspelt", { name: "a", authmode: "private" });
// @ts-expect-error a number, not a text
new fal.AppScale("text", { app: "a", minConcurrency: "1" });
// @ts-expect-error not an output that apps have
export const nothing = app.nothing;
`;

/** Imports everything and uses one kind: what a bundler has to keep, and where it has to leave the package name alone. */
export const bundled = `
import * as pulumi from "@pulumi/pulumi";
import * as fal from "pulumi-fal";
const texts: string[] = [];
pulumi.runtime.setMocks({
  newResource: (args) => { texts.push(args.inputs.__provider); return { id: args.name, state: args.inputs }; },
  call: () => ({}),
});
const token = new fal.Secret("token", { name: "HF_TOKEN", value: "hf" });
token.urn.apply(() => console.log(JSON.stringify(texts)));
`;
