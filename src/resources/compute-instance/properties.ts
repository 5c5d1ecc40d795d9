import { z } from "zod";
import { defineResource } from "../../provider/properties";
import { knownString } from "../common";
import { sshKeyIdentity, sshKeyProblem } from "./ssh-key";

/** The types that fal documents (REST v1, August 2026); it may offer more. */
const knownTypes = ["gpu_1x_h100_sxm5", "gpu_8x_h100_sxm5"];
const typeWithSectors = "gpu_8x_h100_sxm5";
const knownSectors = ["sector_1", "sector_2", "sector_3"];

export const computeInstance = defineResource({
  kind: "ComputeInstance",
  doc: "A GPU instance, billed per hour as long as it exists. Replacing or deleting it loses all data on it.",
  idDoc: "the instance's `id`",
  noun: "GPU instance",
  deletion: () => "lost",
  timeouts: { create: 20 * 60, update: 20 * 60, delete: 20 * 60 },
  inputs: {
    instanceType: {
      schema: z
        .string({ error: "must be a string" })
        .regex(/^gpu_\d+x_[a-z0-9_]+$/, `must be an instance type: ${knownTypes.join(" or ")}`),
      change: "replace",
      required: true,
      type: "string",
      documented: { noun: "instance type", values: knownTypes },
      doc: "The hardware of the instance: `gpu_1x_h100_sxm5` (16 vCPU, 200 GB RAM, 80 GB VRAM, 1 TB disk) or `gpu_8x_h100_sxm5` (128 vCPU, 1600 GB RAM, 640 GB VRAM, 8 TB disk).",
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
      doc: "The SSH public key of the user `ubuntu`. A change of its comment is ignored. fal never returns it. Optional for an adopted or imported instance; if you set it later, it is recorded but not sent, with a warning.",
    },
    sector: {
      schema: z
        .string({ error: "must be a string" })
        .regex(/^sector_\d+$/, 'must be a sector: "sector_1", "sector_2" or "sector_3"'),
      change: "replace",
      type: "string",
      documented: { noun: "sector", values: knownSectors },
      doc: "The InfiniBand sector, `sector_1` to `sector_3`. Only for `gpu_8x_h100_sxm5`.",
      default: "chosen by fal",
    },
    waitForReady: {
      schema: z.boolean({ error: "must be true or false" }),
      change: "record",
      type: "boolean",
      doc: "Waits until the instance is ready and has an address. The time limit for the creation is 20 minutes, unless the option `customTimeouts` sets another.",
      default: "`true`",
    },
    adopt: {
      adopts: "id",
      schema: z.string({ error: "must be the id of the instance to adopt" }).min(1, "must not be empty"),
      change: "record",
      public: true,
      type: "string",
      doc: "The id of an existing instance to manage. Used only at creation.",
      default: "a new instance is created",
    },
  },
  outputs: {
    status: {
      type: "string",
      doc: "The last known status: `ready`, `init`, `pending`, `provisioning`, `stopped` or `unknown`.",
    },
    ip: { type: "string", optional: true, changesWith: [], doc: "The public IP address, once the instance is ready." },
    region: { type: "string", optional: true, changesWith: [], doc: "The region, chosen by fal." },
    creatorUserNickname: { type: "string", optional: true, changesWith: [], doc: "The user who created the instance." },
    sshCommand: {
      type: "string",
      optional: true,
      changesWith: [],
      doc: "`ssh ubuntu@IP`, once the instance has an address.",
    },
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
});
