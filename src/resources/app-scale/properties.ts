import { z } from "zod";
import {
  deployResetNames,
  type ScaleName,
  type ScalingUnit,
  type ScalingValue,
  scaleNames,
  type scaling,
  scalingValues,
} from "../../client/scaling";
import { type Documented, defineResource, type InputProperty } from "../../provider/properties";
import { containsUnknown, isRecord, unknownValue } from "../../provider/values";
import {
  adoptFlag,
  asSet,
  count,
  environmentProperty,
  idOf,
  knownId,
  oneOf,
  parseId,
  plainName,
  seconds,
  triggers,
} from "../common";

/** What a number of each unit is called in messages. */
const counted: Readonly<Record<Exclude<ScalingUnit, "s">, string>> = {
  runners: "runners",
  "%": "percent",
  "requests per runner": "requests",
};

function scaleInput({ doc, unit, item, unordered, zeroClears, resetByDeploy }: ScalingValue): InputProperty {
  const shared = {
    change: "update",
    doc,
    ...(zeroClears ? { zeroClears } : {}),
    ...(resetByDeploy ? { resetByDeploy } : {}),
  } as const;
  if (unit === undefined) {
    const schema = z
      .array(z.string({ error: `must be a ${item}` }).min(1, "must not be empty"), {
        error: `must be a list of ${item}s`,
      })
      .min(1, "must not be empty: fal cannot clear the list; leave it out to stop managing it");
    return { ...shared, schema, type: "string[]", ...(unordered ? { normalize: asSet } : {}) };
  }
  // A runner must be able to work on at least one request.
  const schema = unit === "s" ? seconds : count(counted[unit], unit === "requests per runner" ? 1 : 0);
  return { ...shared, schema, type: "number", unit };
}

type ScaleInputs = { readonly [Name in ScaleName]: InputProperty & { readonly schema: z.ZodType<ScaleArg<Name>> } };
type ScaleArg<Name extends ScaleName> = (typeof scaling)[Name] extends { item: string } ? string[] : number;

/** The values in fal's SDK and documentation. fal may accept others. */
const documented: Partial<Record<ScaleName, Documented>> = {
  machineTypes: {
    noun: "machine type",
    values: [
      ...["XS", "S", "M", "L", "XL", "GPU-A100", "GPU-L40", "GPU-H100", "GPU-H200", "GPU-B200", "GPU-RTXPRO6000"],
      ...["GPU-RTX4090", "GPU-RTX5090", "GPU-A6000"],
    ],
  },
  regions: { noun: "region", values: ["us-west", "us-central", "us-east", "eu-north", "eu-west"] },
};

/** Each is sent, compared and projected only when it is declared. */
const scaleInputs = Object.fromEntries(
  scaleNames.map((name) => [
    name,
    { ...scaleInput(scalingValues[name]), ...(documented[name] ? { documented: documented[name] } : {}) },
  ]),
) as ScaleInputs;

export const appScale = defineResource({
  kind: "AppScale",
  doc: "The scaling of an existing app. Only the values that you set are managed. A deploy resets three of them.",
  idDoc: "`environment/app`",
  identity: (inputs) => knownId(inputs["environment"], inputs["app"]),
  noun: "app scaling",
  alwaysAdopts: () => true,
  deletion: () => "kept",
  inputs: {
    app: {
      schema: plainName,
      change: "replace",
      public: true,
      required: true,
      type: "string | App",
      refersTo: {
        kind: "App",
        id: (inputs) => idOf(String(inputs["environment"]), String(inputs["app"])),
        implies: ["environment"],
      },
      doc: "The app's name or its id `environment/name`.",
      inTypeScript:
        "An `App` is accepted too: it creates a dependency, and adds its `revision` and the hash of its `source` to `reapplyOn`.",
    },
    environment: {
      ...environmentProperty,
      default: "the one in `app` if that is an id, else the provider's, or `main`",
    },
    ...scaleInputs,
    reapplyOn: {
      schema: triggers,
      change: "update",
      trigger: "new",
      type: "string[]",
      doc: `When a value in this list changes, the values that a deploy resets (${deployResetNames.map((name) => `\`${name}\``).join(", ")}, or all after a deployment with \`resetScale\`) are sent again. For example, the \`currentRevision\` of the \`App\`.`,
      inTypeScript: "An `App` given as `app` adds its `revision` and its `sourceHash`.",
    },
    onDelete: {
      schema: oneOf(["retain", "restore"]),
      change: "record",
      type: '"retain" | "restore"',
      doc: "What happens to the values when the resource is deleted: `retain` keeps them, `restore` restores each value to the one before it was managed, unless someone has changed it since. It takes effect only once it is in the state: set it, run `pulumi up`, then destroy.",
      default: "`retain`",
    },
    adopt: {
      ...adoptFlag,
      doc: "Has no effect: an `AppScale` always manages an existing app.",
      default: "not needed",
    },
  },
  outputs: {
    effective: { type: "AppScaleEffective", doc: "All scaling values that fal last reported, managed or not." },
  },
  canonicalize: (given) => {
    const app = given["app"];
    // An unknown app may be an id that contains the environment.
    if (containsUnknown(app)) return { inputs: { environment: unknownValue, ...given } };
    if (typeof app !== "string" || !app.includes("/")) return { inputs: given };
    const { environment, name } = parseAppId(app);
    const declared = given["environment"];
    const inputs = { ...given, app: name, environment };
    if (declared !== undefined && !containsUnknown(declared) && declared !== environment) {
      const reason = "names another environment than `environment` does: remove one of them";
      const detail = `"${environment}" and "${String(declared)}"`;
      return { inputs, failures: [{ property: "app", reason, detail, about: ["app", "environment"] }] };
    }
    return { inputs };
  },
  foresee: ({ effective }, { minConcurrency, maxConcurrency }, changed) => {
    const maximum = isRecord(effective) ? effective["maxConcurrency"] : undefined;
    if (maxConcurrency !== undefined || !changed.includes("minConcurrency")) return [];
    if (typeof minConcurrency !== "number" || typeof maximum !== "number" || minConcurrency <= maximum) return [];
    return [`${aboveMaximum(minConcurrency, maximum)} \`pulumi up\` fails if fal still has this maximum.`];
  },
  rules: (known) => {
    const minimum = known("minConcurrency");
    const maximum = known("maxConcurrency");
    if (typeof minimum !== "number" || typeof maximum !== "number" || minimum <= maximum) return [];
    return [
      {
        property: "minConcurrency",
        reason: "must not be above maxConcurrency: lower it or raise maxConcurrency",
      },
    ];
  },
});

/** A declared minimum that a maximum at fal, which is not declared, does not allow. */
export function aboveMaximum(minimum: number, maximum: number): string {
  return (
    `\`minConcurrency\` ${minimum} is above the maximum of ${maximum} runners that the app has at fal. ` +
    `Declare a \`maxConcurrency\` of at least ${minimum}, or lower \`minConcurrency\`.`
  );
}

function parseAppId(id: string): { environment: string; name: string } {
  try {
    return parseId("App", id);
  } catch {
    // Unchanged, because the schema of the name rejects the slash.
    return { environment: "", name: id };
  }
}
