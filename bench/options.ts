import { parseArgs } from "node:util";

export const usage = `usage: npm run bench [-- options]

  --quick          20 resources, once, in less than a minute: shows that the benchmark works, not how fast anything is
  --sizes N,N      numbers of resources (default 10,100,1000, which takes about a quarter of an hour)
  --json FILE      where the results go (default bench/results/latest.json; with --quick nowhere)
`;

export interface Options {
  readonly help: boolean;
  readonly quick: boolean;
  readonly sizes: readonly number[];
  readonly json: string | undefined;
}

export class UsageError extends Error {}

export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  const quick = values.quick ?? false;
  const sizes = (values.sizes ?? (quick ? "20" : "10,100,1000")).split(",").map((text) => {
    if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) < 2) {
      throw new UsageError(`--sizes: "${text}" is not a number of resources from 2 to 99999`);
    }
    return Number(text);
  });
  return {
    help: values.help ?? false,
    quick,
    sizes: [...new Set(sizes)].sort((a, b) => a - b),
    json: values.json ?? (quick ? undefined : "bench/results/latest.json"),
  };
}

function parse(args: readonly string[]) {
  const options = {
    quick: { type: "boolean" },
    sizes: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    return parseArgs({ args: [...args], options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
