import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    patience: number;
  }
}

/** How many times longer than on an idle machine a test may take: vitest.config.mts sets it. */
export const patience = inject("patience");
