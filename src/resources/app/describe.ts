import type { FalClient } from "../../client";
import { isNotFound } from "../../client/errors";
import type { PropertyValues } from "../../provider/properties";
import { containsUnknown, isGiven } from "../../provider/values";
import { nameIn, parseId } from "../common";
import { type Impact, type KnownValues, type ResourceDescription, unprotects } from "../description";
import { onDeleteOf } from "./properties";

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
    revision: { known: revisions },
    rolloutOn: { triggers: "the app's runners are replaced" },
  },
  impacts: (before, after) => [
    ...opened(before["authMode"], after["authMode"]),
    ...(isGiven(before["name"]) && onDeleteOf(after) === "delete" && onDeleteOf(before) !== "delete"
      ? [unprotects("onDelete", "once the program no longer has the app, Pulumi deletes it with all its revisions")]
      : []),
  ],
  drift: { app: (id) => parseId("App", id), revision: ({ currentRevision }) => currentRevision },
  importing: {
    heading: "Apps. If you remove one here, it stays at fal unless you set `onDelete: 'delete'`.",
    // A pinned revision would put back every later deploy.
    unmanaged: ["revision"],
  },
};
