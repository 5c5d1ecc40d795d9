import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  FalAbortedError,
  FalConfigurationError,
  FalError,
  FalServerError,
  FalTimeoutError,
  FalValidationError,
} from "../../../src/client";
import { CANARY, client, grpcServer, KEY } from "./support/servers";

const RESULT = { revision: "rev-1", app_name: "hello", status: "deployed" };
const DEPLOYED = `console.log(${JSON.stringify(JSON.stringify(RESULT))});`;
/** Lines that fal 1.83 prints before and after a build. */
const ANNOUNCED = `console.log("Deploying 'Hello' as app 'hello'\\n");`;
const BUILDING = `${ANNOUNCED} console.log("Building environment...");`;
const BUILT = `${ANNOUNCED} console.log("✓ Build complete");`;
const FOREVER = "setInterval(() => {}, 1000);";

function directory(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "pulumi-fal-deploy-")));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** A program in the place of fal's CLI, with this JavaScript. */
function cli(script: string): string {
  const path = join(directory(), "fal");
  writeFileSync(path, `#!${process.execPath}\n${script}\n`, { mode: 0o755 });
  return path;
}

/** A program that prints its arguments, environment and folder as one line before the result. */
const witness = `console.log(JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd() })); ${DEPLOYED}`;
interface Started {
  args: string[];
  env: Record<string, string>;
  cwd: string;
}

/** Deploys with a program that fails, and returns the error. */
async function failureOf(script: string, options: object = {}): Promise<FalError> {
  const failed = client({}).deploy("app.py", { fal: cli(script), ...options });
  return await failed.then(
    () => expect.fail("it did not fail"),
    (error) => error,
  );
}

