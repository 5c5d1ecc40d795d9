import { expect, test } from "vitest";
import { cli } from "../../../e2e/support/review";

const environment = "--environment is empty. Name an environment, or omit the option.";

test.each([
  [["apps", "list", "--environment", ""], environment],
  [["apps", "rollout", "image-gen", "--yes", "--environment", ""], environment],
  [["runners", "list", "--app", "image-gen", "--environment", ""], environment],
  [["import", "--environment", " "], environment],
  [["drift", "--unmanaged", "--environment", ""], environment],
  [["drift", "--stack", ""], "--stack is empty. Name a stack, or omit the option for the selected one."],
  [["runners", "list", "--app", ""], "--app is empty. Name an app, or omit the option for all apps."],
  [["review", "--out", ""], "--out is empty. Name a file, or omit the option for standard output."],
])("the empty option of %j is a mistake on the command line", async (args, message) => {
  const { code, notes } = await cli(args, "/", undefined, { FAL_KEY: "key:secret" });
  expect(code).toBe(2);
  expect(notes[0]).toMatch(/^pulumi-fal [a-z ]+: --/);
  expect(notes[0]).toContain(message);
});
