import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { failureOf, Pulumi } from "../../../../src/cli/pulumi/cli";
import { runEngine } from "../../../../src/cli/pulumi/events";

/** In place of the CLI: a shell script. */
const folder = mkdtempSync(join(tmpdir(), "pulumi-fal-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let scripts = 0;
function cli(script: string, signal = new AbortController().signal): Pulumi {
  const path = join(folder, `pulumi-${scripts++}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return new Pulumi({ cwd: folder, env: { ...process.env, PULUMI: path }, signal });
}

describe("the CLI", () => {
  test("is run in the folder, never asks and never colours", async () => {
    const { code, stdout, stderr } = await cli('pwd -P; echo "$@"; cat; echo oops >&2; exit 3').run(["stack", "ls"]);
    expect([code, stderr]).toEqual([3, "oops\n"]);
    expect(stdout.split("\n").slice(1)).toEqual(["stack ls --non-interactive --color never", ""]);
  });

  test("that is not there is an error that says where to get it", async () => {
    const options = { cwd: folder, signal: new AbortController().signal };
    const nowhere = new Pulumi({ ...options, env: { PATH: folder } }).run(["up"]);
    await expect(nowhere).rejects.toThrow(
      /Pulumi CLI could not be started: `pulumi` is not on PATH \(ENOENT\)\. Install it/,
    );
    const named = new Pulumi({ ...options, env: { PULUMI: "/no/pulumi" } }).run(["up"]);
    await expect(named).rejects.toThrow("PULUMI names /no/pulumi, which cannot be run (ENOENT)");
    const elsewhere = new Pulumi({ ...options, cwd: join(folder, "no"), env: {} }).run(["up"]);
    await expect(elsewhere).rejects.toThrow(`The folder ${join(folder, "no")} does not exist.`);
  });

  test("gets Ctrl-C once, and is waited for", async () => {
    const interrupted = new AbortController();
    const log = join(folder, "signals");
    const pulumi = cli(
      `trap 'echo INT >> ${log}; sleep 0.3; echo ended >> ${log}; exit 1' INT\necho ready\nwhile :; do sleep 0.05; done`,
      interrupted.signal,
    );
    const run = pulumi.run(["up"], () => interrupted.abort(new Error("interrupted")));
    await expect(run).rejects.toThrow("interrupted");
    expect(readFileSync(log, "utf8")).toBe("INT\nended\n");
    await expect(pulumi.run(["up"])).rejects.toThrow("interrupted");
  });
});

test.each([
  [
    "error: no Pulumi.yaml project file found (searching upwards from /x)",
    /There is no Pulumi project in this folder\. .*--cwd/,
  ],
  ["error: no stack named 'nope' found", /The stack does not exist\. .*no stack named 'nope' found/],
  ["error: no stack selected; please use `pulumi stack select`", /No stack is selected\. Name one with --stack/],
  ["error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions", /not logged in/],
  ["error: get stack secrets manager: incorrect passphrase", /Set PULUMI_CONFIG_PASSPHRASE/],
  ["error: the stack is currently locked by 1 lock(s). Either wait for", /Another update of this stack is in progress/],
  ["error: [409] Conflict: Another update is currently in progress.", /`pulumi cancel`/],
  ["error: something else", /^`pulumi refresh` failed with exit code 255: something else$/],
])("what the CLI says is explained: %s", (stderr, message) => {
  expect(failureOf(["refresh", "--json"], { code: 255, stdout: "", stderr: `${stderr}\n` }).message).toMatch(message);
});

describe("a run of the engine", () => {
  test("that does not begin fails with what the CLI said", async () => {
    await expect(runEngine(cli("echo \"error: no stack named 'x' found\" >&2; exit 6"), ["refresh"])).rejects.toThrow(
      /The stack does not exist/,
    );
    await expect(runEngine(cli("echo '{'; echo '}'"), ["refresh"])).rejects.toThrow(/produced no engine events/);
  });

  test("that began and failed is told as it is", async () => {
    const error = { diagnosticEvent: { severity: "error", message: "it broke" } };
    const { engine, cli: run } = await runEngine(cli(`echo '${JSON.stringify(error)}'; exit 1`), ["refresh"]);
    expect([run.code, engine.result, engine.diagnostics[0]?.message]).toEqual([1, undefined, "it broke"]);
  });
});
