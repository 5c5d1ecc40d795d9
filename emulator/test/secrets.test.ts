import { expect, test } from "vitest";
import { emulate, failureOf } from "./support/emulator";

test("creates a secret and lists it without its value", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();

  await grpc.setSecret({ name: "HF_TOKEN", value: "hf_one" });

  const { secrets } = await grpc.listSecrets({});
  expect(secrets).toMatchObject([{ name: "HF_TOKEN", environmentName: "main" }]);
  // Nobody said whether it is exposed by default, so the account decides.
  expect(secrets[0]?.defaultExposed).toBeUndefined();
  expect((await fal.state()).secrets).toMatchObject([{ name: "HF_TOKEN", value: "hf_one", default_exposed: null }]);
});

test("replaces the value, keeps the exposure that is left out, and changes the one that is given", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();
  await grpc.setSecret({ name: "HF_TOKEN", value: "hf_one", defaultExposed: false });
  const [before] = (await fal.state()).secrets;

  await grpc.setSecret({ name: "HF_TOKEN", value: "hf_two" });
  expect((await fal.state()).secrets).toEqual([{ ...before, value: "hf_two" }]);

  await grpc.setSecret({ name: "HF_TOKEN", value: "hf_two", defaultExposed: true });
  expect((await grpc.listSecrets({})).secrets).toMatchObject([{ defaultExposed: true }]);
});

test("an absent value deletes; deleting what does not exist succeeds", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();
  await grpc.setSecret({ name: "HF_TOKEN", value: "hf_one" });

  await grpc.setSecret({ name: "HF_TOKEN" });
  await grpc.setSecret({ name: "HF_TOKEN" });

  expect((await fal.state()).secrets).toEqual([]);
});

test("an empty value is no deletion: it is refused, and the secret stays", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();
  await grpc.setSecret({ name: "HF_TOKEN", value: "hf_one" });
  expect(await failureOf(grpc.setSecret({ name: "HF_TOKEN", value: "" }))).toMatchObject({ code: "InvalidArgument" });
  expect(await failureOf(grpc.setSecret({ name: "", value: "x" }))).toMatchObject({ code: "InvalidArgument" });
  expect((await fal.state()).secrets).toMatchObject([{ value: "hf_one" }]);
});

test("environments are apart: the same name has a value in each, and no list falls back to main", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();
  await grpc.createEnvironment({ name: "staging" });
  await grpc.setSecret({ name: "HF_TOKEN", value: "of main" });
  expect((await grpc.listSecrets({ environmentName: "staging" })).secrets).toEqual([]);

  await grpc.setSecret({ name: "HF_TOKEN", value: "of staging", environmentName: "staging" });
  await grpc.setSecret({ name: "HF_TOKEN" });

  expect((await fal.state()).secrets).toMatchObject([{ environment: "staging", value: "of staging" }]);
});

test("an environment that does not exist is not found", async () => {
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
