// For `pulumi-fal doctor`: reaches fal's hosts without a client, and reads why that failed.
export { errorChain, isUntrusted } from "./internal/network";
export { isAboutMoney } from "./internal/refusal";
export { openTunnel, proxyFailure } from "./internal/tunnel";
