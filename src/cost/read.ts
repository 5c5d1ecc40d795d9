import { readRegularFile, reasonOf, smallFileBytes } from "../files";
import { type Prices, PricesError, parsePrices } from "./prices";

/** Reads a prices file. Throws a `PricesError` that names the file if it is missing or invalid. */
export function readPrices(file: string): Prices {
  let content: string;
  try {
    content = readRegularFile(file, smallFileBytes).toString("utf8");
  } catch (error) {
    throw new PricesError(`Could not read the prices file ${file}: ${reasonOf(error)}.`);
  }
  return parsePrices(content, file);
}
