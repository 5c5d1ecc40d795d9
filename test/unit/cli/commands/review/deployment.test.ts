import { describe, expect, test } from "vitest";
import type { Review } from "../../../../../src/cli/changes/model";
import { verdictOf } from "../../../../../src/cli/changes/verdict";
import { reviewReport } from "../../../../../src/cli/commands/review/report";
import { renderPlain } from "../../../../../src/cli/report/plain";
import { textOf } from "../../../../../src/cli/report/text";
import { deployNote } from "../../../../../src/resources/app/source";
import { review, scale, step, type Told, unknown } from "./support";

const verdict = (found: Review) => verdictOf(found).map(textOf).join("");
const text = (found: Review) => renderPlain(reviewReport(found, []));
const notes = ({ changes }: Review) => changes.flatMap((change) => change.notes.map((note) => note.text));
const impacts = ({ changes }: Review) =>
  changes.flatMap((change) => change.impacts.map(({ notion, properties }) => [notion, ...properties]));

const files = { "app.py": "1", "models/a.py": "2", "requirements.txt": "3" };
const source = { ref: "app.py::Flux" };
const app = (more: object = {}, hidden: object = {}): Told => ({
  inputs: {
    name: "a",
    environment: "main",
    authMode: "private",
    source,
    sourceHash: "h1",
    sourceFiles: files,
    sourceCommit: "1111111111111111",
    ...more,
  },
  ...(Object.keys(hidden).length > 0 ? { outputs: { __fal: { v: 2, ...hidden } } } : {}),
});
const without = (name: string, told: Told): Told => {
  const { [name]: _left, ...inputs } = told.inputs ?? {};
  return { ...told, inputs };
};
const plain = (more: object = {}): Told => ({ inputs: { name: "a", environment: "main", ...more } });
const changed = {
  sourceHash: "h2",
  sourceFiles: { ...files, "app.py": "9", "requirements.txt": "8", "weights.bin": "7" },
  sourceCommit: "2222222222222222",
};
const redeploy = (before: object = {}, after: object = {}) =>
  step("update", "App", "flux", app(before), app({ ...changed, ...after }));

describe("an app that is redeployed", () => {
  test("the first line says what differs, and a table names files, commits and what happens to the runners", () => {
    const found = review([redeploy()]);
    expect(verdict(found)).toBe("App a is redeployed (2 files changed, 1 added).");
    expect(text(found)).toMatch(/Deployed: 1/);
    expect(text(found)).toContain("changed: app.py and requirements.txt; added: weights.bin");
    expect(text(found)).toContain("111111111 → 222222222");
    expect(text(found)).toContain("old runners serve requests until new ones are ready (rolling)");
    expect(text(found)).not.toMatch(/Changed: 1|h1|h2|sourceHash|sourceFiles/);
    expect(found.changes[0]?.properties).toEqual([]);
    expect(found.changes[0]?.effect).toBe("changed");
  });

  test("with recreate, the review says that requests wait", () => {
    expect(text(review([redeploy({ strategy: "recreate" }, { strategy: "recreate" })]))).toContain(
      "all runners end at once, so requests wait until new ones have started (recreate)",
    );
  });

  test.each<[what: string, before: object, after: object, says: string]>([
    ["one file", {}, { sourceHash: "h2", sourceFiles: { ...files, "app.py": "9" } }, "(1 file changed)"],
    ["a removed file", {}, { sourceHash: "h2", sourceFiles: { "app.py": "1" } }, "(2 files removed)"],
    [
      "a group of files",
      { sourceFiles: { ...files, "images/": "310 files, 000000000001" } },
      { sourceHash: "h2", sourceFiles: { ...files, "images/": "310 files, 000000000002" } },
      "(at least 1 file changed)",
    ],
    ["another class", {}, { sourceHash: "h2" }, "(another ref)"],
    [
      "another version",
      { sourceFiles: null, source: { ...source, version: "1" } },
      { sourceHash: "h2", sourceFiles: null, source: { ...source, version: "2" } },
      "(another version)",
    ],
  ])("%s is counted", (_what, before, after, says) => {
    expect(verdict(review([step("update", "App", "flux", app(before), app(after))]))).toBe(
      `App a is redeployed ${says}.`,
    );
  });

  test("a source that only the update knows may be deployed", () => {
    const found = review([redeploy({}, { sourceHash: unknown, sourceFiles: null })]);
    expect(verdict(found)).toBe("App a may be redeployed (only the update knows the source).");
  });

  test("several apps become a number, and a commit that is the same or unknown is left out", () => {
    const another = redeploy({ sourceCommit: null }, { name: "a", sourceCommit: "3333333333333333" });
    const same = redeploy({ sourceCommit: changed.sourceCommit });
    const found = review([another, { ...same, urn: `${same.urn}2` }]);
    expect(verdict(found)).toBe("2 apps are redeployed.");
    expect(text(found)).not.toContain("Commits");
  });

  test("what the provider says of the deployment is not repeated, and its other messages stay", () => {
    const announced = redeploy();
    const says = deployNote(announced.new?.inputs ?? {}, announced.old?.outputs) ?? "";
    expect(says).toMatch(/app\.py/);
    const found = review([announced], {
      diagnostics: [says, "another message"].map((message) => ({ severity: "info", urn: announced.urn, message })),
    });
    expect(notes(found)).toContain("another message");
    expect(notes(found)).not.toContain(says);
  });

  test("a deployment that the last refresh or an interrupted update left to do is named", () => {
    const pending = (work: string) => review([step("update", "App", "flux", app({}, { pending: [work] }), app())]);
    expect(verdict(pending("redeploy"))).toBe("App a is redeployed (somebody else has deployed it).");
    expect(verdict(pending("deploy"))).toBe("App a is redeployed unless an interrupted deployment has succeeded.");
    expect(verdict(pending("point"))).toBe("1 app changes.");
  });

  test("without authMode, the code decides who may call the app", () => {
    const found = review([
      step("update", "App", "flux", without("authMode", app()), without("authMode", app(changed))),
    ]);
    expect(notes(found)).toContain("`authMode` is not set, so the deployed code decides who may call the app");
    expect(notes(review([redeploy()])).join()).not.toContain("authMode");
  });
});

