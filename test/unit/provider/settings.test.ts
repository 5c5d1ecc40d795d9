import { describe, expect, test } from "vitest";
import { Connection } from "../../../src/provider/connection";
import { type ProviderSettings, readSettings } from "../../../src/provider/settings";

function strictWith(settings: ProviderSettings): boolean {
  const connection = new Connection({ log: { write: () => undefined, written: async () => undefined }, env: {} });
  connection.configure(settings);
  return connection.strict();
}

describe("the setting strict", () => {
  test("strict is off unless fal:strict or the Provider's argument is true", () => {
    expect(strictWith({})).toBe(false);
    expect(strictWith(readSettings((key) => (key === "fal:strict" ? "true" : undefined)))).toBe(true);
    expect(strictWith({ strict: "false" })).toBe(false);
  });

  test.each(["yes", "", "True"])("the value %j of strict is an error that names the setting", (strict) => {
    expect(() => strictWith({ strict })).toThrow(`fal:strict must be true or false, not "${strict}".`);
    expect(() => strictWith({ strict, providerName: "prod" })).toThrow(
      /^strict of the Provider "prod" must be true or/,
    );
  });
});
