import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { scaleNames } from "../../../src/client/scaling";
import { appScale } from "../../../src/resources/app-scale/properties";

const root = resolve(__dirname, "../../..");

test("AppScale has an input for each scaling value", () => {
  expect(Object.keys(appScale.inputs)).toEqual(expect.arrayContaining(scaleNames));
});

test("only one source file lists the scaling values", () => {
  // Models of runners need some of these, but only a list of all values names them together.
  const rarely = ["scalingDelay", "requestStartTimeout", "maxMultiplexing"];
  const inSnakeCase = rarely.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  const files = globSync(["src/**/*.ts", "emulator/src/**/*.ts"], { cwd: root });
  const lists = files.filter((file) => {
    if (file.includes("/gen/") || file.endsWith(".gen.ts")) return false;
    const text = readFileSync(resolve(root, file), "utf8");
    return [rarely, inSnakeCase].some((names) => names.every((name) => new RegExp(`\\b${name}\\b`).test(text)));
  });
  expect(lists).toEqual(["src/client/scaling.ts"]);
});
