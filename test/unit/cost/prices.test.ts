import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { PricesError, parsePrices, readPrices } from "../../../src/cost";

const head = { name: "contract", source: "contract of May 2026", date: "2026-05-01", currency: "EUR" };
const parse = (table: unknown) => parsePrices(JSON.stringify(table), "prices.json");
const message = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(PricesError);
    return (error as Error).message;
  }
  throw new Error("it was accepted");
};

describe("parsePrices", () => {
  test("parsePrices reads a table and sets omitted parts to empty ones", () => {
    expect(parse({ ...head, machineTypes: { "GPU-H100": 2.5 } })).toEqual({
      ...head,
      machineTypes: { "GPU-H100": 2.5 },
      machineTypesPer: "gpu",
      instanceTypes: {},
      gpusPerRunner: {},
    });
  });

  test("parsePrices reads a file with a byte order mark", () => {
    expect(parsePrices(`\uFEFF${JSON.stringify(head)}`, "prices.json").name).toBe("contract");
  });

  test.each<[string, unknown, RegExp]>([
    ["a value that is not an object", [], /the file must be an object/],
    ["an empty name", { ...head, name: " " }, /- name must be the table's name/],
    ["a missing source", { ...head, source: undefined }, /- source must be the source of the prices: a URL.*/],
    [
      "a day that does not exist",
      { ...head, date: "2026-02-30" },
      /- date must be the date of the prices.*`2026-09-20`/,
    ],
    ["a currency in lowercase", { ...head, currency: "usd" }, /- currency must be .*three capital letters/],
    [
      "a price as text",
      { ...head, machineTypes: { S: "1" } },
      /- machineTypes\.S must be a number: the price per hour/,
    ],
    ["a negative price", { ...head, machineTypes: { S: -1 } }, /- machineTypes\.S must be 0 or more/],
    ["a list", { ...head, machineTypes: [] }, /- machineTypes must be an object of prices by machine type/],
    [
      "an unknown form of an instance type",
      { ...head, instanceTypes: { H100: 1 } },
      /- instanceTypes\.H100: the name must be an instance/,
    ],
    ["an app without an environment", { ...head, gpusPerRunner: { llm: 2 } }, /the name must be an app's id/],
    ["a fraction of a GPU", { ...head, gpusPerRunner: { "main/llm": 1.5 } }, /must be a whole number of GPUs/],
    ["another unit of prices", { ...head, machineTypesPer: "hour" }, /- machineTypesPer must be `gpu` or `runner`/],
    [
      "GPUs per runner where prices are for whole runners",
      { ...head, machineTypesPer: "runner", gpusPerRunner: { "main/llm": 2 } },
      /- gpusPerRunner must be left out if `machineTypesPer` is `runner`/,
    ],
    ["a misspelled field", { ...head, machineType: {} }, /- machineType is not known: use .*machineTypes/],
  ])("parsePrices rejects %s and names the place and the fix", (_, table, expected) => {
    const text = message(() => parse(table));
    expect(text).toMatch(/^prices\.json is not a prices file:\n/);
    expect(text).toMatch(expected);
    expect(text).toMatch(/docs\/guides\/cost\.md/);
  });

  test("parsePrices names all mistakes together", () => {
    const text = message(() => parse({ currency: "usd", machineTypes: { S: -1 } }));
    expect(text.split("\n").filter((line) => line.startsWith("  - "))).toHaveLength(5);
  });

  test("parsePrices does not quote a file that is not JSON, because it could contain keys", () => {
    const text = message(() => parsePrices('{\n"name": "a"\nid:swordfish', "key.txt"));
    expect(text).toMatch(/^key\.txt is not JSON \(line 3, column 1\)/);
    expect(message(() => parsePrices("id:swordfish", "key.txt"))).not.toMatch(/swordfish/);
    expect(message(() => parse({ ...head, machineTypes: { S: "swordfish" } }))).not.toMatch(/swordfish/);
  });
});

describe("readPrices", () => {
  test("readPrices names a missing file", () => {
    expect(message(() => readPrices("no/such.json"))).toBe(
      "Could not read the prices file no/such.json: there is no such file.",
    );
  });

  test("readPrices reads a file", () => {
    const directory = mkdtempSync(join(tmpdir(), "prices-"));
    try {
      writeFileSync(join(directory, "p.json"), JSON.stringify(head));
      expect(readPrices(join(directory, "p.json")).currency).toBe("EUR");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe("the published example", () => {
  const file = resolve(__dirname, "../../../prices/fal-list-prices.json");

  test("the published example of prices is valid, names its source and is called an example", () => {
    const table = readPrices(file);
    expect(table.source).toMatch(/^https:\/\/fal\.ai\//);
    expect(`${table.name} ${table.note}`).toMatch(/example/i);
    expect(Object.keys(table.machineTypes).length).toBeGreaterThan(0);
  });

  test("the published example of prices names its JSON schema", () => {
    const { $schema } = JSON.parse(readFileSync(file, "utf8"));
    const schema = JSON.parse(readFileSync(resolve(file, "..", $schema), "utf8"));
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
  });
});
