import { describe, expect, test } from "vitest";
import { parsePreview } from "../../../../src/cli/pulumi/preview";

const urn = "urn:pulumi:dev::e2e::pulumi-nodejs:dynamic/fal:AppScale::scale";
const state = { urn, type: "pulumi-nodejs:dynamic/fal:AppScale", custom: true };
const preview = {
  steps: [
    { op: "same", urn: "urn:pulumi:dev::e2e::pulumi:pulumi:Stack::e2e-dev", detailedDiff: null },
    {
      op: "update",
      urn,
      oldState: { ...state, id: "main/a", inputs: { minConcurrency: 1 }, outputs: { minConcurrency: 1 } },
      newState: {
        ...state,
        inputs: { minConcurrency: 2 },
        protect: true,
        sourcePosition: "project:///index.ts#4,9",
        propertyDependencies: { __fal: [], minConcurrency: [] },
      },
      detailedDiff: null,
    },
  ],
  duration: 1,
  changeSummary: { same: 4, update: 1 },
};

describe("a preview", () => {
  test("a preview is read into steps, including the fields that the engine omits when they are empty", () => {
    const plan = parsePreview(JSON.stringify(preview));
    expect(plan.steps[1]).toEqual({
      op: "update",
      urn,
      old: { urn, type: state.type, id: "main/a", inputs: { minConcurrency: 1 }, outputs: { minConcurrency: 1 } },
      new: {
        urn,
        type: state.type,
        inputs: { minConcurrency: 2 },
        outputs: {},
        protect: true,
        declared: ["minConcurrency"],
        sourcePosition: "project:///index.ts#4,9",
      },
      replaceReasons: [],
    });
    expect(plan.diagnostics).toEqual([]);
  });

  test("a preview contains the number of omitted unchanged resources", () => {
    expect(parsePreview(JSON.stringify(preview)).omitted).toBe(3);
    expect(parsePreview(JSON.stringify({ ...preview, changeSummary: { same: 1 } })).omitted).toBe(0);
    expect(parsePreview(JSON.stringify({ ...preview, changeSummary: undefined })).omitted).toBe(0);
  });

  test("a preview that failed before its first step has only diagnostics", () => {
    const diagnostics = [{ severity: "error", message: "error: no stack\n" }];
    expect(parsePreview(JSON.stringify({ diagnostics, duration: 1 }))).toEqual({ steps: [], diagnostics, omitted: 0 });
  });

  test("a preview contains a replacement once", () => {
    const steps = ["create-replacement", "replace", "delete-replaced"].map((op) => ({ op, urn }));
    expect(parsePreview(JSON.stringify({ steps })).steps.map(({ op }) => op)).toEqual(["replace"]);
    const pending = [{ op: "delete-replaced", urn }];
    expect(parsePreview(JSON.stringify({ steps: pending })).steps.map(({ op }) => op)).toEqual(["delete-replaced"]);
  });
});

describe("a stream of events", () => {
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "canary" };
  const events = (isPreview: boolean) =>
    [
      { preludeEvent: { config: {} } },
      { diagnosticEvent: { severity: "debug", message: "canary" } },
      { diagnosticEvent: { severity: "info", urn, message: "hint\n" } },
      {
        resourcePreEvent: {
          metadata: {
            op: "update",
            urn,
            old: { ...state, outputs: { a: secret } },
            new: { ...state, inputs: { a: 1 } },
          },
        },
      },
      { summaryEvent: { isPreview, result: "succeeded" } },
      { cancelEvent: {} },
    ].map((event, sequence) => JSON.stringify({ sequence, timestamp: 1, ...event }));

  test("a stream of events is read as a preview, without debug messages and secrets", () => {
    const plan = parsePreview(events(true).join("\n"));
    expect(plan.steps.map(({ op, old, new: after }) => [op, old?.outputs, after?.inputs])).toEqual([
      ["update", { a: "[secret]" }, { a: 1 }],
    ]);
    expect(plan.diagnostics).toEqual([{ severity: "info", urn, message: "hint" }]);
    expect(JSON.stringify(plan)).not.toContain("canary");
  });

  test("a stream of events of an up is rejected", () => {
    expect(() => parsePreview(events(false).join("\n"))).toThrow(
      /contains the events of `pulumi up`, not of a preview/,
    );
  });

  test("an incomplete stream of events is rejected", () => {
    expect(() => parsePreview(events(true).slice(0, 4).join("\n"))).toThrow(/events are incomplete/);
  });
});

describe("other input than a preview", () => {
  const text = JSON.stringify(preview, null, 4);
  const wrong: [what: string, text: string, says: RegExp][] = [
    ["empty input", " \n", /is empty\. The command that writes it may have failed/],
    ["an incomplete preview", text.slice(0, text.length / 2), /is incomplete/],
    ["an incomplete preview on one line", JSON.stringify(preview).slice(0, 90), /is incomplete/],
    [
      "a preview that is followed by other text",
      `${text}\nerror: canary`,
      /is incomplete\. .* or something else was written/,
    ],
    ["an error message", "error: no stack named 'canary' found\n", /is an error message/],
    ["a preview in text form", "Previewing update (dev):\n  + canary\n", /is text, not JSON/],
    ["other text", "canary", /is not JSON/],
    ["a list", '["canary"]', /is not a preview of Pulumi/],
    ["a number", "1", /is not a preview of Pulumi/],
    ["another object", '{"canary":1}', /is not a preview of Pulumi/],
    ["the state of a stack", '{"version":3,"deployment":{"canary":1}}', /is the state of a stack/],
  ];
  for (const [what, content, says] of wrong) {
    test(`the error about ${what} explains how to create a preview and does not quote it`, () => {
      expect(() => parsePreview(content)).toThrow(says);
      expect(() => parsePreview(content)).toThrow(
        /\. Create it with `pulumi preview --json --show-sames > preview.json`\.$/,
      );
      expect(() => parsePreview(content)).not.toThrow(/canary/);
    });
  }

  test("the error about a damaged preview names the damaged field", () => {
    expect(() => parsePreview('{"steps":[{"op":"update","urn":5}]}')).toThrow(/steps\.0\.urn is not as expected/);
  });
});
