import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type RunningEmulator, startEmulator } from "fal-emulator";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Finding, runSchemathesis, schemathesis } from "./support/schemathesis";

const SKIPPED = schemathesis
  ? ""
  : " (skipped: schemathesis is not installed, which takes Python 3.11 with venv, and PyPI)";

const document = join(__dirname, "../../emulator/test/fixtures/fal-platform-v1.openapi.json");

/** The objects that the examples of fal's document refer to. */
const OWNER = "user_123";
const traffic = { requests_per_hour: 60, request_seconds: 5, startup_seconds: 20 };
const SEED = {
  apps: [
    {
      name: "my-app",
      revision: "r-2",
      revisions: [{ id: "r-1" }, { id: "r-2", message: "second" }],
      traffic: { ...traffic, started_at: new Date(Date.now() - 2 * 24 * 60 * 60 * 1000).toISOString() },
    },
  ],
  events: [{ app: "my-app", category: "runner_started" }],
  keys: [{ key_id: "abc123def456", scope: "API", alias: "ci" }],
  instances: [{ id: "inst_abc123xyz" }],
  files: [{ path: "datasets/images/a.png" }],
};

/** Checks that are not made, and why. */
const NOT_MADE = {
  unsupported_method: "fal's document says nothing of methods that it does not list; the emulator answers 404",
  ensure_resource_availability:
    "a repeated Idempotency-Key gets the first answer again, also when its machine was deleted in between, as fal documents",
};

/** Findings caused by gaps of the document: rules that it omits, or contains only in a description. */
const EXPLAINED: { check: string; operation?: RegExp; status: number; answer: RegExp; why: string }[] = [
  {
    check: "status_code_conformance",
    operation: /^GET \/(keys|compute\/instances)$/,
    status: 400,
    answer: /query: |cursor: /,
    why: "these two lists restrict their query, and document no answer to one that is wrong",
  },
  {
    check: "positive_data_acceptance",
    status: 400,
    answer: /cursor: not a cursor of this list/,
    why: "a cursor is any string to the schema, but only what a list gave out is one",
  },
  {
    check: "positive_data_acceptance",
    status: 400,
    answer: /query: (start|end): Invalid input/,
    why: "the pattern of a date allows 0000-00-00",
  },
  {
    check: "positive_data_acceptance",
    status: 400,
    answer: /sector: only valid with instance_type gpu_8x_h100_sxm5/,
    why: "the schema cannot say that only one instance type takes a sector; its description does",
  },
  {
    check: "positive_data_acceptance",
    operation: /runners\/history$/,
    status: 400,
    answer: /query: start: must be within the last 90 days/,
    why: "the schema does not say how far back the history goes; the description does",
  },
  {
    check: "positive_data_acceptance",
    status: 400,
    answer: /query: start: must be before end/,
    why: "the schema cannot compare two dates",
  },
  {
    check: "positive_data_acceptance",
    operation: /^GET \/serverless\/(analytics|usage)$/,
    status: 400,
    answer: /query: timezone: .* is not a time zone/,
    why: "a time zone is any string to the schema",
  },
  {
    check: "positive_data_acceptance",
    operation: /^GET \/serverless\/(analytics|usage)$/,
    status: 400,
    answer: /query: expand: time_series or summary is required/,
    why: "the schema allows any values; the description requires one of these two",
  },
  {
    check: "positive_data_acceptance",
    operation: /^GET \/serverless\/analytics$/,
    status: 400,
    answer: /query: endpoint_id: from 1 to 50 are allowed/,
    why: "an empty list is valid to the schema and is sent as no parameter at all, and the limit of 50 is in the description",
  },
  {
    check: "positive_data_acceptance",
    operation: /^GET \/serverless\/(analytics|usage)$/,
    status: 400,
    answer: /query: limit: Too big: expected int/,
    why: "the schema has no largest page; a number above 2 ** 53 is not exact",
  },
];

function unexplained(findings: readonly Finding[]): Finding[] {
  const explains = (finding: Finding) => (each: (typeof EXPLAINED)[number]) =>
    finding.check === each.check &&
    (each.operation?.test(finding.operation) ?? true) &&
    finding.status === each.status &&
    each.answer.test(finding.answer);
  return findings.filter((finding) => !EXPLAINED.some(explains(finding)));
}

describe.skipIf(!schemathesis)(`fal's OpenAPI document${SKIPPED}`, () => {
  const run = (emulator: RunningEmulator, ...args: string[]) =>
    runSchemathesis(document, [
      ...["--url", emulator.apiUrl, "--header", `Authorization: Key ${emulator.key}`],
      ...["--exclude-checks", Object.keys(NOT_MADE).join(",")],
      ...args,
    ]);

  const emulate = async () => {
    const emulator = await startEmulator({ owner: OWNER, seed: SEED, instanceReadyMs: 0 });
    onTestFinished(() => emulator.close());
    return emulator;
  };

  test("the emulator answers valid and invalid requests as fal's OpenAPI document describes", async () => {
    const { findings, answers, checks, errors } = await run(await emulate(), "--max-examples", "60");

    expect(errors).toEqual([]);
    expect(distinct(unexplained(findings))).toEqual([]);
    for (const check of ["status_code_conformance", "response_schema_conformance", "negative_data_rejection"]) {
      expect(checks.get(check), check).toBeGreaterThan(100);
    }
    // Each operation must also succeed, because errors alone do not prove conformance.
    const succeeded = [...answers].filter(([, statuses]) => [...statuses.keys()].some((status) => status < 300));
    expect(succeeded.map(([operation]) => operation).sort()).toEqual(operationsOf(document).sort());
  });

  test("the comparison with fal's OpenAPI document finds a wrong answer", async () => {
    const emulator = await emulate();
    const faults = [
      { match: { path: "^/v1/meta$" }, times: 10_000, fault: { status: 200, body: { webhook_ip_ranges: "all" } } },
      { match: { path: "^/v1/keys" }, times: 10_000, fault: { status: 418 } },
      { match: { path: "^/v1/serverless/apps\\b" }, times: 10_000, fault: { status: 500 } },
    ];
    await fetch(`${emulator.restUrl}/_emulator/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(faults),
    });
    const { findings } = await run(emulator, "--phases", "coverage", "--max-examples", "5");
    const found = new Set(unexplained(findings).map(({ check, operation }) => `${check} ${operation}`));
    expect(found).toContain("response_schema_conformance GET /meta");
    expect(found).toContain("status_code_conformance POST /keys");
    expect(found).toContain("not_a_server_error GET /serverless/apps");
  });
});

/** One of each kind, as text. */
function distinct(findings: readonly Finding[]): string[] {
  const kinds = new Map<string, string>();
  for (const { operation, check, problem, call, status, answer } of findings) {
    const kind = `${check} of ${operation}: ${problem}: ${status} ${answer.replace(/"request_id":"[^"]*"/, "")}`;
    kinds.set(kind, `${kind} to ${call}`);
  }
  return [...kinds.values()];
}

function operationsOf(file: string): string[] {
  const { paths } = JSON.parse(readFileSync(file, "utf8")) as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}