describe("what a deployment resets", () => {
  const scaled = (more: object = {}) => ({ inputs: scale(1, 4, { startupTimeout: 300, ...more }) });
  const resets = (...steps: Parameters<typeof review>[0]) => notes(review(steps)).filter((each) => /reset/.test(each));

  test("values that the update sends again", () => {
    const again = step(
      "update",
      "AppScale",
      "s",
      scaled({ reapplyOn: ["reset 1 by the App"] }),
      scaled({ reapplyOn: ["reset 2 by the App"] }),
    );
    expect(resets(redeploy(), again)).toContain(
      "this resets `startupTimeout` and `machineTypes` of app scaling `s` to the values in the app's code, and this update sends the declared values again",
    );
  });

  test("a digest among the triggers is shortened, but not in the JSON", () => {
    const digests = ["a", "b"].map((digit) => `source ${digit.repeat(64)}`);
    const [before, after] = digests.map((digest) => scaled({ reapplyOn: [digest] }));
    const found = review([step("update", "AppScale", "s", before, after)]);
    expect(text(found)).toMatch(/source aaaaaaaaa… +source bbbbbbbbb…/);
    expect(found.changes[0]?.properties[0]).toMatchObject({ from: [digests[0]], to: [digests[1]] });
  });

  test("values that the update does not send again, with what does", () => {
    const stays = step("same", "AppScale", "s", scaled(), scaled());
    expect(resets(redeploy(), stays)).toEqual([
      "this resets `startupTimeout` and `machineTypes` of app scaling `s` to the values in the app's code, and this update does not send the declared values again: `pulumi up --refresh` does, and so does a value in `reapplyOn` that changes with each deployment",
    ]);
  });

  test("with resetScale, all declared values, which reapplyOn sends again", () => {
    const again = step("update", "AppScale", "s", scaled({ reapplyOn: ["1"] }), scaled({ reapplyOn: ["2"] }));
    const resetsAll = redeploy({ resetScale: true }, { resetScale: true });
    const values = /resets `minConcurrency`, `maxConcurrency`, `startupTimeout` and `machineTypes` of app scaling `s`/;
    const [sent, ...others] = resets(resetsAll, again);
    expect(sent).toMatch(values);
    expect(sent).toMatch(/this update sends the declared values again/);
    expect(others.join()).not.toMatch(/does not send/);
    const stays = step("same", "AppScale", "s", scaled(), scaled());
    expect(resets(resetsAll, stays)).toEqual([expect.stringMatching(/does not send the declared values again/)]);
  });

  test("nothing of a scaling that is new, because it is sent afterwards", () => {
    expect(resets(redeploy(), step("create", "AppScale", "s", undefined, scaled()))).toEqual([
      expect.stringMatching(/^a later `fal deploy` resets/),
    ]);
  });

  test("a change of the pinned revision resets the same, and the scaling of another app is untouched", () => {
    const pin = step("update", "App", "flux", plain({ revision: "r1" }), plain({ revision: "r2" }));
    const [stays, other] = [scaled(), scaled({ app: "other" })].map((told) =>
      step("same", "AppScale", "s", told, told),
    );
    expect(resets(pin, stays as typeof pin)).toHaveLength(1);
    expect(resets(pin, other as typeof pin)).toEqual([]);
  });

  test("without an AppScale, the code of a new app decides what runs, unless the preview omits unchanged resources", () => {
    const create = step("create", "App", "flux", undefined, app());
    const says =
      "no resource of this stack manages how this scales, so the deployed code decides, and the totals do not contain its runners";
    expect(notes(review([create]))).toContain(says);
    expect(notes(review([create], { omitted: 1 }))).toEqual([]);
    expect(notes(review([redeploy()]))).toEqual([]);
  });
});

