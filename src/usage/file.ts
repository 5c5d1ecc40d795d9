import type { z } from "zod";
import { largeFileBytes, readRegularFile, reasonOf } from "../files";
import { parsedJson } from "../json-file";
import { type Evidence, evidenceSchema } from "./evidence";
import { hourMs } from "./rows";

/** A usage file is missing or invalid. The message names the file, each wrong place, and the fix. */
export class EvidenceError extends Error {
  override readonly name = "EvidenceError";
}

const fix = "Write the file again with `pulumi-fal usage --format json --out FILE`, and do not edit it.";
/** More wrong places than this become a number. */
const shownProblems = 5;

/** @param file for messages */
export function parseEvidence(content: string, file: string): Evidence {
  let json: unknown;
  try {
    json = parsedJson(content, file);
  } catch (error) {
    throw new EvidenceError(`${(error as Error).message}. ${fix}`);
  }
  if (typeof json === "object" && json !== null && "version" in json && json.version !== 1) {
    throw new EvidenceError(`${file} has another \`version\` than 1, which this pulumi-fal can read. ${fix}`);
  }
  const result = evidenceSchema.safeParse(json, { reportInput: false });
  const problems = result.success ? inconsistencies(result.data) : result.error.issues.map(explain);
  if (result.success && problems.length === 0) return result.data;
  const more = problems.length - shownProblems;
  throw new EvidenceError(
    [
      `${file} is not a usage file:`,
      ...problems.slice(0, shownProblems).map((line) => `  - ${line}`),
      ...(more > 0 ? [`  - ${more} more`] : []),
      fix,
    ].join("\n"),
  );
}

/** Reads a usage file. Throws an `EvidenceError` that names the file if it is missing or invalid. */
export function readEvidence(file: string): Evidence {
  let content: string;
  try {
    content = readRegularFile(file, largeFileBytes).toString("utf8");
  } catch (error) {
    throw new EvidenceError(`Could not read the usage file ${file}: ${reasonOf(error)}.`);
  }
  return parseEvidence(content, file);
}

/** Path and type, without values, because the user may have named the wrong file. */
function explain({ path, message }: z.core.$ZodIssue): string {
  const at = path.map(String).join(".");
  return `${at || "the file"}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

/** What types do not express: the range, and one number for each of its hours. */
function inconsistencies({ from, to, apps }: Evidence): string[] {
  const hours = (Date.parse(to) - Date.parse(from)) / hourMs;
  if (!(hours > 0) || !Number.isInteger(hours)) return ["to: must be whole hours after `from`"];
  return apps.flatMap(({ peaks }, index) =>
    Object.entries(peaks).flatMap(([state, numbers]) =>
      numbers.length === hours
        ? []
        : [`apps.${index}.peaks.${state}: must contain one number or null for each of the ${hours} hours`],
    ),
  );
}
