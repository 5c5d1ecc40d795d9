import type { PolicyConfigSchema, PolicyResource, StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import { formatMoney } from "../cost";
import { parseDuration } from "../duration";
import { type ChangeEvidence, evidenceOfChange } from "../usage/change";
import { doubtAboutApp, doubtAboutFile } from "../usage/doubt";
import type { Evidence, UsageScaling } from "../usage/evidence";
import { EvidenceError, readEvidence } from "../usage/file";
import { changedNames, usageScaling } from "../usage/scaling";
import { appOf, declaredOrReported, listed, ofKind, Reader, refuse } from "./resource";

// Policies see only what the program declares. What an app had before is what fal had when the usage file was written.

interface UsageLimit {
  readonly maximum?: number;
  readonly usage?: string;
  readonly maxAge?: string;
  readonly unknown?: "refuse" | "allow";
}

const usageProperties: PolicyConfigSchema["properties"] = {
  usage: {
    type: "string",
    minLength: 1,
    description: "The path of the usage file, relative to the policy pack's folder.",
  },
  maxAge: {
    type: "string",
    pattern: "^\\d+[dhm]$",
    default: "7d",
    description: "The greatest age of the usage file, for example `7d`.",
  },
  unknown: {
    type: "string",
    enum: ["refuse", "allow"],
    default: "refuse",
    description: "Whether apps are violations for which the usage file contains nothing, or too little.",
  },
};

/** Changes after which callers would have lacked runners. */
export const starvingChanges: StackValidationPolicy = {
  name: "fal-no-starving-change",
  displayName: "No maximum below what apps used",
  description: "By usage, callers of an app would have lacked runners in at most `maximum` percent of the hours.",
  configSchema: {
    properties: {
      maximum: { type: "number", minimum: 0, maximum: 100, description: "In percent of the hours with data." },
      ...usageProperties,
    },
  },
  validateStack: (args, report) =>
    eachApp(args, report, {
      fix: "Raise `maxConcurrency`, or `maximum` of this policy.",
      unchanged: false,
      violation: ({ starved }, maximum) => {
        if (starved === null) return undefined;
        const percent = Math.round(starved.share.max * 1e4) / 100;
        return percent > maximum
          ? `more runners were busy than the program allows in ${percent}% of hours, more than the allowed ${maximum}%`
          : null;
      },
    }),
};

/** Apps whose idle runners cost too much. */
export const idleCost: StackValidationPolicy = {
  name: "fal-no-idle-above",
  displayName: "Cost of idle runners per app",
  description: "By usage, the idle runners of an app cost at most `maximum` per hour.",
  configSchema: {
    properties: {
      maximum: { type: "number", minimum: 0, description: "Per hour and app, in the currency of the usage." },
      ...usageProperties,
    },
  },
  validateStack: (args, report) =>
    eachApp(args, report, {
      fix: "Keep fewer runners warm, shorten `keepAlive`, or raise `maximum` of this policy.",
      unchanged: true,
      violation: ({ idleCost: cost }, maximum) => {
        if (cost === null) return undefined;
        return cost.after.max > maximum
          ? `idle runners cost up to ${formatMoney(cost.after.max, cost.currency)}/h, more than the allowed ${formatMoney(maximum, cost.currency)}/h`
          : null;
      },
    }),
};

interface Rule {
  readonly fix: string;
  /** It checks apps, too, whose scaling the program does not change. */
  readonly unchanged: boolean;
  /** The clause for the message; null: it keeps the limit; undefined: unknown. */
  readonly violation: (evidence: ChangeEvidence, maximum: number) => string | null | undefined;
}

function eachApp(args: StackValidationArgs, report: (message: string) => void, rule: Rule): void {
  const { maximum, usage: file, maxAge = "7d", unknown = "refuse" } = args.getConfig<UsageLimit>();
  if (maximum === undefined) args.notApplicable("`maximum` is not configured");
  if (file === undefined) refuse("`maximum` is configured, and `usage` is not: name a usage file");
  const evidence = evidenceIn(file);
  const doubt = doubtAboutFile(evidence, Date.now(), parseDuration(maxAge) ?? 0);
  const readers: Reader[] = [];
  const without: string[] = [];
  let violated = false;
  for (const resource of ofKind(args, "AppScale")) {
    const reader = new Reader();
    readers.push(reader);
    const found = evidence.apps.find(({ app }) => app === appOf(resource, reader));
    const after = { ...found?.scaling, ...scalingOf(resource, reader) };
    // What is unknown in the preview is reported below.
    if (reader.metUnknown) continue;
    if (found && !rule.unchanged && changedNames(found.scaling, after).length === 0) continue;
    const reason = doubt ?? doubtAboutApp(found);
    const clause =
      found && reason === undefined
        ? rule.violation(evidenceOfChange(found, found.scaling, after), maximum)
        : undefined;
    if (clause === null) continue;
    if (clause === undefined) {
      without.push(`"${resource.name}"${doubt === undefined && reason !== undefined ? ` (${reason})` : ""}`);
      continue;
    }
    violated = true;
    report(`"${resource.name}": by usage, ${clause}. ${rule.fix}`);
  }
  if (unknown === "refuse" && without.length > 0) {
    violated = true;
    const why = doubt === undefined ? "" : `, because ${doubt}`;
    report(
      `The usage file decides nothing about ${listed(without)}${why}. ` +
        'Write it again with `pulumi-fal usage`, or set `unknown` of this policy to "allow".',
    );
  }
  if (!violated) for (const reader of readers) reader.throwUnknown();
}

function evidenceIn(file: string): Evidence {
  try {
    return readEvidence(file);
  } catch (error) {
    return refuse(error instanceof EvidenceError ? error.message : String(error));
  }
}

function scalingOf(resource: PolicyResource, reader: Reader): UsageScaling {
  return usageScaling((name) => declaredOrReported(resource, name, reader));
}
