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
  columns?: number,
) {
  const out: string[] = [];
  const notes: string[] = [];
  const terminal: Terminal = {
    out: (line) => out.push(line),
    note: (line) => notes.push(line),
    cwd: "/",
    env: {},
    signal,
    ...(columns === undefined ? {} : { columns }),
  };
  const code = await run(table, args, terminal);
  return { code, out: out.join("\n"), notes };
}

describe("a command line", () => {
  test("a command line runs its command with typed options", async () => {
    expect(await said(["echo", "--text", "hello", "--loud"])).toEqual({ code: 0, out: "HELLO", notes: [] });
    expect((await said(["echo"])).code).toBe(3);
  });

  test("a failed command prints one line and exits with code 1", async () => {
    expect(await said(["echo", "--text", "fail"])).toEqual({
      code: 1,
      out: "",
      notes: ["pulumi-fal echo: it failed"],
    });
  });

  test.each([
    ["no command", [], /A command is missing\. The commands are echo\.$/],
    ["an unknown command", ["sing"], /There is no command "sing"\. The commands are echo\.$/],
    ["a misspelled option", ["--versoin"], /There is no option "--versoin"\. Did you mean "--version"\?$/],
    ["a misspelled command", ["ecco"], /There is no command "ecco"\. The commands are echo\. Did you mean "echo"\?$/],
    ["an option that does not exist", ["echo", "--nothing"], /There is no option "--nothing"\.$/],
    ["a misspelled option", ["echo", "--txet=a"], /There is no option "--txet"\. Did you mean "--text"\?$/],
    ["an unexpected argument", ["echo", "text"], /text/],
    ["an option without its value", ["echo", "--text"], /--text/],
    ["a value that the command rejects", ["echo", "--text", ""], /--text is empty/],
  ])(
    "a command line with %s prints the mistake and the help option, and exits with code 2",
    async (_what, args, message) => {
      const { code, out, notes } = await said(args);
      expect([code, out, notes.length]).toEqual([2, "", 2]);
      expect(notes[0]).toMatch(message);
      expect(notes[1]).toMatch(/^Run pulumi-fal( echo)? --help for its usage\.$/);
    },
  );

  test("a command gets its arguments, repeated options and choices", async () => {
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
    ["no subcommand", ["birds"], 2, "pulumi-fal birds: A command is missing. The commands are feed, count.", "birds"],
    [
      "an unknown subcommand",
      ["birds", "pet"],
      2,
      'pulumi-fal birds: There is no command "pet". The commands are feed, count.',
      "birds",
    ],
    [
      "a misspelled subcommand",
      ["birds", "coutn"],
      2,
      'pulumi-fal birds: There is no command "coutn". The commands are feed, count. Did you mean "count"?',
      "birds",
    ],
    [
      "no argument",
      ["birds", "feed"],
      2,
      "pulumi-fal birds feed: BIRD is missing. Usage: pulumi-fal birds feed BIRD... [options]",
      "birds feed",
    ],
    ["an empty argument", ["birds", "feed", "tit", " "], 2, "pulumi-fal birds feed: BIRD is empty.", "birds feed"],
    [
      "a wrong choice",
      ["birds", "feed", "tit", "--at", "noon"],
      2,
      'pulumi-fal birds feed: --at must be one of dawn, dusk, not "noon".',
      "birds feed",
    ],
    [
      "a misspelled choice",
      ["birds", "feed", "tit", "--at", "dasn"],
      2,
      'pulumi-fal birds feed: --at must be one of dawn, dusk, not "dasn". Did you mean "dawn"?',
      "birds feed",
    ],
  ])("a command line with %s prints the fix and exits with code 2", async (_what, args, code, message, help) => {
    expect(await said(args, birds)).toEqual({
      code,
      out: "",
      notes: [message, `Run pulumi-fal ${help} --help for its usage.`],
    });
  });

  test("control characters in an error message are made visible", async () => {
    const { notes } = await said(["\u001b[2Jecho\u202e"]);
    expect(notes[0]).toBe('pulumi-fal: There is no command "␛[2Jecho\\u{202e}". The commands are echo.');
  });

  test("an interrupted command exits with code 130", async () => {
    expect(await said(["echo", "--text", "fail"], [echo], AbortSignal.abort())).toEqual({
      code: 130,
      out: "",
      notes: ["pulumi-fal echo: interrupted"],
    });
  });

  test("pulumi-fal --version prints the version", async () => {
    expect(await said(["--version"])).toEqual({ code: 0, out: version, notes: [] });
  });

  test.each([[["--help"]], [["-h"]], [["help"]]])(
    "pulumi-fal %s lists the commands and the exit codes",
    async (args) => {
      const { code, out } = await said(args);
      expect(code).toBe(0);
      expect(out).toMatch(/^ {2}echo +say it again$/m);
      expect(out).toMatch(
        /^Exit codes:\n {2}0 +success\n {2}1 +the command failed\n {2}2 +the command line is wrong\n {2}3 +findings/m,
      );
    },
  );

  test.each([[["echo", "--help"]], [["echo", "-h", "--loud"]]])(
    "pulumi-fal lists the options of a command with %j",
    async (args) => {
      const { code, out } = await said(args);
      expect(code).toBe(0);
      expect(out).toMatch(/^ {2}--text TEXT +what to say$/m);
      expect(out).toMatch(/^ {2}--json /m);
      expect(out).toMatch(/^ {2}3 +nothing to say$/m);
    },
  );
});

