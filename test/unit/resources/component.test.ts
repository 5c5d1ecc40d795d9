import * as pulumi from "@pulumi/pulumi";
import * as fal from "pulumi-fal";
import { expect, test } from "vitest";

class Space extends pulumi.ComponentResource {
  readonly fingerprint: pulumi.Output<string>;

  constructor() {
    super("test:index:Space", "space");
    const environment = new fal.Environment("staging", { name: "staging" }, { parent: this });
    const token = new fal.Secret("token", { name: "HF_TOKEN", environment, value: "hf" }, { parent: this });
    this.fingerprint = token.fingerprint;
  }
}

test("resources of a component may need each other, and know their urns", async () => {
  const urns: string[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => {
      if (inputs.__fal) urns.push(inputs.__fal.urn);
      return { id: name, state: { ...inputs, fingerprint: "f" } };
    },
    call: () => ({}),
  });
  const { fingerprint } = new Space();
  expect(await new Promise((done) => fingerprint.apply(done))).toBe("f");
  expect(urns).toEqual([
    expect.stringContaining("test:index:Space$pulumi-nodejs:dynamic/fal:Environment::staging"),
    expect.stringContaining("test:index:Space$pulumi-nodejs:dynamic/fal:Secret::token"),
  ]);
});
