import { expect, test } from "vitest";
import { emulate, failureOf } from "./support/emulator";

test("a secret is created and listed without its value", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();

  await grpc.setSecret({ name: "HF_TOKEN", value: "hf_one" });

  const { secrets } = await grpc.listSecrets({});
  expect(secrets).toMatchObject([{ name: "HF_TOKEN", environmentName: "main" }]);
  // Without an exposure the account's default applies.
  expect(secrets[0]?.defaultExposed).toBeUndefined();
  expect((await fal.state()).secrets).toMatchObject([{ name: "HF_TOKEN", value: "hf_one", default_exposed: null }]);
});

test("setting a secret replaces its value and changes its exposure only if it is given", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();
  await grpc.setSecret({ name: "HF_TOKEN", value: "hf_one", defaultExposed: false });
  const [before] = (await fal.state()).secrets;

  await grpc.setSecret({ name: "HF_TOKEN", value: "hf_two" });
  expect((await fal.state()).secrets).toEqual([{ ...before, value: "hf_two" }]);

  await grpc.setSecret({ name: "HF_TOKEN", value: "hf_two", defaultExposed: true });
  expect((await grpc.listSecrets({})).secrets).toMatchObject([{ defaultExposed: true }]);
});

test("setting a secret without a value deletes it and succeeds even if it does not exist", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();
  await grpc.setSecret({ name: "HF_TOKEN", value: "hf_one" });

  await grpc.setSecret({ name: "HF_TOKEN" });
  await grpc.setSecret({ name: "HF_TOKEN" });

  expect((await fal.state()).secrets).toEqual([]);
});

test("setting a secret to an empty value is rejected and does not delete it", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();
  await grpc.setSecret({ name: "HF_TOKEN", value: "hf_one" });
  expect(await failureOf(grpc.setSecret({ name: "HF_TOKEN", value: "" }))).toMatchObject({ code: "InvalidArgument" });
  expect(await failureOf(grpc.setSecret({ name: "", value: "x" }))).toMatchObject({ code: "InvalidArgument" });
  expect((await fal.state()).secrets).toMatchObject([{ value: "hf_one" }]);
});

test("secrets of the same name are separate in each environment, and lists do not fall back to main", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();
  await grpc.createEnvironment({ name: "staging" });
  await grpc.setSecret({ name: "HF_TOKEN", value: "of main" });
  expect((await grpc.listSecrets({ environmentName: "staging" })).secrets).toEqual([]);

  await grpc.setSecret({ name: "HF_TOKEN", value: "of staging", environmentName: "staging" });
  await grpc.setSecret({ name: "HF_TOKEN" });

  expect((await fal.state()).secrets).toMatchObject([{ environment: "staging", value: "of staging" }]);
});

test("secrets of an unknown environment are not found", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();
  const environmentName = "none";
  for (const call of [
    grpc.listSecrets({ environmentName }),
    grpc.setSecret({ name: "A", value: "b", environmentName }),
    grpc.setSecret({ name: "A", environmentName }),
  ]) {
    expect(await failureOf(call)).toMatchObject({ code: "NotFound" });
  }
});