describe("an argument with choices", () => {
  const shout = defineCommand({
    ...echo,
    name: "shout",
    arguments: { name: "WORD", doc: "what to shout", choices: ["hey", "ho"], single: true },
    run: async (_values, terminal, [word]) => {
      terminal.out(word ?? "");
      return 0;
    },
  });

  test.each([
    ["he", 'WORD must be one of hey, ho, not "he". Did you mean "hey"?'],
    ["hey ho", "Only one WORD is possible. Usage: pulumi-fal shout WORD [options]"],
  ])("the arguments %j are rejected", async (words, message) => {
    const { code, notes } = await said(["shout", ...words.split(" ")], [shout]);
    expect([code, notes[0]]).toEqual([2, `pulumi-fal shout: ${message}`]);
  });

  test("an allowed argument is accepted", async () => {
    expect(await said(["shout", "ho"], [shout])).toEqual({ code: 0, out: "ho", notes: [] });
  });
});

describe("the help of subcommands", () => {
  test("the help of a group lists its subcommands", async () => {
    const { code, out } = await said(["birds", "--help"], birds);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: pulumi-fal birds COMMAND/);
    expect(out).toMatch(/^ {2}feed +feed birds$/m);
  });

  test("the help of a subcommand lists its arguments, choices and exit codes", async () => {
    const { code, out } = await said(["birds", "count", "--help"], birds);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: pulumi-fal birds count BIRD\.\.\. \[options\]$/m);
    expect(out).toMatch(/^ {2}BIRD +which ones$/m);
    expect(out).toMatch(/^ {2}--seed KIND +what there is to eat; can be repeated$/m);
    expect(out).toMatch(/^ {2}--at dawn\|dusk +when$/m);
    expect(out).toMatch(/^ {2}3 +some are gone\n {2}130 +interrupted$/m);
  });
});

describe("colors", () => {
  const colored = async (color: boolean, ...args: string[]) => {
    let out = "";
    const paint = defineCommand({
      ...echo,
      options: {},
      run: async (_values, terminal) => {
        terminal.out(String(terminal.color ?? false));
        return 0;
      },
    });
    const terminal: Terminal = {
      out: (line) => {
        out += line;
      },
      note: () => {},
      cwd: "/",
      env: {},
      signal: new AbortController().signal,
      color,
    };
    await run([paint], args, terminal);
    return out;
  };

  test("a command knows from its terminal whether to show colors, and --color decides otherwise", async () => {
    expect(await colored(true, "echo")).toBe("true");
    expect(await colored(true, "echo", "--color", "auto")).toBe("true");
    expect(await colored(true, "echo", "--color=never")).toBe("false");
    expect(await colored(false, "echo")).toBe("false");
    expect(await colored(false, "echo", "--color", "always")).toBe("true");
  });

  test("the titles of the help are bold where colors are shown", async () => {
    expect(await colored(true, "--help")).toContain("\u001b[1mCommands:\u001b[22m\n");
    expect(await colored(false, "echo", "--help", "--color", "always")).toContain("\u001b[1mOptions:\u001b[22m\n");
    expect(await colored(true, "echo", "--help", "--color", "never")).not.toContain("\u001b");
  });
});

describe("the width of the help", () => {
  test.each(
    commands.flatMap(
      ({ name }) =>
        [
          [name, undefined],
          [name, 80],
          [name, 60],
        ] as const,
    ),
  )("the lines of %s --help fit into a terminal with %s columns", async (name, columns) => {
    const { code, out } = await said([...name.split(" "), "--help"], commands, undefined, columns);
    expect(code).toBe(0);
    // Commands stay on one line, to be copied.
    for (const line of out.split("\n").filter((each) => !each.startsWith("  pulumi")))
      expect(line.length, line).toBeLessThanOrEqual(columns ?? 80);
  });

  test("the help loses no word on a narrow terminal", async () => {
    const words = async (columns: number) =>
      (await said(["review", "--help"], commands, undefined, columns)).out.split(/\s+/);
    expect(await words(40)).toEqual(await words(120));
  });
});
