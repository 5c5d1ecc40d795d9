import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { GO_MINIMUM, isAtLeast, NODE_MINIMUM, PULUMI_PINNED, parseVersion } from "../../../tools/setup/versions.mjs";

describe("parseVersion", () => {
  test.each([
    ["v3.259.0", [3, 259, 0]],
    ["go1.26", [1, 26, 0]],
    ["go version go1.26.8 linux/amd64", [1, 26, 8]],
    ["Python 3.11.7", [3, 11, 7]],
    ["v3.260.0-alpha.1730000000", [3, 260, 0]],
    ["devel", undefined],
  ])('parseVersion reads the version in "%s"', (text, version) => {
    expect(parseVersion(text)).toEqual(version);
  });
});

describe("isAtLeast", () => {
  test.each([
    ["v20.20.2", "22.19.0", false],
    ["v22.9.0", "22.19.0", false],
    ["v22.19.0", "22.19.0", true],
    ["v24.1.0", "22.19.0", true],
    ["3.300.0", "3.254.0", true],
    ["", "3.254.0", false],
  ])('isAtLeast("%s", "%s") is %s', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});

describe("the pinned versions", () => {
  const read = (path: string) => readFileSync(resolve(__dirname, "../../..", path), "utf8");

  test("the pinned versions are those of the Go modules", () => {
    const cli = read("tools/pulumi-cli/cli/go.mod");
    expect(cli).toContain(`github.com/pulumi/pulumi/pkg/v3 v${PULUMI_PINNED}`);
    expect(cli).toContain(`\ngo ${GO_MINIMUM}\n`);
  });

  test("the pinned Node version is that of package.json", () => {
    expect(JSON.parse(read("package.json")).engines.node).toBe(`>=${NODE_MINIMUM}`);
  });
});
