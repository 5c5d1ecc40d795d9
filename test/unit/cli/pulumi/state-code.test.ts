import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { codeInPlan, codeInState, foreignCodeMessage } from "../../../../src/cli/pulumi/state-code";
import { dynamicToken, pluginToken, providerText } from "../../../../src/provider/tokens";
import { definitions } from "../../../../src/resources/definitions.gen";
import { cli } from "../../../e2e/support/review";

type Properties = Record<string, unknown>;

const urnOf = (type: string, name = "r") => `urn:pulumi:dev::p::${type}::${name}`;
const provider = `${urnOf("pulumi:providers:pulumi-nodejs", "default")}::046e3e94`;
const evil = 'exports.handler=()=>{evil();return require("pulumi-fal/dynamic").provider("Secret")}';
const good = { __provider: providerText("Secret") };

const pluginProvider = `${urnOf("pulumi:providers:fal", "default")}::046e3e94`;

/** A resource of the plugin, which needs no text. */
function pluginResource(more: Properties = {}): Properties {
  const type = pluginToken("Secret");
  const properties = { name: "S", __fal: { v: 2 } };
  return {
    urn: urnOf(type),
    type,
    id: "main/S",
    provider: pluginProvider,
    inputs: properties,
    outputs: properties,
    ...more,
  };
}

function resourceOf(more: Properties = {}, type = dynamicToken("Secret")): Properties {
  return { urn: urnOf(type), type, custom: true, id: "main/S", provider, inputs: good, outputs: good, ...more };
}

const exported = (resources: unknown, more: Properties = {}) =>
  JSON.stringify({ version: 3, deployment: { resources, ...more } });
const where = (...resources: Properties[]) =>
  codeInState(exported(resources)).foreign.map(({ where: places }) => places.join(", "));

