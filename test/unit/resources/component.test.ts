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

test("resources of a component can depend on each other and send their URNs", async () => {
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

test("a resource that names a declared environment as text is created after the environment", async () => {
  const order: string[] = [];
  await pulumi.runtime.setMocks({
    newResource: async ({ name, type, inputs }) => {
      if (type.endsWith(":Environment")) await new Promise((done) => setTimeout(done, 50));
      order.push(name);
      return { id: name, state: inputs };
    },
    call: () => ({}),
  });
  const made = [
    new fal.Secret("before", { name: "A", environment: "staging", value: "a" }),
    new fal.Environment("staging", { name: "staging" }),
    new fal.Secret("elsewhere", { name: "A", environment: "main", value: "a" }),
    new fal.Secret("secret", { name: "B", environment: "staging", value: "b" }, { dependsOn: [] }),
    new fal.App("app", { name: "image-gen", environment: "staging" }),
    new fal.AppScale("scale", { app: "staging/image-gen", maxConcurrency: 1 }),
    fal.Secret.get("read", "staging/C"),
  ];
  await Promise.all(made.map((each) => new Promise((done) => each.urn.apply(done))));
  const [first, second] = [order.slice(0, order.indexOf("staging")), order.slice(order.indexOf("staging") + 1)];
  expect(first.sort()).toEqual(["before", "elsewhere", "read"]);
  expect(second.sort()).toEqual(["app", "scale", "secret"]);
});

test("a resource class sends the public inputs as declared, so that the provider detects transforms", async () => {
  const sent: Record<string, unknown> = {};
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => {
      sent[name] = inputs.__fal;
      return { id: name, state: inputs };
    },
    call: () => ({}),
  });
  const staging = new fal.Environment("plain", { name: "plain-env", description: pulumi.secret("d") });
  const made = [
    staging,
    new fal.Secret("of-env", { name: pulumi.output("A"), environment: staging, value: "v" }),
    new fal.App("hidden", { name: pulumi.secret("b"), environment: "main" }),
    new fal.ApiKey("key", { alias: "ci", adopt: "k1" }),
  ];
  await Promise.all(made.map(({ urn }) => new Promise((done) => urn.apply(done))));
  expect(sent).toMatchObject({
    plain: { plain: { name: "plain-env" }, secrets: ["description"] },
    "of-env": { plain: { name: "A", environment: "plain-env" } },
    hidden: { secrets: ["name"] },
    key: { plain: { adopt: "k1" } },
  });
  expect((sent["hidden"] as { plain: object }).plain).toEqual({ environment: "main" });
});
