import { describe, expect, test } from "vitest";
import type { Review } from "../../../../../src/cli/changes/model";
import { verdictOf } from "../../../../../src/cli/changes/verdict";
import { reviewReport } from "../../../../../src/cli/commands/review/report";
import { levelOf } from "../../../../../src/cli/report/level";
import { renderPlain } from "../../../../../src/cli/report/plain";
import { textOf } from "../../../../../src/cli/report/text";
import { review, scale, step, type Told, unknown } from "./support";

const verdict = (found: Review) => verdictOf(found).map(textOf).join("");
const level = (found: Review) => levelOf(reviewReport(found, []));
const text = (found: Review) => renderPlain(reviewReport(found, []));
const impacts = ({ changes }: Review) =>
  changes.flatMap((change) => change.impacts.map(({ notion, text: says }) => [notion, says]));

const app = (more: object, options: object = {}): Told => ({
  inputs: { name: "a", environment: "main", ...more },
  more: { ...options },
});
const key = (more: object): Told => ({ inputs: { alias: "ci", generation: 1, ...more } });
const rotated = (more: object): Told => ({ inputs: { alias: "ci", generation: 2, ...more } });
const secret = (more: object = {}, options: object = {}): Told => ({
  inputs: { name: "S", environment: "main", fingerprint: "f", ...more },
  more: { ...options },
});
const first = (...steps: Parameters<typeof step>[]) => verdict(review(steps.map((each) => step(...each))));

