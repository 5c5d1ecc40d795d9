import * as fal from "pulumi-fal";

// Deployed with `fal deploy`; this program says who may call it.
const app = new fal.App("image-gen", { name: "image-gen", authMode: "private" });

// What pull requests are mostly about.
new fal.AppScale("image-gen", {
  app,
  minConcurrency: 1, // runners kept warm, billed while idle
  maxConcurrency: 4,
  keepAlive: 300, // seconds
  machineTypes: ["GPU-H200"],
});

// Renewed by the daily run of `up` once it is due; the old key stays valid for a day.
const ci = new fal.ApiKey("ci", { alias: "ci", preset: "DEPLOY", rotation: { every: "90d", overlap: "24h" } });

export const url = app.url;
export const ciKey = ci.key;
