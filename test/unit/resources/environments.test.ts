import { describe, expect, test } from "vitest";
import { environmentsOf } from "../../../src/cli/environments";
import type { FalClient } from "../../../src/client";
import { inEnvironment } from "../../../src/functions/run";
import type { CreateContext } from "../../../src/provider/handler";
import { appHandler } from "../../../src/resources/app/handler";
import { appScaleHandler } from "../../../src/resources/app-scale/handler";
import { notDeployed } from "../../../src/resources/lookup";
import { secretHandler } from "../../../src/resources/secret/handler";

/** An account with these empty environments. A stale list contains only `main`. */
function accountWith(...names: string[]) {
  const written: string[] = [];
  const list = async ({ fresh = false } = {}) => (fresh ? ["main", ...names] : ["main"]).map((name) => ({ name }));
  const fal = {
    account: async () => "acme",
    apps: { get: async () => undefined },
    secrets: { get: async () => undefined, set: async (name: string) => void written.push(name) },
    environments: { list },
  } as unknown as FalClient;
  const context = { fal, signal: undefined, exists: () => undefined } as unknown as CreateContext;
  return { fal, context, written };
}

const misspelt: [string, (context: CreateContext) => Promise<unknown>][] = [
  ["an App", (context) => appHandler.create({ name: "sketch", environment: "stagign", alias: "" }, context)],
  ["an AppScale", (context) => appScaleHandler.create({ app: "sketch", environment: "stagign" }, context)],
  [
    "a Secret",
    (context) => secretHandler.create({ name: "T", environment: "stagign", value: "v", fingerprint: "f" }, context),
  ],
  ["getApp", (context) => notDeployed(context, "stagign", "sketch")],
  ["getApps", (context) => inEnvironment(context.fal, "stagign", Promise.resolve({ apps: [] }))],
  ["App.get", (context) => Promise.resolve(appHandler.explainMissing?.("stagign/sketch", context))],
  ["Secret.get", (context) => Promise.resolve(secretHandler.explainMissing?.("stagign/T", context))],
  ["AppScale.get", (context) => Promise.resolve(appScaleHandler.explainMissing?.("stagign/sketch", context))],
];

describe("misspelled environments", () => {
  test.each(misspelt)(
    "the error of %s for a misspelled environment lists the environments and suggests the closest name",
    async (_what, attempt) => {
      const { context, written } = accountWith("preview", "staging");
      await expect(attempt(context)).rejects.toThrow(
        /^Environment "stagign" does not exist\. In the account, there is main, preview, staging\. Did you mean "staging"\?$/,
      );
      expect(written).toEqual([]);
    },
  );

  test("the error for a misspelled environment has no suggestion if no name is close", async () => {
    const { fal } = accountWith();
    await expect(environmentsOf(fal, "preview")).rejects.toThrow(
      /^Environment "preview" does not exist\. In the account, there is main\.$/,
    );
  });

  test("the error for an app that does not exist does not blame an environment that exists or cannot be listed", async () => {
    const { context } = accountWith("stagign");
    await expect(appHandler.explainMissing?.("stagign/sketch", context)).resolves.toBeUndefined();
    expect((await notDeployed(context, "stagign", "sketch")).message).toContain("--app-name sketch --env stagign");
    const denied = { ...context, fal: { environments: { list: () => Promise.reject(new Error("denied")) } } };
    expect((await notDeployed(denied as unknown as CreateContext, "other", "sketch")).message).toMatch(
      /Deploy it first/,
    );
  });
});

test("an app name with its owner causes an error about the owner, not about an environment", async () => {
  const { context } = accountWith("staging");
  const attempt = appScaleHandler.create({ app: "sketch", environment: "acme" }, context);
  await expect(attempt).rejects.toThrow(
    /"acme" does not exist, because "acme" is the account\. In the account, there is main, staging\. .*without its owner.*`endpointId`/,
  );
  await expect(environmentsOf(context.fal, "acme")).rejects.toThrow(/because "acme" is the account/);
  await expect(attempt).rejects.not.toThrow(/--env/);
});

test("a function returns an empty list for an existing environment and passes on other errors", async () => {
  const { fal } = accountWith("staging");
  await expect(inEnvironment(fal, "staging", Promise.resolve({ apps: [] }))).resolves.toEqual({ apps: [] });
  const failing = Promise.reject(new Error("cut off"));
  await expect(inEnvironment(fal, "stagign", failing)).rejects.toThrow("cut off");
});