describe("what a change opens", () => {
  test.each<[what: string, before: object, after: object, says: string]>([
    ["private to public", { authMode: "private" }, { authMode: "public" }, "1 app becomes public."],
    ["private to shared", { authMode: "private" }, { authMode: "shared" }, "1 app becomes shared."],
    ["shared to public", { authMode: "shared" }, { authMode: "public" }, "1 app becomes public."],
    // Nothing tells whether it is public already.
    ["not managed to public", {}, { authMode: "public" }, "1 app will be public."],
    ["private to unknown", { authMode: "private" }, { authMode: unknown }, "1 app may become public."],
    ["public to private", { authMode: "public" }, { authMode: "private" }, "1 app changes."],
    ["public to shared", { authMode: "public" }, { authMode: "shared" }, "1 app changes."],
  ])("an app that goes from %s is named in the first line", (_what, before, after, says) => {
    expect(first(["update", "App", "a", app(before), app(after)])).toBe(says);
  });

  test("a public app that is taken over is named in the first line, with what that means in an alert", () => {
    const found = review([step("create", "App", "a", undefined, app({ authMode: "public" }))]);
    expect(verdict(found)).toBe("1 app will be public, 1 app is adopted (if it exists).");
    expect(text(found)).toContain(
      "CAUTION: App a will be public: everyone can call the app without a key, and your account pays.",
    );
    expect(level(found)).toBe("danger");
    expect(found.summary.opens).toBe(1);
  });

  test.each<[before: object, after: object, says: string]>([
    [{ preset: "DEPLOY" }, { preset: "FULL" }, "1 API key gets full rights, 1 API key rotates."],
    [{}, { scope: "ADMIN" }, "1 API key gets full rights, 1 API key rotates."],
    [{}, { preset: "DEPLOY" }, "1 API key gets other rights, 1 API key rotates."],
    [{ permissions: ["a"] }, { permissions: ["b", "a"] }, "1 API key gets more rights, 1 API key rotates."],
    [{ permissions: ["a"] }, { permissions: unknown }, "1 API key may get more rights, 1 API key rotates."],
    [{ permissions: ["a", "b"] }, { permissions: ["a"] }, "1 API key rotates."],
    [{ preset: "FULL" }, { preset: "DEPLOY" }, "1 API key rotates."],
    [{ preset: "FULL" }, { scope: "ADMIN" }, "1 API key rotates."],
    [{ preset: "API" }, {}, "1 API key rotates."],
  ])("a key whose rights go from %j to %j: %s", (before, after, says) => {
    expect(first(["update", "ApiKey", "k", key(before), rotated(after)])).toBe(says);
  });

  test("a new key with full rights is named in the first line, but not an adopted one", () => {
    expect(first(["create", "ApiKey", "k", undefined, key({ preset: "FULL" })])).toBe(
      "1 API key has full rights, 1 API key is created.",
    );
    expect(first(["create", "ApiKey", "k", undefined, key({ preset: "FULL", adopt: "id" })])).toBe(
      "1 API key is adopted (if it exists).",
    );
    expect(first(["create", "ApiKey", "k", undefined, key({ preset: "DEPLOY" })])).toBe("1 API key is created.");
  });

  test("a secret that every app receives is named in the first line", () => {
    const exposed = { defaultExposed: true };
    expect(first(["update", "Secret", "s", secret({ defaultExposed: false }), secret(exposed)])).toBe(
      "1 secret becomes exposed to every app.",
    );
    expect(first(["create", "Secret", "s", undefined, secret(exposed)])).toBe(
      "1 secret is exposed to every app, 1 secret is created.",
    );
    const again = step("update", "Secret", "s", secret(exposed), secret({ ...exposed, fingerprint: "g" }));
    expect(impacts(review([again]))).toEqual([]);
  });

  test("storage that becomes open to everyone is named in the first line", () => {
    const files = (defaultAccess: string): Told => ({ inputs: { defaultAccess } });
    expect(first(["update", "StorageSettings", "f", files("forbid"), files("allow")])).toBe(
      "Storage settings open new files to everyone.",
    );
  });

  describe("storage settings with `onDelete: restore` that are deleted", () => {
    const deleted = (inputs: object, found: object, more: Record<string, unknown> = {}) => {
      const before = { inputs: { defaultAccess: "forbid", onDelete: "restore", ...inputs }, more };
      const hidden = { __fal: { v: 2, found } };
      return review([step("delete", "StorageSettings", "f", { ...before, outputs: hidden })]);
    };

    test("a restored access for everyone is named in the first line", () => {
      const found = deleted({}, { defaultAccess: "allow" });
      expect(verdict(found)).toMatch(/^Storage settings open new files to everyone/);
      expect([level(found), found.summary.opens]).toEqual(["danger", 1]);
      expect(text(found)).toMatch(
        /CAUTION: Storage settings f open new files to everyone: onDelete: "restore" restores the access/,
      );
    });

    test("a restored access that the review does not show is named as a condition", () => {
      expect(verdict(deleted({}, { defaultAccess: "[secret]" }))).toMatch(
        /^Storage settings may open new files to everyone/,
      );
      expect(verdict(deleted({ onDelete: "[secret]" }, { defaultAccess: "allow" }))).toMatch(
        /^Storage settings may open/,
      );
    });

    test("rules that let a user read again are named", () => {
      const rules = [{ user: "sam", decision: "allow" }];
      expect(verdict(deleted({ accessRules: [] }, { accessRules: rules }))).toMatch(
        /^Storage settings let more users read files/,
      );
    });

    test("nothing is opened by values that were closed or are not restored", () => {
      for (const found of [
        deleted({}, { defaultAccess: "hide" }),
        deleted({}, {}),
        deleted({ onDelete: "retain" }, { defaultAccess: "allow" }),
        deleted({}, { defaultAccess: "allow" }, { retainOnDelete: true }),
      ]) {
        expect(impacts(found)).toEqual([]);
      }
    });
  });

  test("more than three clauses become counts, each with the worst of them", () => {
    const steps = [
      step("update", "ApiKey", "k", key({}), rotated({ preset: "DEPLOY" })),
      step("update", "Secret", "s", secret({ defaultExposed: false }), secret({ defaultExposed: true })),
      step("update", "App", "b", app({ name: "b", authMode: "private" }), app({ name: "b", authMode: "shared" })),
      step("update", "App", "a", app({ authMode: "private" }), app({ authMode: "public" })),
      step("delete", "Secret", "gone", secret()),
      step("delete", "ComputeInstance", "m", { inputs: { instanceType: "gpu_1x_h100_sxm5" }, more: { id: "i" } }),
    ];
    expect(verdict(review(steps))).toMatch(
      /^2 destructive changes, above all 1 GPU instance is deleted \(all data on it is lost\), 4 changes give access, above all 1 app becomes public, /,
    );
  });

  test("a value that the program keeps secret is not named", () => {
    const hidden = step("update", "App", "a", app({ authMode: "private" }), app({ authMode: "public" }));
    const marked = {
      ...hidden,
      ...(hidden.new
        ? { new: { ...hidden.new, inputs: { ...hidden.new.inputs, __fal: { v: 1, secrets: ["authMode"] } } } }
        : {}),
    };
    expect(impacts(review([marked]))).toEqual([]);
  });

  test("several apps that become public share a clause and a line", () => {
    const steps = ["a", "b"].map((name) =>
      step("update", "App", name, app({ name, authMode: "private" }), app({ name, authMode: "public" })),
    );
    expect(verdict(review(steps))).toBe("2 apps become public.");
    expect(text(review(steps))).toContain("CAUTION: Apps a and b become public: everyone");
  });

  test("an object that is handed over to another resource opens only what was closed before", () => {
    const handed = (before: object, after: object) => {
      const gone = step("delete", "App", "old", app(before, { id: "main/a" }));
      return verdict(review([gone, step("create", "App", "new", undefined, app(after))]));
    };
    expect(handed({ authMode: "public" }, { authMode: "public" })).not.toContain("public");
    expect(handed({ authMode: "private" }, { authMode: "public" })).toMatch(/^1 app becomes public/);
  });
});

