/** Infrastructure as code for fal.ai: `import * as fal from "pulumi-fal"`. */

import "./require-node";

export * from "./functions/functions.gen";
export type * from "./functions/results";
export * from "./resources/classes.gen";
export { Provider, type ProviderArgs } from "./resources/provider";
