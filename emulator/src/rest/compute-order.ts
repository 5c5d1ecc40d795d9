import { z } from "zod";
import { INSTANCE_TYPES, SECTORS } from "../state/schema";

/** The body by which both REST surfaces order a machine. */
export const instanceOrder = z.object({
  instance_type: z.enum(INSTANCE_TYPES),
  ssh_key: z.string().min(1),
  sector: z.enum(SECTORS).optional(),
});
