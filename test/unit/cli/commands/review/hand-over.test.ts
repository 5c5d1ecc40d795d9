import { describe, expect, test } from "vitest";
import { verdictOf } from "../../../../../src/cli/changes/verdict";
import { failedGatesOf } from "../../../../../src/cli/commands/review/matches";
import type { Step } from "../../../../../src/cli/pulumi/plan";
import { textOf } from "../../../../../src/cli/report/text";
import { review, scale, step, type Told, unknown } from "./support";

const provider = (name: string) => `urn:pulumi:dev::p::pulumi:providers:pulumi-nodejs::${name}::id-of-${name}`;

/** A step with its provider, and the id and account of the state. */
function under(name: string, of: Step, id?: string, account?: string): Step {
  const told = { provider: provider(name), ...(id === undefined ? {} : { id }) };
  const hidden = (outputs: Record<string, unknown>) => ({
    ...outputs,
    ...(account === undefined ? {} : { __fal: { ...(outputs["__fal"] as object), account } }),
  });
  return {
    ...of,
    ...(of.old ? { old: { ...of.old, ...told, outputs: hidden(of.old.outputs) } } : {}),
    ...(of.new ? { new: { ...of.new, provider: provider(name) } } : {}),
  };
}

const machine: Told = { inputs: { instanceType: "gpu_1x_h100_sxm5" } };
const adopting = (adopt: string): Told => ({ inputs: { instanceType: "gpu_1x_h100_sxm5", adopt } });
const dropped = (id = "inst_1", of = "default", account?: string) =>
  under(of, step("delete", "ComputeInstance", "old", machine), id, account);
const taking = (id = "inst_1", of = "default") =>
  under(of, step("create", "ComputeInstance", "new", undefined, adopting(id)));
const fates = (...steps: Step[]) =>
  Object.fromEntries(review(steps).changes.map(({ name, effect, destructive }) => [name, [effect, destructive]]));

describe("a rename with adopt", () => {
  test("renaming a resource with adopt hands its object over, without deletion or double counting", () => {
    const found = review([dropped(), taking()]);
    expect(found.changes.find(({ name }) => name === "old")).toMatchObject({
      op: "delete",
      effect: "handedOver",
      destructive: false,
      deletion: { outcome: "kept", description: "stays at fal, where `new` manages it" },
    });
    expect(found.summary).toMatchObject({
      deletes: 0,
      destructive: 0,
      costPerHour: { from: 2.5, to: 2.5 },
    });
    expect(failedGatesOf([{ name: "destructive" }, { name: "deletes" }], found)).toEqual([]);
    expect(verdictOf(found).map(textOf).join("")).toBe(
      "1 GPU instance is handed over (stays at fal, where new manages it), 1 GPU instance is adopted.",
    );
  });

  test.each<[string, Step[]]>([
    ["adopts another object", [dropped(), taking("inst_2")]],
    ["adopts an object that is not known yet", [dropped(), taking(unknown)]],
    [
      "creates a new object",
      [dropped(), under("default", step("create", "ComputeInstance", "new", undefined, machine))],
    ],
    ["has another provider of an unknown account", [dropped(), taking("inst_1", "other")]],
    [
      "has a provider of another account",
      [
        dropped("inst_1", "default", "acme"),
        taking("inst_1", "other"),
        under(
          "other",
          step("same", "Secret", "s", { inputs: { name: "S" } }, { inputs: { name: "S" } }),
          "main/S",
          "globex",
        ),
      ],
    ],
    ["is deleted, too", [dropped(), under("default", step("delete", "ComputeInstance", "new", machine), "inst_1")]],
    [
      "is replaced",
      [dropped(), under("default", step("replace", "ComputeInstance", "new", machine, machine), "inst_1")],
    ],
    [
      "is of another kind",
      [
        dropped("k"),
        under("default", step("create", "ApiKey", "new", undefined, { inputs: { alias: "a", adopt: "k" } })),
      ],
    ],
  ])("deleting a resource loses its object if the other resource %s", (_what, steps) => {
    expect(fates(...steps)["old"]).toEqual(["deleted", true]);
  });

  test("an object is handed over between two providers of the same account", () => {
    const secret = step("same", "Secret", "s", { inputs: { name: "S" } }, { inputs: { name: "S" } });
    expect(
      fates(dropped("inst_1", "default", "acme"), taking("inst_1", "other"), under("other", secret, "main/S", "acme"))[
        "old"
      ],
    ).toEqual(["handedOver", false]);
  });

  test("a secret is handed over by its name, also from a replaced resource", () => {
    const inputs = { name: "S", environment: "main" };
    const gone = under("default", step("delete", "Secret", "old", { inputs }), "main/S");
    const adopts = { inputs: { ...inputs, adopt: true, value: "[secret]" } };
    expect(fates(gone, under("default", step("create", "Secret", "new", undefined, adopts)))["old"]).toEqual([
      "handedOver",
      false,
    ]);
    // Without adopt the update fails, because the secret exists already.
    expect(fates(gone, under("default", step("create", "Secret", "new", undefined, { inputs })))["old"]).toEqual([
      "deleted",
      true,
    ]);
    const moved = under(
      "default",
      step("replace", "Secret", "moves", { inputs }, { inputs: { name: "T", environment: "main" } }),
      "main/S",
    );
    expect(fates(moved, under("default", step("create", "Secret", "new", undefined, adopts)))["moves"]).toEqual([
      "replaced",
      false,
    ]);
    expect(fates(moved)["moves"]).toEqual(["replaced", true]);
  });

  test("a scaling that is handed over counts its warm runners before and after", () => {
    const found = review([
      under("default", step("delete", "AppScale", "old", { inputs: scale(3, 5) }), "main/a"),
      under("default", step("create", "AppScale", "new", undefined, { inputs: scale(1, 5) })),
    ]);
    expect(found.summary.warmRunners).toEqual({ from: 3, to: 1 });
  });
});

describe("two resources of one object", () => {
  const inputs = { name: "S", environment: "main" };
  const stays = (id: string) => under("default", step("same", "Secret", "stays", { inputs }, { inputs }), id);
  const goes = under("default", step("delete", "Secret", "old", { inputs }), "main/S");

  test("deleting one of two resources of an object hands it over", () => {
    expect(fates(goes, stays("main/S"))["old"]).toEqual(["handedOver", false]);
    expect(fates(goes, stays("qa/S"))["old"]).toEqual(["deleted", true]);
    // A resource that is only read does not manage the object.
    const read = { ...stays("main/S"), op: "read" };
    expect(fates(goes, read)["old"]).toEqual(["deleted", true]);
  });

  test("deleting an ApiKey revokes previous keys that the other resource does not contain", () => {
    const key = (name: string, op: string, previous: string[]) =>
      under(
        "default",
        step(
          op,
          "ApiKey",
          name,
          {
            inputs: { alias: "a", generation: 2 },
            outputs: { keyId: "k2", previousKeys: previous.map((keyId) => ({ keyId, revokeAfter: "2030" })) },
          },
          op === "same" ? { inputs: { alias: "a", generation: 2 } } : undefined,
        ),
        "k1",
      );
    expect(fates(key("old", "delete", ["k1"]), key("stays", "same", ["k1"]))["old"]).toEqual(["handedOver", false]);
    expect(fates(key("old", "delete", ["k1"]), key("stays", "same", []))["old"]).toEqual(["deleted", true]);
  });
});
