import * as fal from "pulumi-fal";

// Deployed with `fal deploy`. This program controls who may call it.
const app = new fal.App("image-gen", { name: "image-gen", authMode: "private" });

// Most pull requests change these values.
new fal.AppScale("image-gen", {
  app,
  minConcurrency: 1, // warm runners, billed while idle
  maxConcurrency: 4,
  keepAlive: 300, // seconds
  machineTypes: ["GPU-H200"],
});

// The daily `up` rotates the key when it is due; the old key stays valid for a day.
const ci = new fal.ApiKey("ci", { alias: "ci", preset: "DEPLOY", rotation: { every: "90d", overlap: "24h" } });

export const url = app.url;
export const ciKey = ci.key;
