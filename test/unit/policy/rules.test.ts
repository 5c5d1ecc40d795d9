import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { PolicyResource, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { describe, expect, test } from "vitest";
import {
  keyRotation,
  machineTypes,
  policies,
  protectedMachines,
  publicApps,
  publicFiles,
  warmRunners,
} from "../../../src/policy";
import { listed, printable } from "../../../src/policy/resource";
import { dynamicToken, pluginToken } from "../../../src/provider/tokens";

const root = resolve(__dirname, "../../..");

/**
 * The violations of a rule by one resource, which are the same under either host. The real SDK and engine run in
 * test/e2e/policy.test.ts.
 */
function violations(
  policy: ResourceValidationPolicy,
  kind: string,
  name: string,
  props: Record<string, unknown>,
  config: object = {},
  opts: object = {},
): string[] {
  const [validate] = [policy.validateResource].flat();
  const [dynamic = [], plugin] = [dynamicToken, pluginToken].map((tokenOf) => {
    const found: string[] = [];
    const args = { type: tokenOf(kind), name, props, opts, getConfig: () => config };
    validate?.(args as unknown as ResourceValidationArgs, (message) => found.push(String(message)));
    return found;
  });
  expect(plugin).toEqual(dynamic);
  return dynamic;
}

describe("public apps", () => {
  const says = (name: string, config = {}) =>
    violations(publicApps, "App", name, { authMode: "public", name: "site", environment: "main" }, config);

  test.each(["public", "site.public", "public-site", "a_public_b"])(
    "an app with the name %s is tagged as public",
    (name) => {
      expect(says(name)).toEqual([]);
    },
  );

  test.each(["site", "publication", "sitepublic", "Public", "public2"])(
    "an app with the name %s is not tagged as public",
    (name) => {
      expect(says(name)).toHaveLength(1);
    },
  );

  test("a public app can have another tag or be on the list", () => {
    expect(says("site-open", { marker: "open" })).toEqual([]);
    expect(says("site-public", { marker: "open" })[0]).toContain('"site-public-open"');
    expect(says("site", { allowed: ["main/site"] })).toEqual([]);
    expect(says("site", { allowed: ["dev/site"] })).toHaveLength(1);
  });

  test("an app with another auth mode or without one is not public", () => {
    for (const authMode of ["private", "shared", undefined]) {
      expect(violations(publicApps, "App", "site", { authMode, name: "site", environment: "main" })).toEqual([]);
    }
  });
});

describe("public files", () => {
  const says = (name: string, defaultAccess: string, config = {}) =>
    violations(publicFiles, "StorageSettings", name, { defaultAccess }, config);

  test("public files are tagged by the name of the storage settings", () => {
    expect(says("files", "allow")).toHaveLength(1);
    expect(says("files", "allow")[0]).toContain('"files-public"');
    expect(says("files-public", "allow")).toEqual([]);
    expect(says("files-open", "allow", { marker: "open" })).toEqual([]);
  });

  test("files with forbidden or hidden access are not public", () => {
    expect([...says("files", "forbid"), ...says("files", "hide")]).toEqual([]);
  });
});

describe("machine types", () => {
  const says = (environment: string, types: string[] | undefined, config: object) =>
    violations(machineTypes, "AppScale", "a", { environment, machineTypes: types }, config);

  test('allowed machine types are those of the environment, else those of "*"', () => {
    const config = { machineTypes: { main: ["GPU-H100"], "*": ["XS"] } };
    expect(says("main", ["GPU-H100"], config)).toEqual([]);
    expect(says("dev", ["XS"], config)).toEqual([]);
    expect(says("main", ["XS"], config)[0]).toContain('the environment "main" allows only GPU-H100');
    expect(says("dev", ["GPU-H100", "S"], config)[0]).toContain('"GPU-H100", "S", but its environment allows only XS');
    expect(says("dev", ["XS"], { machineTypes: { main: ["XS"] } })[0]).toContain("allows none");
    expect(says("constructor", ["XS"], { machineTypes: {} })[0]).toContain("allows none");
  });

  test("machine types are checked only if they are declared and configured", () => {
    expect(says("main", undefined, { machineTypes: {} })).toEqual([]);
    expect(says("main", ["GPU-H100"], {})).toEqual([]);
    expect(violations(machineTypes, "ComputeInstance", "m", { instanceType: "gpu_1x_h100_sxm5" })).toEqual([]);
  });
});

test("a period is compared as time, not as text", () => {
  const says = (every: string, maximum: string) =>
    violations(keyRotation, "ApiKey", "k", { rotation: { every } }, { maximum });
  expect(says("720h", "30d")).toEqual([]);
  expect(says("721h", "30d")).toHaveLength(1);
  expect(violations(keyRotation, "ApiKey", "k", { rotation: { trigger: "1" } })).toHaveLength(1);
});

test("the rules ignore other kinds of resources", () => {
  for (const policy of [machineTypes, publicApps, keyRotation, protectedMachines]) {
    const config = { machineTypes: {}, instanceTypes: [] };
    expect(violations(policy, "Secret", "s", {}, config, { protect: false })).toEqual([]);
  }
});

test("the rule about warm runners lists only the five largest apps", () => {
  const resources = Array.from({ length: 500 }, (_, index) => ({
    type: index % 2 === 0 ? dynamicToken("AppScale") : pluginToken("AppScale"),
    name: `app-${index}`,
    props: { app: `app-${index}`, environment: "main", minConcurrency: index },
  }));
  const found: string[] = [];
  warmRunners.validateStack(
    {
      resources: resources as unknown as PolicyResource[],
      getConfig: <T>() => ({ maximum: 5 }) as T,
      stackTags: new Map(),
      notApplicable: (reason) => {
        throw new Error(reason);
      },
    },
    (message) => found.push(String(message)),
  );
  expect(found).toHaveLength(1);
  expect(found[0]).toContain('"app-499" 499, "app-498" 498, "app-497" 497, "app-496" 496, "app-495" 495 and 494 more.');
});

test("policy messages print only values that cannot be secrets", () => {
  const form = /^\d+[dhms]$/;
  expect(printable("30d", form)).toBe('"30d"');
  for (const value of ["sk-live-1", `${"1".repeat(80)}d`, 7, undefined]) {
    expect(printable(value, form)).toBe("a value of another form");
  }
  expect(listed(["a", "b"])).toBe("a, b");
});

describe("the documentation of policies", () => {
  const guide = readFileSync(resolve(root, "docs/guides/policy.md"), "utf8");

  test.each(policies.map((policy) => [policy.name, policy] as const))(
    "the policy guide describes %s and its configuration",
    (name, policy) => {
      const row = guide.split("\n").find((line) => line.startsWith(`| \`${name}\``)) ?? "";
      const fields = Object.keys(policy.configSchema?.properties ?? {});
      expect(fields.filter((field) => !row.includes(`\`${field}\``))).toEqual([]);
    },
  );

  test("the example of a policy pack configures existing rules and fields", () => {
    const example = JSON.parse(readFileSync(resolve(root, "examples/policy/policy-config.json"), "utf8"));
    for (const [name, config] of Object.entries<object>(example)) {
      const properties = policies.find((policy) => policy.name === name)?.configSchema?.properties;
      expect(Object.keys({ ...properties, enforcementLevel: 0 })).toEqual(expect.arrayContaining(Object.keys(config)));
    }
    expect(Object.keys(example).sort()).toEqual(policies.map(({ name }) => name).sort());
  });
});
