import { randomFillSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { readSource } from "../../src/source/source";
import { removeScratch, scratchDirectory } from "../support/lifetime";
import { median, rounded } from "../support/numbers";

export interface SourceCost {
  readonly files: number;
  readonly mb: number;
  readonly rounds: number;
  /** The first time, with the files in memory and no cache. */
  readonly coldSeconds: number;
  /** The median of later times, when nothing has changed. */
  readonly warmSeconds: number;
}

/** How long the content hash of an app's source takes. */
export async function sourceCost(files: number, mb: number, rounds: number): Promise<SourceCost> {
  const cwd = scratchDirectory();
  const cache = scratchDirectory();
  const content = Buffer.alloc(Math.round((mb * 1e6) / files));
  for (let index = 0; index < files; index += 1) {
    const folder = join(cwd, `folder${index % 100}`);
    if (index < 100) mkdirSync(folder);
    writeFileSync(join(folder, `file${index}.bin`), randomFillSync(content));
  }
  writeFileSync(join(cwd, "app.py"), "import fal\n");
  writeFileSync(join(cwd, ".gitignore"), "*.log\nbuild/\n/data\n");
  // Digests of files that have just changed are not cached.
  await sleep(3_000);
  const timed = () => {
    const began = performance.now();
    readSource({ ref: "app.py::App", cwd }, { cache });
    return (performance.now() - began) / 1_000;
  };
  const cold = timed();
  const warm = Array.from({ length: rounds }, timed);
  removeScratch(cwd);
  removeScratch(cache);
  return { files, mb, rounds, coldSeconds: rounded(cold), warmSeconds: rounded(median(warm)) };
}
