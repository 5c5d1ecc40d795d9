import { describe, expect, test } from "vitest";
import { cli } from "../../../../e2e/support/review";
import { step } from "./support";

const hostile = [
  "<script>alert(1)</script>",
  "x | y ![i](https://evil.example/i.png)",
  "@everyone #1 `code`",
  "\u001b[31mred\u001b[0m\r\n# heading",
  "\u202eesrever",
  "x".repeat(10_000),
];

/** What a terminal or a reader of text would obey. */
const obeyed = ["\u001b", "\u202e", "\r"];

const previewOf = (names: readonly string[]) => {
  const steps = names.map((name, index) => {
    const { old: before, new: after } = step(
      "update",
      "Environment",
      `${index} ${name}`,
      { inputs: { name } },
      { inputs: { name, description: name } },
    );
    return { op: "update", urn: before?.urn, oldState: before, newState: after };
  });
  const diagnostics = names.map((name) => ({ severity: "warning", message: `warning: ${name}\n` }));
  return JSON.stringify({ steps, diagnostics, changeSummary: { update: steps.length } });
};

describe("hostile names, values and messages", () => {
  const preview = previewOf(hostile);

  test("are inert in a comment, which fits", async () => {
    const { code, out } = await cli(["review", "--format", "markdown"], "/", preview);
    expect(code).toBe(0);
    expect(out.length).toBeLessThan(65_536);
    // Code spans hold what they hold.
    const outside = out.replaceAll(/`[^`\n]*`/g, "");
    expect(outside).not.toMatch(/<script|!\[i\]|^# heading|@everyone/m);
    for (const char of obeyed) expect(out).not.toContain(char);
  });

  test("are inert in a page", async () => {
    const { out } = await cli(["review", "--format", "html"], "/", preview);
    expect(out).not.toMatch(/<script|<img/);
    for (const char of obeyed) expect(out).not.toContain(char);
  });

  test("are themselves in JSON, with nothing that a terminal obeys", async () => {
    const { out } = await cli(["review", "--json"], "/", preview);
    for (const char of [...obeyed, "\n"]) expect(out.trimEnd()).not.toContain(char);
    const { changes } = JSON.parse(out) as { changes: { properties: { to: string }[] }[] };
    expect(changes.map(({ properties }) => properties[0]?.to).sort()).toEqual([...hostile].sort());
  });
});

describe("code in the plan that is not ours", () => {
  const text = 'exports.handler=()=>{evil();return require("pulumi-fal/dynamic").provider("Environment")}';
  const { old: before, new: after } = step(
    "same",
    "Environment",
    "e",
    { inputs: { name: "e" } },
    { inputs: { name: "e" } },
  );
  const poisoned = { ...before, outputs: { ...before?.outputs, __provider: text } };
  const preview = (oldState: unknown) =>
    JSON.stringify({
      steps: [{ op: "same", urn: before?.urn, oldState, newState: after }],
      changeSummary: { same: 1 },
    });

  test("rejects the stack, whatever the gates are, and quotes none of it", async () => {
    const { code, out } = await cli(["review", "--json", "--fail-on", "errors"], "/", preview(poisoned));
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      stack: "p/dev",
      verdict: "Rejected: the state of this stack contains code that is not pulumi-fal's.",
      foreignCode: [{ urn: before?.urn, where: ["outputs"] }],
      changes: [],
    });
    const said = await cli(["review", "--format", "markdown"], "/", preview(poisoned));
    expect([said.code, said.out]).toEqual([1, expect.stringContaining("<strong>Rejected</strong>")]);
    expect(out + said.out).not.toContain("evil");
    expect((await cli(["review"], "/", preview(before))).code).toBe(0);
  });
});

describe("the command", () => {
  test("wants a preview where nobody pipes one", async () => {
    const { code, notes } = await cli(["review"], "/");
    expect([code, notes[0]]).toEqual([
      2,
      expect.stringContaining("The preview is missing. Pass its file with --preview"),
    ]);
  });

  test("says that a file is missing, or what it is instead", async () => {
    expect(await cli(["review", "--preview", "nowhere.json"], "/")).toMatchObject({
      code: 1,
      notes: [/there is no such file/].map((says) => expect.stringMatching(says)),
    });
    expect(await cli(["review"], "/", "error: no stack\n")).toMatchObject({
      code: 1,
      notes: [expect.stringContaining("is an error message")],
    });
  });

  test("refuses the preview of a refresh, and points to drift", async () => {
    const urn = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev";
    const { code, notes } = await cli(["review"], "/", JSON.stringify({ steps: [{ op: "refresh", urn }] }));
    expect([code, notes[0]]).toEqual([1, expect.stringContaining("`pulumi-fal drift`")]);
  });

  test("fails when the preview failed, or as its gate says", async () => {
    const failed = JSON.stringify({ diagnostics: [{ severity: "error", message: "error: no\n" }] });
    expect((await cli(["review"], "/", failed)).code).toBe(1);
    expect((await cli(["review", "--fail-on", "errors"], "/", failed)).code).toBe(3);
    expect((await cli(["review", "--fail-on", "nonsense"], "/", failed)).code).toBe(2);
  });
});
