import type { FalClient } from "../../client";
import { isNotFound } from "../../client/errors";
import type { PropertyValues } from "../../provider/properties";
import { containsUnknown, isGiven, isRecord } from "../../provider/values";
import { countFiles, sourceChanges } from "../../source";
import { nameIn, parseId } from "../common";
import {
  type DeployedCode,
  type ForeignDeployment,
  type Impact,
  isHidden,
  type KnownValues,
  type PlannedDeployment,
  type ResourceDescription,
  unprotects,
} from "../description";
import { onDeleteOf } from "./properties";
import { asksForDeployments, filesIn, foreign, unanswered } from "./source";

/** The auth modes that let others call the app, from fewer people to more, and what each means. */
const openModes = [
  { mode: "shared", meaning: "everyone with a fal key can call the app, and callers pay" },
  { mode: "public", meaning: "everyone can call the app without a key, and your account pays" },
] as const;

const openness = (authMode: unknown) => openModes.findIndex(({ mode }) => mode === authMode);

function opened(before: unknown, after: unknown): Impact[] {
  const access = { notion: "opens", properties: ["authMode"] } as const;
  if (containsUnknown(after)) {
    const meaning = "only the update knows `authMode`";
    const verb = { one: "may become public", many: "may become public", past: "may have become public" };
    return [{ ...access, ...verb, meaning, worst: true }];
  }
  const next = openModes[openness(after)];
  if (!next || openness(after) <= openness(before)) return [];
  const { mode, meaning } = next;
  // A preview does not know the mode of an app that was not managed: it may be this one.
  const verb = isGiven(before)
    ? { one: `becomes ${mode}`, many: `become ${mode}` }
    : { one: `will be ${mode}`, many: `will be ${mode}` };
  const worst = mode === "public" ? ({ worst: true } as const) : {};
  return [{ ...access, ...verb, past: `became ${mode}`, meaning, ...worst }];
}

/** What lets Pulumi delete an app that it would have kept, if anything does. */
function unprotected(before: PropertyValues, after: PropertyValues): Impact[] {
  if (!isGiven(before["name"]) || onDeleteOf(after) !== "delete" || onDeleteOf(before) === "delete") return [];
  const loss = "once the program no longer has the app, Pulumi deletes it with all its revisions";
  if (isGiven(after["onDelete"])) return [unprotects("onDelete", loss)];
  const because = isGiven(before["source"]) ? "onDelete" : "source";
  return [
    unprotects(because, `${loss}, because that is the default with \`source\` (\`onDelete: "retain"\` keeps it)`),
  ];
}

function deploymentOf(
  before: PropertyValues,
  after: PropertyValues,
  pending: readonly string[],
): PlannedDeployment | undefined {
  if (!asksForDeployments(after)) return undefined;
  const [old, now] = [before["sourceHash"], after["sourceHash"]];
  const isNew = !isGiven(before["name"]);
  const replaced = {
    again: isGiven(old),
    ...(isNew && after["adopt"] !== true
      ? {}
      : { runners: runners[after["strategy"] === "recreate" ? "recreate" : "rolling"] }),
  };
  if (!isNew && pending.includes(foreign)) {
    const { reason, ...differs }: ReturnType<typeof difference> = old === now ? {} : difference(before, after);
    const reasons = [...(reason === undefined ? [] : [reason]), "somebody else has deployed it"];
    return { ...replaced, ...differs, again: true, reason: reasons.join(", ") };
  }
  if (old === now) {
    if (!pending.includes(unanswered)) return undefined;
    return { ...replaced, unless: "an interrupted deployment has succeeded" };
  }
  if (containsUnknown(now)) return { ...replaced, uncertain: true };
  return {
    ...replaced,
    ...difference(before, after),
    ...commitsBetween(before["sourceCommit"], after["sourceCommit"]),
    // Adopted, given a source, or no longer pinned: then the revision that runs may come from the same source.
    ...(isGiven(old) || (isNew && after["adopt"] !== true)
      ? {}
      : { unless: "the revision that runs comes from the same source" }),
  };
}

/** `rolling` is the default of fal's CLI. */
const runners = {
  rolling: "old runners serve requests until new ones are ready (`rolling`)",
  recreate: "all runners end at once, so requests wait until new ones have started (`recreate`)",
} as const;

/** What a deployment is due to. */
function difference(before: PropertyValues, after: PropertyValues): Pick<PlannedDeployment, "reason" | "files"> {
  const [old, now] = [filesIn(before), filesIn(after)];
  const wasDeployed = isGiven(before["sourceHash"]);
  if (now === undefined) return wasDeployed ? { reason: "another version" } : {};
  if (!wasDeployed) return { reason: countFiles(Object.keys(now), now) };
  if (old === undefined) return { reason: "by its files instead of a version" };
  const files = sourceChanges(old, now);
  const reasons = (["changed", "added", "removed"] as const)
    .filter((verb) => files[verb].length > 0)
    .map((verb, index) => {
      const number = files[verb].length;
      return index === 0 ? `${countFiles(files[verb])} ${verb}` : `${number} ${verb}`;
    });
  return reasons.length === 0 ? { reason: "another `ref`" } : { reason: reasons.join(", "), files };
}

