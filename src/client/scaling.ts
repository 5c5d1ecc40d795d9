/**
 * The scaling values of an app. This is the only list of them: client types, wire formats, the inputs and `effective`
 * values of `AppScale`, documents and the emulator derive from it. Run `npm run generate` after a change.
 */

/** The unit of a number. */
export type ScalingUnit = "runners" | "%" | "s" | "requests per runner";

/** One scaling value: a number with a unit, or a list of texts. */
export interface ScalingValue {
  readonly doc: string;
  /** The unit of a number; undefined for a list. */
  readonly unit?: ScalingUnit;
  /** The word for an item of a list; undefined for a number. */
  readonly item?: string;
  /** The order of the list does not matter. */
  readonly unordered?: true;
  /** fal may return no value. */
  readonly optional?: true;
  /** Setting it to 0 removes it. */
  readonly zeroClears?: true;
  /** The code of the app sets it, so the next deployment replaces it. */
  readonly resetByDeploy?: true;
  /** The name of the field in gRPC messages, if it differs. */
  readonly grpc?: string;
  /** fal's name over REST, if it is not the name in snake case. */
  readonly rest?: string;
  /** The emulator's value for a new app. UNCERTAIN for most of them whether fal has the same, so do not rely on it. */
  readonly emulated: number | readonly string[] | null;
}

export const scaling = {
  minConcurrency: {
    doc: "Runners kept warm at all times; billed while idle.",
    unit: "runners",
    emulated: 0,
  },
  maxConcurrency: {
    doc: "Maximum number of runners; the account has a limit of its own.",
    unit: "runners",
    // UNCERTAIN: fal's deploy check says 2, its end-to-end test sees 1.
    emulated: 2,
  },
  concurrencyBuffer: {
    doc: "Warm runners in addition to the busy ones; billed while idle. The larger of this and `concurrencyBufferPerc` counts.",
    unit: "runners",
    optional: true,
    emulated: 0,
  },
  concurrencyBufferPerc: {
    doc: "Warm runners in addition to the busy ones, in percent of the request volume.",
    unit: "%",
    optional: true,
    emulated: 0,
  },
  keepAlive: { doc: "How long an idle runner is kept.", unit: "s", emulated: 10 },
  scalingDelay: {
    doc: "How long to wait before scaling up.",
    unit: "s",
    optional: true,
    grpc: "scalingDelaySeconds",
    emulated: 0,
  },
  requestTimeout: {
    doc: "How long a request may run. After this it is aborted and its runner stopped.",
    unit: "s",
    optional: true,
    emulated: 3600,
  },
  // Source: UpdateApplicationRequest field 14 (fal 1.83).
  requestStartTimeout: {
    doc: "How long a request of the app's owner may wait in the queue for a runner. A request's own header takes precedence. 0 clears it.",
    unit: "s",
    optional: true,
    zeroClears: true,
    emulated: null,
  },
  startupTimeout: {
    doc: "How long a runner may take to start.",
    unit: "s",
    optional: true,
    resetByDeploy: true,
    emulated: 600,
  },
  maxMultiplexing: {
    doc: "Requests that one runner processes at the same time.",
    unit: "requests per runner",
    resetByDeploy: true,
    emulated: 1,
  },
  machineTypes: {
    doc: "Machine types to run on, in order of preference, for example `GPU-H100`. Existing runners keep theirs until they are rolled out.",
    item: "machine type",
    resetByDeploy: true,
    emulated: ["XS"],
  },
  regions: {
    doc: "Regions to run in, for example `us-east`. The order does not matter.",
    item: "region",
    unordered: true,
    grpc: "validRegions",
    rest: "valid_regions",
    emulated: [],
  },
} as const satisfies Record<string, ScalingValue>;

export type ScaleName = keyof typeof scaling;

/** The same table with one type for all values, for code that does not distinguish them. */
export const scalingValues: Readonly<Record<ScaleName, ScalingValue>> = scaling;

export const scaleNames = Object.keys(scaling) as ScaleName[];

/** The values that a deployment replaces. */
export const deployResetNames = scaleNames.filter((name) => scalingValues[name].resetByDeploy);
