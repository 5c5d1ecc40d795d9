import * as pulumi from "@pulumi/pulumi";
import * as fal from "pulumi-fal";

const config = new pulumi.Config();
// Set yours with `pulumi config set --secret hfToken`; it is stored encrypted.
const hfToken = config.getSecret("hfToken") ?? "hf_example";

// Runners see this as an environment variable.
const token = new fal.Secret("hf-token", { name: "HF_TOKEN", value: hfToken });

// An app that was deployed with `fal deploy`. Its runners restart when the secret changes.
const app = new fal.App("image-gen", { name: "image-gen", authMode: "private", rolloutOn: [token.fingerprint] });

// Its scaling. Properties that are left out are not managed.
new fal.AppScale("image-gen", {
  app,
  // Warm runners are billed while idle. To keep one: `pulumi config set minConcurrency 1`.
  minConcurrency: config.getNumber("minConcurrency") ?? 0,
  maxConcurrency: 8,
  keepAlive: 300, // seconds
  machineTypes: ["GPU-H100", "GPU-A100"],
});

// A second environment with its own secrets.
const staging = new fal.Environment("staging", { name: "staging", description: "Try things here" });
new fal.Secret("hf-token-staging", { name: "HF_TOKEN", environment: staging, value: hfToken });

// A key for deployments from CI. The first `up` after 90 days creates a new key; the old one stays valid for a day.
const ci = new fal.ApiKey("ci", { alias: "ci", preset: "DEPLOY", rotation: { every: "90d", overlap: "24h" } });

// A GPU instance, billed as long as it exists. This orders it:
// `pulumi config set trainerSshKey "$(cat ~/.ssh/id_ed25519.pub)"`
const sshKey = config.get("trainerSshKey");
const trainer = sshKey ? new fal.ComputeInstance("trainer", { instanceType: "gpu_1x_h100_sxm5", sshKey }) : undefined;

export const url = app.url;
export const ciKey = ci.key;
export const ssh = trainer?.sshCommand;
