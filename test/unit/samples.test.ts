import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faultCases, faultOn, parts as faultParts } from "../e2e/support/matrix/faults";
import { steps, subjects } from "../e2e/support/matrix/subjects";
import { featuresOf, parts as packageParts, rows } from "../package/support/matrix";
import { partsOf, sampleOf, shareOf } from "../support/sample";

test("the parts of a table together contain every row, and each contains every feature", () => {
  const table = fc.array(fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 }), { minLength: 1 });
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 5 }), (lists, count) => {
      const all = lists.map((features, index) => ({ features, index }));
      const parts = partsOf(all, ({ features }) => features, count);
      expect(parts).toHaveLength(count);
      expect(new Set(parts.flat())).toEqual(new Set(all));
      for (const part of parts) {
        expect(new Set(part.flatMap(({ features }) => features))).toEqual(new Set(lists.flat()));
        expect(new Set(part).size).toBe(part.length);
      }
    }),
  );
});

describe("the fault matrix", () => {
  test("every fault is in a sample of the fault matrix", () => {
    expect(new Set(faultParts.flat())).toEqual(new Set(faultCases));
  });

  test.each([...faultParts.entries()])(
    "sample %i of the fault matrix contains every class of fault and every operation",
    (_, part) => {
      expect(part.length).toBeLessThan(faultCases.length / 2);
      expect(new Set(part.map(({ fault }) => fault.class))).toEqual(
        new Set(faultCases.map(({ fault }) => fault.class)),
      );
      expect(new Set(part.map(({ lasts }) => lasts))).toEqual(new Set(["once", "always"]));
      for (const subject of subjects) {
        for (const request of steps.flatMap((step) => subject.requests[step] ?? [])) {
          const hitting = part.filter(({ fault }) => faultOn(fault, request) !== undefined);
          expect(hitting.length, `${subject.name}: ${JSON.stringify(request)}`).toBeGreaterThan(0);
        }
      }
    },
  );
});

describe("the package matrix", () => {
  test("every row is in a sample of the package matrix", () => {
    expect(new Set(packageParts.flat())).toEqual(new Set(rows));
  });

  test.each([...packageParts.entries()])(
    "sample %i of the package matrix contains npm, pnpm and yarn, and every Node, runtime, SDK and outcome",
    (_, part) => {
      expect(part.length).toBeLessThanOrEqual(rows.length / 2);
      expect(new Set(part.flatMap(featuresOf))).toEqual(new Set(rows.flatMap(featuresOf)));
    },
  );
});

describe("the sample of a run", () => {
  const parts = [["a"], ["b"], ["c"]];
  const all = ["a", "b", "c"];
  const chosen = (sample: string) => ({ PULUMI_FAL_TEST_SAMPLE: sample });

  test("the samples change daily in turn", () => {
    const day = 86_400_000;
    const chosen = [0, 1, 2, 3].map((days) => sampleOf(parts, all, {}, days * day + 5).rows[0]);
    expect(chosen).toEqual(["a", "b", "c", "a"]);
  });

  test("a sample can be selected by its number, and the whole table by its name", () => {
    expect(sampleOf(parts, all, chosen("4"))).toEqual({ rows: ["b"], title: "sample 1 (0 to 2), 1 of 3 rows" });
    expect(sampleOf(parts, all, chosen("all")).rows).toEqual(all);
  });

  test("rows that have nothing in common are shared out evenly", () => {
    const titles = ["0", "1", "3"].map((number) => shareOf([..."abcde"], 2, chosen(number)).rows.join(""));
    expect(titles).toEqual(["ace", "bd", "bd"]);
    expect(shareOf(all, 2, chosen("all")).rows).toEqual(all);
  });

  test("a sample that does not exist is an error", () => {
    expect(() => sampleOf(parts, all, chosen("some"))).toThrow(
      'PULUMI_FAL_TEST_SAMPLE: "some" is not a number or "all".',
    );
  });
});
