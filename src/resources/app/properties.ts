import { z } from "zod";
import { defineResource } from "../../provider/properties";
import { adoptFlag, aliasOf, environmentProperty, knownId, oneOf, plainName, triggers } from "../common";

export const app = defineResource({
  kind: "App",
  doc: "A deployed app (an alias at fal) in an environment: who may call it, which revision runs, and when its runners restart.",
  idDoc: "`environment/name`",
  identity: (inputs) => knownId(inputs["environment"], inputs["name"]),
  noun: "app",
  alwaysAdopts: true,
  deletion: ({ onDelete }) => (onDelete === "delete" ? "lost" : "kept"),
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
    revision: {
      schema: z
        .string({ error: "must be the id of a revision" })
        .min(1, "must not be empty: leave it out to follow deploys"),
      change: "update",
      type: "string",
      resetsLikeDeploy: true,
      doc: "Pins the app to an existing revision, to roll forward or back. `fal apps list-rev` lists revisions.",
      default: "not managed: the app follows its deploys",
    },
    strategy: {
      schema: oneOf(["rolling", "recreate"]),
      change: "record",
      type: '"rolling" | "recreate"',
      doc: "How runners are replaced when `revision` changes.",
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
      default: "`retain`, because the program could not deploy the app again",
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
      doc: "Has no effect: an `App` always manages an existing app.",
      default: "not needed",
    },
  },
  outputs: {
    owner: { type: "string", changesWith: [], doc: "The account's nickname." },
    endpointId: { type: "string", changesWith: [], doc: "`owner/alias`, the endpoint id for clients." },
    url: { type: "string", changesWith: [], doc: "URL for direct calls." },
    queueUrl: { type: "string", changesWith: [], doc: "URL for calls through the queue." },
    currentRevision: { type: "string", changesWith: ["revision"], doc: "The revision that is running." },
    machineTypes: { type: "string[]", doc: "The app's machine types, in order of preference." },
  },
  notes: (inputs, olds) => {
    const same = olds !== undefined && olds["alias"] === inputs["alias"] && olds["revision"] === inputs["revision"];
    if (!same || inputs["authMode"] === undefined || inputs["authMode"] === olds["authMode"]) return [];
    return ["fal sets `authMode` and the revision with one call, so the revision that runs by then is sent along"];
  },
  derive: (inputs) => ({ alias: aliasOf(inputs["name"], inputs["environment"]) }),
});
