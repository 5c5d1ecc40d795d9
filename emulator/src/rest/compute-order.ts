import { z } from "zod";
import { instanceTypes, sectors } from "../state/schema";

/** The request body that creates an instance, on both REST surfaces. */
export const instanceOrder = z.object({
  instance_type: z.enum(instanceTypes),
  ssh_key: z.string().min(1),
  sector: z.enum(sectors).optional(),
});
