import { describe, expect, test } from "vitest";
import type { Review } from "../../../../../src/cli/changes/model";
import { verdictOf } from "../../../../../src/cli/changes/verdict";
import { reviewReport } from "../../../../../src/cli/commands/review/report";
import { renderPlain } from "../../../../../src/cli/report/plain";
import { textOf } from "../../../../../src/cli/report/text";
import { review, scale, step, type Told } from "./support";

const verdict = (found: Review) => verdictOf(found).map(textOf).join("");
const text = (found: Review) => renderPlain(reviewReport(found, []), { columns: 200 });
const notes = (found: Review, name: string) =>
  found.changes.find((change) => change.name === name)?.notes.map((note) => note.text);

const secret = (fingerprint: string, more: object = {}): Told => ({
  inputs: { name: "S", environment: "main", value: "[secret]", fingerprint, ...more },
});
const app = (rolloutOn: readonly string[], name = "a"): Told => ({ inputs: { name, environment: "main", rolloutOn } });
const inside = (id: string, inputs: object): Told => ({ inputs: { ...inputs }, more: { id } });

describe("consequences", () => {
  test("an app that scales to zero has cold starts", () => {
    const found = review([step("update", "AppScale", "s", { inputs: scale(3, 4) }, { inputs: scale(0, 4) })]);
    expect(verdict(found)).toMatch(/^1 app scales to zero: warm GPU runners 3 → 0, cost /);
    expect(notes(found, "s")).toContain(
      "no runner stays warm, so the first requests after a pause wait until one has started (cold start)",
    );
  });

  test("warm runners of apps that scale in different directions have a total that is called one", () => {
    const to = (name: string, before: object, after: object) =>
      step("update", "AppScale", name, { inputs: { ...before, app: name } }, { inputs: { ...after, app: name } });
    const found = review([to("a", scale(3, 8), scale(0, 8)), to("b", scale(4, 20), scale(4, 10))]);
    expect(verdict(found)).toContain("scales to zero: warm GPU runners 3 → 0, warm GPU runners 7 → 4 in total, cost ");
  });

  test("a scaling that is released tells what stays, and what it costs", () => {
    const found = review([step("delete", "AppScale", "s", { inputs: scale(3, 8) })]);
    expect(notes(found, "s")).toEqual([
      "fal keeps the current values: 3 warm GPU runners, maximum 8 ($6.00/h while idle). Nothing in this stack changes them any more",
    ]);
  });

  test("a new secret value names the apps whose runners get it", () => {
    const changed = step("update", "Secret", "s", secret("old"), secret("new"));
    const alone = notes(review([changed]), "s");
    expect(alone).toEqual(["existing runners keep the old `value` until a rollout"]);
    const found = review([
      changed,
      step("update", "App", "a", app(["old"]), app(["new"])),
      step("update", "App", "b", app(["x"], "b"), app(["y"], "b")),
    ]);
    expect(notes(found, "s")).toEqual([
      "this update replaces the runners of `a`, which get the new `value`; all others keep the old one until a rollout",
    ]);
  });

  test("an environment that is deleted tells whether the same change empties it", () => {
    const gone = step("delete", "Environment", "e", inside("staging", { name: "staging" }));
    const s = inside("staging/S", { name: "S", environment: "staging" });
    const a = inside("staging/a", { name: "a", environment: "staging" });
    expect(notes(review([gone]), "e")).toEqual([]);
    expect(notes(review([gone, step("delete", "Secret", "s", s)]), "e")).toEqual([
      "this update deletes `staging/S` in it; a preview does not show what else it contains at fal",
    ]);
    // The app stays at fal although its resource goes.
    expect(notes(review([gone, step("delete", "Secret", "s", s), step("delete", "App", "a", a)]), "e")).toEqual([
      "`staging/a` stays in it, so the deletion fails",
    ]);
    const forced = step("delete", "Environment", "e", inside("staging", { name: "staging", forceDestroy: true }));
    expect(notes(review([forced, step("delete", "App", "a", a)]), "e")).toEqual([]);
  });
});