describe("a new app with source", () => {
  test("is deployed, with the number of its files", () => {
    const found = review([
      step(
        "create",
        "App",
        "flux",
        undefined,
        app({ sourceFiles: { ...files, "img/*.jpg": "20 files, 000000000001" } }),
      ),
    ]);
    expect(verdict(found)).toBe("App a is deployed (23 files).");
    expect(found.changes[0]).toMatchObject({ effect: "created", deployment: { again: false } });
    expect(text(found)).toContain("none yet");
  });

  test("is deployed if it is replaced on request, although its source stays", () => {
    const found = review([step("replace", "App", "flux", app(), app())]);
    expect(verdict(found)).toMatch(
      /^1 app is replaced \(all its revisions are lost\), app a is deployed \(3 files\)\.$/,
    );
  });

  test("that takes over an app replaces what runs there, and does not fail if it is missing", () => {
    const found = review([step("create", "App", "flux", undefined, app({ adopt: true }))]);
    expect(verdict(found)).toBe(
      "App a is deployed (3 files) unless the revision that runs comes from the same source.",
    );
    expect(found.changes[0]).toMatchObject({ effect: "adopted" });
    expect(found.changes[0]).not.toHaveProperty("conditional");
    expect(notes(found)).toContain(
      "if the app exists at fal, this takes it over, and a deployment replaces what runs there only if that comes from another source; if not, the app is created",
    );
  });

  test("several apps that are taken over are not said to be deployed in any case", () => {
    const adopted = (name: string) => step("create", "App", name, undefined, app({ name, adopt: true }));
    const found = review([adopted("a"), adopted("b"), step("create", "App", "c", undefined, app({ name: "c" }))]);
    expect(verdict(found)).toBe(
      "2 apps are deployed unless the revision that runs comes from the same source, app c is deployed (3 files).",
    );
  });

  test("an app that is pinned to a revision is not deployed", () => {
    const pinned = ["sourceHash", "sourceFiles", "sourceCommit"].reduce(
      (told, name) => without(name, told),
      app({ revision: "r1" }),
    );
    for (const found of [
      review([step("create", "App", "flux", undefined, pinned)]),
      review([step("update", "App", "flux", app(), pinned)]),
    ]) {
      expect(found.changes[0]).not.toHaveProperty("deployment");
      expect(verdict(found)).not.toContain("deploy");
      expect(notes(found)).toContain("`revision` pins the app to a revision, so `source` is not deployed");
    }
  });
});

describe("what a source protects and unprotects", () => {
  test("an app that gets a source loses its default protection, by the property that caused it", () => {
    const found = review([step("update", "App", "flux", plain(), app())]);
    expect(impacts(found)).toEqual([["unprotects", "source"]]);
    expect(verdict(found)).toContain("1 resource loses protection (source)");
    expect(verdict(found)).toContain(
      "app a is deployed (3 files) unless the revision that runs comes from the same source",
    );
    expect(impacts(review([step("update", "App", "flux", plain(), app({ onDelete: "retain" }))]))).toEqual([]);
    expect(impacts(review([step("update", "App", "flux", plain(), app({ onDelete: "delete" }))]))).toEqual([
      ["unprotects", "onDelete"],
    ]);
    const kept = app({ onDelete: "retain" });
    expect(impacts(review([step("update", "App", "flux", kept, app())]))).toEqual([["unprotects", "onDelete"]]);
  });

  test("a program without the source deploys nothing, and changes only the state", () => {
    const found = review([step("update", "App", "flux", app(), plain({ authMode: "private" }))]);
    expect(found.changes[0]).toMatchObject({ effect: "stateOnly", impacts: [] });
    expect(found.changes[0]).not.toHaveProperty("deployment");
    expect(notes(found)).toEqual([
      "`source` is no longer in the program: the app stays as it runs, and a change of its code needs `fal deploy` from now on",
    ]);
  });

  test("the deletion of an app with source loses all its revisions", () => {
    const found = review([step("delete", "App", "flux", app())]);
    expect(verdict(found)).toBe("1 app is deleted (all its revisions are lost).");
    expect(found.summary.destructive).toBe(1);
    expect(review([step("delete", "App", "flux", app({ onDelete: "retain" }))]).summary.destructive).toBe(0);
  });

  test("onForeignDeploy: redeploy is not only recorded", () => {
    const found = review([step("update", "App", "flux", app(), app({ onForeignDeploy: "redeploy" }))]);
    expect(notes(found)).toEqual(["from now on, an update after a refresh replaces what somebody else has deployed"]);
  });
});
