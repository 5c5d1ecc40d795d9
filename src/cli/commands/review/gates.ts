import { UsageError } from "../../command-line/command";

interface Gate {
  readonly doc: string;
  /** What the limit is, for gates that have one. */
  readonly limit?: string;
  readonly needsPrices?: true;
  /** It looks at what stays as it is too. */
  readonly needsWhole?: true;
}

/** What `--fail-on` takes. When each matches: `matches.ts`. */
export const gates = {
  destructive: { doc: "something is lost, or moves to another environment because a default changed" },
  replaces: { doc: "a resource is replaced" },
  deletes: { doc: "a resource is deleted" },
  "warm-runners": { limit: "COUNT", doc: "more warm runners than that after the update", needsWhole: true },
  cost: {
    limit: "AMOUNT",
    doc: "a higher cost per hour than that after the update; of a range its upper end counts",
    needsPrices: true,
    needsWhole: true,
  },
  "cost-increase": { limit: "AMOUNT", doc: "a cost per hour that rises by more than that", needsPrices: true },
  unpriced: { doc: "something that runs has no price, so that cost says too little", needsPrices: true },
  errors: { doc: "the preview failed, which is exit code 1 otherwise" },
} as const satisfies Record<string, Gate>;

export type GateName = keyof typeof gates;

/** What was asked for; `limit` where the gate has one. */
export interface Wanted {
  readonly name: GateName;
  readonly limit?: number;
}

/** The gates for `--help`, one on each line. */
export function gatesHelp(): string {
  const usages = Object.entries<Gate>(gates).map(([name, { limit, doc }]) => [limit ? `${name}=${limit}` : name, doc]);
  return usages.map(([usage = "", doc]) => `  ${usage.padEnd(22)}${doc}`).join("\n");
}

/** @throws UsageError */
export function parseGates(texts: readonly string[], hasPrices: boolean): Wanted[] {
  return texts.flatMap((text) => text.split(",")).map((text) => parseGate(text.trim(), hasPrices));
}

function parseGate(text: string, hasPrices: boolean): Wanted {
  const [name = "", ...limits] = text.split("=");
  if (!isGate(name)) throw new UsageError(`--fail-on: "${text}" is not one of ${Object.keys(gates).join(", ")}`);
  const gate: Gate = gates[name];
  const limit = limits.join("=");
  if (gate.limit === undefined && limits.length > 0) throw new UsageError(`--fail-on: ${name} takes no number`);
  if (gate.limit !== undefined && !/^\d+(\.\d+)?$/.test(limit)) {
    throw new UsageError(`--fail-on: ${name} needs a number, for example ${name}=20`);
  }
  if (gate.needsPrices && !hasPrices)
    throw new UsageError(`--fail-on: ${name} needs a prices file: give it with --prices`);
  return { name, ...(gate.limit === undefined ? {} : { limit: Number(limit) }) };
}

function isGate(name: string): name is GateName {
  return Object.hasOwn(gates, name);
}
