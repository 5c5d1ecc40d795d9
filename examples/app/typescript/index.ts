import * as pulumi from "@pulumi/pulumi";
import * as fal from "pulumi-fal";

const config = new pulumi.Config();
// Set yours with `pulumi config set --secret hfToken`; it is stored encrypted.
const hfToken = config.getSecret("hfToken") ?? "hf_example";

// Each stack has a fal environment of its own, so `dev` and `prod` share neither apps nor secrets.
const stack = pulumi.getStack();
const environment = new fal.Environment("environment", { name: stack });

// Runners see this as an environment variable.
const token = new fal.Secret("hf-token", { name: "HF_TOKEN", environment, value: hfToken });

// `pulumi up` deploys the code when one of its files changes. The runners restart when the secret changes.
const app = new fal.App("flux", {
  name: "flux",
  environment,
  source: { ref: "app.py::Flux", cwd: "../app" },
  authMode: "private",
  rolloutOn: [token.fingerprint],
});

// Its scaling. A deployment resets some of these values; they are sent again then.
new fal.AppScale("flux", {
  app,
  // Warm runners are billed while idle. To keep one: `pulumi config set minConcurrency 1`.
  minConcurrency: config.getNumber("minConcurrency") ?? 0,
  maxConcurrency: 4,
  keepAlive: 300, // seconds
  startupTimeout: 900, // seconds; the first start downloads the model
});

export const url = app.url;
export const revision = app.currentRevision;
