import { nameIn, parseId } from "../common";
import type { ResourceDescription } from "../description";

export const app: ResourceDescription = {
  plural: "apps",
  name: (inputs) => nameIn(inputs["environment"], inputs["name"]),
  deletion: ({ onDelete }) => (onDelete === "delete" ? "with all its revisions" : "stays at fal as it is"),
  deletesApps: true,
  onMissing: "cannot be made again by Pulumi: deploy it with `fal deploy`, or take it out of the program",
  inputs: {
    name: { identifies: true },
    environment: { identifies: true },
    authMode: {
      // fal has one call for both. The revision is the one that runs, read just before.
      writtenWith: ["revision"],
      highlights: {
        public: "everyone may call the app, without a key, and the account pays",
        shared: "everyone with a key may call the app, and callers pay",
      },
      event: ["oldAppAuthMode", "newAppAuthMode"],
    },
    rolloutOn: { triggers: "runners are rolled out" },
  },
  drift: { app: (id) => parseId("App", id), revision: ({ currentRevision }) => currentRevision },
  importing: {
    heading: "Apps. Removing one here leaves it at fal, unless `onDelete` says otherwise.",
    // A pinned revision would put back every later deploy.
    unmanaged: ["revision"],
  },
};
