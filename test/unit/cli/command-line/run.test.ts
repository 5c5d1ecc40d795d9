import { describe, expect, test } from "vitest";
import { type Command, defineCommand, type Terminal, UsageError } from "../../../../src/cli/command-line/command";
import { run } from "../../../../src/cli/command-line/run";
import { commands } from "../../../../src/cli/commands/index";
import { version } from "../../../../src/version";

const echo = defineCommand({
  name: "echo",
  summary: "say it again",
  description: "Says a text.",
  options: {
    text: { type: "string", value: "TEXT", doc: "what to say" },
    loud: { type: "boolean", doc: "in capitals" },
  },
  result: "EchoResult",
  findings: "nothing to say",
  run: async ({ text, loud }, terminal) => {
    if (text === undefined) return 3;
    if (text === "") throw new UsageError("--text is empty");
    if (text === "fail") throw new Error("it\n  failed");
    terminal.out(loud ? text.toUpperCase() : text);
    return 0;
  },
});

const birds = ["feed", "count"].map((what) =>
  defineCommand({
    name: `birds ${what}`,
    summary: `${what} birds`,
    description: "About birds.",
    arguments: { name: "BIRD", doc: "which ones" },
    options: {
      seed: { type: "string", multiple: true, value: "KIND", doc: "what there is to eat" },
      at: { type: "string", choices: ["dawn", "dusk"], doc: "when" },
    },
    result: "BirdsResult",
    findings: "some are gone",
    run: async ({ seed = [], at = "dawn", json }, terminal, args) => {
      terminal.out(JSON.stringify({ what, args, seed, at, json: json ?? false }));
      return 3;
    },
  }),
);

async function said(
  args: readonly string[],
  table: readonly Command[] = [echo],
  signal = new AbortController().signal,
) {
  const out: string[] = [];
  const notes: string[] = [];
  const terminal: Terminal = {
    out: (line) => out.push(line),
    note: (line) => notes.push(line),
    cwd: "/",
    env: {},
    signal,
  };
  const code = await run(table, args, terminal);
  return { code, out: out.join("\n"), notes };
}

describe("a command line", () => {
  test("runs its command with the options as typed", async () => {
    expect(await said(["echo", "--text", "hello", "--loud"])).toEqual({ code: 0, out: "HELLO", notes: [] });
    expect((await said(["echo"])).code).toBe(3);
  });

  test("fails with one line and exit code 1", async () => {
    expect(await said(["echo", "--text", "fail"])).toEqual({
      code: 1,
      out: "",
      notes: ["pulumi-fal echo: it failed"],
    });
  });

  test.each([
    ["no command", [], /A command is missing\. The commands are echo\./],
    ["an unknown command", ["ecco"], /There is no command "ecco"\. The commands are echo\./],
    ["an option that does not exist", ["echo", "--nope"], /--nope/],
    ["an argument that is none", ["echo", "text"], /text/],
    ["an option without its value", ["echo", "--text"], /--text/],
    ["a value that the command refuses", ["echo", "--text", ""], /--text is empty/],
  ])("with %s says so, points at the help, and is exit code 2", async (_what, args, message) => {
    const { code, out, notes } = await said(args);
    expect([code, out, notes.length]).toEqual([2, "", 2]);
    expect(notes[0]).toMatch(message);
    expect(notes[1]).toMatch(/^Run pulumi-fal( echo)? --help for its usage\.$/);
  });

  test("passes on what stands behind the command, options that are repeated, and choices", async () => {
    const { code, out } = await said(
      ["birds", "feed", "tit", "--seed", "hemp", "wren", "--at", "dusk", "--seed=millet", "--", "--owl"],
      birds,
    );
    expect(code).toBe(3);
    expect(JSON.parse(out)).toEqual({
      what: "feed",
      args: ["tit", "wren", "--owl"],
      seed: ["hemp", "millet"],
      at: "dusk",
      json: false,
    });
  });

  test.each([
    ["no sub-command", ["birds"], 2, "pulumi-fal birds: A command is missing. The commands are feed, count.", "birds"],
    [
      "an unknown one",
      ["birds", "pet"],
      2,
      'pulumi-fal birds: There is no command "pet". The commands are feed, count.',
      "birds",
    ],
    [
      "nothing to act on",
      ["birds", "feed"],
      2,
      "pulumi-fal birds feed: BIRD is missing. Usage: pulumi-fal birds feed BIRD... [options]",
      "birds feed",
    ],
    ["an empty one", ["birds", "feed", "tit", " "], 2, "pulumi-fal birds feed: BIRD is empty.", "birds feed"],
    [
      "a wrong choice",
      ["birds", "feed", "tit", "--at", "noon"],
      2,
      'pulumi-fal birds feed: --at must be one of dawn, dusk, not "noon".',
      "birds feed",
    ],
  ])("with %s says what there is, and is exit code 2", async (_what, args, code, message, help) => {
    expect(await said(args, birds)).toEqual({
      code,
      out: "",
      notes: [message, `Run pulumi-fal ${help} --help for its usage.`],
    });
  });

  test("shows what a message quotes, and does not obey it", async () => {
    const { notes } = await said(["\u001b[2Jecho\u202e"]);
    expect(notes[0]).toBe('pulumi-fal: There is no command "␛[2Jecho\\u{202e}". The commands are echo.');
  });

  test("that is interrupted is exit code 130", async () => {
    expect(await said(["echo", "--text", "fail"], [echo], AbortSignal.abort())).toEqual({
      code: 130,
      out: "",
      notes: ["pulumi-fal echo: interrupted"],
    });
  });

  test("--version says the version", async () => {
    expect(await said(["--version"])).toEqual({ code: 0, out: version, notes: [] });
  });

  test.each([[["--help"]], [["-h"]], [["help"]]])("%s lists the commands and the exit codes", async (args) => {
    const { code, out } = await said(args);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}echo +say it again$/m);
    expect(out).toMatch(
      /^Exit codes:\n {2}0 +success\n {2}1 +the command failed\n {2}2 +the command line is wrong\n {2}3 +findings/m,
    );
  });

  test.each([[["echo", "--help"]], [["echo", "-h", "--loud"]]])("%s lists the command's options", async (args) => {
    const { code, out } = await said(args);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}--text TEXT +what to say$/m);
    expect(out).toMatch(/^ {2}--json /m);
    expect(out).toMatch(/^ {2}3 +nothing to say$/m);
  });
});

describe("the help of commands that share a word", () => {
  test("lists them", async () => {
    const { code, out } = await said(["birds", "--help"], birds);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: pulumi-fal birds COMMAND/);
    expect(out).toMatch(/^ {2}feed +feed birds$/m);
  });

  test("says what stands behind one of them, its choices, and its exit codes", async () => {
    const { code, out } = await said(["birds", "count", "--help"], birds);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: pulumi-fal birds count BIRD\.\.\. \[options\]$/m);
    expect(out).toMatch(/^ {2}BIRD +which ones$/m);
    expect(out).toMatch(/^ {2}--seed KIND +what there is to eat; can be repeated$/m);
    expect(out).toMatch(/^ {2}--at dawn\|dusk +when$/m);
    expect(out).toMatch(/^ {2}3 +some are gone\n {2}130 +interrupted$/m);
  });
});

test.each(commands.map((command) => [command.name] as const))("%s has a help that fits a screen", async (name) => {
  const { code, out } = await said([...name.split(" "), "--help"], commands);
  expect(code).toBe(0);
  for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(120);
});
