import { defineCommand } from "../../command-line/command";
import { pricesOptions } from "./options";

export const pricesCommand = defineCommand({
  name: "prices",
  summary: "write a prices file from what fal billed your account",
  description: `Writes the prices per runner and hour that the account paid, after discounts: for each machine type, its cost divided by
its machine time. Machine types that no app used in this time have no price. Needs a key with ADMIN scope.

  pulumi-fal prices --out prices.json
  pulumi-fal review --preview preview.json --prices prices.json

The file contains no usage, so it can be committed. docs/guides/cost.md describes it.`,
  options: pricesOptions,
  result: "PricesResult",
  run: async (values, terminal) => {
    const { prices } = await import("./run.js");
    return await prices(values, terminal);
  },
});
