"use strict";
// Prints the provider text of every kind, as this package registers it.
const pulumi = require("@pulumi/pulumi");
const fal = require("pulumi-fal");

const texts = {};
pulumi.runtime.setMocks({
  newResource: ({ type, inputs, name }) => {
    texts[type.split(":").at(-1)] = inputs.__provider;
    return { id: name, state: inputs };
  },
  call: () => ({}),
});
const made = [
  new fal.App("app", { name: "app" }),
  new fal.AppScale("scale", { app: "app", minConcurrency: 1 }),
  new fal.Secret("secret", { name: "SECRET", value: "value" }),
  new fal.ApiKey("key", { alias: "key" }),
  new fal.Environment("environment", { name: "environment" }),
  new fal.ComputeInstance("machine", { instanceType: "gpu_1x_h100_sxm5", sshKey: "ssh-ed25519 AAAA" }),
];
Promise.all(made.map((resource) => new Promise((done) => resource.urn.apply(done)))).then(() => {
  console.log(JSON.stringify(texts));
});
