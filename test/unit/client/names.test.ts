import { expect, test } from "vitest";
import { appOfEndpoint, appOfUsage, endpointOf, nameOf } from "../../../src/client/names";

const main = (name: string) => ({ name, environment: "main" });
const staging = (name: string) => ({ name, environment: "staging" });

test("an alias loses only the suffix of its environment", () => {
  expect(["flux--staging", "flux--dev", "flux"].map((alias) => nameOf(alias, "staging"))).toEqual([
    "flux",
    "flux--dev",
    "flux",
  ]);
  expect(nameOf("flux--main", "main")).toBe("flux--main");
});

test("an endpoint leads back to its app, with or without a route", () => {
  expect(appOfEndpoint(endpointOf("acme", "flux"))).toEqual(main("flux"));
  expect(appOfEndpoint(endpointOf("acme", "flux--staging"))).toEqual(staging("flux"));
  expect(appOfEndpoint("acme/flux--staging/dev/x")).toEqual(staging("flux"));
  expect(["flux", "acme/", ""].map(appOfEndpoint)).toEqual([undefined, undefined, undefined]);
});

test.each([
  [undefined, undefined, undefined],
  [undefined, "staging", undefined],
  ["", "staging", undefined],
  ["flux", undefined, main("flux")],
  ["flux", "main", main("flux")],
  ["flux", "staging", staging("flux")],
  ["flux--staging", "staging", staging("flux")],
  ["flux--staging", undefined, staging("flux")],
  ["my-app-prod", undefined, main("my-app-prod")],
  ["--x", undefined, main("--x")],
  ["flux--", undefined, main("flux--")],
])("the usage of %j in environment %j belongs to %j", (app, environment, expected) => {
  expect(appOfUsage({ app, environment })).toEqual(expected);
});

test("a version at the end of a name in the usage is ignored if only the app without it exists", () => {
  const exists = (app: { name: string; environment: string }) =>
    ["main/flux", "staging/flux"].includes(`${app.environment}/${app.name}`);
  const belongsTo = (app: string, environment?: string) => appOfUsage({ app, environment }, exists);
  expect(belongsTo("flux--v2")).toEqual(main("flux"));
  expect(belongsTo("flux--v2", "main")).toEqual(main("flux"));
  expect(belongsTo("flux--staging--v2")).toEqual(staging("flux"));
  expect(belongsTo("flux--staging--v2", "staging")).toEqual(staging("flux"));
  expect(belongsTo("flux--v2", "staging")).toEqual(staging("flux"));
});

test("usage of an app that does not exist any more keeps its name", () => {
  expect(appOfUsage({ app: "old--staging" }, () => false)).toEqual(staging("old"));
});
