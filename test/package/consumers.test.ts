import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { startEmulator } from "fal-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folders, kindIn } from "../../src/resources/registry";
import { version } from "../../src/version";
import { falEmulator, install, node, pulumiFal, root, scratchDirectory, tarballOf, toolFile } from "./support/packages";
import { bundled, commonJs, esModule, functions, type ProgramReport, providerHost, typed } from "./support/programs";

const scratch = scratchDirectory();
const hoisted = join(scratch, "hoisted");
const isolated = join(scratch, "isolated");

/** These texts are in every stack's state and never change. */
const PROVIDER_TEXTS = {
  App: { bytes: 65, text: 'exports.handler=()=>require("pulumi-fal/dynamic").provider("App")' },
  AppScale: { bytes: 70, text: 'exports.handler=()=>require("pulumi-fal/dynamic").provider("AppScale")' },
  Secret: { bytes: 68, text: 'exports.handler=()=>require("pulumi-fal/dynamic").provider("Secret")' },
  ApiKey: { bytes: 68, text: 'exports.handler=()=>require("pulumi-fal/dynamic").provider("ApiKey")' },
  Environment: { bytes: 73, text: 'exports.handler=()=>require("pulumi-fal/dynamic").provider("Environment")' },
  ComputeInstance: { bytes: 77, text: 'exports.handler=()=>require("pulumi-fal/dynamic").provider("ComputeInstance")' },
  StorageSettings: { bytes: 77, text: 'exports.handler=()=>require("pulumi-fal/dynamic").provider("StorageSettings")' },
};
const KINDS = Object.keys(PROVIDER_TEXTS).sort();

/** Only the provider process or a policy pack needs these modules. They would delay the start of a program. */
const MUST_NOT_LOAD = /^(?:undici|zod|smol-toml|@connectrpc\/.*|@bufbuild\/.*|@pulumi\/policy)$/;

