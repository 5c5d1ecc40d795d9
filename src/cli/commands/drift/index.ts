import { defineCommand } from "../../command-line/command";
import { driftOptions } from "./options";

export const driftCommand = defineCommand({
  name: "drift",
  summary: "tell how fal differs from what the stacks declare, and put it right",
  description: `Reads all resources of one or several stacks from their providers, with the Pulumi CLI on PATH (or the one that
PULUMI names), and compares them with what the last \`pulumi up\` recorded. Nothing is changed, neither at fal nor in
the state, unless --fix is given. The program does not run, and --fix alone can take a lock. A nightly job:

  pulumi-fal drift --stack prod --unmanaged --out drift.md

Resources of other providers are compared too, by the names of their properties. What a property under ignoreChanges
has at fal is not drift. What is in none of the stacks is not drift either: it does not change the exit code.

A stack is rejected, before any of its code runs, when the state of one of fal's resources holds other code than
pulumi-fal's own. What a provider warns of, such as a machine that was stopped, is in the report and counts like drift.

--fix runs \`pulumi up --refresh\`, with the configuration of the last \`pulumi up\` or not at all. It also applies changes
of the program that were not applied before, and lists them apart first. What is gone is made again: a new GPU machine
costs money, a new key has another value.`,
  options: driftOptions,
  json: `{
  drifted: {
    stack: string;
    urn: string;
    type: string; // "pulumi-nodejs:dynamic/fal:AppScale"
    name: string; // in the program
    id?: string; // at fal: "main/image-gen"
    kind: "changed" | "missing";
    properties: {
      path: string; // "maxConcurrency"
      declared?: unknown; // left out: nothing; for resources of other providers both are
      actual?: unknown;
      unit?: string;
      writtenWith?: string[]; // properties that fal takes in the same call only
      cause?: "reset by deploy" | "deployed elsewhere" | "changed elsewhere" | "revoked elsewhere"; // likely
      by?: string; // who, where the app's events tell
      at?: string; // when, ISO 8601
    }[];
    cause?: "revoked elsewhere"; // why it is missing
    source?: { file: string; line: number; href?: string }; // where the program declares it; href at GitHub and GitLab
  }[];
  checked: number; // resources that were compared
  stacks: {
    stack: string; checked: number; drifted: number;
    otherCode?: string[]; // urns of dynamic resources of other packages, whose code came from the state
  }[];
  warnings: { stack: string; urn?: string; name?: string; message: string }[]; // what providers say of what they read
  errors: {
    stack?: string;
    urns: string[]; // what it is about; empty: the whole stack
    message: string;
    kind?: "foreign code"; // the state holds code that is not pulumi-fal's, and nothing of the stack was run
  }[];
  unmanaged?: { kind: string; id: string; label?: string }[]; // with --unmanaged
  fix?: { // with --fix; drifted is what was found before
    stacks: {
      stack: string;
      outcome: "applied" | "declined" | "refused" | "failed"; // refused: nothing was run, see errors
      corrections: { op: string; urn: string; type: string; name: string; properties: string[] }[];
      programChanges: { op: string; urn: string; type: string; name: string; properties: string[] }[];
      remaining: { /* as in drifted */ }[]; // read again afterwards
      warnings: { /* as above */ }[]; // of the last reading
    }[];
  };
}`,
  exitCodes: {
    0: "no drift, or all corrected",
    1: "failed, or wrong command line",
    2: "drift or a warning",
  },
  usageErrorCode: 1,
  run: async (values, terminal) => {
    const { drift } = await import("./run.js");
    return await drift(values, terminal);
  },
});