describe("code in a state", () => {
  test("the constant provider text of a kind is accepted, also in states of older versions", () => {
    const all = definitions.map(({ kind }) =>
      resourceOf(
        { inputs: { __provider: providerText(kind) }, outputs: { __provider: providerText(kind) } },
        dynamicToken(kind),
      ),
    );
    expect(codeInState(exported(all))).toEqual({ foreign: [], others: [] });
    const kept = JSON.parse(readFileSync(resolve(__dirname, "../../../fixtures/states/0.1.0.json"), "utf8"));
    expect(codeInState(JSON.stringify(kept.deployment))).toEqual({ foreign: [], others: [] });
    expect(where(pluginResource(), resourceOf())).toEqual([]);
    // The outputs of a resource that moved to the plugin keep the text until an update.
    expect(where(pluginResource({ outputs: good }))).toEqual([]);
    // An unfinished creation has only inputs, and a new stack has no resources.
    expect(where(resourceOf({ outputs: {} }))).toEqual([]);
    expect(codeInState(JSON.stringify({ version: 3, deployment: {} }))).toEqual({ foreign: [], others: [] });
  });

  test.each<[string, Properties, string]>([
    ["outputs", { outputs: { __provider: evil } }, "outputs"],
    ["inputs", { inputs: { __provider: evil } }, "inputs"],
    ["a value that is almost equal", { outputs: { __provider: `${good.__provider} ` } }, "outputs"],
    ["the text of another kind", { outputs: { __provider: providerText("App") } }, "outputs"],
    [
      "a secret value",
      {
        outputs: {
          __provider: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "x" },
        },
      },
      "outputs",
    ],
    ["a missing value", { outputs: { name: "S" }, inputs: {} }, "no code at all"],
    ["a resource that the next update deletes", { delete: true, outputs: { __provider: evil } }, "outputs"],
    ["a resource that the program only reads", { external: true, outputs: { __provider: evil } }, "outputs"],
    ["names in another case", { Outputs: { __provider: evil }, inputſ: { __provider: evil } }, "inputs, outputs"],
    [
      "a type in another case",
      { ...resourceOf({ outputs: { __provider: evil } }, "pulumi-nodejs:dynamic/FAL:Secret") },
      "its type",
    ],
    ["a URN that names another type", { type: "pulumi-nodejs:dynamic/other:Secret" }, "its type"],
    ["a type that would end the provider text", resourceOf({}, `${dynamicToken("")}Secret");evil("`), "its type"],
  ])("foreign code is found in %s", (_case, more, says) => {
    expect(where(resourceOf(more))).toEqual([says]);
  });

  test.each<[string, Properties, string]>([
    ["the outputs of a moved resource, for when it moves back", { outputs: { __provider: evil } }, "outputs"],
    ["a resource that dynamic code runs", { provider }, "its provider"],
    ["a resource that another plugin runs", { provider: `${urnOf("pulumi:providers:evil")}::1` }, "its provider"],
    ["a second provider, in another case", { Provider: `${urnOf("pulumi:providers:evil")}::1` }, "its provider"],
    ["a second URN, in another case", { URN: urnOf("fal:index:App") }, "its type"],
    ["a URN that names another type", { urn: urnOf("fal:index:App") }, "its type"],
    ["a URN of the other host", { urn: urnOf(dynamicToken("Secret")) }, "its type"],
    ["a type in another case", { type: "FAL:index:Secret", urn: urnOf("FAL:index:Secret") }, "its type"],
  ])("foreign code is found in %s under the plugin", (_case, more, says) => {
    expect(where(pluginResource(more))).toEqual([says]);
  });

  test("a dynamic resource that another plugin runs is foreign", () => {
    expect(where(resourceOf({ provider: `${urnOf("pulumi:providers:evil")}::1` }))).toEqual(["its provider"]);
  });

  test("foreign code is found in an interrupted operation", () => {
    const pending_operations = [{ type: "updating", resource: resourceOf({ inputs: { __provider: evil } }) }];
    const { foreign } = codeInState(exported([resourceOf()], { pending_operations }));
    expect(foreign).toEqual([{ urn: urnOf(dynamicToken("Secret")), where: ["inputs"] }]);
  });

  test("code of other dynamic resources is listed and not rejected, whatever their type", () => {
    const other = "pulumi-nodejs:dynamic:Resource";
    const hidden = "aws:s3/bucket:Bucket";
    const resources = [
      resourceOf({ outputs: { __provider: evil } }, other),
      resourceOf({ outputs: { __provider: evil } }, hidden),
      { urn: urnOf(hidden, "b"), type: hidden, provider: `${urnOf("pulumi:providers:aws", "default")}::1` },
    ];
    expect(codeInState(exported(resources))).toEqual({ foreign: [], others: [urnOf(other), urnOf(hidden)] });
  });

  test("a download address for the provider is foreign code", () => {
    const type = "pulumi:providers:pulumi-nodejs";
    const at = (inputs: Properties) => where({ urn: urnOf(type), type, custom: true, inputs, outputs: {} });
    expect(at({ "fal:apiUrl": "https://example.com" })).toEqual([]);
    expect(at({ pluginDownloadURL: "https://evil.example" })).toEqual(["pluginDownloadURL in its inputs"]);
    expect(at({ __internal: { pluginDownloadURL: "https://evil.example" } })).toEqual([
      "pluginDownloadURL in its inputs",
    ]);
    expect(at({ __internal: '{"pluginDownloadURL":"https://evil.example"}' })).toEqual([
      "pluginDownloadURL in its inputs",
    ]);
  });

  test("a provider of the plugin that would run another program is foreign code", () => {
    const type = "pulumi:providers:fal";
    const at = (inputs: Properties, env = {}) => {
      const state = exported([{ urn: urnOf(type, "prod"), type, custom: true, inputs, outputs: {} }]);
      return codeInState(state, env).foreign.flatMap(({ where: places }) => places);
    };
    const address = "https://plugins.example/fal";
    expect(at({ apiKey: "k", version: "0.1.0", __internal: { name: "fal", pluginChecksums: {} } })).toEqual([]);
    expect(at({ pluginDownloadURL: address })).toEqual(["pluginDownloadURL in its inputs"]);
    expect(at({ __internal: { pluginDownloadURL: address } })).toEqual(["pluginDownloadURL in its inputs"]);
    expect(at({ __internal: { name: "terraform-provider", parameterization: "e30=" } })).toEqual([
      "name in its inputs",
      "parameterization in its inputs",
    ]);
    // The user's own variable makes the CLI download from elsewhere.
    const overriding = (pairs: string) =>
      at({ __internal: { pluginDownloadURL: address } }, { PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: pairs });
    expect(
      overriding("^github://=https://mirror,^https://plugins\\.example/(?P<name>\\w+)=https://plugins.example/fal"),
    ).toEqual([]);
    for (const pairs of ["^https://other\\.example=https://x", "(=https://x", "="]) {
      expect(overriding(pairs)).toEqual(["pluginDownloadURL in its inputs"]);
    }
    const foreign = [{ urn: urnOf(type, "prod"), where: ["pluginDownloadURL in its inputs"] }];
    expect(foreignCodeMessage(foreign, "None of it ran.")).toMatch(
      /your own address, set PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES/,
    );
    // Other packages that begin with the same letters have addresses of their own.
    const other = "pulumi:providers:falcon";
    expect(where({ urn: urnOf(other), type: other, custom: true, inputs: { pluginDownloadURL: address } })).toEqual([]);
  });

  test("a plan that moves resources between the hosts contains no foreign code", () => {
    const [from, to] = [dynamicToken("Secret"), pluginToken("Secret")];
    const old = { urn: urnOf(from), type: from, provider, inputs: good, outputs: good };
    const next = { urn: urnOf(to), type: to, provider: pluginProvider, inputs: {}, outputs: {} };
    const plan = (before: typeof old | typeof next, after: typeof old | typeof next) =>
      codeInPlan({
        steps: [{ op: "same", urn: after.urn, old: before, new: after, replaceReasons: [] }],
        diagnostics: [],
        omitted: 0,
      }).foreign;
    expect([plan(old, next), plan(next, old)]).toEqual([[], []]);
    expect(plan({ ...old, outputs: { __provider: evil } }, next)).toEqual([{ urn: next.urn, where: ["outputs"] }]);
  });

  test("foreign code is found in the old and the new state of a plan", () => {
    const type = dynamicToken("Secret");
    const state = (text: string) => ({ urn: urnOf(type), type, inputs: { __provider: text }, outputs: {} });
    const of = (old: string, next: string) =>
      codeInPlan({
        steps: [{ op: "same", urn: urnOf(type), old: state(old), new: state(next), replaceReasons: [] }],
        diagnostics: [],
        omitted: 0,
      }).foreign;
    expect(of(good.__provider, good.__provider)).toEqual([]);
    for (const foreign of [of(evil, good.__provider), of(good.__provider, evil), of("[secret]", good.__provider)]) {
      expect(foreign).toEqual([{ urn: urnOf(type), where: ["inputs"] }]);
    }
  });

  test("import --without rejects a state with foreign code before it sends a request", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-fal-code-"));
    writeFileSync(join(folder, "stack.json"), exported([resourceOf({ inputs: { __provider: evil } })]));
    const { code, notes } = await cli(["import", "--without", "stack.json"], folder);
    expect([code, notes]).toEqual([1, [expect.stringContaining("code that is not pulumi-fal's, in r (inputs)")]]);
    rmSync(folder, { recursive: true });
  });

  test("the message about foreign code does not quote the code", () => {
    const { foreign } = codeInState(exported([resourceOf({ outputs: { __provider: evil } })]));
    const message = foreignCodeMessage(foreign, "None of it ran.");
    expect(message).toMatch(
      /^The state contains code that is not pulumi-fal's, in r \(outputs\), so the stack is rejected\. None of it ran\. /,
    );
    expect(message).not.toContain("evil");
  });
});
