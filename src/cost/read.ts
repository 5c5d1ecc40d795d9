import { readRegularFile, reasonOf, smallFileBytes } from "../files";
import { type Prices, PricesError, parsePrices } from "./prices";

/** Reads a prices file. Throws a `PricesError` that names it, where it is not there or not right. */
export function readPrices(file: string): Prices {
  let content: string;
  try {
    content = readRegularFile(file, smallFileBytes).toString("utf8");
  } catch (error) {
    throw new PricesError(`the prices file ${file} can't be read: ${reasonOf(error)}`);
  }
  return parsePrices(content, file);
}
