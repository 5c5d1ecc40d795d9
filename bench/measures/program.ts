import { join } from "node:path";
import { removeScratch, scratchDirectory } from "../support/lifetime";
import { median, rounded } from "../support/numbers";
import { programs } from "../support/paths";
import { linkPackages } from "../support/project";
import { runNode } from "../support/run-node";

/** Bytes of the provider text of each kind, which state holds twice per resource. */
export async function providerTexts(): Promise<Record<string, number>> {
  const directory = scratchDirectory();
  linkPackages(directory);
  const env = { ...process.env, NODE_PATH: join(directory, "node_modules") };
  const texts = JSON.parse(await runNode([join(programs, "texts.cjs")], { cwd: directory, env }));
  removeScratch(directory);
  return Object.fromEntries(
    Object.entries(texts as Record<string, string>).map(([kind, text]) => [kind, Buffer.byteLength(text)]),
  );
}

export interface ImportTimes {
  readonly samples: number;
  /** From the start of the process until the imports are done. */
  readonly sdkMs: number;
  readonly withOursMs: number;
  readonly ratio: number;
  /** What the second import takes, in the process that does both. */
  readonly oursMs: number;
}

/** Fresh processes, one kind after the other, so that both see the same machine. */
export async function importTimes(samples: number): Promise<ImportTimes> {
  const directory = scratchDirectory();
  linkPackages(directory);
  const sdkAlone = 'require("@pulumi/pulumi");console.log(JSON.stringify([performance.now()]))';
  const both =
    'require("@pulumi/pulumi");const sdk=performance.now();require("pulumi-fal");console.log(JSON.stringify([performance.now(),performance.now()-sdk]))';
  const run = async (program: string) =>
    JSON.parse(await runNode(["-e", program], { cwd: directory })) as [number, number?];
  // Fills the caches of the file system.
  await run(both);
  const alone: number[] = [];
  const together: number[] = [];
  const added: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    alone.push((await run(sdkAlone))[0]);
    const [total, ours = Number.NaN] = await run(both);
    together.push(total);
    added.push(ours);
  }
  removeScratch(directory);
  return {
    samples,
    sdkMs: rounded(median(alone)),
    withOursMs: rounded(median(together)),
    ratio: rounded(median(together) / median(alone)),
    oursMs: rounded(median(added)),
  };
}
