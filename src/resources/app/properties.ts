import { z } from "zod";
import { defineResource } from "../../provider/properties";
import {
  adoptById,
  adoptFlag,
  aliasOf,
  declaredId,
  environmentProperty,
  knownId,
  oneOf,
  plainName,
  triggers,
} from "../common";

export const app = defineResource({
  kind: "App",
  doc: "A deployed fal app (an alias) in an environment: who may call it, which revision it runs, when its runners are renewed.",
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
      doc: "Name of the app, without the `--<environment>` suffix.",
    },
    environment: environmentProperty,
    authMode: {
      schema: oneOf(["private", "public", "shared"]),
      change: "update",
      type: '"private" | "public" | "shared"',
      doc: "Who may call the app: `private` (the account), `public` (everyone, the account pays), `shared` (everyone with a key, callers pay).",
    },
    revision: {
      schema: z
        .string({ error: "must be the id of a revision" })
        .min(1, "must not be empty: leave it out to follow deploys"),
      change: "update",
      type: "string",
      resetsLikeDeploy: true,
      doc: "Pins the app to an existing revision (see `fal apps list-rev`), to roll forward or back.",
      default: "not managed: the app follows its deploys",
    },
    strategy: {
      schema: oneOf(["rolling", "recreate"]),
      change: "record",
      type: '"rolling" | "recreate"',
      doc: "How runners change over to another `revision`.",
      default: "fal's",
    },
    rolloutOn: {
      schema: triggers,
      change: "update",
      trigger: "other",
      type: "string[]",
      doc: "When a value in this list changes, the app's runners are rolled out, so that they see new secrets or machine types; for example `[secret.fingerprint]`. First appearance and adoption never roll out.",
    },
    onDelete: {
      schema: oneOf(["delete", "retain"]),
      change: "record",
      type: '"delete" | "retain"',
      doc: "What deleting the resource does: `retain` leaves the app as it is, `delete` deletes it with all its revisions. To take effect it must be in state: set it, run `pulumi up`, then destroy.",
      default: "`retain`: an app that this program did not deploy cannot be recreated by it",
    },
    alias: {
      schema: z.string(),
      change: "replace",
      computed: true,
      type: "string",
      doc: "The app's name as fal addresses it: `name`, outside main `name--environment`.",
    },
    adopt: {
      ...adoptFlag,
      doc: "Accepted, without effect: an App always works on an app that exists.",
      default: "none needed",
    },
  },
  outputs: {
    owner: { type: "string", doc: "Nickname of the account." },
    endpointId: { type: "string", doc: "`owner/alias`, as clients address the app." },
    url: { type: "string", doc: "Address for direct calls." },
    queueUrl: { type: "string", doc: "Address for calls through the queue." },
    currentRevision: { type: "string", doc: "Revision that runs now." },
    machineTypes: { type: "string[]", doc: "Machine types it runs on, in order of preference." },
  },
  canonicalize: (inputs, context) => adoptById(inputs, declaredId(inputs, context.environment)),
  notes: (inputs, olds) => {
    const same = olds !== undefined && olds["alias"] === inputs["alias"] && olds["revision"] === inputs["revision"];
    if (!same || inputs["authMode"] === undefined || inputs["authMode"] === olds["authMode"]) return [];
    return ["fal sets `authMode` and the revision with one call, so the revision that runs by then is sent along"];
  },
  derive: (inputs) => ({ alias: aliasOf(inputs["name"], inputs["environment"]) }),
});
