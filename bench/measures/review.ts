import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { median, rounded } from "../support/numbers";
import { root } from "../support/paths";
import { runNode } from "../support/run-node";

const formats = ["markdown", "html", "json"] as const;
type Format = (typeof formats)[number];

export interface ReviewCost {
  readonly resources: number;
  readonly previewKb: number;
  readonly rounds: number;
  /** Medians of the whole process, its start included. */
  readonly seconds: Readonly<Record<Format, number>>;
  readonly kb: Readonly<Record<Format, number>>;
}

/** How long `pulumi-fal review` takes for a preview in which every resource changes, and how much it writes. */
export async function reviewCost(resources: number, rounds: number): Promise<ReviewCost> {
  const directory = mkdtempSync(join(tmpdir(), "pulumi-fal-bench-review-"));
  try {
    const file = join(directory, "preview.json");
    const content = preview(resources);
    writeFileSync(file, content);
    const samples: Record<Format, number[]> = { markdown: [], html: [], json: [] };
    const kb: Record<Format, number> = { markdown: 0, html: 0, json: 0 };
    for (let round = 0; round < rounds; round++) {
      for (const format of formats) {
        const command = [join(root, "dist/cli/main.js"), "review", "--preview", file, "--format", format];
        const began = performance.now();
        const text = await runNode(command, { cwd: directory });
        samples[format].push((performance.now() - began) / 1_000);
        kb[format] = kilobytes(text);
      }
    }
    const seconds = (format: Format) => rounded(median(samples[format]));
    return {
      resources,
      previewKb: kilobytes(content),
      rounds,
      seconds: { markdown: seconds("markdown"), html: seconds("html"), json: seconds("json") },
      kb,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function kilobytes(text: string): number {
  return Math.round(Buffer.byteLength(text) / 1_000);
}

/** As `pulumi preview --json` writes it: three scalings and a secret in turn, all of which change. */
function preview(resources: number): string {
  const steps = Array.from({ length: resources }, (_, index) => (index % 4 === 3 ? secret(index) : scaling(index)));
  return JSON.stringify({ steps, duration: 1, changeSummary: { update: resources } }, null, 4);
}

function scaling(index: number) {
  const inputs = (min: number, max: number) => ({
    app: `app-${index}`,
    environment: "main",
    minConcurrency: min,
    maxConcurrency: max,
    machineTypes: ["GPU-H100", "GPU-A100"],
  });
  return step("AppScale", `app-${index}`, index, inputs(1, 4), inputs(2, 9), { effective: inputs(1, 4) });
}

function secret(index: number) {
  const inputs = (fingerprint: string) => ({
    name: `SECRET_${index}`,
    environment: "main",
    value: "[secret]",
    fingerprint,
  });
  return step("Secret", `secret-${index}`, index, inputs("0123456789abcdef"), inputs("fedcba9876543210"), {});
}

type Inputs = Record<string, unknown>;

function step(kind: string, name: string, line: number, before: Inputs, after: Inputs, outputs: Inputs) {
  const type = `pulumi-nodejs:dynamic/fal:${kind}`;
  const urn = `urn:pulumi:prod::bench::${type}::${name}`;
  const metadata = {
    __fal: { v: 1, urn, managed: Object.keys(before) },
    __provider: `exports.handler=()=>require("pulumi-fal/dynamic").provider("${kind}")`,
  };
  const state = (inputs: Inputs, more: Inputs) => ({
    urn,
    custom: true,
    type,
    inputs: { ...inputs, ...metadata },
    ...more,
    propertyDependencies: Object.fromEntries(Object.keys(inputs).map((input) => [input, []])),
    sourcePosition: `project:///index.ts#${line + 1},5`,
    stackTrace: Array.from({ length: 10 }, () => ({ sourcePosition: `project:///index.ts#${line + 1},5` })),
  });
  return {
    op: "update",
    urn,
    oldState: state(before, { outputs: { ...before, ...metadata, ...outputs } }),
    newState: state(after, {}),
    detailedDiff: null,
  };
}
