import { resolve } from "node:path";

export const root = resolve(__dirname, "../..");
export const programs = resolve(__dirname, "../programs");
