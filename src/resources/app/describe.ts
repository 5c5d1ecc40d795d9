import { nameIn, parseId } from "../common";
import type { ResourceDescription } from "../description";

/** How many people an auth mode lets call the app; one that is not known counts as closed. */
const openness = (authMode: unknown) => ["shared", "public"].indexOf(String(authMode));

export const app: ResourceDescription = {
  plural: "apps",
  name: (inputs) => nameIn(inputs["environment"], inputs["name"]),
  deletion: ({ onDelete }, many) => {
    if (onDelete === "delete") return many ? "all their revisions are lost" : "all its revisions are lost";
    return many ? "stay at fal unchanged" : "stays at fal unchanged";
  },
  deletesApps: true,
  onMissing: "cannot be created again by Pulumi: deploy it with `fal deploy`, or remove it from the program",
  inputs: {
    name: { identifies: true },
    environment: { identifies: true },
    authMode: {
      // fal has one call for both. The revision is the one that runs, read just before.
      writtenWith: ["revision"],
      highlights: {
        public: "everyone can call the app without a key, and your account pays",
        shared: "everyone with a fal key can call the app, and callers pay",
      },
      opensAccess: (before, after) => openness(after) > openness(before),
      event: ["oldAppAuthMode", "newAppAuthMode"],
    },
    rolloutOn: { triggers: "the app's runners are replaced" },
  },
  drift: { app: (id) => parseId("App", id), revision: ({ currentRevision }) => currentRevision },
  importing: {
    heading: "Apps. If you remove one here, it stays at fal unless you set `onDelete: 'delete'`.",
    // A pinned revision would put back every later deploy.
    unmanaged: ["revision"],
  },
};
