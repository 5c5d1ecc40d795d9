import { z } from "zod";

export const text = z.string().min(1);
export const time = z.iso.datetime({ offset: true });
export const count = z.int32().min(0);
