import { expect, test } from "vitest";
import { EngineEvents } from "../../../../src/cli/pulumi/events";

const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const urn = (name: string) => `urn:pulumi:dev::e2e::pulumi-nodejs:dynamic/fal:AppScale::${name}`;
const state = (name: string, inputs: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  urn: urn(name),
  type: "pulumi-nodejs:dynamic/fal:AppScale",
  id: `main/${name}`,
  inputs,
  outputs: {},
  ...more,
});
const event = (kind: string, op: string, name: string, old?: unknown, live?: unknown, more = {}) => ({
  sequence: 1,
  [kind]: { metadata: { op, urn: urn(name), old, new: live, ...more }, planning: true },
});

function read(...events: unknown[]) {
  const reader = new EngineEvents();
  for (const one of events) reader.line(typeof one === "string" ? one : JSON.stringify(one));
  return { ...reader.run(), begun: reader.begun };
}

test("engine events separate resources that were read from steps that are planned", () => {
  const before = state("a", { maxConcurrency: 2 });
  const live = state("a", { maxConcurrency: 9 });
  const run = read(
    { preludeEvent: { config: {} } },
    event("resourcePreEvent", "refresh", "a", before, before),
    event("resourcePreEvent", "refresh", "gone", state("gone"), state("gone")),
    event("resourcePreEvent", "refresh", "failing", state("failing"), state("failing")),
    event("resOutputsEvent", "update", "a", before, live),
    event("resOutputsEvent", "delete", "gone", state("gone"), null),
    event("resourcePreEvent", "update", "a", live, before),
    event("resOutputsEvent", "update", "a", live, before),
    { summaryEvent: { result: "failed" } },
  );
  expect(run.refreshed.map(({ urn, op, old, live }) => [urn, op, old.inputs, live?.inputs])).toEqual([
    [urn("a"), "update", { maxConcurrency: 2 }, { maxConcurrency: 9 }],
    [urn("gone"), "delete", {}, undefined],
  ]);
  expect(run.unread).toEqual([urn("failing")]);
  expect(run.steps.map(({ op, old, new: next }) => [op, old?.inputs, next?.inputs])).toEqual([
    ["update", { maxConcurrency: 9 }, { maxConcurrency: 2 }],
  ]);
  expect(run.result).toBe("failed");
});

test("engine events contain a replacement once, with its cause", () => {
  const steps = ["create-replacement", "replace", "delete-replaced"].map((op) =>
    event("resourcePreEvent", op, "a", state("a"), state("a"), op === "replace" ? { keys: ["app"] } : {}),
  );
  const run = read(...steps, event("resourcePreEvent", "create", "b", null, state("b")));
  expect(run.steps.map(({ op, replaceReasons }) => [op, replaceReasons])).toEqual([
    ["replace", ["app"]],
    ["create", []],
  ]);
});

test("engine events omit old resources that a replacement has yet to delete", () => {
  const old = state("a", {}, { delete: true });
  const run = read(
    event("resourcePreEvent", "refresh", "a", old, old),
    event("resOutputsEvent", "delete", "a", old, null),
  );
  expect([run.refreshed, run.unread]).toEqual([[], []]);
});

test("engine events contain no debug messages and no values of secrets", () => {
  const secret = { ...signature, ciphertext: "sealed-canary" };
  const inputs = { value: secret, list: [secret], map: { inner: { ...signature, plaintext: "plain-canary" } } };
  const run = read(
    { diagnosticEvent: { severity: "debug", message: "host-canary" } },
    { diagnosticEvent: { severity: "warning", message: "mind the gap\n", urn: urn("a") } },
    { diagnosticEvent: { severity: "error", message: "\n" } },
    event("resourcePreEvent", "create", "a", null, state("a", inputs)),
    event("resourcePreEvent", "update", "b", state("b"), { ...state("b"), inputs: secret }),
  );
  expect(run.diagnostics).toEqual([{ severity: "warning", message: "mind the gap", urn: urn("a") }]);
  expect(run.steps.map((step) => step.new?.inputs)).toEqual([
    { value: "[secret]", list: ["[secret]"], map: { inner: "[secret]" } },
    {},
  ]);
  expect(JSON.stringify(run)).not.toMatch(/canary/);
});

test.each([
  ["a line of text", "warning: something"],
  ["an incomplete line", '{"resourcePreEvent":{"metadata":{"op":"upd'],
  ["a list", "[1]"],
  ["an event of a newer engine", '{"sequence":3,"somethingEvent":{"metadata":{"op":"update","urn":"u"}}}'],
  ["an event without required fields", '{"resourcePreEvent":{"metadata":{"op":5}}}'],
  ["an event of another form", '{"resOutputsEvent":7,"diagnosticEvent":null,"summaryEvent":{"result":1}}'],
  ["an output event without its step", JSON.stringify(event("resOutputsEvent", "update", "a", state("a"), state("a")))],
])("the reader of engine events ignores %s", (_what, line) => {
  const run = read(line, "", event("resourcePreEvent", "delete", "b", state("b"), null));
  expect(run.steps.map(({ op }) => op)).toEqual(["delete"]);
  expect([run.refreshed, run.unread, run.diagnostics, run.result]).toEqual([[], [], [], undefined]);
});

test("violated policies are errors if they are mandatory, else warnings", () => {
  const policy = (enforcementLevel: string) => ({
    policyEvent: {
      resourceUrn: urn("a"),
      message: "No.\n",
      policyName: "rule",
      policyPackName: "fal",
      enforcementLevel,
    },
  });
  expect(read(policy("mandatory"), policy("advisory")).diagnostics).toEqual([
    { severity: "error", urn: urn("a"), message: "policy rule: No." },
    { severity: "warning", urn: urn("a"), message: "policy rule: No." },
  ]);
});

test("an engine run has begun with its first event", () => {
  expect(read("no project here").begun).toBe(false);
  expect(read({ preludeEvent: {} }).begun).toBe(true);
});
