import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { environmentFor } from "../../../src/functions/call";
import { Provider } from "../../../src/resources/provider";

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: () => ({}),
  });
});

afterEach(() => vi.unstubAllEnvs());

const made = (options: pulumi.ResourceOptions) => new Provider("p", {}, options);

describe("environment variables of functions", () => {
  test("a function without envVarMappings uses the environment variables of the process", () => {
    expect(environmentFor("getApp", undefined, {})).toBe(process.env);
    expect(environmentFor("getApp", made({}), {})).toBe(process.env);
  });

  test("a function uses the envVarMappings of its provider if the source variable exists", () => {
    vi.stubEnv("FAL_KEY", "ours:1");
    vi.stubEnv("FAL_API_URL", "https://ours.test");
    vi.stubEnv("BETA_KEY", "beta:1");
    vi.stubEnv("BETA_API", undefined);
    const provider = made({ envVarMappings: { BETA_KEY: "FAL_KEY", BETA_API: "FAL_API_URL" } });
    expect(environmentFor("getApp", provider, {})).toMatchObject({
      FAL_KEY: "beta:1",
      FAL_API_URL: "https://ours.test",
    });
    expect(process.env["FAL_KEY"]).toBe("ours:1");
  });

  test.each<[string, pulumi.ResourceOptions]>([
    ["transforms", { transforms: [async () => undefined] }],
    ["transformations", { transformations: [() => undefined] }],
  ])("a function fails if %s of its provider may add envVarMappings", (_option, options) => {
    expect(() => environmentFor("getApp", made(options), {})).toThrow(
      /^getApp: its provider has transforms, which may set envVarMappings, .*give the fal\.Provider an apiKey/,
    );
    expect(environmentFor("getApp", made(options), { apiKey: "a:b" })).toBe(process.env);
  });
});
