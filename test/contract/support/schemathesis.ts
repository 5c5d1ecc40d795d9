import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The program, where the test bootstrap found or installed it. */
export const schemathesis = process.env["PULUMI_FAL_TEST_SCHEMATHESIS"];

/** A check that an answer did not pass. */
export interface Finding {
  operation: string;
  check: string;
  /** The violation that the check found. */
  problem: string;
  /** The request and the response. */
  call: string;
  status: number;
  answer: string;
}

export interface Report {
  findings: Finding[];
  /** The number of responses per operation (`GET /keys`) and status. */
  answers: Map<string, Map<number, number>>;
  /** How often each check was made. */
  checks: Map<string, number>;
  /** Errors of the run itself. */
  errors: unknown[];
}

/** Runs schemathesis on an OpenAPI document, always with the same examples. */
export async function runSchemathesis(document: string, args: readonly string[]): Promise<Report> {
  // Schemathesis writes files to its working directory and reads its configuration there.
  const directory = mkdtempSync(join(tmpdir(), "pulumi-fal-schemathesis-"));
  try {
    const output = await new Promise<string>((resolve, reject) => {
      const all = ["run", document, "--generation-deterministic", "--continue-on-failure", "--no-color", ...args];
      const reports = [
        "--report",
        "json,ndjson",
        "--report-json-path",
        "run.json",
        "--report-ndjson-path",
        "run.ndjson",
      ];
      const env = { PATH: process.env["PATH"], HOME: directory, COLUMNS: "200", PYTHONUTF8: "1" };
      const options = { cwd: directory, env, maxBuffer: 64 * 1024 * 1024 };
      execFile(schemathesis as string, [...all, ...reports], options, (error, stdout, stderr) => {
        // Exit code 1 means that checks failed, which the report contains.
        if (error && error.code !== 1) reject(new Error(`schemathesis failed: ${stdout}${stderr}`));
        else resolve(stdout + stderr);
      });
    });
    const summary = JSON.parse(readFileSync(join(directory, "run.json"), "utf8"));
    const events = readFileSync(join(directory, "run.ndjson"), "utf8").trimEnd().split("\n");
    const errors = summary.complete ? summary.errors : [output];
    return { ...readEvents(events.map((line) => JSON.parse(line))), errors };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The part of schemathesis' event log that is read here. */
interface Event {
  ScenarioFinished?: {
    recorder: {
      cases: Record<string, { value: { method: string; path: string } }>;
      checks: Record<string, { name: string; failure_info?: { failure: { message: string } } | null }[]>;
      interactions: Record<string, Interaction>;
    };
  };
}

interface Interaction {
  request: { method: string; uri: string };
  response: { status_code: number; content: { $base64: string } | null } | null;
}

function readEvents(events: readonly Event[]): Pick<Report, "findings" | "answers" | "checks"> {
  const findings: Finding[] = [];
  const answers: Report["answers"] = new Map();
  const checks: Report["checks"] = new Map();
  for (const { ScenarioFinished: scenario } of events) {
    for (const [id, { value }] of Object.entries(scenario?.recorder.cases ?? {})) {
      const operation = `${value.method} ${value.path}`;
      const interaction = scenario?.recorder.interactions[id];
      const status = interaction?.response?.status_code ?? 0;
      const ofOperation = answers.get(operation) ?? new Map<number, number>();
      answers.set(operation, ofOperation.set(status, (ofOperation.get(status) ?? 0) + 1));
      for (const { name, failure_info } of scenario?.recorder.checks[id] ?? []) {
        checks.set(name, (checks.get(name) ?? 0) + 1);
        if (!failure_info) continue;
        const { method = "", uri = "" } = interaction?.request ?? {};
        const answer = Buffer.from(interaction?.response?.content?.$base64 ?? "", "base64").toString();
        findings.push({
          operation,
          check: name,
          problem: failure_info.failure.message,
          call: `${method} ${uri}`,
          status,
          answer,
        });
      }
    }
  }
  return { findings, answers, checks };
}
