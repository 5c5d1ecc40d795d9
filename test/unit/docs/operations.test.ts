import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { FalClient } from "../../../src/client";

const read = (path: string) => readFileSync(resolve(__dirname, "../../..", path), "utf8");
/** Everything that docs/operations.md names in code style, word by word. */
const named = new Set(
  [...read("docs/operations.md").matchAll(/`([^`]+)`/g)].flatMap(([, code = ""]) => code.split(" ")),
);
const unnamed = (names: readonly string[]) => names.filter((name) => !named.has(name));

test("docs/operations.md lists every method of the client", () => {
  const client = new FalClient({ apiKey: "id:secret", env: {} });
  const methodsOf = (area: object) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(area)).filter((name) => !/^(constructor|invalidate)$/.test(name));
  const areas = Object.entries(client).filter(([name, area]) => name !== "settings" && typeof area === "object");
  expect(areas.map(([name]) => name)).toContain("apps");
  expect(unnamed(areas.flatMap(([name, area]) => methodsOf(area).map((method) => `${name}.${method}`)))).toEqual([]);
  expect(unnamed(methodsOf(client).filter((name) => !/^(close|accountAnswer)$/.test(name)))).toEqual([]);
});

test("docs/operations.md lists every operation of fal's OpenAPI document", () => {
  const ids = [...read("emulator/test/fixtures/fal-platform-v1.openapi.json").matchAll(/"operationId": "(\w+)"/g)];
  expect(ids.length).toBeGreaterThan(10);
  expect(unnamed(ids.map(([, id = ""]) => id))).toEqual([]);
});

test("docs/operations.md lists every rpc of the client's protocol", () => {
  const rpcs = [...read("src/client/internal/controller.proto").matchAll(/^ {2}rpc (\w+)/gm)];
  expect(rpcs.length).toBeGreaterThan(15);
  expect(unnamed(rpcs.map(([, name = ""]) => name))).toEqual([]);
});
