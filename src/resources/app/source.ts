import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { z } from "zod";
import { type CheckContext, CheckError, type PropertyValues } from "../../provider/properties";
import { containsUnknown, isGiven, isRecord, unknownValue } from "../../provider/values";
import { countFiles, describeChanges, SourceError, sourceChanges } from "../../source";

/** The code of an app: its input, and what check computes from it. */

const text = (what: string) => z.string({ error: `must be ${what}` }).min(1, `must not be empty: set it to ${what}`);
const texts = (what: string) => z.array(text(what), { error: `must be a list of ${what}s` });

export const sourceSchema = z
  .strictObject(
    {
      ref: text("a file and a class in it, such as `app.py::Flux`").refine(
        (ref) => !ref.startsWith("-"),
        "must not begin with a dash: use a path such as ./app.py::Flux",
      ),
      cwd: text("a folder").optional(),
      files: texts("glob").min(1, "must not be empty: leave it out for the folder of the code").optional(),
      ignore: texts("pattern").optional(),
      version: text("a version, such as the id of a commit").optional(),
      fal: text("a path or a command").optional(),
      python: text("a path or a command").optional(),
    },
    { error: 'must be an object with `ref`, such as `{ ref: "app.py::Flux" }`' },
  )
  .refine(({ fal, python }) => fal === undefined || python === undefined, "accepts only one of `fal` and `python`")
  .refine(
    ({ version, files, ignore }) => version === undefined || (files === undefined && ignore === undefined),
    "accepts `files` and `ignore` only without `version`, which decides instead of the files",
  );

export type Source = z.output<typeof sourceSchema>;

/** Unfinished work: a deployment was begun and may have taken effect. */
export const unanswered = "deploy";
/** Unfinished work: somebody else deployed the app, and `onForeignDeploy` is `redeploy`. */
export const foreign = "redeploy";

/** Whether checked inputs ask for deployments: without a source, or while `revision` pins the app, they do not. */
export function asksForDeployments({ source, sourceHash, revision }: PropertyValues): boolean {
  return isGiven(source) && isGiven(sourceHash) && !isGiven(revision);
}

/** The digests of the files that checked inputs deploy. A report may have `[secret]` in their place. */
export function filesIn({ sourceFiles }: PropertyValues): Record<string, string> | undefined {
  if (!isRecord(sourceFiles) || Object.values(sourceFiles).some((digest) => typeof digest !== "string"))
    return undefined;
  return sourceFiles as Record<string, string>;
}

/** Relative to the folder of the program (that of Pulumi.yaml, or its `main`), in which both hosts run. */
export function folderOf(source: Pick<Source, "cwd">): string {
  return resolve(source.cwd ?? ".");
}

/**
 * `sourceHash` and `sourceFiles`. None while `revision` pins the app: nothing is deployed then.
 *
 * @throws {CheckError} The source cannot be read.
 */
export function sourceInputs(inputs: PropertyValues, { readSource }: Pick<CheckContext, "readSource">): PropertyValues {
  const { source, revision } = inputs;
  if (!isGiven(source) || isGiven(revision)) return {};
  if (containsUnknown(source)) return { sourceHash: unknownValue };
  const { ref, version, files, ignore } = source as Source;
  if (version !== undefined) return { sourceHash: digest([ref, version]) };
  if (readSource === undefined) return {};
  try {
    const options = { ref, cwd: folderOf(source as Source), ...(files && { files }), ...(ignore && { ignore }) };
    const content = readSource(options);
    return { sourceHash: digest([ref, content.hash]), sourceFiles: content.files };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new CheckError({ property: "source", at: `.${error.property}`, reason: error.message });
  }
}

/** The commit of the source. It stays while the source does, so that a commit of other files changes nothing. */
export function sourceCommit(
  { source, sourceHash }: PropertyValues,
  olds: PropertyValues | undefined,
  { readCommit }: Pick<CheckContext, "readCommit">,
): PropertyValues {
  if (!isGiven(source) || !isGiven(sourceHash) || containsUnknown(source)) return {};
  const isSame = olds !== undefined && olds["sourceHash"] === sourceHash;
  const commit = isSame ? olds["sourceCommit"] : readCommit?.(folderOf(source as Source));
  return isGiven(commit) ? { sourceCommit: commit } : {};
}

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** What a deployment is due to: for example "the app is deployed: app.py changed". Undefined if there is none. */
export function deployNote(inputs: PropertyValues, olds: PropertyValues | undefined): string | undefined {
  const hash = inputs["sourceHash"];
  const oldHash = olds?.["sourceHash"];
  if (!isGiven(hash) || hash === oldHash) return undefined;
  if (containsUnknown(hash)) return "the app is deployed if its source differs, which only the update knows";
  // Adopted, or no longer pinned to a revision.
  const mayRun = olds === undefined ? inputs["adopt"] === true : !isGiven(oldHash);
  if (mayRun) return "the app is deployed, unless the revision that runs comes from the same source";
  const [before, files] = [filesIn(olds ?? {}), filesIn(inputs)];
  if (files === undefined) return `the app is deployed${olds === undefined ? "" : ": its source has another version"}`;
  if (before === undefined) return `the app is deployed (${countFiles(Object.keys(files), files)})`;
  const changes = describeChanges(sourceChanges(before, files));
  return `the app is deployed: ${changes === "" ? "`source.ref` changed" : changes}`;
}
