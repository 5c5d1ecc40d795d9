import { z } from "zod";
import type { ComputeInstanceInfo } from "../client";
import { outputsOf } from "../resources/compute-instance/handler";
import { defineFunction } from "./definition";

export const getComputeInstance = defineFunction({
  name: "getComputeInstance",
  doc: "Reads a GPU instance. fal never returns its SSH key.",
  throws: "the instance does not exist",
  example: 'const { status, sshCommand } = await fal.getComputeInstance({ id: "inst_123" });',
  inputs: {
    id: {
      schema: z
        .string({ error: "must be the id of a GPU instance" })
        .refine((id) => id.trim() !== "", "must not be empty: getComputeInstances lists the instances"),
      required: true,
      type: "string",
      doc: "The instance's id.",
    },
  },
  async read({ id }, { fal }) {
    const found = await fal.compute.get(id);
    if (!found)
      throw new Error(
        `GPU instance "${id}" does not exist in this fal account. getComputeInstances lists the existing ones.`,
      );
    return instanceResult(found);
  },
});

export const getComputeInstances = defineFunction({
  name: "getComputeInstances",
  doc: "Lists the GPU instances of the account.",
  example: "const { instances } = await fal.getComputeInstances();",
  inputs: {},
  async read(_args, { fal, fresh }) {
    return { instances: (await fal.compute.list({ fresh })).map(instanceResult) };
  },
});

function instanceResult(info: ComputeInstanceInfo): object {
  return { id: info.id, instanceType: info.instanceType, sector: info.sector, ...outputsOf(info) };
}
