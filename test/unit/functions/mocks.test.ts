import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as fal from "../../../src";

/** The package in its users' unit tests: mocks return the results, and no request is sent. */
describe("mocks of functions", () => {
  let calls: pulumi.runtime.MockCallArgs[];

  beforeEach(async () => {
    calls = [];
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
      call: (args) => {
        calls.push(args);
        return { answeredFor: args.token, ...args.inputs };
      },
    });
  });
  afterEach(() => pulumi.runtime.resetOptions("", "", 1, "", "", false, ""));

  const settled = <T>(output: pulumi.Output<T>) => new Promise<unknown>((done) => output.apply(done));

  test("a mock receives the token and the arguments, and returns the result of the function", async () => {
    expect(await fal.getApp({ name: "image-gen" })).toEqual({ answeredFor: "fal:index:getApp", name: "image-gen" });
    expect(await settled(fal.getSecretsOutput())).toEqual({ answeredFor: "fal:index:getSecrets" });
    expect(calls.map(({ token, inputs }) => [token, inputs])).toEqual([
      ["fal:index:getApp", { name: "image-gen" }],
      ["fal:index:getSecrets", {}],
    ]);
  });

  test("functions send resources as names and outputs as values", async () => {
    const environment = new fal.Environment("staging", { name: "staging" });
    const app = new fal.App("image-gen", { name: "image-gen", environment });
    await settled(fal.getAppOutput({ name: app.name, environment: pulumi.output(environment) }));
    await settled(fal.getRunnersOutput({ app, state: [pulumi.output("idle")] }));
    expect(calls.map(({ inputs }) => inputs)).toEqual([
      { name: "image-gen", environment: "staging" },
      { app: "staging/image-gen", state: ["idle"] },
    ]);
  });

  test("functions use the provider of their options or of their parent", async () => {
    const provider = new fal.Provider("prod", { apiKey: "id:secret" });
    const component = new pulumi.ComponentResource("test:index:Component", "component", {}, { providers: [provider] });
    await fal.getEnvironments({}, { provider });
    await settled(fal.getEnvironmentsOutput({}, { parent: component }));
    await fal.getEnvironments();
    const prod = expect.stringMatching(/::prod::prod-id$/);
    expect(calls.map((call) => call.provider)).toEqual([prod, prod, ""]);
  });

  test("the plain form of a function rejects outputs and resources", async () => {
    const environment = new fal.Environment("staging", { name: "staging" });
    const wrong = fal.getApps({ environment: environment as unknown as string });
    await expect(wrong).rejects.toThrow("getApps: environment is an Output or a resource: use getAppsOutput");
    expect(calls).toEqual([]);
  });
});

test("functions without an engine and without mocks fail with a way to run them", async () => {
  pulumi.runtime.resetOptions("", "", 1, "", "", false, "");
  const needs = /needs the Pulumi engine: run the program with `pulumi`, call pulumi\.runtime\.setMocks first/;
  await expect(fal.getApps()).rejects.toThrow(needs);
  expect(() => fal.getAppsOutput()).toThrow(needs);
});