describe("arguments and environment of the fal CLI", () => {
  async function started(settings: object, ...[appRef, options]: Parameters<ReturnType<typeof client>["deploy"]>) {
    const lines: string[] = [];
    const fal = client(settings);
    await fal.deploy(appRef, { fal: cli(witness), ...options, onOutput: (line) => lines.push(line) });
    return JSON.parse(lines[0] ?? "") as Started;
  }

  test("deploy passes options to the fal CLI, and a value cannot become an option", async () => {
    const { args } = await started({}, "dir/app.py::Hello", {
      appName: "hello",
      auth: "public",
      strategy: "recreate",
      resetScale: true,
      noCache: true,
      message: "--reset-scale is set",
      annotations: { GIT_SHA: "1234", NOTE: "a=b c" },
      environment: "staging",
    });
    expect(args).toEqual([
      "deploy",
      "--json",
      "--yes",
      "--env=staging",
      "--app-name=hello",
      "--auth=public",
      "--strategy=recreate",
      "--message=--reset-scale is set",
      "--annotation=GIT_SHA=1234",
      "--annotation=NOTE=a=b c",
      "--reset-scale",
      "--no-cache",
      "dir/app.py::Hello",
    ]);
  });

  test("deploy passes only the client's environment by default", async () => {
    const expected = ["deploy", "--json", "--yes", "--env=qa"];
    expect((await started({ environment: "qa" })).args).toEqual(expected);
  });

  test("deploy passes the client's account, hosts and environment to the fal CLI instead of the caller's variables", async () => {
    const foreign = {
      FAL_KEY: "other:key",
      FAL_KEY_ID: "other",
      FAL_KEY_SECRET: "key",
      FAL_PROFILE: "work",
      FAL_CONFIG_PATH: "/home/other/.fal/config.toml",
      FAL_HOME_DIR: "/home/other/.fal",
      FAL_HOST: "api.other.ai",
      FAL_GRPC_HOST: "api.other.ai",
      FAL_REST_HOST: "rest.other.ai",
      FAL_RUN_HOST: "other.run",
      FAL_ENV: "other",
      FAL_DEPLOY_CHECK: "1",
      FAL_FORCE_AUTH_BY_USER: "1",
      ISOLATE_TEST_MODE: "1",
      ISOLATE_AUTH_DISABLED: "1",
      FORCE_COLOR: "1",
      CODE_NEEDS: "this",
    };
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const [name, value] of Object.entries(foreign)) vi.stubEnv(name, value);
    const { env } = await started({});
    const read = Object.fromEntries(Object.entries(env).filter(([name]) => /^(FAL_|ISOLATE_|FORCE_COLOR)/.test(name)));
    expect(read).toEqual({
      // The program receives the complete key. Its output is redacted.
      FAL_KEY: "kid:***",
      FAL_GRPC_HOST: "api.alpha.fal.ai",
      FAL_REST_HOST: "rest.alpha.fal.ai",
      FAL_CONFIG_PATH: "/dev/null",
    });
    expect(env).toMatchObject({ CODE_NEEDS: "this", PATH: process.env["PATH"] });
  });

  test("deploy passes the complete key to the fal CLI", async () => {
    const fal = cli(`if (process.env.FAL_KEY !== ${JSON.stringify(KEY)}) process.exit(1); ${DEPLOYED}`);
    expect(await client({}).deploy("app.py", { fal })).toMatchObject({ revision: "rev-1" });
  });

  test("deploy makes the fal CLI use plaintext for a fal on this machine", async () => {
    const { env } = await started({ grpcUrl: "http://127.0.0.1:1", restUrl: "http://127.0.0.1:2" });
    expect(env).toMatchObject({
      FAL_GRPC_HOST: "127.0.0.1:1",
      FAL_REST_HOST: "127.0.0.1:2",
      ISOLATE_TEST_MODE: "1",
    });
  });

  test.each([
    ["hosts of which only one uses TLS", { grpcUrl: "http://127.0.0.1:1", restUrl: "https://rest.alpha.fal.ai" }],
    ["an address with a path", { grpcUrl: "https://fal.example/grpc", restUrl: "https://fal.example" }],
  ])("deploy rejects %s because the fal CLI does not support it", async (_case, settings) => {
    const failed = client(settings).deploy("app.py", { fal: cli(DEPLOYED) });
    await expect(failed).rejects.toThrow(FalConfigurationError);
    await expect(failed).rejects.toThrow(/accepts only hosts without a path/);
  });

  test("deploy starts the fal CLI in cwd and finds it on the PATH", async () => {
    const cwd = directory();
    expect((await started({}, undefined, { cwd })).cwd).toBe(cwd);
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv("PATH", join(cli(DEPLOYED), ".."));
    expect(await client({}).deploy()).toMatchObject({ revision: "rev-1" });
  });

  test("deploy runs a command of several words", async () => {
    const { args } = await started({}, "app.py", { fal: [process.execPath, cli(witness), "--flag"] });
    expect(args).toEqual(["--flag", "deploy", "--json", "--yes", "--env=main", "app.py"]);
  });

  test.each([
    ["fal", ["app.py", { fal: [] }]],
    ["fal", ["app.py", { fal: "" }]],
    ["appRef", ["--reset-scale", {}]],
    ["appRef", [" ", {}]],
    ["environment", ["app.py", { environment: "" }]],
    ["appName", ["app.py", { appName: "" }]],
    ["annotation", ["app.py", { annotations: { "A=B": "c" } }]],
    ["cwd", ["app.py", { cwd: "/nowhere/at/all" }]],
  ] as const)("deploy rejects an invalid %s", async (what, [appRef, options]) => {
    const failed = client({}).deploy(appRef, { fal: cli(DEPLOYED), ...options });
    await expect(failed).rejects.toThrow(FalValidationError);
    await expect(failed).rejects.toThrow(what);
  });
});

