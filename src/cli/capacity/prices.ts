import { type Prices, parsePrices } from "../../cost";
import type { Terminal } from "../command-line/command";
import { readNamed } from "../command-line/files";

/** The prices of `--prices`; undefined without it. */
export async function pricesIn(file: string | undefined, terminal: Terminal): Promise<Prices | undefined> {
  return file === undefined ? undefined : parsePrices(await readNamed("prices file", file, terminal), file);
}
