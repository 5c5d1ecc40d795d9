import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { assumptions } from "../../../src/usage/assumptions";

test("the guide lists all assumptions of the numbers, and no others", () => {
  const guide = readFileSync(resolve(__dirname, "../../../docs/guides/usage.md"), "utf8");
  const [, section = ""] = /\n## Assumptions\n(.*?)\n## /s.exec(guide) ?? [];
  const listed = [...section.matchAll(/^- (.*)$/gm)].map(([, sentence]) => sentence);
  expect(listed).toEqual(assumptions.map(({ sentence }) => sentence));
});
