import type { PropertyValues } from "../../../src/provider/properties";
import { OTHER_SSH_KEY, SSH_KEY } from "../constants";
import { canary, type KindSamples, wrong } from "./kind";

const machine = (args: PropertyValues): PropertyValues => ({
  instanceType: "gpu_1x_h100_sxm5",
  sshKey: SSH_KEY,
  ...args,
});

export const computeInstance: KindSamples = {
  inputs: {
    instanceType: ["gpu_8x_h100_sxm5", "gpu_1x_h100_sxm5"],
    sshKey: [SSH_KEY, OTHER_SSH_KEY],
    sector: ["sector_1", "sector_2"],
    waitForReady: [true, false],
    adopt: ["inst_1", "inst_2"],
  },
  together: {
    instanceType: "gpu_8x_h100_sxm5",
    sshKey: SSH_KEY,
    sector: "sector_1",
    waitForReady: true,
    adopt: null,
  },
  object: {
    id: "inst-1",
    takesOver: { instanceType: "gpu_1x_h100_sxm5", adopt: "inst-1" },
    creates: {
      instanceType: "gpu_1x_h100_sxm5",
      sshKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1f0rQmkqV0sVYv2c0Jq8m1kB2xWb5cV0Xj2m0a7k3F",
    },
    elsewhere: {},
  },
  wrong: [
    wrong("without a type", { sshKey: SSH_KEY }, ["instanceType", "is required"]),
    wrong("without a key", { instanceType: "gpu_1x_h100_sxm5" }, ["sshKey", "is required"]),
    wrong("with an instance type of another cloud", machine({ instanceType: "p5.48xlarge" }), [
      "instanceType",
      "gpu_1x_h100_sxm5",
    ]),
    wrong("with an empty key", machine({ sshKey: "" }), ["sshKey", "SSH public key"]),
    wrong("with a path instead of a key", machine({ sshKey: "~/.ssh/id_ed25519.pub" }), ["sshKey", "SSH public key"]),
    wrong(
      "with a private key",
      machine({ sshKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${canary}\n-----END OPENSSH PRIVATE KEY-----` }),
      ["sshKey", "PRIVATE key", ".pub"],
      [canary],
    ),
    wrong("with a truncated key", machine({ sshKey: "ssh-ed25519 AAAAC3NzaC1lZDI1" }), [
      /^`sshKey` is cut off or damaged: copy the whole line of the \.pub file\.$/,
    ]),
    wrong("with a key of two types", machine({ sshKey: SSH_KEY.replace("ssh-ed25519", "ssh-rsa") }), [
      "sshKey",
      "damaged",
    ]),
    wrong("with a sector for an instance type without sectors", machine({ sector: "sector_1" }), [
      "sector",
      "gpu_8x_h100_sxm5",
      "remove it",
    ]),
    wrong("with an unknown sector", machine({ instanceType: "gpu_8x_h100_sxm5", sector: "north" }), [
      "sector",
      "sector_1",
    ]),
    wrong("with a region", machine({ region: "us-east" }), ["region", "is an output"]),
    wrong("with waitForReady that is not a Boolean", machine({ waitForReady: "no" }), [
      "waitForReady",
      "true or false",
    ]),
    wrong("with an empty id to adopt", machine({ adopt: "" }), ["adopt", "must not be empty"]),
  ],
};
