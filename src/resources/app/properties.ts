import { z } from "zod";
import { defineResource } from "../../provider/properties";
import { isGiven, type PropertyValues } from "../../provider/values";
import { adoptFlag, aliasOf, environmentProperty, knownId, oneOf, plainName, triggers } from "../common";
import { deployNote, foreign, sourceCommit, sourceInputs, sourceSchema } from "./source";

/** What a deletion of the resource does to the app, by the inputs in the state. */
export function onDeleteOf({ onDelete, source }: PropertyValues): "delete" | "retain" {
  if (isGiven(onDelete)) return onDelete === "delete" ? "delete" : "retain";
  return isGiven(source) ? "delete" : "retain";
}

const flag = z.boolean({ error: "must be true or false" });

export const app = defineResource({
  kind: "App",
  doc: "An app (an alias at fal) in an environment: its code, who may call it, which revision runs, and when its runners restart.",
  idDoc: "`environment/name`",
  identity: (inputs) => knownId(inputs["environment"], inputs["name"]),
  noun: "app",
  alwaysAdopts: ({ source }) => !isGiven(source),
  deletion: (state) => (onDeleteOf(state) === "delete" ? "lost" : "kept"),
  resettingWork: [foreign],
  // Builds can take long.
  timeouts: { create: 1_800, update: 1_800 },
  inputs: {
    name: {
      schema: plainName,
      change: "replace",
      public: true,
      required: true,
      type: "string",
      doc: "The app's name, without the suffix `--<environment>`.",
    },
    environment: environmentProperty,
    authMode: {
      schema: oneOf(["private", "public", "shared"]),
      change: "update",
      type: '"private" | "public" | "shared"',
      doc: "Who may call the app: `private` (the account), `public` (everyone; the account pays) or `shared` (everyone with a key; callers pay).",
    },
    source: {
      schema: sourceSchema,
      change: "record",
      type: "AppSource",
      doc: "The code of the app, which the official `fal` CLI deploys when it changes. Without it, the app must have been deployed with `fal deploy`.",
      default: "not managed: the app must exist, or `revision` must name one of its revisions",
    },
    onForeignDeploy: {
      schema: oneOf(["keep", "redeploy"]),
      change: "record",
      type: '"keep" | "redeploy"',
      doc: "What happens if somebody else has deployed the app since the last deployment by this resource: `keep` warns at a refresh, `redeploy` deploys `source` again at the next `pulumi up` after it.",
      default: "`keep`",
    },
    resetScale: {
      schema: flag,
      change: "record",
      type: "boolean",
      doc: "Whether a deployment resets all scaling values to those in the code, as `fal deploy --reset-scale`.",
      default: "`false`: it resets only those that every deployment resets",
    },
    noCache: {
      schema: flag,
      change: "record",
      type: "boolean",
      doc: "Whether a deployment builds the image without a cache, as `fal deploy --no-cache`.",
      default: "`false`",
    },
    revision: {
      schema: z
        .string({ error: "must be the id of a revision" })
        .min(1, "must not be empty: leave it out to follow deploys"),
      change: "update",
      type: "string",
      resetsLikeDeploy: true,
      doc: "Pins the app to an existing revision, to roll forward or back. `fal apps list-rev` lists revisions. While it is set, `source` is not deployed.",
      default: "not managed: the app follows its deploys",
    },
    strategy: {
      schema: oneOf(["rolling", "recreate"]),
      change: "record",
      type: '"rolling" | "recreate"',
      doc: "How runners are replaced when the app is deployed or `revision` changes.",
      default: "fal's default",
    },
    rolloutOn: {
      schema: triggers,
      change: "update",
      trigger: "other",
      type: "string[]",
      doc: "When a value in this list changes, the app's runners are replaced, so that they use new secrets or machine types. For example, the `fingerprint` of a `Secret`. Setting the list for the first time or adopting the app replaces nothing.",
    },
    onDelete: {
      schema: oneOf(["delete", "retain"]),
      change: "record",
      type: '"delete" | "retain"',
      doc: "What happens to the app when the resource is deleted: `retain` keeps it, `delete` deletes it with all its revisions. It takes effect only once it is in the state: set it, run `pulumi up`, then destroy.",
      default: "`delete` with `source`, otherwise `retain`, because the program could not deploy the app again",
    },
    sourceHash: {
      schema: z.string(),
      change: "update",
      computed: true,
      optional: true,
      resetsLikeDeploy: true,
      type: "string",
      doc: "A digest of everything that `source` deploys: its files, or its `version`, and its `ref`. If it changes, the app is deployed.",
    },
    sourceFiles: {
      schema: z.record(z.string(), z.string()),
      change: "record",
      computed: true,
      optional: true,
      type: "{ readonly [path: string]: string }",
      doc: "The digest of each file that `source` deploys, by its path, so that a preview shows which files changed. Folders with many files are summed up.",
    },
    sourceCommit: {
      schema: z.string(),
      change: "record",
      computed: true,
      optional: true,
      type: "string",
      doc: "The Git commit that was checked out when `sourceHash` last changed, if the folder of `source` is in a repository. A review shows the commits between two deployments.",
    },
    alias: {
      schema: z.string(),
      change: "replace",
      computed: true,
      type: "string",
      doc: "The app's alias at fal: `name`, or `name--environment` outside `main`.",
    },
    adopt: {
      ...adoptFlag,
      doc: "With `source`: manages an app that exists already, and deploys only if its revision comes from other code. Without `source` it has no effect, because the app must exist.",
      default: "`false`: with `source`, an existing app is an error",
    },
  },
  outputs: {
    owner: { type: "string", changesWith: [], doc: "The account's nickname." },
    endpointId: { type: "string", changesWith: [], doc: "`owner/alias`, the endpoint id for clients." },
    url: { type: "string", changesWith: [], doc: "URL for direct calls." },
    queueUrl: { type: "string", changesWith: [], doc: "URL for calls through the queue." },
    currentRevision: { type: "string", changesWith: ["revision", "sourceHash"], doc: "The revision that is running." },
    deployedRevision: {
      type: "string",
      optional: true,
      changesWith: ["revision", "sourceHash"],
      doc: "The revision that the last deployment by this resource created.",
    },
    machineTypes: { type: "string[]", doc: "The app's machine types, in order of preference." },
  },
  notes: (inputs, olds, { pending }) => {
    const deploys = deployNote(inputs, olds);
    if (deploys !== undefined) return [deploys];
    if (pending.includes(foreign)) return ["the app is deployed again, because somebody else deployed it"];
    const same = olds !== undefined && olds["alias"] === inputs["alias"] && olds["revision"] === inputs["revision"];
    if (!same || inputs["authMode"] === undefined || inputs["authMode"] === olds["authMode"]) return [];
    return ["fal sets `authMode` and the revision with one call, so the revision that runs by then is sent along"];
  },
  derive: (inputs, olds, context) => {
    const source = sourceInputs(inputs, context);
    return {
      alias: aliasOf(inputs["name"], inputs["environment"]),
      ...source,
      ...sourceCommit({ ...inputs, ...source }, olds, context),
    };
  },
});
