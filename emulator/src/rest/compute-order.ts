import { z } from "zod";
import { instanceTypes, sectors } from "../state/schema";

/** The body by which both REST surfaces order a machine. */
export const instanceOrder = z.object({
  instance_type: z.enum(instanceTypes),
  ssh_key: z.string().min(1),
  sector: z.enum(sectors).optional(),
});
