import { z } from "zod";
import { withoutMetadata } from "../../provider/metadata";
import { EngineEvents } from "./events";
import { type Diagnostic, type Plan, type ResourceState, type Step, withoutHalves } from "./plan";

/** The advice at the end of errors. */
const howToGetIt = "Create it with `pulumi preview --json --show-sames > preview.json`.";

const bag = z.record(z.string(), z.unknown()).nullish();

const state = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().nullish(),
  inputs: bag,
  outputs: bag,
  provider: z.string().nullish(),
  parent: z.string().nullish(),
  protect: z.boolean().nullish(),
  retainOnDelete: z.boolean().nullish(),
  propertyDependencies: bag,
  sourcePosition: z.string().nullish(),
});

/** `PreviewDigest` of the Pulumi CLI (pkg/display/json.go, v3.276): it leaves out what is empty. */
const digest = z.looseObject({
  steps: z
    .array(
      z.looseObject({
        op: z.string(),
        urn: z.string(),
        oldState: state.nullish(),
        newState: state.nullish(),
        replaceReasons: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
  diagnostics: z
    .array(z.looseObject({ severity: z.string(), urn: z.string().nullish(), message: z.string() }))
    .nullish(),
  duration: z.number().nullish(),
  changeSummary: z.record(z.string(), z.number()).nullish(),
});

/**
 * Reads the output of `pulumi preview --json`, also of a failed preview: one document, or events.
 *
 * @throws if the text is something else. The error does not quote it, because a wrong file may contain secrets.
 */
export function parsePreview(text: string): Plan {
  const json = text.trim();
  if (json === "") throw new Error(`The preview is empty. The command that writes it may have failed. ${howToGetIt}`);
  if (isStream(json)) return parseStream(json);
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    throw new Error(`${whatElse(json)}. ${howToGetIt}`);
  }
  const wrong = otherDocument(content);
  if (wrong !== undefined) throw new Error(`${wrong}. ${howToGetIt}`);
  const parsed = digest.safeParse(content);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join(".") ?? "";
    throw new Error(
      `The preview is damaged, or from an unsupported version of the Pulumi CLI: ${path} is not as expected.`,
    );
  }
  const steps = withoutHalves((parsed.data.steps ?? []).map(stepOf));
  const same = steps.filter(({ op }) => op === "same").length;
  return {
    steps,
    diagnostics: (parsed.data.diagnostics ?? []).map(diagnosticOf),
    omitted: Math.max(0, (parsed.data.changeSummary?.["same"] ?? 0) - same),
  };
}

function stepOf(step: NonNullable<z.infer<typeof digest>["steps"]>[number]): Step {
  return {
    op: step.op,
    urn: step.urn,
    ...(step.oldState ? { old: stateOf(step.oldState) } : {}),
    ...(step.newState ? { new: stateOf(step.newState) } : {}),
    replaceReasons: step.replaceReasons ?? [],
  };
}

/** With `PULUMI_ENABLE_STREAMING_JSON_PREVIEW`, the CLI prints one event on each line, as `up --json` does. */
function isStream(text: string): boolean {
  return /^\{"sequence":\d+,/.test(text);
}

function parseStream(text: string): Plan {
  const events = new EngineEvents();
  for (const line of text.split("\n")) events.line(line);
  const { steps, diagnostics, omitted, result } = events.run();
  if (result === undefined) {
    throw new Error(
      `The preview's events are incomplete. The command that writes them may have been interrupted. ${howToGetIt}`,
    );
  }
  if (!/"isPreview":true/.test(text.slice(text.lastIndexOf('"summaryEvent"')))) {
    throw new Error(`The file contains the events of \`pulumi up\`, not of a preview. ${howToGetIt}`);
  }
  return { steps, diagnostics, omitted };
}

function stateOf(raw: z.infer<typeof state>): ResourceState {
  return {
    urn: raw.urn,
    type: raw.type,
    ...(raw.id ? { id: raw.id } : {}),
    inputs: raw.inputs ?? {},
    outputs: raw.outputs ?? {},
    ...(raw.provider ? { provider: raw.provider } : {}),
    ...(raw.parent ? { parent: raw.parent } : {}),
    ...(raw.protect ? { protect: true } : {}),
    ...(raw.retainOnDelete ? { retainOnDelete: true } : {}),
    ...(raw.propertyDependencies ? { declared: Object.keys(withoutMetadata(raw.propertyDependencies)) } : {}),
    ...(raw.sourcePosition ? { sourcePosition: raw.sourcePosition } : {}),
  };
}

function diagnosticOf(raw: { severity: string; urn?: string | null | undefined; message: string }): Diagnostic {
  return { severity: raw.severity, ...(raw.urn ? { urn: raw.urn } : {}), message: raw.message };
}

/** Describes a text that is not JSON. */
function whatElse(text: string): string {
  if (text.startsWith("{")) {
    return "The preview is incomplete. The command that writes it may have been interrupted, or something else was written to the file";
  }
  if (/^error: /m.test(text)) return "The preview is an error message, not JSON. Fix the error first";
  if (/^(Previewing|Updating|Refreshing|Destroying) /m.test(text)) return "The preview is text, not JSON";
  return "The preview is not JSON";
}

/** Describes a JSON document that is not a preview; undefined if it may be one. */
function otherDocument(content: unknown): string | undefined {
  const keys = typeof content === "object" && content !== null ? Object.keys(content) : [];
  const has = (...names: string[]) => names.some((name) => keys.includes(name));
  if (Array.isArray(content) || keys.length === 0) return "The file is not a preview of Pulumi";
  if (has("deployment", "checkpoint")) return "The file is the state of a stack (`pulumi stack export`), not a preview";
  if (has("steps", "diagnostics", "changeSummary", "duration")) return undefined;
  return "The file is not a preview of Pulumi";
}
