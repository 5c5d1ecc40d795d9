// Connectivity checks, for `pulumi-fal doctor`.
export { errorChain, isUntrusted } from "./internal/network";
export { isAboutMoney } from "./internal/refusal";
export { openTunnel, proxyFailure } from "./internal/tunnel";
