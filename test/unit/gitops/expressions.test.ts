import { expect, test } from "vitest";
import { pinnedFal } from "../../../src/client/deploy/command";
import { knownExpressions } from "../../support/gitops/expressions";
import { actionFiles, text, workflowNames } from "../../support/gitops/templates";

const files = [...workflowNames.map((name) => `.github/workflows/${name}.yml`), ...actionFiles];
const github = files.map(text).join("\n");
const inGithub = (pattern: RegExp) => [...github.matchAll(pattern)].map(([, expression = ""]) => expression);

test("the GitHub runner of the tests knows every condition of the workflows, and no expression that they lack", () => {
  const conditions = inGithub(/^\s*(?:- )?if: (.*)$/gm);
  expect(conditions.length).toBeGreaterThan(5);
  const known = knownExpressions.github.map((expression) => `\${{ ${expression} }}`);
  expect(conditions.filter((condition) => !known.includes(condition))).toEqual([]);
  expect(known.filter((expression) => !github.includes(expression))).toEqual([]);
});

test("the GitLab runner of the tests knows the rules of the pipeline, and no others", () => {
  const rules = [...text(".gitlab-ci.yml").matchAll(/^\s*- if: (.*)$/gm)].map(([, rule]) => rule);
  expect([...new Set(rules)].sort()).toEqual([...knownExpressions.gitlab].sort());
});

test("the templates install the version of fal's CLI that the tests run", () => {
  expect(text("scripts/install-fal.sh")).toContain(` fal==${pinnedFal}\n`);
});
