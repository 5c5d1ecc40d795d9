import { z } from "zod";
import { defineResource } from "../../provider/properties";
import { knownString, undocumented } from "../common";
import { sshKeyIdentity, sshKeyProblem } from "./ssh-key";

/** The types that fal documents (REST v1, August 2026); it may offer more. */
const knownTypes = ["gpu_1x_h100_sxm5", "gpu_8x_h100_sxm5"];
const typeWithSectors = "gpu_8x_h100_sxm5";
const knownSectors = ["sector_1", "sector_2", "sector_3"];

export const computeInstance = defineResource({
  kind: "ComputeInstance",
  doc: "A GPU machine, billed per hour while it exists. Replacing or deleting it loses all data on it.",
  idDoc: "the instance's `id`",
  noun: "GPU machine",
  deletion: () => "lost",
  timeouts: { create: 20 * 60, update: 20 * 60, delete: 20 * 60 },
  inputs: {
    instanceType: {
      schema: z
        .string({ error: "must be a string" })
        .regex(/^gpu_\d+x_[a-z0-9_]+$/, `must be a machine type: ${knownTypes.join(" or ")}`),
      change: "replace",
      required: true,
      type: "string",
      doc: "The machine: `gpu_1x_h100_sxm5` (16 vCPU, 200 GB RAM, 80 GB VRAM, 1 TB disk) or `gpu_8x_h100_sxm5` (128 vCPU, 1600 GB RAM, 640 GB VRAM, 8 TB disk).",
    },
    sshKey: {
      schema: z.string({ error: "must be a string" }).superRefine((text, context) => {
        const problem = sshKeyProblem(text);
        if (problem) context.addIssue({ code: "custom", message: problem });
      }),
      change: "replace",
      required: true,
      sensitive: true,
      writeOnly: true,
      type: "string",
      normalize: (value) => (typeof value === "string" ? sshKeyIdentity(value) : value),
      doc: "SSH public key of the user `ubuntu`. Compared by type and key material; the comment does not count. fal never returns it. May be left out for an adopted or imported machine; set later, it is recorded and not sent, with a warning.",
    },
    sector: {
      schema: z
        .string({ error: "must be a string" })
        .regex(/^sector_\d+$/, 'must be a sector: "sector_1", "sector_2" or "sector_3"'),
      change: "replace",
      type: "string",
      doc: "InfiniBand sector, `sector_1` to `sector_3`; with `gpu_8x_h100_sxm5` only.",
      default: "chosen by fal",
    },
    waitForReady: {
      schema: z.boolean({ error: "must be true or false" }),
      change: "record",
      type: "boolean",
      doc: "Wait until the machine is ready and has an address. The time limit is `customTimeouts.create`, 20 minutes by default.",
      default: "true",
    },
    adopt: {
      adopts: "id",
      schema: z.string({ error: "must be the id of the machine to take over" }).min(1, "must not be empty"),
      change: "record",
      public: true,
      type: "string",
      doc: "The id of an existing machine to take over. Matters at creation only.",
    },
  },
  outputs: {
    status: {
      type: "string",
      doc: "`ready`, `init`, `pending`, `provisioning`, `stopped` or `unknown`, as fal last said.",
    },
    ip: { type: "string", doc: "Public address, once the machine is ready." },
    region: { type: "string", doc: "Region, chosen by fal." },
    creatorUserNickname: { type: "string", doc: "Who created it." },
    sshCommand: { type: "string", doc: "`ssh ubuntu@IP`, once there is an address." },
  },
  rules: (known) => {
    const type = knownString(known, "instanceType");
    if (known("sector") === undefined || type === undefined || type === typeWithSectors) return [];
    return [
      {
        property: "sector",
        reason: `is only for instanceType ${typeWithSectors}: remove it`,
      },
    ];
  },
  warnings: (known) => [
    ...undocumented("machine type", known("instanceType"), knownTypes),
    ...undocumented("sector", known("sector"), knownSectors),
  ],
});
