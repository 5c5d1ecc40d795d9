import type { ResourceValidationPolicy } from "@pulumi/policy";
import { parseRotationDuration } from "../resources/api-key/durations";
import { idOf } from "../resources/common";
import { instanceTypeForm, isKind, listed, machineTypeForm, printable, refuse } from "./resource";

const texts = { type: "array", items: { type: "string", minLength: 1 } } as const;

interface MachineTypes {
  readonly machineTypes?: Readonly<Record<string, readonly string[]>>;
  readonly instanceTypes?: readonly string[];
}

/** Allowed machine types by fal environment, and allowed instance types. */
export const machineTypes: ResourceValidationPolicy = {
  name: "fal-machine-types",
  displayName: "Allowed machine types",
  description: "Apps and GPU instances use only allowed types.",
  configSchema: {
    properties: {
      machineTypes: {
        type: "object",
        additionalProperties: texts,
        description:
          'Allowed machine types of apps by fal environment; "*" for all others. Without either, an environment allows none.',
      },
      instanceTypes: {
        ...texts,
        description: "Allowed instance types. GPU instances do not belong to an environment.",
      },
    },
  },
  validateResource: (args, reportViolation) => {
    const config = args.getConfig<MachineTypes>();
    if (isKind(args, "AppScale") && config.machineTypes !== undefined) {
      const declared: readonly string[] | undefined = args.props["machineTypes"];
      if (declared === undefined) return;
      const environment = String(args.props["environment"]);
      const named = Object.hasOwn(config.machineTypes, environment);
      const allowed = (named ? config.machineTypes[environment] : config.machineTypes["*"]) ?? [];
      const refused = [...declared].filter((type) => !allowed.includes(type));
      if (refused.length === 0) return;
      reportViolation(
        `${quoted(args.name)} may run on ${listed(refused.map((type) => printable(type, machineTypeForm)))}, but ` +
          `${named ? `the environment "${environment}"` : "its environment"} allows ${only(allowed)}. ` +
          "Use an allowed type in `machineTypes`, or add this one to `machineTypes` of this policy.",
      );
    }
    if (isKind(args, "ComputeInstance") && config.instanceTypes !== undefined) {
      const declared = args.props["instanceType"];
      if (config.instanceTypes.includes(declared)) return;
      reportViolation(
        `${quoted(args.name)} is ${printable(declared, instanceTypeForm)}, but this policy allows ${only(config.instanceTypes)}. ` +
          "Use an allowed type as `instanceType`, or add this one to `instanceTypes` of this policy.",
      );
    }
  },
};

const defaultMarker = "public";

/** The configuration of the word that tags what is public on purpose. */
const markerSchema = (what: string) =>
  ({
    type: "string",
    pattern: "^[A-Za-z0-9]+$",
    default: defaultMarker,
    description: `The word that tags ${what}: a part of the resource's name in the program, separated by any character other than a letter or digit.`,
  }) as const;

/** Resources have no tags, so only the name in the program shows a policy what the author intends. */
const isTagged = (name: string, marker: string) => name.split(/[^A-Za-z0-9]+/).includes(marker);

interface PublicApps {
  readonly marker?: string;
  readonly allowed?: readonly string[];
}

/** No public apps, unless the resource's name in the program shows that this is intended. */
export const publicApps: ResourceValidationPolicy = {
  name: "fal-no-public-apps",
  displayName: "No public apps by accident",
  description: 'An app with `authMode: "public"` is tagged in the program or listed in `allowed`.',
  configSchema: {
    properties: {
      marker: markerSchema("a public app"),
      allowed: { ...texts, description: "Apps that may be public without this word, as `environment/name`." },
    },
  },
  validateResource: (args, reportViolation) => {
    if (!isKind(args, "App")) return;
    const { marker = defaultMarker, allowed = [] } = args.getConfig<PublicApps>();
    if (isTagged(args.name, marker)) return;
    if (args.props["authMode"] !== "public") return;
    if (allowed.includes(idOf(String(args.props["environment"]), String(args.props["name"])))) return;
    reportViolation(
      `${quoted(args.name)} has \`authMode\` "public": everybody can call it, and the account pays. ` +
        `If this is intended, name the resource "${args.name}-${marker}" (with \`aliases\` for its old name), or add the app, ` +
        'as "environment/name", to `allowed` of this policy. Otherwise use "private" or "shared".',
    );
  },
};

/** No public files, unless the resource's name in the program shows that this is intended. */
export const publicFiles: ResourceValidationPolicy = {
  name: "fal-no-public-files",
  displayName: "No public files by accident",
  description: 'Storage settings with `defaultAccess: "allow"` are tagged in the program.',
  configSchema: {
    properties: {
      marker: markerSchema("public files"),
    },
  },
  validateResource: (args, reportViolation) => {
    if (!isKind(args, "StorageSettings") || args.props["defaultAccess"] !== "allow") return;
    const { marker = defaultMarker } = args.getConfig<{ marker?: string }>();
    if (isTagged(args.name, marker)) return;
    reportViolation(
      `${quoted(args.name)} has \`defaultAccess\` "allow": everyone who has the address of a new file can read it. ` +
        `If this is intended, name the resource "${args.name}-${marker}" (with \`aliases\` for its old name). Otherwise use "forbid" or "hide".`,
    );
  },
};

/** Keys must rotate. */
export const keyRotation: ResourceValidationPolicy = {
  name: "fal-key-rotation",
  displayName: "Keys rotate",
  description: "API keys rotate at least once per `maximum`.",
  configSchema: {
    properties: {
      maximum: {
        type: "string",
        pattern: "^\\d+[dhms]$",
        default: "90d",
        description: "The longest period, for example `90d` or `24h`.",
      },
    },
  },
  validateResource: (args, reportViolation) => {
    if (!isKind(args, "ApiKey")) return;
    const { maximum = "90d" } = args.getConfig<{ maximum?: string }>();
    const longest = parseRotationDuration(maximum);
    if (longest === undefined) return refuse("`maximum` must be a duration of at most 100 years, like `90d`");
    const every = args.props["rotation"]?.every;
    const period = typeof every === "string" ? parseRotationDuration(every) : undefined;
    if (period !== undefined && period <= longest) return;
    const found = every === undefined ? "has no `rotation.every`" : `rotates every ${printable(every, /^\d+[dhms]$/)}`;
    reportViolation(
      `${quoted(args.name)} ${found}, but "${maximum}" is the longest allowed period. ` +
        `Set \`rotation: { every: "${maximum}" }\` or a shorter period, or raise \`maximum\` of this policy.`,
    );
  },
};

/** GPU instances must be protected, because deleting one loses all data on it. */
export const protectedMachines: ResourceValidationPolicy = {
  name: "fal-protected-machines",
  displayName: "GPU instances are protected",
  description: "GPU instances have the option `protect`, so that no `up` deletes or replaces them.",
  configSchema: {
    properties: {
      except: { ...texts, description: "GPU instances that need no protection, by their names in the program." },
    },
  },
  validateResource: (args, reportViolation) => {
    if (!isKind(args, "ComputeInstance") || args.opts.protect) return;
    if (args.getConfig<{ except?: readonly string[] }>().except?.includes(args.name)) return;
    reportViolation(
      `${quoted(args.name)} is not protected: a change of the program could delete it and all data on it. ` +
        "Give it the option `protect: true`, or add its name to `except` of this policy.",
    );
  },
};

const quoted = (name: string) => `"${name}"`;
const only = (allowed: readonly string[]) => (allowed.length === 0 ? "none" : `only ${allowed.join(", ")}`);