describe("what a change unprotects", () => {
  const protectedOne = { protect: true };
  const retained = { retainOnDelete: true };

  test("protection that is removed from unchanged resources is the first line", () => {
    const steps = ["a", "b", "c"].map((name) => step("same", "App", name, app({ name }, protectedOne), app({ name })));
    const found = review([...steps, step("same", "Secret", "s", secret({}, retained), secret())]);
    expect(verdict(found)).toBe("4 resources lose protection (protect, retainOnDelete).");
    expect(level(found)).toBe("warning");
    expect(found.summary).toMatchObject({ updates: 0, unprotects: 4 });
    expect(found.unchanged).toBe(0);
    const said = text(found);
    expect(said).toContain(
      "WARNING: Apps a, b and c lose protection: without protect, a later change of the program can delete or replace the resource.",
    );
    expect(said).toContain("Less protected, nothing is sent to fal: 4");
    expect(said).not.toContain("Only in Pulumi's state");
    expect(found.changes[0]).toMatchObject({
      op: "same",
      effect: "stateOnly",
      properties: [{ path: "protect", from: true, to: false, option: true }],
    });
  });

  test("protection that stays or is added is no change", () => {
    const found = review([
      step("same", "App", "a", app({}, protectedOne), app({}, protectedOne)),
      step("same", "Secret", "s", secret(), secret({}, protectedOne)),
    ]);
    expect([verdict(found), found.unchanged, found.changes]).toEqual(["No changes.", 2, []]);
  });

  test.each<[what: string, Parameters<typeof step>, property: string]>([
    [
      "an app that is deleted with its resource",
      ["update", "App", "a", app({}), app({ onDelete: "delete" })],
      "onDelete",
    ],
    [
      "an app that was retained explicitly",
      ["update", "App", "a", app({ onDelete: "retain" }), app({ onDelete: "delete" })],
      "onDelete",
    ],
    [
      "an environment with forceDestroy",
      ["update", "Environment", "e", { inputs: { name: "e" } }, { inputs: { name: "e", forceDestroy: true } }],
      "forceDestroy",
    ],
    [
      "a key with a shorter overlap",
      [
        "update",
        "ApiKey",
        "k",
        key({ rotation: { every: "30d", overlap: "7d" } }),
        key({ rotation: { every: "30d" } }),
      ],
      "rotation",
    ],
  ])("%s loses protection, and is not folded", (_what, change, property) => {
    const found = review([step(...change)]);
    expect(verdict(found)).toMatch(new RegExp(`^1 resource loses protection \\(${property}\\)`));
    expect(text(found)).not.toContain("Only in Pulumi's state");
    expect(level(found)).toBe("warning");
  });

  test.each<[what: string, Parameters<typeof step>]>([
    ["an app that is retained from now on", ["update", "App", "a", app({ onDelete: "delete" }), app({})]],
    [
      "a new environment with forceDestroy",
      ["create", "Environment", "e", undefined, { inputs: { name: "e", forceDestroy: true } }],
    ],
    [
      "a key with a longer overlap",
      [
        "update",
        "ApiKey",
        "k",
        key({ rotation: { trigger: "1" } }),
        key({ rotation: { trigger: "1", overlap: "2d" } }),
      ],
    ],
    [
      "a key with the default overlap in words",
      ["update", "ApiKey", "k", key({ rotation: {} }), key({ rotation: { overlap: "24h" } })],
    ],
  ])("%s loses no protection", (_what, change) => {
    expect(review([step(...change)]).summary.unprotects).toBe(0);
  });
});

