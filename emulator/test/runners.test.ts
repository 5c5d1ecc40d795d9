import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { RunnerInfo_State as RunnerState } from "../src/gen/controller_pb";
import { emulate, failureOf } from "./support/emulator";

const SEED = {
  apps: [
    { name: "sd", revision: "sd-1", machine_types: ["GPU-H100", "GPU-A100"] },
    { name: "sd", environment: "staging" },
  ],
  runners: [
    { runner_id: "idle", app: "sd", state: "IDLE", machine_type: "GPU-A100" },
    { runner_id: "busy", app: "sd", in_flight_requests: 2 },
    { runner_id: "waiting", app: "sd", state: "PENDING" },
    { runner_id: "other", app: "sd", environment: "staging" },
  ],
};

const ids = (runners: { runnerId: string }[]) => runners.map((runner) => runner.runnerId);

test("runners are listed by app or account, and pending runners only on request", async () => {
  const fal = await emulate();
  await fal.seed(SEED);
  const grpc = fal.grpc();

  const { runners } = await grpc.listAliasRunners({ alias: "sd", listPending: true });
  expect(runners).toMatchObject([
    { runnerId: "idle", alias: "sd", state: RunnerState.IDLE, machineType: "GPU-A100", revision: "sd-1" },
    { runnerId: "busy", state: RunnerState.RUNNING, machineType: "GPU-H100", inFlightRequests: 2 },
    { runnerId: "waiting", state: RunnerState.PENDING },
  ]);
  expect(ids((await grpc.listAliasRunners({ alias: "sd" })).runners)).toEqual(["idle", "busy"]);
  const staging = await grpc.listAliasRunners({ alias: "sd--staging", environmentName: "staging" });
  expect(staging.runners).toMatchObject([{ runnerId: "other", alias: "sd--staging" }]);
  expect((await grpc.listRunners({ listPending: true })).runners).toHaveLength(4);
  expect(await failureOf(grpc.listAliasRunners({ alias: "none" }))).toMatchObject({ code: "NotFound" });
});

test("an alias counts its running and idle runners", async () => {
  const fal = await emulate();
  await fal.seed(SEED);
  expect((await fal.grpc().listAliases({})).aliases).toMatchObject([{ alias: "sd", activeRunners: 2 }]);
});

test("stopping ends an idle runner and drains a busy one, and killing ends a runner at once", async () => {
  const fal = await emulate();
  await fal.seed(SEED);
  const grpc = fal.grpc();

  await grpc.stopRunner({ runnerId: "idle" });
  await grpc.stopRunner({ runnerId: "busy" });
  expect(ids((await grpc.listAliasRunners({ alias: "sd" })).runners)).toEqual(["busy"]);
  expect((await fal.state()).runners[0]).toMatchObject({ runner_id: "busy", state: "DRAINING" });

  await grpc.killRunner({ runnerId: "busy" });
  expect((await fal.state()).runners.map((each) => each.runner_id)).toEqual(["waiting", "other"]);
});

test("runners that ended are listed only with a start time", async () => {
  let now = Date.parse("2026-11-01T12:00:00Z");
  const fal = await emulate({ clock: () => now });
  await fal.seed(SEED);
  const grpc = fal.grpc();
  now += 30_000;
  await grpc.killRunner({ runnerId: "busy" });

  const since = (at: number) => grpc.listRunners({ startTime: timestampFromDate(new Date(at)) });

  expect((await since(now - 1000)).runners.at(-1)).toMatchObject({
    runnerId: "busy",
    state: RunnerState.TERMINATED,
    uptime: 30,
  });
  expect(ids((await since(now + 1000)).runners)).not.toContain("busy");
});

test("stopping a runner with replace_first starts a new runner in its place", async () => {
  const fal = await emulate();
  await fal.seed(SEED);
  const grpc = fal.grpc();

  await grpc.stopRunner({ runnerId: "idle", replaceFirst: true });

  const { runners } = await grpc.listAliasRunners({ alias: "sd" });
  expect(runners).toMatchObject([{ runnerId: "busy" }, { state: RunnerState.RUNNING, machineType: "GPU-A100" }]);
  expect(ids(runners)).not.toContain("idle");
});

test("a rollout replaces every runner, and drains busy ones unless it is forced", async () => {
  const fal = await emulate();
  await fal.seed({ ...SEED, runners: SEED.runners.slice(0, 2) });
  const grpc = fal.grpc();
  await grpc.setAlias({ alias: "sd", revision: "sd-1" });

  await grpc.rolloutApplication({ applicationName: "sd" });
  const gentle = (await fal.state()).runners;
  expect(gentle).toHaveLength(3);
  expect(gentle[0]).toMatchObject({ runner_id: "busy", state: "DRAINING", replacement: "DID_REPLACE" });
  expect(gentle[1]).toMatchObject({ state: "RUNNING", machine_type: "GPU-H100", revision: "sd-1" });

  await grpc.rolloutApplication({ applicationName: "sd", force: true });
  const forced = (await fal.state()).runners;
  expect(forced.filter((each) => each.state === "RUNNING")).toHaveLength(2);
  expect(forced.map((each) => each.runner_id)).not.toContain(gentle[1]?.runner_id);
});

test("unknown runners and apps are not found", async () => {
  const fal = await emulate();
  const grpc = fal.grpc();
  for (const call of [
    grpc.stopRunner({ runnerId: "none" }),
    grpc.killRunner({ runnerId: "none" }),
    grpc.rolloutApplication({ applicationName: "none" }),
  ]) {
    expect(await failureOf(call)).toMatchObject({ code: "NotFound" });
  }
});
