import { Code, ConnectError } from "@connectrpc/connect";
import { beforeEach, expect, test, vi } from "vitest";
import { FalNotFoundError, FalValidationError } from "../../../src/client";
import { client, grpcServer } from "./support/servers";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

const runners = [
  {
    runnerId: "r1",
    alias: "a",
    revision: "v",
    state: 0,
    machineType: "XS",
    uptime: 2,
    externalMetadata: { gpu: "H100" },
  },
  { runnerId: "r2", alias: "a", revision: "v", state: 4, replacement: 1, expirationCountdown: 0 },
  { runnerId: "r3", alias: "a", revision: "v", state: 99 },
  { runnerId: "r4", alias: "a", revision: "v" },
];

test("runners.list returns runners with named states and keeps unknown states", async () => {
  const server = await grpcServer({ listRunners: () => ({ runners }) });
  const found = await client({ grpcUrl: server.url }).runners.list();
  expect(found[0]).toEqual({
    runnerId: "r1",
    alias: "a",
    revision: "v",
    state: "running",
    replacement: "no_replace",
    machineType: "XS",
    inFlightRequests: 0,
    uptime: 2,
    externalMetadata: { gpu: "H100" },
  });
  expect(found[1]).toMatchObject({ state: "docker_pull", replacement: "will_replace", expirationCountdown: 0 });
  expect(found[2]?.state).toBe("99");
  expect(found[3]).not.toHaveProperty("state");
});

test("apps.runners sends alias, time and environment, and filters by state", async () => {
  const seen: unknown[] = [];
  const server = await grpcServer({
    listAliasRunners: (request) => {
      seen.push([request.alias, request.environmentName, request.listPending, request.startTime?.seconds]);
      return { runners };
    },
  });
  const { apps } = client({ grpcUrl: server.url });
  const since = new Date(1_700_000_000_000);
  const found = await apps.runners("a", { environment: "staging", since, state: ["RUNNING", "docker_pull"] });
  expect(found.map((runner) => runner.runnerId)).toEqual(["r1", "r2"]);
  expect(seen).toEqual([["a--staging", "staging", true, 1_700_000_000n]]);
  await expect(apps.runners("a", { since: new Date("nonsense") })).rejects.toBeInstanceOf(FalValidationError);
});

test("runners.stop and runners.kill send the runner's id and fail for an unknown runner", async () => {
  const seen: unknown[] = [];
  const server = await grpcServer({
    stopRunner: (request) => {
      seen.push(["stop", request.runnerId, request.replaceFirst]);
      return {};
    },
    killRunner: (request) => {
      seen.push(["kill", request.runnerId]);
      throw new ConnectError("no such runner", Code.NotFound);
    },
  });
  const fal = client({ grpcUrl: server.url });
  await fal.runners.stop("r1");
  await fal.runners.stop("r1", { replaceFirst: true });
  await expect(fal.runners.kill("r2")).rejects.toBeInstanceOf(FalNotFoundError);
  expect(seen).toEqual([
    ["stop", "r1", false],
    ["stop", "r1", true],
    ["kill", "r2"],
  ]);
});

test("runners.kill succeeds if an unanswered attempt ended the runner", async () => {
  let count = 0;
  const server = await grpcServer({
    killRunner: () => {
      count += 1;
      throw new ConnectError("x", count === 1 ? Code.Unavailable : Code.NotFound);
    },
  });
  await client({ grpcUrl: server.url }).runners.kill("r1");
  expect(count).toBe(2);
});

test("runners.stop with replaceFirst is not retried once fal may have received it", async () => {
  const server = await grpcServer({
    stopRunner: () => {
      throw new ConnectError("x", Code.Unavailable);
    },
  });
  const { runners: area } = client({ grpcUrl: server.url });
  await expect(area.stop("r1", { replaceFirst: true })).rejects.toMatchObject({
    attempts: 1,
    mayHaveTakenEffect: true,
  });
});
