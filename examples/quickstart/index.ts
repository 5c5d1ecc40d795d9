import * as pulumi from "@pulumi/pulumi";
import * as fal from "pulumi-fal";

const config = new pulumi.Config();

// A space of its own for apps and secrets.
const staging = new fal.Environment("staging", { name: "staging", description: "Try things here" });

// Its apps' runners see this as an environment variable.
const token = new fal.Secret("hf-token", {
  name: "HF_TOKEN",
  environment: staging,
  value: config.getSecret("hfToken") ?? "hf_example",
});

// The app was deployed with `fal deploy`; its runners are renewed when the secret changes.
const app = new fal.App("image-gen", { name: "image-gen", authMode: "private", rolloutOn: [token.fingerprint] });

// How it scales, reviewed like code. What is left out is not managed.
const scale = new fal.AppScale("image-gen", {
  app,
  minConcurrency: 1,
  maxConcurrency: 8,
  keepAlive: 300,
  machineTypes: ["GPU-H100", "GPU-A100"],
});

// A key for CI, rotated every 90 days; the old one stays valid for a day.
const ci = new fal.ApiKey("ci", { alias: "ci", preset: "DEPLOY", rotation: { every: "90d" } });

// A GPU machine, billed while it exists.
const trainer = new fal.ComputeInstance("trainer", {
  instanceType: "gpu_1x_h100_sxm5",
  sshKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8b0wEJzkGYhdRkVXhHHXWHV0h3IQJRxEZhGbPzV1mM you@example.com",
});

export const appUrl = app.url;
export const warmRunners = scale.minConcurrency;
export const ciKey = ci.key;
export const ssh = trainer.sshCommand;
