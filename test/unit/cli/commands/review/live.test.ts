import { describe, expect, test } from "vitest";
import { kindsToRead, type Live, liveOf } from "../../../../../src/cli/changes/live";
import { reviewOf } from "../../../../../src/cli/changes/model";
import { verdictOf } from "../../../../../src/cli/changes/verdict";
import type { Step } from "../../../../../src/cli/pulumi/plan";
import { textOf } from "../../../../../src/cli/report/text";
import { definitions } from "../../../../../src/resources/definitions.gen";
import { scale, step, type Told } from "./support";

/** Objects at fal, by kind and id, with the inputs that an import would declare. */
type AtFal = readonly [kind: string, id: string, inputs: Record<string, unknown>, outputs?: Record<string, unknown>][];

const asked = (steps: readonly Step[], atFal: AtFal, account = "acme", known: Live["known"] = new Map()) => {
  const plan = { steps, diagnostics: [], omitted: 0 };
  const found = atFal.flatMap(([kind, id, inputs, outputs]) => {
    const definition = definitions.find((each) => each.kind === kind);
    const hidden = { __fal: { v: 2 } };
    const state = { declared: inputs, inputs, outputs: { ...inputs, ...outputs, ...hidden }, omitted: [] };
    return definition ? [{ kind, definition, id, state }] : [];
  });
  return reviewOf(plan, () => undefined, undefined, { ...liveOf({ account, found }, plan), known });
};
const notes = (review: ReturnType<typeof asked>) =>
  review.changes.flatMap((change) => change.notes.map(({ text }) => text));
const verdict = (review: ReturnType<typeof asked>) => verdictOf(review).map(textOf).join("");

const app = (more: object = {}): Told => ({ inputs: { name: "a", environment: "main", alias: "a", ...more } });
const secret: Told = { inputs: { name: "S", environment: "main", value: "[secret]" } };

describe("review --live", () => {
  test("an app that does not exist is named, and one that exists is adopted without a condition", () => {
    const steps = [step("create", "App", "a", undefined, app())];
    expect(notes(asked(steps, []))).toContain(
      "this does not exist at fal, so the update fails: check the name, or deploy the app with `fal deploy` first",
    );
    expect(verdict(asked(steps, []))).toBe("The update fails for 1 app.");
    const atFal: AtFal = [["App", "main/a", { name: "a", environment: "main" }]];
    const found = asked(steps, atFal);
    expect([notes(found), verdict(found)]).toEqual([[], "1 app is adopted."]);
    const another = step("create", "App", "b", undefined, app({ name: "b", alias: "b" }));
    expect(verdict(asked([...steps, another], atFal))).toBe("The update fails for 1 app, 1 app is adopted.");
  });

  test("an adopted app is compared with its auth mode and scaling at fal", () => {
    const steps = [
      step("create", "App", "a", undefined, app({ authMode: "public" })),
      step("create", "AppScale", "s", undefined, { inputs: scale(1, 4) }),
    ];
    const atFal = (authMode: string, warm: number): AtFal => [
      ["App", "main/a", { name: "a", environment: "main", authMode }],
      ["AppScale", "main/a", { app: "a", environment: "main" }, { effective: { ...scale(warm, 4) } }],
    ];
    expect(verdict(asked(steps, atFal("private", 4)))).toBe(
      "1 app becomes public, 1 app scales down: warm GPU runners 4 → 1, 1 app is adopted.",
    );
    expect(verdict(asked(steps, atFal("public", 1)))).toBe("1 app and 1 app scaling are adopted.");
  });

  test("a pinned revision is compared with those that fal has and with the one that runs", () => {
    const pinned = (revision: string) => {
      const made = step("create", "App", "a", undefined, app({ revision }));
      const known = new Map([[`${made.urn} revision`, { values: ["rev-1", "rev-2"], current: "rev-2" }]]);
      return notes(asked([made], [["App", "main/a", { name: "a", environment: "main" }]], "acme", known));
    };
    expect(pinned("rev-2")).toEqual(["`revision` `rev-2` is in use at fal already"]);
    expect(pinned("rev-1")).toEqual(["`revision` `rev-1` exists at fal and replaces `rev-2`, which is in use now"]);
    expect(pinned("rev-3")).toEqual([
      "`revision` `rev-3` does not exist at fal, so the update fails; fal has `rev-1` and `rev-2`",
    ]);
  });

  test("a secret that exists already cannot be created", () => {
    const found = asked([step("create", "Secret", "s", undefined, secret)], [["Secret", "main/S", { name: "S" }]]);
    expect(notes(found)).toEqual(["this exists at fal already, so the update fails: `adopt: true` manages it"]);
  });

  test("a change tells where fal has another value than the state, and where the object is gone", () => {
    const changed = step(
      "update",
      "AppScale",
      "s",
      { inputs: scale(1, 8), more: { id: "main/a" } },
      { inputs: scale(3, 9) },
    );
    const drifted = asked([changed], [["AppScale", "main/a", scale(1, 20)]]);
    expect(notes(drifted)[0]).toBe("fal has `20` for `maxConcurrency` now, not `8` as in Pulumi's state");
    expect(notes(asked([changed], []))[0]).toMatch(/^this does not exist at fal any more/);
  });

  test("an environment that is deleted is named with what it contains at fal", () => {
    const gone = step("delete", "Environment", "e", { inputs: { name: "qa" }, more: { id: "qa" } });
    const environment = ["Environment", "qa", { name: "qa" }] as const;
    expect(notes(asked([gone], [[...environment], ["App", "qa/x", { name: "x", environment: "qa" }]]))).toEqual([
      "`qa/x` stays in it, so the deletion fails",
    ]);
    expect(notes(asked([gone], [[...environment]]))).toEqual([
      "this update deletes everything that it contains at fal",
    ]);
  });

  test("the key of another account is refused", () => {
    const other = step("update", "App", "a", { ...app(), outputs: { __fal: { v: 2, account: "globex" } } }, app());
    expect(() => asked([other], [])).toThrow(
      'the key belongs to the account "acme", but the stack\'s objects to "globex"',
    );
  });

  test("resources of other providers may be in another account, so nothing is said of them", () => {
    const [made] = [step("create", "App", "a", undefined, app())];
    const other = "urn:pulumi:dev::p::pulumi:providers:pulumi-nodejs::second::id";
    expect(notes(asked([{ ...made, ...(made.new ? { new: { ...made.new, provider: other } } : {}) }], []))).toEqual([]);
  });

  test("only the kinds of the plan are read, and all where an environment is deleted", () => {
    const plan = (...steps: Step[]) => kindsToRead({ steps, diagnostics: [], omitted: 0 });
    expect(plan(step("create", "Secret", "s", undefined, secret))).toEqual(new Set(["Secret"]));
    expect(plan(step("delete", "Environment", "e", { inputs: { name: "qa" } }))).toBeUndefined();
  });
});
