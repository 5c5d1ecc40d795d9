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

test("tells what was read apart from what would be done", () => {
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

test("tells a replacement once, with what causes it", () => {
  const steps = ["create-replacement", "replace", "delete-replaced"].map((op) =>
    event("resourcePreEvent", op, "a", state("a"), state("a"), op === "replace" ? { keys: ["app"] } : {}),
  );
  const run = read(...steps, event("resourcePreEvent", "create", "b", null, state("b")));
  expect(run.steps.map(({ op, replaceReasons }) => [op, replaceReasons])).toEqual([
    ["replace", ["app"]],
    ["create", []],
  ]);
});

test("leaves out what a replacement left to be deleted", () => {
  const old = state("a", {}, { delete: true });
  const run = read(
    event("resourcePreEvent", "refresh", "a", old, old),
    event("resOutputsEvent", "delete", "a", old, null),
  );
  expect([run.refreshed, run.unread]).toEqual([[], []]);
});

test("keeps no debug message, and of secrets only that they are", () => {
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
  ["text", "warning: something"],
  ["a line cut off", '{"resourcePreEvent":{"metadata":{"op":"upd'],
  ["a list", "[1]"],
  ["an event of a newer engine", '{"sequence":3,"somethingEvent":{"metadata":{"op":"update","urn":"u"}}}'],
  ["an event without what it should have", '{"resourcePreEvent":{"metadata":{"op":5}}}'],
  ["an event that is none", '{"resOutputsEvent":7,"diagnosticEvent":null,"summaryEvent":{"result":1}}'],
  ["an answer to nothing", JSON.stringify(event("resOutputsEvent", "update", "a", state("a"), state("a")))],
])("passes over %s", (_what, line) => {
  const run = read(line, "", event("resourcePreEvent", "delete", "b", state("b"), null));
  expect(run.steps.map(({ op }) => op)).toEqual(["delete"]);
  expect([run.refreshed, run.unread, run.diagnostics, run.result]).toEqual([[], [], [], undefined]);
});

test("tells of policies that are violated, as errors where that ends the run", () => {
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

test("knows that nothing was told", () => {
  expect(read("no project here").begun).toBe(false);
  expect(read({ preludeEvent: {} }).begun).toBe(true);
});
