import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { afterAll, describe, expect, test } from "vitest";
import {
  idleCost,
  keyRotation,
  machineTypes,
  policies,
  protectedMachines,
  publicApps,
  publicFiles,
  starvingChanges,
  warmRunners,
} from "../../../src/policy";
import { listed, printable } from "../../../src/policy/resource";
import { dynamicToken, pluginToken } from "../../../src/provider/tokens";
import { usage, usedApp, working } from "../../support/evidence";

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

describe("rules about usage", () => {
  const now = { minConcurrency: 1, maxConcurrency: 20, keepAlive: 60, maxMultiplexing: 1, machineTypes: ["GPU-H100"] };
  const folder = mkdtempSync(join(tmpdir(), "pulumi-fal-policy-usage-"));
  const file = (name: string, content: object) => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  const recent = file("usage.json", usage([usedApp("a", working(4, 12), now)]));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const says = (policy: StackValidationPolicy, props: object, config: object) => {
    const found: string[] = [];
    const resource = {
      type: dynamicToken("AppScale"),
      name: "scale",
      props: { app: "a", environment: "main", ...props },
    };
    const args = { resources: [resource], getConfig: () => ({ usage: recent, ...config }) };
    policy.validateStack(args as unknown as StackValidationArgs, (message) => found.push(String(message)));
    return found;
  };

  test("a maximum below what was busy is a violation above the limit only", () => {
    const [message] = says(starvingChanges, { maxConcurrency: 8 }, { maximum: 3.5 });
    expect(message).toMatch(/^"scale": by usage, more runners were busy than the program allows in 3\.57% of hours/);
    expect(says(starvingChanges, { maxConcurrency: 8 }, { maximum: 3.58 })).toEqual([]);
    expect(says(starvingChanges, { maxConcurrency: 12 }, { maximum: 0 })).toEqual([]);
  });

  test("only a changed scaling can starve, and every scaling can waste", () => {
    const gaps = usedApp("a", new Array(336).fill(null), now);
    const unknown = { usage: file("gaps.json", usage([gaps])) };
    expect(says(starvingChanges, now, { maximum: 0, ...unknown })).toEqual([]);
    expect(says(idleCost, now, { maximum: 1000, ...unknown })).toEqual([
      expect.stringContaining('decides nothing about "scale" (fal returned no data for it)'),
    ]);
    expect(says(idleCost, { minConcurrency: 20 }, { maximum: 5 })).toEqual([
      expect.stringMatching(
        /^"scale": by usage, idle runners cost up to \$\d+\.\d\d\/h, more than the allowed \$5\.00\/h\./,
      ),
    ]);
    expect(says(idleCost, { minConcurrency: 20 }, { maximum: 1000 })).toEqual([]);
  });

  test("an app without usage, and a file that is too old, are violations unless they are allowed", () => {
    const old = { usage: file("old.json", usage([usedApp("a", working(4, 12), now)], { daysAgo: 9 })) };
    for (const [props, config, reason] of [
      [{ app: "new" }, {}, "the usage file does not contain it"],
      [{ maxConcurrency: 19 }, old, "the usage file is 9 days old"],
    ] as const) {
      expect(says(starvingChanges, props, { maximum: 100, ...config })).toEqual([expect.stringContaining(reason)]);
      expect(says(starvingChanges, props, { maximum: 100, unknown: "allow", ...config })).toEqual([]);
    }
    expect(says(starvingChanges, { maxConcurrency: 19 }, { maximum: 100, ...old, maxAge: "10d" })).toEqual([]);
  });

  test("a wrong usage file, and none, are explained", () => {
    const wrong = file("wrong.json", { version: 1 });
    expect(() => says(idleCost, {}, { maximum: 1, usage: wrong })).toThrow(/wrong\.json is not a usage file/);
    expect(() => says(idleCost, {}, { maximum: 1, usage: undefined })).toThrow(/`usage` is not: name a usage file/);
  });
});

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