describe("what a preview cannot know", () => {
  test("an app that is scaled for the first time has an unknown scaling before", () => {
    const found = review([step("create", "AppScale", "s", undefined, { inputs: scale(1, 4) })]);
    expect(verdict(found)).toBe(
      "1 app may scale up to 1 warm GPU runner, maximum 4 (before: unknown), cost at least $0.00/h → $2.00/h.",
    );
    expect(found.summary.enlarges).toBe(1);
    expect(text(found)).toContain("“At least”: a preview does not contain how an app scaled before it was managed");
  });

  test("an adoption is a condition", () => {
    const found = review([step("create", "App", "a", undefined, app([]))]);
    expect(text(found)).toContain("Adopted if it exists at fal; otherwise the update fails: 1");
    expect(text(found)).toContain("The review did not ask fal");
    expect(found.changes[0]).toMatchObject({ effect: "adopted", conditional: true });
  });

  test("a secret that moves to another environment does not claim a new value", () => {
    const moved = step("replace", "Secret", "s", secret("f"), secret("g", { environment: "staging" }));
    const found = review([moved]);
    expect(found.changes[0]?.reason?.text).toBe("`environment` changes");
    expect(found.changes[0]?.properties.map(({ path }) => path)).not.toContain("value");
    expect(notes(found, "s")).toContain("the preview does not show whether `value` changes too");
    expect(text(found)).not.toMatch(/new value|asks for/);
  });
});

describe("costs", () => {
  const costs = (before: object, after: object) =>
    review([step("update", "AppScale", "s", { inputs: { ...before } }, { inputs: { ...after } })]);

  test("a review shows the difference, the month and full load, and each resource", () => {
    const said = text(costs(scale(1, 4), scale(3, 400)));
    expect(said).toContain("Idle cost          $2.00/h → $6.00/h");
    expect(said).toContain("Per month (730 h)  $1,460 → $4,380");
    expect(said).toContain("Cost at full load  $8.00/h → $800.00/h");
    expect(said).toContain("Difference         +$4.00/h, +200%, +$2,920/month");
    expect(said).toMatch(/^a +\$2\.00\/h +\$6\.00\/h +\+\$4\.00\/h, \+200%, \+\$2,920\/month +\$800\.00\/h$/m);
  });

  test("a lower cost has a minus sign", () => {
    expect(verdict(costs(scale(3, 4), scale(1, 4)))).toContain("(−$4.00/h, −67%, −$2,920/month)");
  });

  test("footnotes about prices appear only where something costs", () => {
    const key = (alias: string): Told => ({ inputs: { alias, generation: 1 } });
    expect(text(review([step("create", "ApiKey", "k", undefined, key("ci"))]))).not.toContain("Prices:");
    expect(text(costs(scale(1, 4), scale(2, 4)))).toContain("Prices: test");
  });
});

describe("long reviews", () => {
  const machines = (n: number) =>
    Array.from({ length: n }, (_, i) =>
      step(
        "create",
        "Secret",
        `s${i}`,
        undefined,
        secret("f", { name: `S${i}`, ...(i === n - 1 ? { defaultExposed: true } : {}) }),
      ),
    );

  test("more than three clauses of losses and openings become numbers", () => {
    const found = review([
      step("delete", "ComputeInstance", "m", { inputs: { instanceType: "gpu_1x_h100_sxm5" } }),
      step("delete", "ApiKey", "k", { inputs: { alias: "ci", generation: 1 } }),
      step("create", "Secret", "s", undefined, secret("f", { defaultExposed: true })),
      step("same", "App", "a", { ...app([]), more: { protect: true } }, app([])),
    ]);
    expect(verdict(found)).toMatch(
      /^2 destructive changes, above all 1 GPU instance is deleted \(all data on it is lost\), 1 secret is exposed to every app, 1 resource loses protection \(protect\), 1 secret is created/,
    );
  });

  test("a table of 40 rows is folded, and the changes with the largest impact come first", () => {
    const [table] = reviewReport(review(machines(40)), []).blocks.filter(({ kind }) => kind === "section");
    expect(table).toMatchObject({ title: "Created: 40", folded: true });
    const rows = JSON.stringify(table);
    expect(rows.indexOf("S39")).toBeLessThan(rows.indexOf("S0"));
    const [short] = reviewReport(review(machines(39)), []).blocks.filter(({ kind }) => kind === "section");
    expect(short).not.toHaveProperty("folded");
  });
});

test("a failed gate tells how to go on", () => {
  const found = review([step("update", "App", "a", { inputs: {} }, { inputs: {} })]);
  const failed = [{ gate: "opens", reason: "1 app becomes public" }];
  const lines = (acceptance?: string) => renderPlain(reviewReport(found, failed, acceptance));
  expect(lines()).toContain("WARNING: --fail-on opens matched: 1 app becomes public.");
  expect(lines()).toContain("To accept the change, run the review without the gate");
  expect(lines("add the label `yes`")).toContain("To accept the change, add the label yes. docs/guides/review.md of");
});