function commitsBetween(from: unknown, to: unknown): Pick<PlannedDeployment, "commits"> {
  return typeof from === "string" && typeof to === "string" && from !== to && !isHidden(from) && !isHidden(to)
    ? { commits: { from, to } }
    : {};
}

function remarks(before: PropertyValues, after: PropertyValues): string[] {
  const hasSource = isGiven(after["source"]);
  const isNew = !isGiven(before["name"]);
  const sets = (name: string) => isGiven(after[name]) && before[name] !== after[name];
  return [
    ...(hasSource && isGiven(after["revision"]) && (sets("revision") || sets("source"))
      ? ["`revision` pins the app to a revision, so `source` is not deployed"]
      : []),
    ...(isNew && hasSource && after["adopt"] === true
      ? [
          "if the app exists at fal, this takes it over, and a deployment replaces what runs there only if that comes from another source; if not, the app is created",
        ]
      : []),
    ...(asksForDeployments(after) && before["sourceHash"] !== after["sourceHash"] && !isGiven(after["authMode"])
      ? ["`authMode` is not set, so the deployed code decides who may call the app"]
      : []),
    ...(sets("onForeignDeploy") && after["onForeignDeploy"] === "redeploy"
      ? ["from now on, an update after a refresh replaces what somebody else has deployed"]
      : []),
  ];
}

function deployedCode(inputs: PropertyValues): DeployedCode | undefined {
  const { source } = inputs;
  if (!asksForDeployments(inputs) || !isRecord(source)) return undefined;
  const text = (name: string) => (typeof source[name] === "string" ? source[name] : undefined);
  const [folder, fal, python] = [text("cwd"), text("fal"), text("python")];
  return {
    ...(folder === undefined ? {} : { folder }),
    ...(fal === undefined ? {} : { fal }),
    ...(python === undefined ? {} : { python }),
  };
}

/** A revision that runs although this resource deployed another one. While `revision` pins the app, that is ordinary drift. */
function foreignDeployment(state: PropertyValues, live: PropertyValues): ForeignDeployment | undefined {
  const { source, revision, onForeignDeploy } = state;
  const [deployed, running] = [live["deployedRevision"], live["currentRevision"]];
  if (!isGiven(source) || isGiven(revision) || typeof deployed !== "string" || typeof running !== "string") {
    return undefined;
  }
  if (deployed === running) return undefined;
  const stays = onForeignDeploy !== "redeploy";
  return {
    output: "currentRevision",
    deployed,
    running,
    stays,
    next: stays
      ? '`onForeignDeploy` is `keep`, so it stays until the source changes. To deploy `source` again, set `onForeignDeploy: "redeploy"`, run `pulumi up`, then `pulumi up --refresh`'
      : "`onForeignDeploy` is `redeploy`, so `pulumi up --refresh` deploys `source` again",
  };
}

/** The revisions of the app at fal, and the one that runs. None if the app does not exist. */
async function revisions(
  fal: FalClient,
  { name, environment }: PropertyValues,
  signal: AbortSignal,
): Promise<KnownValues> {
  const place = { environment: String(environment), signal };
  const app = await fal.apps.get(String(name), place).catch((error: unknown) => {
    // Its environment does not exist.
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (app === undefined) return { values: [] };
  const values = (await fal.apps.revisions(String(name), place)).map(({ revision }) => revision);
  return { values: [...new Set([app.revision, ...values])], current: app.revision };
}

export const app: ResourceDescription = {
  plural: "apps",
  name: (inputs) => nameIn(inputs["environment"], inputs["name"]),
  deletion: (state, many) => {
    if (onDeleteOf(state) === "delete") return many ? "all their revisions are lost" : "all its revisions are lost";
    return many ? "stay at fal unchanged" : "stays at fal unchanged";
  },
  deletesApps: true,
  onMissing: "cannot be created again by Pulumi: deploy it with `fal deploy`, or remove it from the program",
  needsDeploy: true,
  inputs: {
    name: { identifies: true },
    environment: { identifies: true },
    authMode: {
      // fal has one call for both. The revision is the one that runs, read just before.
      writtenWith: ["revision"],
      event: ["oldAppAuthMode", "newAppAuthMode"],
    },
    source: {
      onRemoval: "the app stays as it runs, and a change of its code needs `fal deploy` from now on",
    },
    resetScale: { resetsScale: true },
    revision: { known: revisions },
    rolloutOn: { triggers: "the app's runners are replaced" },
    sourceHash: { deployed: true },
    sourceFiles: { deployed: true },
    sourceCommit: { deployed: true },
  },
  impacts: (before, after) => [...opened(before["authMode"], after["authMode"]), ...unprotected(before, after)],
  deploys: deploymentOf,
  announcesDeployment: (message) => message.startsWith("the app is deployed"),
  remarks,
  deployedCode,
  createsIfMissing: ({ source, revision }) => isGiven(source) && !isGiven(revision),
  redeploys: (recorded) =>
    asksForDeployments(recorded) ? "is deployed again from its `source`, without its earlier revisions" : undefined,
  drift: {
    app: (id) => parseId("App", id),
    revision: ({ currentRevision }) => currentRevision,
    foreign: foreignDeployment,
  },
  importing: {
    heading: "Apps. If you remove one here, it stays at fal unless you set `onDelete: 'delete'`.",
    // A pinned revision would put back every later deploy.
    unmanaged: ["revision"],
  },
};
