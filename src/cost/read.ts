import { readFileSync } from "node:fs";
import { type Prices, PricesError, parsePrices } from "./prices";

/** Reads a prices file. Throws a `PricesError` that names it, where it is not there or not right. */
export function readPrices(file: string): Prices {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "there is no such file" : (code ?? String(error));
    throw new PricesError(`the prices file ${file} can't be read: ${why}`);
  }
  return parsePrices(content, file);
}
