import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { introduction } from "../../e2e/support/matrix/document";

// The tables below it are measured by test/e2e/reliability.test.ts.
test("docs/reliability.md matches the retry rules of the client", () => {
  const document = readFileSync(resolve(__dirname, "../../../docs/reliability.md"), "utf8");
  expect(document.slice(0, introduction.length)).toBe(introduction);
});