beforeAll(async () => {
  const [ours, emulator] = [tarballOf(pulumiFal), tarballOf(falEmulator)];
  mkdirSync(hoisted);
  mkdirSync(isolated);
  await install(hoisted, [ours, emulator]);
  // npm's form of pnpm's layout: every package sees only its declared dependencies.
  await install(isolated, [ours], "--install-strategy=linked");
  for (const [file, text] of Object.entries({
    "commonjs.cjs": commonJs,
    "es-module.mjs": esModule,
    "provider-host.cjs": providerHost,
    "functions.cjs": functions.commonJs,
  })) {
    for (const project of [hoisted, isolated]) writeFileSync(join(project, file), text);
  }
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test("the isolated project sees only its own dependencies", () => {
  const visible = readdirSync(join(isolated, "node_modules")).filter((name) => !name.startsWith("."));
  expect(visible.sort()).toEqual(["@pulumi", "pulumi-fal"]);
});

describe.each([
  ["hoisted", hoisted],
  ["isolated", isolated],
])("a project with %s dependencies", (_layout, project) => {
  // The rules need only its types.
  test("the rules for policy packs load without @pulumi/policy", async () => {
    const script = 'console.log(require("pulumi-fal/policy").policies.map((policy) => policy.name).join())';
    expect((await node(["-e", script], project)).stdout).toMatch(/^fal-warm-runners,/);
  });

  describe.each([
    ["a CommonJS program", "commonjs.cjs"],
    ["an ES module program", "es-module.mjs"],
  ])("%s", (program, file) => {
    let report: ProgramReport;

    beforeAll(async () => {
      report = JSON.parse((await node([file], project)).stdout);
    });

    test(`${program} sees all resource classes and the provider by name`, () => {
      expect(report.names).toEqual(expect.arrayContaining([...KINDS, "Provider"]));
    });

    test(`${program} registers the constant provider text of every kind`, () => {
      const byType = Object.fromEntries(report.registered.map(({ type, text }) => [type, text]));
      const expected = Object.entries(PROVIDER_TEXTS).map(([kind, { text }]) => [
        `pulumi-nodejs:dynamic/fal:${kind}`,
        text,
      ]);
      expect(byType).toEqual(Object.fromEntries(expected));
    });

    test(`the function calls of ${program} go to Pulumi's mocks`, () => {
      expect(report.answers).toEqual([
        { token: "fal:index:getApps", filter: "image" },
        { token: "fal:index:getApp", name: "image-gen", environment: "staging" },
      ]);
    });

    test(`${program} loads the SDK and this package, but no modules that only the provider needs`, () => {
      expect(report.loaded).toEqual(expect.arrayContaining(["@pulumi/pulumi", "pulumi-fal"]));
      expect(report.loaded.filter((name) => MUST_NOT_LOAD.test(name))).toEqual([]);
    });
  });

  test("an installed package reads from fal with functions", async () => {
    expect(await withFal((env) => node(["functions.cjs"], project, env))).toEqual(readByFunctions);
  });

  test("the provider texts run as in Pulumi's host", async () => {
    const texts = Object.values(PROVIDER_TEXTS).map(({ text }) => text);
    const answers = JSON.parse((await node(["provider-host.cjs", JSON.stringify(texts)], project)).stdout);
    const methods = ["check", "diff", "create", "read", "update", "delete"];
    // Each kind rejects an unknown property, which proves that its property table was loaded.
    expect(answers).toEqual(texts.map(() => ({ methods, failures: expect.toSatisfy((count) => count > 0) })));
  });
});

test("every kind has a constant provider text", () => {
  expect(KINDS).toEqual(folders.map(kindIn).sort());
});

test.each(Object.entries(PROVIDER_TEXTS))("the provider text of %s has its length", (_kind, { text, bytes }) => {
  expect(Buffer.byteLength(text)).toBe(bytes);
});

describe("a TypeScript program", () => {
  beforeAll(() => {
    for (const name of ["typed.cts", "typed.mts", "typed.ts"]) writeFileSync(join(hoisted, name), typed);
  });

  const resolutions = [
    ["CommonJS, Node16", "typed.cts", { module: "node16", moduleResolution: "node16" }],
    ["ES module, Node16", "typed.mts", { module: "node16", moduleResolution: "node16" }],
    ["bundler", "typed.ts", { module: "esnext", moduleResolution: "bundler" }],
    // The options of Pulumi's project templates.
    ["Node 10", "typed.ts", { module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0" }],
  ] as const;
  const cases = resolutions.flatMap(([name, file, options]) =>
    [true, false].map((exactOptionalPropertyTypes) => ({ name, file, options, exactOptionalPropertyTypes })),
  );

  test.concurrent.each(cases)(
    "a TypeScript program compiles with $name resolution and exactOptionalPropertyTypes $exactOptionalPropertyTypes",
    async ({ file, options, exactOptionalPropertyTypes }) => {
      const config = `tsconfig.${options.moduleResolution}.${file}.${exactOptionalPropertyTypes}.json`;
      const compilerOptions = {
        ...options,
        target: "es2022",
        strict: true,
        exactOptionalPropertyTypes,
        // Checking our declarations takes long, so only one case does it. attw checks what they import, by resolution.
        skipLibCheck: !(exactOptionalPropertyTypes && file === "typed.mts"),
        noEmit: true,
        types: ["node"],
        typeRoots: [join(root, "node_modules/@types")],
      };
      writeFileSync(join(hoisted, config), JSON.stringify({ compilerOptions, files: [file] }));
      await node([toolFile("typescript/bin/tsc"), "-p", config], hoisted);
    },
  );
});

describe("a bundled and minified program", () => {
  async function bundle(name: string, code: string, format: "cjs" | "esm" = "cjs"): Promise<string> {
    writeFileSync(join(hoisted, `${name}.ts`), code);
    const outfile = `${name}.${format === "esm" ? "mjs" : "js"}`;
    const { warnings, metafile } = await build({
      absWorkingDir: hoisted,
      entryPoints: [`${name}.ts`],
      outfile,
      bundle: true,
      minify: true,
      platform: "node",
      format,
      // esbuild's documented workaround for CommonJS modules in an ES module.
      ...(format === "esm" ? { banner: { js: esModuleRequire } } : {}),
      // The program must use the SDK of Pulumi's runtime, not a second copy.
      external: ["@pulumi/pulumi"],
      metafile: true,
      logLevel: "silent",
    });
    expect(warnings).toEqual([]);
    const packages = Object.keys(metafile.inputs).map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
    expect([...new Set(packages)].filter((found) => found !== undefined)).toEqual(["pulumi-fal"]);
    return outfile;
  }
  const esModuleRequire = `import{createRequire}from"node:module";const require=createRequire(import.meta.url);`;

  test("a bundled program registers the same provider text", async () => {
    const file = await bundle("bundled", bundled);
    expect(JSON.parse((await node([file], hoisted)).stdout)).toEqual([PROVIDER_TEXTS.Secret.text]);
  });

  test.each(["cjs", "esm"] as const)("a program bundled as %s reads from fal with functions", async (format) => {
    const file = await bundle("bundled-functions", functions.bundled, format);
    expect(await withFal((env) => node([file], hoisted, env))).toEqual(readByFunctions);
  });
});

/** The output of the program with functions: a result and an error. */
const readByFunctions = [
  { environments: [expect.objectContaining({ name: "main" })] },
  expect.stringMatching(/^getApp: `name` must not carry a "--<environment>" suffix/),
];

async function withFal(program: (env: NodeJS.ProcessEnv) => Promise<{ stdout: string }>): Promise<unknown> {
  const fal = await startEmulator();
  try {
    const { key, apiUrl, restUrl, grpcUrl } = fal;
    const addresses = { FAL_API_URL: apiUrl, FAL_REST_URL: restUrl, FAL_GRPC_URL: grpcUrl };
    return JSON.parse((await program({ FAL_KEY: key, ...addresses })).stdout);
  } finally {
    await fal.close();
  }
}

describe("the installed command pulumi-fal", () => {
  const bin = () => join(hoisted, "node_modules/pulumi-fal", pulumiFal.manifest.bin?.["pulumi-fal"] ?? "");

  test("pulumi-fal is on the project's path", () => {
    const commands = readdirSync(join(hoisted, "node_modules/.bin")).map((name) => name.replace(/\.(cmd|ps1)$/, ""));
    expect(commands).toContain("pulumi-fal");
  });

  test("pulumi-fal prints its version", async () => {
    expect((await node([bin(), "--version"], hoisted)).stdout).toBe(`${version}\n`);
  });

  test("the installed pulumi-fal imports an account", async () => {
    const report = await withFal((env) => node([bin(), "import", "--json", "--types", "api-key"], hoisted, env));
    expect(report).toMatchObject({ account: "acme", resources: [{ kind: "ApiKey", id: "emu" }] });
  });
});

describe("the installed fal-emulator", () => {
  const bin = () => join(hoisted, "node_modules/fal-emulator", falEmulator.manifest.bin?.["fal-emulator"] ?? "");

  test("fal-emulator is on the project's path", () => {
    const commands = readdirSync(join(hoisted, "node_modules/.bin")).map((name) => name.replace(/\.(cmd|ps1)$/, ""));
    expect(commands).toContain("fal-emulator");
  });

  test("fal-emulator prints its version", async () => {
    expect((await node([bin(), "--version"], hoisted)).stdout).toBe(`${falEmulator.manifest.version}\n`);
  });

  test("fal-emulator starts in a program and closes on request", async () => {
    const program = `
      const { startEmulator } = require("fal-emulator");
      startEmulator().then(async (emulator) => {
        const { status } = await fetch(emulator.restUrl + "/_emulator/state");
        await emulator.close();
        console.log(status);
      });
    `;
    expect((await node(["-e", program], hoisted)).stdout).toBe("200\n");
  });
});

test("the version in the code is the version of the package", () => {
  expect(version).toBe(pulumiFal.manifest.version);
});
