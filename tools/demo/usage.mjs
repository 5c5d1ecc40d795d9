// A decision about scaling: a week of use, the review of a change with its evidence, and the next week.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DemoError } from "./session.mjs";
import { blank, confirmed, step, tell } from "./terminal.mjs";

/** Hours of a week, and one more, because reports end at a full hour. */
const week = 7 * 24 + 1;

/**
 * @param {import("./session.mjs").Session} session
 * @param {import("./account.mjs").Account} account
 */
export async function decideByUsage(session, account) {
  const file = (/** @type {string} */ name) => join(session.scratch, name);
  const json = (/** @type {string} */ name) => JSON.parse(readFileSync(file(name), "utf8"));

  step("A week of use");
  tell(
    "The local fal simulates the requests to image-gen: one every few hours, and many in two hours of a Monday. A week passes. Then a nightly job, which has a key, writes what fal recorded to a file and a report.",
  );
  await account.passTime(week);
  await session.pulumiFal(`usage --since 7d --out ${file("usage.json")} --out ${file("usage.txt")}`);
  blank();
  const report = json("usage.json");
  const before = await account.record(report);
  const recommended = report.apps[0]?.recommendations.find(
    (/** @type {{ property: string }} */ { property }) => property === "minConcurrency",
  );
  if (recommended?.to !== 1) throw new DemoError("the report does not recommend one warm runner");
  tell(`The report, ${file("usage.txt")}, recommends for image-gen:`);
  tell(`${recommended.sentence}. ${recommended.risk}`);

  step("A pull request");
  tell(
    "A pull request follows the recommendation; here, a configuration value replaces the changed line. CI previews it and writes a comment, with the evidence of the file and without a fal key. Its first line summarizes the change:",
  );
  await session.pulumi("preview --config minConcurrency=1 --json --show-sames", { output: "preview.json" });
  const inputs = `--preview ${file("preview.json")} --usage ${file("usage.json")}`;
  await session.pulumiFal(`review ${inputs} --out ${file("comment.md")} --out ${file("review.json")}`);
  blank();
  const verdict = readFileSync(file("comment.md"), "utf8").split("\n", 1)[0] ?? "";
  tell(verdict);
  const [evidence] = json("review.json").usage.apps;
  for (const sentence of evidence.sentences) tell(`Evidence: ${sentence}.`);
  if (!verdict.includes("3 → 1"))
    throw new DemoError("the review does not show that warm runners decrease from 3 to 1");
  await account.confirm("the review changed nothing: image-gen still has 3 warm runners", ({ apps }) =>
    apps.some(({ name, min_concurrency: min }) => name === "image-gen" && min === 3),
  );
  blank();
  tell("The pull request is merged, and CI applies it.");
  await session.pulumi("config set minConcurrency 1");
  await session.pulumi("up --yes --skip-preview");

  step("Another week");
  await account.passTime(week);
  await session.pulumiFal(`usage --since 7d --out ${file("after.json")}`);
  blank();
  const after = await account.record(json("after.json"));
  const saved = before.cost - after.cost;
  const { min, max } = evidence.idleCost.change;
  const hours = 7 * 24;
  if (saved < -max * hours - 1 || saved > -min * hours + 1) {
    throw new DemoError(`the week saved ${dollars(saved)}, which is not what the review predicted`);
  }
  confirmed(
    `by the local fal's own record, the week cost ${dollars(after.cost)} instead of ${dollars(before.cost)}. The review predicted ${dollars(-max * hours)} to ${dollars(-min * hours)} less for idle runners`,
  );
  confirmed(
    `callers made ${after.requests} requests; half of them waited ${wait(after.wait.p50)}, and 95% at most ${wait(after.wait.p95)} (before: ${wait(before.wait.p50)} and ${wait(before.wait.p95)})`,
  );
}

/** @param {number} seconds */
function wait(seconds) {
  return `${Math.round(seconds)} s`;
}

/** @param {number} amount */
function dollars(amount) {
  return `$${amount.toLocaleString("en-US", { maximumFractionDigits: 0 })}`;
}
