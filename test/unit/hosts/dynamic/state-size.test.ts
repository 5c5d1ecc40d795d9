import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { stateSize } from "../../../../bench/measures/state";
import { metadataKey, providerKey } from "../../../../src/provider/metadata";
import type { PropertyValues, ResourceDefinition } from "../../../../src/provider/properties";
import { dynamicToken, providerText } from "../../../../src/provider/tokens";
import { hostOf, sessionOf } from "../../../support/host";
import { definitions, inputsOf } from "../../../support/samples";

/** The size in bytes of the metadata in the state of a resource that declares everything, with previous values. */
async function hiddenBytes(definition: ResourceDefinition): Promise<number> {
  const { kind } = definition;
  const names = Object.keys(definition.inputs).filter(
    (name) => !definition.inputs[name]?.computed && !["adopt", "permissions", "scope"].includes(name),
  );
  const declared = inputsOf(kind, names);
  const previousValues = kind === "AppScale" ? declared : undefined;
  const handler = {
    definition,
    create: async () => ({ id: "id", outputs: {}, ...(previousValues ? { previousValues } : {}) }),
  };
  const { host } = hostOf(handler, sessionOf([], { now: () => Date.parse("2026-06-01T00:00:00Z") }));
  const provider = { [providerKey]: providerText(kind) };
  const urn = `urn:pulumi:production::image-service::${dynamicToken(kind)}::image-gen`;
  const { inputs, failures } = await host.check({}, { ...declared, [metadataKey]: { v: 1, urn } });
  expect(failures).toEqual([]);
  const whole: PropertyValues = { ...inputs, ...provider };
  const { outs } = await host.create(whole);
  const type = dynamicToken(kind);
  return stateSize([{ type, inputs: whole, outputs: outs as PropertyValues }]).largestHiddenBytes;
}

test("the metadata in the state stays within its limit for each kind and matches the guide", async () => {
  const sizes = await Promise.all(definitions.map(async (each) => [each.kind, await hiddenBytes(each)] as const));
  for (const [kind, bytes] of sizes) expect(bytes, kind).toBeLessThanOrEqual(1000);
  const guide = readFileSync(resolve(__dirname, "../../../../docs/guides/secrets-and-state.md"), "utf8");
  const rows = sizes.map(([kind, bytes]) => `| ${kind} | ${bytes} |`).join("\n");
  expect(guide).toContain(rows);
});