describe("what a change enlarges", () => {
  const other = (machineTypes: readonly string[]) => ({ inputs: scale(1, 4, { machineTypes }) });
  const moved = (from: readonly string[], to: readonly string[]) =>
    review([step("update", "AppScale", "s", other(from), other(to))]);

  test("apps that scale up share a clause with their totals", () => {
    const two = (min: number, max: number) => ["a", "b"].map((name) => ({ inputs: scale(min, max, { app: name }) }));
    const [before, after] = [two(1, 4), two(3, 400)];
    const found = review(["a", "b"].map((name, i) => step("update", "AppScale", name, before[i], after[i])));
    expect(verdict(found)).toMatch(/^2 apps scale up: warm GPU runners 2 → 6, maximum 8 → 800, cost /);
    expect(impacts(found)[0]).toEqual(["enlarges", "scales up: warm GPU runners 1 → 3, maximum 4 → 400"]);
    expect([found.summary.enlarges, level(found)]).toEqual([2, "warning"]);
  });

  test("a higher maximum alone is in the first line", () => {
    const found = review([step("update", "AppScale", "s", { inputs: scale(1, 4) }, { inputs: scale(1, 400) })]);
    expect(verdict(found)).toBe("1 app scales up: maximum 4 → 400, cost at full load $8.00/h → $800.00/h.");
    expect(level(found)).toBe("warning");
  });

  test("an app that scales down enlarges nothing", () => {
    const found = review([step("update", "AppScale", "s", { inputs: scale(3, 9) }, { inputs: scale(1, 4) })]);
    expect(verdict(found)).toMatch(/^1 app scales down: warm GPU runners 3 → 1, maximum 9 → 4, cost/);
    expect([found.summary.enlarges, level(found)]).toEqual([0, "calm"]);
  });

  test("machines that cost more, or have GPUs for the first time, enlarge", () => {
    expect(verdict(moved(["XS"], ["GPU-H100"]))).toMatch(/^1 app gets more expensive machines: XS → GPU-H100/);
    expect(moved(["XS"], ["GPU-H200"]).summary.enlarges).toBe(1);
    expect(verdict(moved(["GPU-H100"], ["XS"]))).toMatch(/^1 app gets cheaper machines: GPU-H100 → XS/);
    expect(verdict(moved(["GPU-A100"], ["GPU-H200"]))).toMatch(/^1 app gets other machine types: GPU-A100 → GPU-H200/);
    expect(moved(["GPU-A100"], ["GPU-H200"]).summary.enlarges).toBe(0);
    // The order is a preference.
    expect(verdict(moved(["XS", "GPU-H100"], ["GPU-H100", "XS"]))).toBe("1 app scaling changes.");
  });

  test("a GPU instance of a larger type, and a new one, enlarge", () => {
    const machine = (instanceType: string): Told => ({ inputs: { instanceType } });
    const larger = review([
      step("replace", "ComputeInstance", "m", machine("gpu_1x_h100_sxm5"), machine("gpu_8x_h100_sxm5")),
    ]);
    expect(verdict(larger)).toContain("1 GPU instance gets a more expensive type: gpu_1x_h100_sxm5 → gpu_8x_h100_sxm5");
    const created = review([step("create", "ComputeInstance", "m", undefined, machine("gpu_1x_h100_sxm5"))]);
    expect([created.summary.enlarges, level(created)]).toEqual([1, "warning"]);
  });
});
