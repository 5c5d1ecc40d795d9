import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import {
  type AppScaling,
  appScaling,
  costOfApp,
  costOfInstance,
  formatCost,
  formatCount,
  formatMoney,
  type HourlyCost,
  type Prices,
  PricesError,
  readPrices,
  sumCosts,
  sumRanges,
  warmRunners as warmRunnersOf,
} from "../cost";
import { appOf, declaredOrReported, listed, ofKind, Reader, refuse } from "./resource";

interface Maximum {
  readonly maximum?: number;
}

/** The maximum number of warm runners of all apps of a stack. */
export const warmRunners: StackValidationPolicy = {
  name: "fal-warm-runners",
  displayName: "Warm runners per stack",
  description: "The apps of a stack keep at most `maximum` runners warm.",
  configSchema: {
    properties: { maximum: { type: "integer", minimum: 0, description: "Runners, over all apps of the stack." } },
  },
  validateStack: (args, reportViolation) => {
    const { maximum } = args.getConfig<Maximum>();
    if (maximum === undefined) return args.notApplicable("`maximum` is not configured");
    const reader = new Reader();
    const apps = ofKind(args, "AppScale").map((resource) => ({
      name: resource.name,
      count: warmRunnersOf(countsOf(resource, reader)),
    }));
    const total = sumRanges(apps.map(({ count }) => count));
    if (total.max <= maximum) return reader.throwUnknown();
    const largest = apps
      .filter(({ count }) => count.max > 0)
      .sort((a, b) => b.count.max - a.count.max)
      .map(({ name, count }) => `"${name}" ${formatCount(count)}`);
    reportViolation(
      `The stack keeps ${formatCount(total)} runners warm, more than the allowed ${maximum}: ${listed(largest)}. ` +
        "Lower `minConcurrency` or `concurrencyBuffer` of an AppScale, or raise `maximum` of this policy.",
    );
  },
};

interface CostLimit extends Maximum {
  readonly prices?: string;
  readonly unpriced?: "refuse" | "allow";
}

/** The maximum cost of an idle stack per hour: warm runners and GPU instances. */
export const hourlyCost: StackValidationPolicy = {
  name: "fal-hourly-cost",
  displayName: "Hourly cost per stack",
  description: "Warm runners and GPU instances of a stack cost at most `maximum` per hour.",
  configSchema: {
    properties: {
      maximum: { type: "number", minimum: 0, description: "Per hour, in the currency of the prices." },
      prices: {
        type: "string",
        minLength: 1,
        description: "The path of the prices file, relative to the policy pack's folder.",
      },
      unpriced: {
        type: "string",
        enum: ["refuse", "allow"],
        default: "refuse",
        description: "Whether types without a price are violations.",
      },
    },
  },
  validateStack: (args, reportViolation) => {
    const { maximum, prices: file, unpriced = "refuse" } = args.getConfig<CostLimit>();
    if (maximum === undefined) return args.notApplicable("`maximum` is not configured");
    if (file === undefined) return refuse("`maximum` is configured, and `prices` is not: name a prices file");
    const prices = pricesIn(file);
    const apps = ofKind(args, "AppScale").map((resource) => {
      const reader = new Reader();
      return { name: resource.name, reader, cost: costOfApp(scalingOf(resource, reader), prices) };
    });
    const machines = ofKind(args, "ComputeInstance").map((resource) => {
      const reader = new Reader();
      return {
        name: resource.name,
        reader,
        cost: costOfInstance(String(reader.read(resource, "instanceType")), prices),
      };
    });
    const parts: { name: string; reader: Reader; cost: HourlyCost }[] = [...apps, ...machines];
    const table = `the prices "${prices.name}" of ${prices.date}`;
    const total = sumCosts(parts.map(({ cost }) => cost));
    let violated = false;
    if (total.max > maximum) {
      violated = true;
      const largest = parts
        .filter(({ cost }) => cost.max > 0)
        .sort((a, b) => b.cost.max - a.cost.max)
        .map(({ name, cost }) => `"${name}" ${formatCost(cost, prices.currency)}`);
      reportViolation(
        `The stack costs ${formatCost(total, prices.currency)} according to ${table}, more than the allowed ` +
          `${formatMoney(maximum, prices.currency)}/h: ${listed(largest)}. ` +
          "Keep fewer runners warm, use cheaper types, or raise `maximum` of this policy.",
      );
    }
    // A value that is unknown in the preview may have a price; it is reported below.
    const without = parts
      .filter(({ cost, reader }) => cost.unpriced.length > 0 && !reader.metUnknown)
      .map(({ name }) => `"${name}"`);
    if (unpriced === "refuse" && without.length > 0) {
      violated = true;
      reportViolation(
        `Without a price in ${table}, or without a declared machine type: ${listed(without)}. ` +
          "Add the type to the prices file, declare `machineTypes` of the AppScale, " +
          'or set `unpriced` of this policy to "allow".',
      );
    }
    if (!violated) for (const { reader } of parts) reader.throwUnknown();
  },
};

function pricesIn(file: string): Prices {
  try {
    return readPrices(file);
  } catch (error) {
    return refuse(error instanceof PricesError ? error.message : String(error));
  }
}

/** The values that determine the number of warm runners. Machine types do not, so they may be unknown. */
function countsOf(resource: PolicyResource, reader: Reader): AppScaling {
  return appScaling(resource.name, (name) =>
    name === "machineTypes" ? undefined : declaredOrReported(resource, name, reader),
  );
}

/** Scaling values as declared, or as fal last reported them. */
function scalingOf(resource: PolicyResource, reader: Reader): AppScaling {
  return appScaling(appOf(resource, reader), (name) => declaredOrReported(resource, name, reader));
}
