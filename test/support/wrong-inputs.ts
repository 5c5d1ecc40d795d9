import type { PropertyValues } from "../../src/provider/properties";
import { SSH_KEY } from "./constants";

export interface WrongInput {
  /** Says what is wrong; unique. */
  readonly title: string;
  readonly kind: string;
  readonly args: PropertyValues;
  /** What the message must name: property and fix, and the value where it is public. */
  readonly says: readonly (string | RegExp)[];
  /** What must appear nowhere. */
  readonly never?: readonly string[];
}

const scale = (args: PropertyValues): PropertyValues => ({ app: "image-gen", ...args });
const secret = (args: PropertyValues): PropertyValues => ({ name: "HF_TOKEN", value: "hf_ok", ...args });
const key = (args: PropertyValues): PropertyValues => ({ alias: "ci", ...args });
const machine = (args: PropertyValues): PropertyValues => ({
  instanceType: "gpu_1x_h100_sxm5",
  sshKey: SSH_KEY,
  ...args,
});
const canary = "canary-7f3a91";

/** Inputs that a preview must refuse before any request, each alone. */
export const wrongInputs: readonly WrongInput[] = [
  // names and environments
  ...["App", "Environment"].flatMap((kind) => [
    wrong(`${kind} without a name`, kind, {}, ["name", "is required"]),
    wrong(`${kind} with an empty name`, kind, { name: "" }, ["name", "must not be empty"]),
    wrong(`${kind} whose name is a number`, kind, { name: 7 }, ["name", "must be a string", "7"]),
    wrong(`${kind} with a slash in its name`, kind, { name: "a/b" }, ["name", 'must not contain "/"', "a/b"]),
    wrong(`${kind} with a suffix in its name`, kind, { name: "a--staging" }, ["name", "--<environment>", "a--staging"]),
    wrong(`${kind} with white space around its name`, kind, { name: " a" }, ["name", "white space"]),
  ]),
  wrong("App with an empty environment", "App", { name: "a", environment: "" }, ["environment", "leave it out"]),
  wrong("App with a slash in its environment", "App", { name: "a", environment: "x/y" }, ["environment", "x/y"]),
  wrong("App with -- in its environment", "App", { name: "a", environment: "x--y" }, ["environment", "x--y"]),
  wrong("App whose environment is a number", "App", { name: "a", environment: 3 }, [
    "environment",
    "name of an environment",
  ]),
  // App
  wrong("App with an unknown auth mode", "App", { name: "a", authMode: "open" }, [
    "authMode",
    '"private", "public", "shared"',
  ]),
  wrong("App with an auth mode in capitals", "App", { name: "a", authMode: "PUBLIC" }, ["authMode", '"public"']),
  wrong("App with an empty revision", "App", { name: "a", revision: "" }, ["revision", "leave it out"]),
  wrong("App with an unknown strategy", "App", { name: "a", strategy: "blue-green" }, [
    "strategy",
    '"rolling", "recreate"',
  ]),
  wrong("App whose rolloutOn is no list", "App", { name: "a", rolloutOn: "x" }, ["rolloutOn", "list of strings"]),
  wrong("App with a number in rolloutOn", "App", { name: "a", rolloutOn: [1] }, ["rolloutOn", "must be a string"]),
  wrong("App with an unknown onDelete", "App", { name: "a", onDelete: "keep" }, ["onDelete", '"delete", "retain"']),
  wrong("App with adopt that is no flag", "App", { name: "a", adopt: 1 }, ["adopt", "true or false"]),
  wrong("App with a misspelt input", "App", { name: "a", authmode: "private" }, [
    "authmode",
    'did you mean "authMode"',
  ]),
  wrong("App with an input of another world", "App", { name: "a", replicas: 3 }, ["replicas", "its inputs are"]),
  wrong("App with an output as input", "App", { name: "a", url: "https://x" }, ["url", "is an output"]),
  wrong("App with a computed input", "App", { name: "a", alias: "b" }, ["alias", "is an output"]),
  // AppScale
  wrong("AppScale without an app", "AppScale", { maxConcurrency: 1 }, ["app", "is required"]),
  wrong("AppScale of a suffixed app", "AppScale", { app: "a--staging" }, ["app", "--<environment>"]),
  wrong("AppScale with two environments", "AppScale", { app: "staging/a", environment: "main" }, [
    "app",
    "staging",
    "main",
    "remove one",
  ]),
  wrong("AppScale of a half id", "AppScale", { app: "/a" }, ["app", 'must not contain "/"']),
  wrong("AppScale with min above max", "AppScale", scale({ minConcurrency: 5, maxConcurrency: 2 }), [
    "minConcurrency",
    "lower it",
  ]),
  ...["minConcurrency", "maxConcurrency", "concurrencyBuffer"].flatMap((name) => [
    wrong(`AppScale with ${name} below zero`, "AppScale", scale({ [name]: -1 }), [name, "0 or more runners"]),
    wrong(`AppScale with half a ${name}`, "AppScale", scale({ [name]: 1.5 }), [name, "whole number of runners"]),
  ]),
  ...["keepAlive", "scalingDelay", "requestTimeout", "requestStartTimeout", "startupTimeout"].map((name) =>
    wrong(`AppScale with ${name} below zero`, "AppScale", scale({ [name]: -5 }), [name, "0 or more seconds"]),
  ),
  wrong("AppScale with keepAlive as text", "AppScale", scale({ keepAlive: "5m" }), [
    "keepAlive",
    "whole number of seconds",
  ]),
  wrong("AppScale with a number beyond 32 bits", "AppScale", scale({ keepAlive: 2 ** 31 }), ["keepAlive", "32 bits"]),
  wrong("AppScale with a percentage below zero", "AppScale", scale({ concurrencyBufferPerc: -10 }), [
    "concurrencyBufferPerc",
    "0 or more percent",
  ]),
  wrong("AppScale without multiplexing", "AppScale", scale({ maxMultiplexing: 0 }), [
    "maxMultiplexing",
    "1 or more requests",
  ]),
  wrong("AppScale with no machine types", "AppScale", scale({ machineTypes: [] }), [
    "machineTypes",
    "must not be empty",
    "leave it out",
  ]),
  wrong("AppScale with one machine type as text", "AppScale", scale({ machineTypes: "GPU-H100" }), [
    "machineTypes",
    "list of machine types",
  ]),
  wrong("AppScale with an empty machine type", "AppScale", scale({ machineTypes: [""] }), [
    "machineTypes",
    "must not be empty",
  ]),
  wrong("AppScale with no regions", "AppScale", scale({ regions: [] }), [
    "regions",
    "must not be empty",
    "leave it out",
  ]),
  wrong("AppScale with regions as text", "AppScale", scale({ regions: "us-east" }), ["regions", "list of regions"]),
  wrong("AppScale with an unknown onDelete", "AppScale", scale({ onDelete: "delete" }), [
    "onDelete",
    '"retain", "restore"',
  ]),
  wrong("AppScale with the wire's name", "AppScale", scale({ max_concurrency: 4 }), [
    "max_concurrency",
    'did you mean "maxConcurrency"',
  ]),
  // Secret
  wrong("Secret without a name", "Secret", { value: canary }, ["name", "is required"], [canary]),
  wrong("Secret without a value", "Secret", { name: "A" }, ["value", "is required"]),
  wrong("Secret with an empty value", "Secret", secret({ value: "" }), ["value", "must not be empty"]),
  wrong(
    "Secret whose value is an object",
    "Secret",
    secret({ value: { token: canary } }),
    ["value", "must be a string"],
    [canary],
  ),
  wrong("Secret whose value is a list", "Secret", secret({ value: [canary] }), ["value", "must be a string"], [canary]),
  wrong("Secret with a suffix in its name", "Secret", secret({ name: "A--staging" }), ["name", "--<environment>"]),
  wrong("Secret with an exposure that is no flag", "Secret", secret({ defaultExposed: "yes" }), [
    "defaultExposed",
    "true or false",
  ]),
  wrong(
    "Secret with a misspelt value",
    "Secret",
    { name: "A", valu: canary },
    ["valu", 'did you mean "value"'],
    [canary],
  ),
  // ApiKey
  wrong("ApiKey without an alias", "ApiKey", {}, ["alias", "is required"]),
  wrong("ApiKey with an empty alias", "ApiKey", { alias: "" }, ["alias", "must not be empty"]),
  wrong("ApiKey with an alias of 256 characters", "ApiKey", { alias: "a".repeat(256) }, ["alias", "at most 255"]),
  wrong("ApiKey with preset and scope", "ApiKey", key({ preset: "API", scope: "API" }), [
    "scope",
    "at most one",
    "remove all but one",
  ]),
  wrong("ApiKey with preset and permissions", "ApiKey", key({ preset: "FULL", permissions: ["a"] }), [
    "permissions",
    "at most one",
  ]),
  wrong("ApiKey with a preset in small letters", "ApiKey", key({ preset: "full" }), ["preset", "in capitals"]),
  wrong("ApiKey with an unknown scope", "ApiKey", key({ scope: "admin" }), ["scope", '"ADMIN", "API"']),
  wrong("ApiKey without any permission", "ApiKey", key({ permissions: [] }), ["permissions", "must not be empty"]),
  wrong("ApiKey with a period without a unit", "ApiKey", key({ rotation: { every: "30" } }), [
    "rotation",
    "every",
    '"30d"',
  ]),
  wrong("ApiKey with a period in weeks", "ApiKey", key({ rotation: { every: "2w" } }), [
    "rotation",
    "every",
    "duration",
  ]),
  wrong("ApiKey with a period beyond all dates", "ApiKey", key({ rotation: { every: "999999999d" } }), [
    "rotation",
    "every",
    "duration",
  ]),
  wrong("ApiKey that rotates all the time", "ApiKey", key({ rotation: { every: "0d" } }), [
    "rotation",
    "more than zero",
  ]),
  wrong("ApiKey with an overlap that is no duration", "ApiKey", key({ rotation: { overlap: "a day" } }), [
    "rotation",
    "overlap",
  ]),
  wrong("ApiKey with a misspelt rotation", "ApiKey", key({ rotation: { evry: "30d" } }), [
    "rotation",
    "`trigger`, `every` and `overlap`",
  ]),
  wrong("ApiKey with rotation as text", "ApiKey", key({ rotation: "30d" }), [
    "rotation",
    "`trigger`, `every` and `overlap`",
  ]),
  // ComputeInstance
  wrong("ComputeInstance without a type", "ComputeInstance", { sshKey: SSH_KEY }, ["instanceType", "is required"]),
  wrong("ComputeInstance without a key", "ComputeInstance", { instanceType: "gpu_1x_h100_sxm5" }, [
    "sshKey",
    "is required",
  ]),
  wrong("ComputeInstance of another cloud's type", "ComputeInstance", machine({ instanceType: "p5.48xlarge" }), [
    "instanceType",
    "gpu_1x_h100_sxm5",
  ]),
  wrong("ComputeInstance with an empty key", "ComputeInstance", machine({ sshKey: "" }), ["sshKey", "SSH public key"]),
  wrong("ComputeInstance with a path for a key", "ComputeInstance", machine({ sshKey: "~/.ssh/id_ed25519.pub" }), [
    "sshKey",
    "SSH public key",
  ]),
  wrong(
    "ComputeInstance with a private key",
    "ComputeInstance",
    machine({ sshKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${canary}\n-----END OPENSSH PRIVATE KEY-----` }),
    ["sshKey", "PRIVATE key", ".pub"],
    [canary],
  ),
  wrong("ComputeInstance with a cut-off key", "ComputeInstance", machine({ sshKey: "ssh-ed25519 AAAAC3NzaC1lZDI1" }), [
    "sshKey",
    "damaged",
  ]),
  wrong(
    "ComputeInstance with a key of two types",
    "ComputeInstance",
    machine({ sshKey: SSH_KEY.replace("ssh-ed25519", "ssh-rsa") }),
    ["sshKey", "damaged"],
  ),
  wrong("ComputeInstance with a sector it cannot have", "ComputeInstance", machine({ sector: "sector_1" }), [
    "sector",
    "gpu_8x_h100_sxm5",
    "remove it",
  ]),
  wrong(
    "ComputeInstance with an unknown sector",
    "ComputeInstance",
    machine({ instanceType: "gpu_8x_h100_sxm5", sector: "north" }),
    ["sector", "sector_1"],
  ),
  wrong("ComputeInstance with a region", "ComputeInstance", machine({ region: "us-east" }), ["region", "is an output"]),
  wrong("ComputeInstance with waitForReady that is no flag", "ComputeInstance", machine({ waitForReady: "no" }), [
    "waitForReady",
    "true or false",
  ]),
  wrong("ComputeInstance with an empty id to adopt", "ComputeInstance", machine({ adopt: "" }), [
    "adopt",
    "must not be empty",
  ]),
  // Environment
  wrong("Environment with an empty description", "Environment", { name: "a", description: "" }, [
    "description",
    "leave it out",
  ]),
  wrong("Environment with a description that is no text", "Environment", { name: "a", description: 5 }, [
    "description",
    "must be a string",
  ]),
  wrong("Environment with forceDestroy that is no flag", "Environment", { name: "a", forceDestroy: "true" }, [
    "forceDestroy",
    "true or false",
  ]),
];

function wrong(
  title: string,
  kind: string,
  args: PropertyValues,
  says: readonly (string | RegExp)[],
  never?: readonly string[],
): WrongInput {
  return { title, kind, args, says, ...(never ? { never } : {}) };
}
