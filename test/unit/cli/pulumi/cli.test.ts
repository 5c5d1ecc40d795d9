import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { failureOf, Pulumi } from "../../../../src/cli/pulumi/cli";
import { runEngine } from "../../../../src/cli/pulumi/events";

/** A shell script that replaces the Pulumi CLI. */
const folder = mkdtempSync(join(tmpdir(), "pulumi-fal-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let scripts = 0;
function cli(script: string, signal = new AbortController().signal): Pulumi {
  const path = join(folder, `pulumi-${scripts++}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return new Pulumi({ cwd: folder, env: { ...process.env, PULUMI: path }, signal });
}

describe("the Pulumi CLI", () => {
  test("the Pulumi CLI runs in the given folder without prompts and colors", async () => {
    const { code, stdout, stderr } = await cli('pwd -P; echo "$@"; cat; echo oops >&2; exit 3').run(["stack", "ls"]);
    expect([code, stderr]).toEqual([3, "oops\n"]);
    expect(stdout.split("\n").slice(1)).toEqual(["stack ls --non-interactive --color never", ""]);
  });

  test("a missing Pulumi CLI is an error that explains how to install it", async () => {
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

  test("Ctrl-C is passed on to the Pulumi CLI once, and its end is awaited", async () => {
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
])("the message of the Pulumi CLI is explained: %s", (stderr, message) => {
  expect(failureOf(["refresh", "--json"], { code: 255, stdout: "", stderr: `${stderr}\n` }).message).toMatch(message);
});

describe("a run of the engine", () => {
  test("an engine run that does not start fails with the message of the Pulumi CLI", async () => {
    await expect(runEngine(cli("echo \"error: no stack named 'x' found\" >&2; exit 6"), ["refresh"])).rejects.toThrow(
      /The stack does not exist/,
    );
    await expect(runEngine(cli("echo '{'; echo '}'"), ["refresh"])).rejects.toThrow(/produced no engine events/);
  });

  test("an engine run that started and failed is returned with its diagnostics", async () => {
    const error = { diagnosticEvent: { severity: "error", message: "it broke" } };
    const { engine, cli: run } = await runEngine(cli(`echo '${JSON.stringify(error)}'; exit 1`), ["refresh"]);
    expect([run.code, engine.result, engine.diagnostics[0]?.message]).toEqual([1, undefined, "it broke"]);
  });
});
