import { didYouMean } from "../../../provider/suggest";
import { UsageError } from "../../command-line/command";

interface Gate {
  readonly doc: string;
  /** The name of the limit, if the gate has one. */
  readonly limit?: string;
  /** The option that names the file it needs. */
  readonly needs?: "prices" | "usage";
  /** It looks at unchanged resources too. */
  readonly needsWhole?: true;
}

/** The gates of `--fail-on`; `matches.ts` decides when each one matches. */
export const gates = {
  destructive: { doc: "a change loses something, or a changed default moves a resource to another environment" },
  opens: { doc: "a change gives access: to an app, to files, to a secret, or more rights to a key" },
  unprotects: {
    doc: "a change removes what protects an object, such as protect or forceDestroy: false",
    needsWhole: true,
  },
  replaces: { doc: "a resource is replaced" },
  deletes: { doc: "a resource is deleted" },
  "warm-runners": { limit: "COUNT", doc: "more than this number of warm runners after the update", needsWhole: true },
  "max-runners": {
    limit: "COUNT",
    doc: "more than this number of runners if each app runs its maximum, after the update",
    needsWhole: true,
  },
  cost: {
    limit: "AMOUNT",
    doc: "a cost per hour above this amount after the update; for a range, the upper bound",
    needs: "prices",
    needsWhole: true,
  },
  "max-cost": {
    limit: "AMOUNT",
    doc: "a cost per hour above this amount if each app runs its maximum, after the update",
    needs: "prices",
    needsWhole: true,
  },
  "cost-increase": {
    limit: "AMOUNT",
    doc: "the cost per hour rises by more than this amount; for a range, the upper bound",
    needs: "prices",
  },
  starves: {
    limit: "PERCENT",
    doc: "by usage, more runners of a changed app were busy than its new maximum allows, in more than this share of hours",
    needs: "usage",
  },
  wastes: {
    limit: "AMOUNT",
    doc: "by usage, idle runners of a changed app cost more than this per hour after the update, and the change may raise that",
    needs: "usage",
  },
  unpriced: { doc: "something that runs has no price, so the cost is incomplete", needs: "prices" },
  errors: { doc: "the preview failed; without this gate, the exit code is 1" },
} as const satisfies Record<string, Gate>;

export type GateName = keyof typeof gates;

/** A gate of the command line. */
export interface SelectedGate {
  readonly name: GateName;
  readonly limit?: number;
}

/** The gates for `--help`, one on each line. */
export function gatesHelp(): string {
  const usages = Object.entries<Gate>(gates).map(([name, { limit, doc }]) => [limit ? `${name}=${limit}` : name, doc]);
  return usages.map(([usage = "", doc]) => `  ${usage.padEnd(22)}${doc}`).join("\n");
}

/** @throws UsageError */
export function parseGates(texts: readonly string[], files: Files): SelectedGate[] {
  return texts.flatMap((text) => text.split(",")).map((text) => parseGate(text.trim(), files));
}

/** Whether the command line names the files that gates may need. */
type Files = Readonly<Record<"prices" | "usage", boolean>>;

function parseGate(text: string, files: Files): SelectedGate {
  const [name = "", ...limits] = text.split("=");
  if (!isGate(name)) {
    const names = Object.keys(gates);
    throw new UsageError(`--fail-on: "${text}" is not one of ${names.join(", ")}.${didYouMean(name, names)}`);
  }
  const gate: Gate = gates[name];
  const limit = limits.join("=");
  if (gate.limit === undefined && limits.length > 0) throw new UsageError(`--fail-on: ${name} takes no number.`);
  if (gate.limit !== undefined && !/^\d+(\.\d+)?$/.test(limit)) {
    throw new UsageError(`--fail-on: ${name} needs a number, for example ${name}=20.`);
  }
  if (gate.needs !== undefined && !files[gate.needs]) {
    throw new UsageError(`--fail-on: ${name} needs a ${gate.needs} file. Pass it with --${gate.needs}.`);
  }
  return { name, ...(gate.limit === undefined ? {} : { limit: Number(limit) }) };
}

function isGate(name: string): name is GateName {
  return Object.hasOwn(gates, name);
}