describe("results of a deployment", () => {
  test("deploy returns the last result that the fal CLI prints, with or without colors", async () => {
    const other = JSON.stringify({ revision: "not-this", app_name: "x" });
    const fal = cli(
      `console.log(${JSON.stringify(other)}); console.log("\\x1b[1m" + ${JSON.stringify(JSON.stringify(RESULT))} + "\\x1b[0m"); console.log("{}"); console.log("{no JSON");`,
    );
    expect(await client({}).deploy("app.py", { fal, environment: "staging" })).toEqual({
      revision: "rev-1",
      appName: "hello",
      environment: "staging",
    });
  });

  test("deploy returns additional properties of the fal CLI's result and omits malformed ones", async () => {
    const urls = { sync: { "/": "https://fal.run/emu/hello" } };
    const more = { ...RESULT, auth_mode: "public", urls, log_url: 7 };
    const fal = cli(`console.log(${JSON.stringify(JSON.stringify(more))});`);
    const result = await client({}).deploy("app.py", { fal });
    expect(result).toEqual({ revision: "rev-1", appName: "hello", environment: "main", authMode: "public", urls });
  });

  test("deploy fails without a result and reports that the app may be deployed", async () => {
    const error = await failureOf("console.log('{}');");
    expect(error).toBeInstanceOf(FalServerError);
    expect(error).toMatchObject({ operation: "deploy", resource: "main/app.py", mayHaveTakenEffect: true });
  });

  test("deploy invalidates the list of apps of its environment, also if it fails", async () => {
    const server = await grpcServer({ listAliases: () => ({ aliases: [] }) });
    const fal = client({ grpcUrl: server.url, restUrl: server.url }, { shareReadsForMs: 60_000 });
    const read = async () => {
      await fal.apps.list({ environment: "staging" });
      await fal.apps.list();
      return server.calls.length;
    };
    expect(await read()).toBe(2);
    await fal.deploy("app.py", { fal: cli(DEPLOYED), environment: "staging" });
    expect(await read()).toBe(3);
    await expect(fal.deploy("app.py", { fal: cli("process.exit(1)"), environment: "staging" })).rejects.toThrow();
    expect(await read()).toBe(4);
  });
});

describe("failures of the fal CLI", () => {
  test("the error of deploy contains the fal CLI's error without its advice", async () => {
    const error = await failureOf(
      `console.log("Deploy failed. To debug faster, run"); console.log('✘ Environment "nope" not found'); console.log("  Check the logs"); process.exitCode = 1;`,
    );
    expect(error.message).toBe(
      'Could not deploy main/app.py: the fal CLI exited with 1: Environment "nope" not found Check the logs.',
    );
    expect(error.constructor).toBe(FalError);
    expect(error).toMatchObject({ operation: "deploy", resource: "main/app.py", attempts: 1 });
  });

  test("the error of deploy contains the last lines of output if the fal CLI prints no error", async () => {
    const error = await failureOf(`for (let i = 1; i <= 30; i++) console.error("line " + i); process.exitCode = 3;`);
    expect(error.message).toMatch(/exited with 3: line 26 line 27 line 28 line 29 line 30\.$/);
  });

  test.each([
    ["before the announcement", "", false],
    ["after the announcement", ANNOUNCED, true],
    ["during the build", BUILDING, false],
    ["after the build", `${BUILDING} ${BUILT}`, true],
    ["after a reused build", BUILT, true],
  ])("the error of deploy reports whether a failure %s may have taken effect", async (_case, script, expected) => {
    const error = await failureOf(`${script} console.log("✘ no"); process.exitCode = 1;`);
    expect(error.mayHaveTakenEffect).toBe(expected);
    expect(error.message.includes("It may have taken effect.")).toBe(expected);
  });

  test("deploy does not retry a failed run of the fal CLI", async () => {
    const lines: string[] = [];
    const onOutput = (line: string) => lines.push(line);
    await failureOf(`console.log("started"); process.exitCode = 1;`, { onOutput });
    expect(lines).toEqual(["started"]);
  });

  test("deploy reports an outdated fal CLI as a configuration error with a fix", async () => {
    const error = await failureOf(
      `console.error("Usage: fal deploy [-h]\\nfal deploy: error: unrecognized arguments: --annotation=A=b"); process.exitCode = 2;`,
    );
    expect(error).toBeInstanceOf(FalConfigurationError);
    expect(error.message).toMatch(/unrecognized arguments: --annotation=A=b.*pip install -U "fal>=1\.83"/);
  });

  test("deploy does not report an invalid value as an outdated fal CLI", async () => {
    const error = await failureOf(
      `console.error("fal deploy: error: argument --strategy: invalid choice: 'blue' (choose from 'recreate', 'rolling')"); process.exitCode = 2;`,
    );
    expect(error.constructor).toBe(FalError);
    expect(error.message).toMatch(/exited with 2: .*invalid choice: 'blue'/);
  });

  test("deploy reports a missing fal CLI as a configuration error with a fix", async () => {
    for (const [fal, why] of [
      ["/nowhere/fal", /was not found: \/nowhere\/fal\. Install it \(pip install -U "fal>=1\.83"\)/],
      [directory(), /could not be started \(EACCES\): /],
    ] as const) {
      const failed = client({}).deploy("app.py", { fal });
      await expect(failed).rejects.toThrow(FalConfigurationError);
      await expect(failed).rejects.toThrow(why);
    }
  });
});

