import { scaleNames, scalingValues } from "../../../src/client/scaling";
import type { PropertyValues } from "../../../src/provider/properties";
import { type KindSamples, templateOf, wrong } from "./kind";

const scale = (args: PropertyValues): PropertyValues => ({ app: "image-gen", ...args });

/** Samples of every scaling value, so that a new one needs none of its own. */
const anyValues = scaleNames.map((name) => [name, scalingValues[name].item ? [["a"], ["b"]] : [1, 2]] as const);

export const appScale: KindSamples = {
  inputs: {
    app: ["image-gen", "video-gen"],
    environment: ["main", "staging"],
    ...Object.fromEntries(anyValues),
    minConcurrency: [0, 2],
    maxConcurrency: [4, 8],
    concurrencyBuffer: [0, 1],
    concurrencyBufferPerc: [0, 20],
    keepAlive: [0, 300],
    scalingDelay: [0, 15],
    requestTimeout: [600, 1200],
    requestStartTimeout: [0, 30],
    startupTimeout: [300, 900],
    maxMultiplexing: [1, 4],
    machineTypes: [
      ["GPU-H100", "GPU-A100"],
      ["GPU-A100", "GPU-H100"],
    ],
    regions: [["us-east"], ["us-east", "eu-west"]],
    reapplyOn: [["a"], ["b"]],
    onDelete: ["retain", "restore"],
    adopt: [false, true],
  },
  together: {
    app: "image-gen",
    environment: "main",
    ...Object.fromEntries(anyValues.map(([name, [value]]) => [name, value])),
    minConcurrency: 1,
    maxConcurrency: 4,
    concurrencyBuffer: 1,
    concurrencyBufferPerc: 10,
    keepAlive: 60,
    scalingDelay: 5,
    requestTimeout: 600,
    requestStartTimeout: 30,
    startupTimeout: 300,
    maxMultiplexing: 2,
    machineTypes: ["GPU-H100"],
    regions: ["us-east"],
    reapplyOn: ["a"],
    onDelete: "retain",
    adopt: false,
  },
  object: { id: "main/sd", takesOver: { app: "main/sd" }, creates: { app: "sd" }, elsewhere: { app: "other" } },
  wrong: [
    wrong("without an app", { maxConcurrency: 1 }, ["app", "is required"]),
    wrong("with a suffix in its app", { app: "a--staging" }, ["app", "--<environment>"]),
    wrong("with the endpoint id of an app in an environment", { app: "acme/staging/a" }, [
      "app",
      'must not contain "/"',
      "without its owner",
    ]),
    wrong("with an id that contains an Output in a template string", { app: templateOf("/a") }, [
      /^`app` contains an Output that was converted to text, .*pulumi\.interpolate`…`[^.]*\.jsonStringify[^.]*\.$/,
    ]),
    wrong("with an Output in a template string in a list", { app: "a", regions: [templateOf("")] }, [
      /^`regions` contains an Output .*\.$/,
    ]),
    wrong("with two environments", { app: "staging/a", environment: "main" }, ["app", "staging", "main", "remove one"]),
    wrong("with an incomplete id", { app: "/a" }, ["app", 'must not contain "/"']),
    wrong("with a minimum above the maximum", scale({ minConcurrency: 5, maxConcurrency: 2 }), [
      "minConcurrency",
      "lower it",
    ]),
    ...["minConcurrency", "maxConcurrency", "concurrencyBuffer"].flatMap((name) => [
      wrong(`with ${name} below zero`, scale({ [name]: -1 }), [name, "0 or more runners"]),
      wrong(`with half a ${name}`, scale({ [name]: 1.5 }), [name, "whole number of runners"]),
    ]),
    ...["keepAlive", "scalingDelay", "requestTimeout", "requestStartTimeout", "startupTimeout"].map((name) =>
      wrong(`with ${name} below zero`, scale({ [name]: -5 }), [name, "0 or more seconds"]),
    ),
    wrong("with keepAlive as text", scale({ keepAlive: "5m" }), ["keepAlive", "whole number of seconds"]),
    wrong("with a number beyond 32 bits", scale({ keepAlive: 2 ** 31 }), ["keepAlive", "32 bits"]),
    wrong("with a percentage below zero", scale({ concurrencyBufferPerc: -10 }), [
      "concurrencyBufferPerc",
      "0 or more percent",
    ]),
    wrong("without multiplexing", scale({ maxMultiplexing: 0 }), ["maxMultiplexing", "1 or more requests"]),
    wrong("with no machine types", scale({ machineTypes: [] }), ["machineTypes", "must not be empty", "leave it out"]),
    wrong("with one machine type as text", scale({ machineTypes: "GPU-H100" }), [
      "machineTypes",
      "list of machine types",
    ]),
    wrong("with an empty machine type", scale({ machineTypes: [""] }), ["machineTypes", "must not be empty"]),
    wrong("with no regions", scale({ regions: [] }), ["regions", "must not be empty", "leave it out"]),
    wrong("with regions as text", scale({ regions: "us-east" }), ["regions", "list of regions"]),
    wrong("with an unknown onDelete", scale({ onDelete: "delete" }), ["onDelete", '"retain", "restore"']),
    wrong("with the API's name of an input", scale({ max_concurrency: 4 }), [
      "max_concurrency",
      'Did you mean "maxConcurrency"?',
    ]),
  ],
};
