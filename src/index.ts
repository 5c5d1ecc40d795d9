/** Infrastructure as code for fal.ai: `import * as fal from "pulumi-fal"`. */

import "./require-node";

export * from "./functions/functions.gen";
export type * from "./functions/results";
export { ApiKey, type ApiKeyArgs, type ApiKeyPrevious, type ApiKeyRotation } from "./resources/api-key";
export { App, type AppArgs } from "./resources/app";
export { AppScale, type AppScaleArgs, type AppScaleEffective } from "./resources/app-scale";
export { ComputeInstance, type ComputeInstanceArgs } from "./resources/compute-instance";
export { Environment, type EnvironmentArgs } from "./resources/environment";
export { Provider, type ProviderArgs } from "./resources/provider";
export { Secret, type SecretArgs } from "./resources/secret";
