import { expect, test } from "vitest";
import { referenceText } from "../../../tools/generate/classes";
import { addressFields } from "../../../tools/release.mjs";

test("hover texts link to the reference as soon as the repository has an address", () => {
  const page = "docs/reference/app.md";
  expect(referenceText(page, undefined)).toBe("Reference: docs/reference/app.md in the repository of pulumi-fal.");
  expect(referenceText(page, addressFields("https://github.com/owner/name").repository.url)).toBe(
    "[Reference](https://github.com/owner/name/blob/main/docs/reference/app.md)",
  );
});
