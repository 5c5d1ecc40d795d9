import * as pulumi from "@pulumi/pulumi";
import * as fal from "pulumi-fal";

// The stack of pull request 12 is pr-12, and so is its fal environment.
const environment = new fal.Environment("preview", {
  name: pulumi.getStack(),
  forceDestroy: true, // also what somebody else put there
});

// Deploys the code of the pull request.
const app = new fal.App("image-gen", {
  name: "image-gen",
  environment,
  authMode: "private",
  source: { ref: "app.py::ImageGen" },
});

new fal.AppScale("image-gen", {
  app,
  environment,
  minConcurrency: 0, // nothing runs, and nothing is billed, until somebody calls the app
  maxConcurrency: 1,
  keepAlive: 60, // seconds
});

// A secret for previews only, from the environment fal-pull-requests of the repository:
// new fal.Secret("hf-token", { name: "HF_TOKEN", environment, value: pulumi.secret(process.env.HF_TOKEN ?? "") });

export const url = app.url;
