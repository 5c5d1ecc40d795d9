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

/** Characters that change what a terminal or reader shows. */
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

  test("hostile names, values and messages are inert in a review comment of limited length", async () => {
    const { code, out } = await cli(["review", "--format", "markdown"], "/", preview);
    expect(code).toBe(0);
    expect(out.length).toBeLessThan(65_536);
    // Code spans may contain anything.
    const outside = out.replaceAll(/`[^`\n]*`/g, "");
    expect(outside).not.toMatch(/<script|!\[i\]|^# heading|@everyone/m);
    for (const char of obeyed) expect(out).not.toContain(char);
  });

  test("hostile names, values and messages are inert in the HTML page of a review", async () => {
    const { out } = await cli(["review", "--format", "html"], "/", preview);
    expect(out).not.toMatch(/<script|<img/);
    for (const char of obeyed) expect(out).not.toContain(char);
  });

  test("hostile names, values and messages are unchanged in the JSON of a review, which contains no control characters", async () => {
    const { out } = await cli(["review", "--json"], "/", preview);
    for (const char of [...obeyed, "\n"]) expect(out.trimEnd()).not.toContain(char);
    const { changes } = JSON.parse(out) as { changes: { properties: { to: string }[] }[] };
    expect(changes.map(({ properties }) => properties[0]?.to).sort()).toEqual([...hostile].sort());
  });
});

describe("foreign code in the plan", () => {
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

  test("review rejects a plan with foreign code regardless of gates and does not quote the code", async () => {
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

describe("the review command", () => {
  test("review without a preview exits with code 2", async () => {
    const { code, notes } = await cli(["review"], "/");
    expect([code, notes[0]]).toEqual([
      2,
      expect.stringContaining("The preview is missing. Pass its file with --preview"),
    ]);
  });

  test("review names a missing file, and the content of a file that is not a preview", async () => {
    expect(await cli(["review", "--preview", "nowhere.json"], "/")).toMatchObject({
      code: 1,
      notes: [/there is no such file/].map((says) => expect.stringMatching(says)),
    });
    expect(await cli(["review"], "/", "error: no stack\n")).toMatchObject({
      code: 1,
      notes: [expect.stringContaining("is an error message")],
    });
  });

  test("review rejects the preview of a refresh and points to drift", async () => {
    const urn = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev";
    const { code, notes } = await cli(["review"], "/", JSON.stringify({ steps: [{ op: "refresh", urn }] }));
    expect([code, notes[0]]).toEqual([1, expect.stringContaining("`pulumi-fal drift`")]);
  });

  test("review of a failed preview exits with code 1, or with code 3 if its gate matches", async () => {
    const failed = JSON.stringify({ diagnostics: [{ severity: "error", message: "error: no\n" }] });
    expect((await cli(["review"], "/", failed)).code).toBe(1);
    expect((await cli(["review", "--fail-on", "errors"], "/", failed)).code).toBe(3);
    expect((await cli(["review", "--fail-on", "nonsense"], "/", failed)).code).toBe(2);
  });
});
