import { expect, test } from "vitest";
import { emulate, failureOf } from "./support/emulator";

test("the environment main exists, is the default and cannot be deleted", async () => {
  const fal = await emulate();
  const { environments } = await fal.grpc().listEnvironments({});
  expect(environments).toMatchObject([{ name: "main", isDefault: true }]);
  expect(environments[0]?.description).toBeUndefined();

  expect(await failureOf(fal.grpc().deleteEnvironment({ name: "main" }))).toMatchObject({ code: "FailedPrecondition" });
  expect((await fal.state()).environments).toHaveLength(1);
});

test("an environment is created with its description", async () => {
  const fal = await emulate();

  const { environment } = await fal.grpc().createEnvironment({ name: "staging", description: "before main" });

  expect(environment).toMatchObject({ name: "staging", description: "before main", isDefault: false });
  expect((await fal.state()).environments[1]).toMatchObject({ name: "staging", description: "before main" });
});

test("an environment without a name or with the name of another one is rejected", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();
  await grpc.createEnvironment({ name: "staging" });
  expect(await failureOf(grpc.createEnvironment({ name: "staging" }))).toMatchObject({ code: "AlreadyExists" });
  expect(await failureOf(grpc.createEnvironment({ name: "main" }))).toMatchObject({ code: "AlreadyExists" });
  expect(await failureOf(grpc.createEnvironment({ name: "" }))).toMatchObject({ code: "InvalidArgument" });
  expect((await fal.state()).environments).toHaveLength(2);
});

test("deleting an environment deletes its apps, secrets and runners and no others", async () => {
  const fal = await emulate();
  const things = (environment: string) => ({
    apps: [{ name: "sd", environment }],
    secrets: [{ name: "TOKEN", environment, value: "x" }],
    runners: [{ runner_id: `runner-${environment}`, app: "sd", environment }],
  });
  await fal.seed(things("staging"));
  await fal.seed(things("main"));

  await fal.grpc().deleteEnvironment({ name: "staging" });

  const state = await fal.state();
  expect(state.environments.map((each) => each.name)).toEqual(["main"]);
  for (const list of [state.apps, state.secrets, state.runners]) {
    expect(list.map((each) => each.environment)).toEqual(["main"]);
  }
});

test("deleting an unknown environment fails", async () => {
  const fal = await emulate();
  expect(await failureOf(fal.grpc().deleteEnvironment({ name: "none" }))).toMatchObject({ code: "NotFound" });
});