test("deploy does not show the key in output lines or errors", async () => {
  const lines: string[] = [];
  const error = await failureOf(
    `const key = process.env.FAL_KEY; console.log("key is " + key); console.error("tail " + key.slice(-14)); console.log("✘ Invalid key " + key + " " + Buffer.from(key.slice(4)).toString("base64")); process.exitCode = 1;`,
    { onOutput: (line: string) => lines.push(line) },
  );
  const shown = [...lines, error.message, error.stack, JSON.stringify(error)].join("\n");
  expect(lines).toEqual(expect.arrayContaining(["key is kid:***", "tail ***", "✘ Invalid key kid:*** ***"]));
  expect(shown).not.toContain(CANARY.slice(-12));
  expect(shown).not.toContain(CANARY.slice(0, 12));
});

test("deploy ignores an error of the output callback", async () => {
  const onOutput = () => {
    throw new Error("no room");
  };
  expect(await client({}).deploy("app.py", { fal: cli(DEPLOYED), onOutput })).toMatchObject({ revision: "rev-1" });
});

describe("progress of a deployment", () => {
  /** Prints these lines as the CLI does, with colors. */
  const printing = (...lines: string[]) =>
    lines.map((line) => `console.log(${JSON.stringify(`\x1b[1m${line}\x1b[0m`)});`).join("");
  const rule = "─".repeat(80);
  const log = (text: string) => `2026-11-30 13:40:01.123 [info     ] ${text.padEnd(30)}`;

  test("deploy reports the phases of the fal CLI and the last line in each", async () => {
    const seen: [string, string | undefined][] = [];
    const script = printing(
      "Tip: This looks like the first deployment of hello.",
      "     Validate it locally first",
      "Deploying 'Hello' as app 'hello'",
      "",
      "Packaging local project hello...",
      rule,
      "* Building sdist...",
      "Uploading hello-0.1.0.tar.gz (12.3 KB)...",
      "✓ Project packaged",
      "Uploading file: models/(a) b.py",
      "Building environment...",
      rule,
      log("Collecting torch==2.4"),
      log("Uploading layer 3"),
      rule,
      "✓ Build complete",
      "Setting up runtime...",
    );
    await client({}).deploy("app.py", {
      fal: cli(`${script} ${DEPLOYED}`),
      onPhase: (...each) => {
        seen.push(each);
        throw new Error("no room");
      },
    });
    expect(seen).toEqual([
      ["loading the code", undefined],
      ["packaging", undefined],
      ["packaging", undefined],
      ["packaging", "* Building sdist..."],
      ["uploading", "hello-0.1.0.tar.gz"],
      ["packaging", undefined],
      ["uploading", "models/(a) b.py"],
      ["building the image", undefined],
      ["building the image", "Collecting torch==2.4"],
      ["building the image", "Uploading layer 3"],
      ["registering", undefined],
      ["registering", "Setting up runtime..."],
    ]);
  });

  test("the error of a failed build contains the end of its log, without the CLI's advice", async () => {
    const lines = [1, 2, 3, 4, 5, 6].map((n) => log(`step ${n}`));
    const advice = ["", "Deploy failed. To debug faster, reproduce this locally first:", "       fal run app.py"];
    const error = await failureOf(
      `${printing("Deploying 'Hello' as app 'hello'", "Building environment...", rule, ...lines, ...advice, "✘ The build failed.")} process.exitCode = 1;`,
    );
    expect(error.message).toBe(
      "Could not deploy main/app.py: the fal CLI exited with 1: The build failed. The build's log ends with: step 2 | step 3 | step 4 | step 5 | step 6.",
    );
    expect(error.mayHaveTakenEffect).toBe(false);
  });

  test("the error of a failure after the build does not contain the build's log", async () => {
    const build = ["Deploying 'Hello' as app 'hello'", "Building environment...", log("step 1"), "✓ Build complete"];
    const error = await failureOf(`${printing(...build, "✘ No capacity.")} process.exitCode = 1;`);
    expect(error.message).toContain("the fal CLI exited with 1: No capacity. It may have taken effect.");
  });

  test("deploy does not show the key in the lines of a phase", async () => {
    const lines: (string | undefined)[] = [];
    const script = `console.log("Building environment..."); console.log("using " + process.env.FAL_KEY); ${DEPLOYED}`;
    await client({}).deploy("app.py", { fal: cli(script), onPhase: (_phase, line) => lines.push(line) });
    expect(lines).toContain("using kid:***");
    expect(lines.join()).not.toContain(CANARY);
  });
});

describe("cancelled deployments", () => {
  /** A server that counts who is still connected, and a script that starts a process which connects to it. */
  async function family() {
    const server = createServer();
    const sockets = new Set<Socket>();
    const gone = Promise.withResolvers<void>();
    server.on("connection", (socket) => {
      sockets.add(socket);
      // A process that is killed may reset its connection.
      socket.on("error", () => {});
      socket.on("close", () => gone.resolve());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const child = `const s = require("node:net").connect(${port}, "127.0.0.1", () => console.log("child is up")); ${FOREVER}`;
    const script = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" }); ${FOREVER}`;
    return { script, gone: gone.promise };
  }

  test.each([
    ["before the registration", BUILDING, false],
    ["during the registration", BUILT, true],
  ])("cancelling deploy %s ends all processes that it started", async (_case, output, expected) => {
    const { script, gone } = await family();
    const end = new AbortController();
    const error = await failureOf(`${output} ${script}`, {
      signal: end.signal,
      onOutput: (line: string) => line === "child is up" && end.abort(),
    });
    expect(error).toBeInstanceOf(FalAbortedError);
    expect(error).toMatchObject({ attempts: 1, mayHaveTakenEffect: expected });
    await gone;
  });

  // On Windows, a killed process cannot end others.
  test.skipIf(process.platform === "win32")(
    "killing the process that deploys ends all processes of the deployment",
    async () => {
      const { script, gone } = await family();
      const root = resolve(__dirname, "../../..");
      const file = join(directory(), "parent.mts");
      writeFileSync(
        file,
        `import { runCli } from ${JSON.stringify(join(root, "src/client/deploy/process.ts"))};
       const output = { add: (line: string) => console.log(line) };
       await runCli(${JSON.stringify(cli(script))}, [], { env: process.env }, output, new AbortController().signal);`,
      );
      const parent = spawn(process.execPath, ["--import", "tsx", file], {
        cwd: root,
        stdio: ["ignore", "pipe", "inherit"],
      });
      onTestFinished(() => void parent.kill("SIGKILL"));
      const [line] = await once(createInterface({ input: parent.stdout }), "line");
      expect(line).toBe("child is up");
      parent.kill("SIGKILL");
      await gone;
    },
  );

  test("deployments at the same time share one listener for the end of the process, because Node warns of many", async () => {
    const listeners = () => process.listenerCount("exit");
    const before = listeners();
    const fal = cli(`console.log("up"); ${FOREVER}`);
    const end = new AbortController();
    const up = vi.fn();
    const options = { fal, signal: end.signal, onOutput: up };
    const deployments = Promise.allSettled([1, 2].map(() => client({}).deploy("app.py", options)));
    await vi.waitFor(() => expect(up).toHaveBeenCalledTimes(2), 10_000);
    expect(listeners()).toBe(before + 1);
    end.abort();
    await deployments;
    expect(listeners()).toBe(before);
  });

  test("the error of deploy reports an exceeded time limit", async () => {
    const error = await failureOf(FOREVER, { timeoutMs: 50 });
    expect(error).toBeInstanceOf(FalTimeoutError);
    expect(error.message).toMatch(/no answer within 50 ms/);
  });

  test("the error of deploy reports that the client was closed", async () => {
    const fal = client({});
    const deployed = fal.deploy("app.py", { fal: cli(`${BUILT} ${FOREVER}`), onOutput: () => void fal.close() });
    await expect(deployed).rejects.toThrow(/the client is closed/);
  });

  test("deploy starts no process if the signal is already aborted", async () => {
    const lines: string[] = [];
    const error = await failureOf(DEPLOYED, {
      signal: AbortSignal.abort(),
      onOutput: (line: string) => lines.push(line),
    });
    expect(error).toMatchObject({ code: "FAL_ABORTED", attempts: 0, mayHaveTakenEffect: false });
    expect(lines).toEqual([]);
  });
});
