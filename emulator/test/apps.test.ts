import type { MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import {
  ApplicationAuthMode as AuthMode,
  DeploymentStrategy,
  type RegisterApplicationRequestSchema,
} from "../src/gen/controller_pb";
import { type Emulated, emulate, failureOf } from "./support/emulator";

const SD = {
  name: "sd",
  revision: "sd-2",
  auth_mode: "private",
  keep_alive: 60,
  min_concurrency: 1,
  max_concurrency: 4,
  max_multiplexing: 2,
  startup_timeout: 300,
  machine_types: ["GPU-H100", "GPU-A100"],
  valid_regions: ["us-east"],
  revisions: [
    {
      id: "sd-1",
      created_at: "2026-10-01T00:00:00.000Z",
      max_multiplexing: 8,
      startup_timeout: 90,
      machine_types: ["GPU-L40"],
    },
    { id: "sd-2", created_at: "2026-11-01T00:00:00.000Z" },
  ],
};

const stateOf = async (fal: Emulated, name = "sd", environment = "main") =>
  (await fal.state()).apps.find((app) => app.name === name && app.environment === environment);

describe("apps over REST", () => {
  test("apps are listed with fal's fields, and with endpoints only on request", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });

    const { body } = await fal.platform("GET", "/serverless/apps");

    expect(body.apps).toMatchObject([
      {
        endpoint_id: "acme/sd",
        name: "sd",
        owner: "acme",
        environment: "main",
        machine_type: "GPU-H100",
        keep_alive: 60,
      },
    ]);
    expect(body.apps[0]).not.toHaveProperty("endpoints");
    expect((await fal.platform("GET", "/serverless/apps?expand=endpoints")).body.apps[0].endpoints).toEqual([
      "acme/sd",
    ]);
  });

  test("the list of apps filters by environment and by a part of the name, ignoring case", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD, { name: "whisper" }, { name: "sd", environment: "staging" }] });
    const names = async (query: string) =>
      (await fal.platform("GET", `/serverless/apps${query}`)).body.apps.map((app: { name: string }) => app.name);

    expect(await names("")).toEqual(["sd", "whisper"]);
    expect(await names("?search=SPER")).toEqual(["whisper"]);
    expect(await names("?environment=staging")).toEqual(["sd--staging"]);
    expect(await names("?environment=none")).toEqual([]);
  });

  test("the revisions of an app are listed in pages, newest first", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });

    const first = await fal.platform("GET", "/serverless/apps/acme/sd/revisions?limit=1");
    expect(first.body).toMatchObject({
      endpoint_id: "acme/sd",
      revisions: [{ revision_id: "sd-2", is_current: true }],
      has_more: true,
    });
    const second = await fal.platform(
      "GET",
      `/serverless/apps/acme/sd/revisions?limit=1&cursor=${first.body.next_cursor}`,
    );
    expect(second.body).toMatchObject({ revisions: [{ revision_id: "sd-1", is_current: false }], has_more: false });
  });

  test.each(["acme/none", "other/sd", "acme/sd--staging"])(
    "the revisions and events of the unknown app %s are not found",
    async (id) => {
      const fal = await emulate();
      await fal.seed({ apps: [SD] });
      for (const part of ["revisions", "events"]) {
        expect(await fal.platform("GET", `/serverless/apps/${id}/${part}`)).toMatchObject({
          status: 404,
          body: { error: { type: "not_found" } },
        });
      }
    },
  );

  test.each(["limit=0", "limit=101"])("the list of revisions rejects %s", async (query) => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });
    expect((await fal.platform("GET", `/serverless/apps/acme/sd/revisions?${query}`)).status).toBe(400);
  });

  test("changes of scaling and auth mode are recorded as events, newest first", async () => {
    let now = Date.parse("2026-11-01T12:00:00Z");
    const fal = await emulate({ clock: () => now });
    await fal.seed({ apps: [SD] });
    const grpc = fal.grpc();
    await grpc.updateApplication({ applicationName: "sd", maxConcurrency: 9 });
    now += 60_000;
    await grpc.setAlias({ alias: "sd", revision: "sd-2", authMode: AuthMode.PUBLIC });

    const { body } = await fal.platform("GET", "/serverless/apps/acme/sd/events?category=config_changed");

    expect(body.events.map((event: { payload: object }) => event.payload)).toMatchObject([
      { old_app_auth_mode: "private", new_app_auth_mode: "public", actor: { nickname: "acme" } },
      { old_config: { max_concurrency: 4 }, new_config: { max_concurrency: 9 } },
    ]);
    const count = async (query: string) =>
      (await fal.platform("GET", `/serverless/apps/acme/sd/events?${query}`)).body.events.length;
    expect(await count("start=2026-11-01T12:00:30Z")).toBe(1);
    expect(await count("end=2026-11-01T12:00:30Z")).toBe(1);
    expect(await count("start=2026-11-02")).toBe(0);
    expect(await count("category=runner_started&category=runner_failed")).toBe(0);
    expect((await fal.platform("GET", "/serverless/apps/acme/sd/events?category=nonsense")).status).toBe(400);
  });

  test("the events of an app are listed in pages", async () => {
    const fal = await emulate();
    await fal.seed({
      apps: [SD],
      events: ["a", "b", "c"].map((event_id) => ({ event_id, app: "sd", category: "runner_started" })),
    });
    const page = (query: string) => fal.platform("GET", `/serverless/apps/acme/sd/events?${query}`);
    const first = (await page("limit=2")).body;
    expect(first).toMatchObject({
      endpoint_id: "acme/sd",
      events: [{ event_id: "c" }, { event_id: "b" }],
      has_more: true,
    });
    expect((await page(`limit=2&cursor=${first.next_cursor}`)).body).toMatchObject({
      events: [{ event_id: "a" }],
      next_cursor: null,
      has_more: false,
    });
    for (const limit of [0, 1001]) expect((await page(`limit=${limit}`)).status).toBe(400);
  });

  test("a scale call that changes nothing records no event", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });
    await fal.grpc().updateApplication({ applicationName: "sd", maxConcurrency: 4 });
    expect((await fal.platform("GET", "/serverless/apps/acme/sd/events")).body.events).toEqual([]);
  });
});

describe("scaling", () => {
  test("scaling changes only the values in the request", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });
    const before = await stateOf(fal);

    const { aliasInfo } = await fal
      .grpc()
      .updateApplication({ applicationName: "sd", minConcurrency: 0, maxConcurrency: 9 });

    expect(aliasInfo).toMatchObject({ alias: "sd", minConcurrency: 0, maxConcurrency: 9, keepAlive: 60 });
    expect(await stateOf(fal)).toEqual({
      ...before,
      min_concurrency: 0,
      max_concurrency: 9,
      updated_at: expect.any(String),
    });
  });

  test("scaling changes all twelve values, and the list of aliases shows them", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });
    const values = {
      keepAlive: 1,
      minConcurrency: 2,
      maxConcurrency: 3,
      concurrencyBuffer: 4,
      concurrencyBufferPerc: 5,
      scalingDelaySeconds: 6,
      requestTimeout: 7,
      requestStartTimeout: 8,
      startupTimeout: 9,
      maxMultiplexing: 10,
      machineTypes: ["XL"],
      validRegions: ["eu-west", "us-west"],
    };

    await fal.grpc().updateApplication({ applicationName: "sd", ...values });

    expect((await fal.grpc().listAliases({})).aliases).toMatchObject([values]);
    expect(await stateOf(fal)).toMatchObject({
      scaling_delay: 6,
      request_start_timeout: 8,
      valid_regions: ["eu-west", "us-west"],
    });
  });

  test("scaling cannot clear a list, because an empty list is not sent", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });
    await fal.grpc().updateApplication({ applicationName: "sd", machineTypes: [], validRegions: [] });
    expect(await stateOf(fal)).toMatchObject({ machine_types: SD.machine_types, valid_regions: ["us-east"] });
  });

  test("scaling clears request_start_timeout with 0", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [{ ...SD, request_start_timeout: 30 }] });
    const { aliasInfo } = await fal.grpc().updateApplication({ applicationName: "sd", requestStartTimeout: 0 });
    expect(aliasInfo?.requestStartTimeout).toBeUndefined();
    expect((await stateOf(fal))?.request_start_timeout).toBeNull();
  });

  test("scaling limits values to those of the account and returns the result", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD], limits: { max_concurrency: 10, machine_types: ["GPU-L40"] } });

    const { aliasInfo } = await fal.grpc().updateApplication({
      applicationName: "sd",
      maxConcurrency: 50,
      keepAlive: 900,
      machineTypes: ["GPU-B200", "GPU-L40"],
    });

    expect(aliasInfo).toMatchObject({ maxConcurrency: 10, keepAlive: 900, machineTypes: ["GPU-L40"] });
    expect(await stateOf(fal)).toMatchObject({ max_concurrency: 10, keep_alive: 900, machine_types: ["GPU-L40"] });
  });

  test("scaling with a negative number is rejected and changes nothing", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });
    const before = await stateOf(fal);
    const call = fal.grpc().updateApplication({ applicationName: "sd", maxConcurrency: 9, keepAlive: -1 });
    expect(await failureOf(call)).toMatchObject({
      code: "InvalidArgument",
      message: expect.stringContaining("keep_alive"),
    });
    expect(await stateOf(fal)).toEqual(before);
  });

  test("scaling finds an app only if the suffix of its alias matches the environment", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD, { name: "sd", environment: "staging" }] });
    const grpc = fal.grpc();
    const scale = (applicationName: string, environmentName?: string) =>
      grpc.updateApplication({ applicationName, keepAlive: 77, ...(environmentName && { environmentName }) });

    await scale("sd--staging", "staging");
    expect((await stateOf(fal, "sd", "staging"))?.keep_alive).toBe(77);
    expect((await stateOf(fal))?.keep_alive).toBe(60);
    for (const call of [scale("none"), scale("sd", "staging"), scale("sd--staging"), scale("sd", "none")]) {
      expect(await failureOf(call)).toMatchObject({ code: "NotFound" });
    }
  });
});

describe("aliases", () => {
  test("aliases are listed per environment and have a suffix outside main", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD, { name: "sd", environment: "staging" }] });
    const grpc = fal.grpc();
    expect((await grpc.listAliases({})).aliases).toMatchObject([{ alias: "sd", environmentName: "main" }]);
    expect((await grpc.listAliases({ environmentName: "staging" })).aliases).toMatchObject([
      { alias: "sd--staging", environmentName: "staging", isRolling: false },
    ]);
    expect(await failureOf(grpc.listAliases({ environmentName: "none" }))).toMatchObject({ code: "NotFound" });
  });

  test("an alias that moves to another revision keeps its scaling and takes the values of the revision's code", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });

    const { aliasInfo } = await fal.grpc().setAlias({ alias: "sd", revision: "sd-1" });

    expect(aliasInfo).toMatchObject({
      revision: "sd-1",
      keepAlive: 60,
      maxConcurrency: 4,
      maxMultiplexing: 8,
      startupTimeout: 90,
      machineTypes: ["GPU-L40"],
      authMode: AuthMode.PRIVATE,
    });
    // The state contains no code values of sd-2, so going back keeps the values.
    await fal.grpc().setAlias({ alias: "sd", revision: "sd-2", authMode: AuthMode.SHARED });
    expect(await stateOf(fal)).toMatchObject({ revision: "sd-2", max_multiplexing: 8, auth_mode: "shared" });
  });

  test("an alias that moves replaces its runners only with a deployment strategy", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD], runners: [{ runner_id: "old", app: "sd" }] });
    const runners = async () => (await fal.state()).runners;

    await fal.grpc().setAlias({ alias: "sd", revision: "sd-1" });
    expect(await runners()).toMatchObject([{ runner_id: "old" }]);
    await fal.grpc().setAlias({ alias: "sd", revision: "sd-1", deploymentStrategy: DeploymentStrategy.ROLLING });
    expect(await runners()).toMatchObject([{ revision: "sd-1", machine_type: "GPU-L40" }]);
    expect((await runners())[0]?.runner_id).not.toBe("old");
  });

  test("an alias can be created for an existing revision in any environment", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD], environments: [{ name: "staging" }] });

    await fal.grpc().setAlias({ alias: "copy--staging", revision: "sd-1", environmentName: "staging" });

    expect(await stateOf(fal, "copy", "staging")).toMatchObject({
      revision: "sd-1",
      auth_mode: "private",
      machine_types: ["GPU-L40"],
      revisions: [{ id: "sd-1" }],
    });
  });

  test("an alias with an unknown revision, an unknown environment or without the environment's suffix is rejected", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD], environments: [{ name: "staging" }] });
    const grpc = fal.grpc();
    const refusals: [object, string][] = [
      [{ alias: "sd", revision: "none" }, "NotFound"],
      [{ alias: "new", revision: "none" }, "NotFound"],
      [{ alias: "new--none", revision: "sd-1", environmentName: "none" }, "NotFound"],
      [{ alias: "new", revision: "sd-1", environmentName: "staging" }, "InvalidArgument"],
      [{ alias: "--staging", revision: "sd-1", environmentName: "staging" }, "InvalidArgument"],
      [{ alias: "", revision: "sd-1" }, "InvalidArgument"],
    ];
    for (const [request, code] of refusals) {
      expect(await failureOf(grpc.setAlias(request)), JSON.stringify(request)).toMatchObject({ code });
    }
    expect((await fal.state()).apps).toHaveLength(1);
  });

  test("deleting an alias returns its revision and deletes its runners, and deleting it again fails", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD, { name: "other" }], runners: [{ runner_id: "r", app: "sd" }] });
    const grpc = fal.grpc();

    expect(await grpc.deleteAlias({ alias: "sd" })).toMatchObject({ revision: "sd-2" });

    expect(await fal.state()).toMatchObject({ apps: [{ name: "other" }], runners: [] });
    expect(await failureOf(grpc.deleteAlias({ alias: "sd" }))).toMatchObject({ code: "NotFound" });
  });
});

describe("revisions", () => {
  test("revisions are listed by app or environment with the values of their code", async () => {
    const fal = await emulate();
    await fal.seed({
      apps: [SD, { name: "whisper", revision: "w-1" }, { name: "sd", environment: "staging", revision: "s-1" }],
    });
    const grpc = fal.grpc();

    const { applications } = await grpc.listApplications({ applicationName: "sd" });
    expect(applications).toMatchObject([
      { applicationId: "sd-2", maxMultiplexing: 2, machineTypes: SD.machine_types, keepAlive: 60 },
      { applicationId: "sd-1", maxMultiplexing: 8, machineTypes: ["GPU-L40"], keepAlive: 60 },
    ]);
    const all = await grpc.listApplications({});
    expect(all.applications.map((each) => each.applicationId).sort()).toEqual(["sd-1", "sd-2", "w-1"]);
    expect(await failureOf(grpc.listApplications({ applicationName: "none" }))).toMatchObject({ code: "NotFound" });
  });

  test("revisions can be deleted unless they are active", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });
    const grpc = fal.grpc();
    expect(await failureOf(grpc.deleteApplication({ applicationId: "sd-2" }))).toMatchObject({
      code: "FailedPrecondition",
    });
    await grpc.deleteApplication({ applicationId: "sd-1" });
    expect((await stateOf(fal))?.revisions.map((each) => each.id)).toEqual(["sd-2"]);
    expect(await failureOf(grpc.deleteApplication({ applicationId: "sd-1" }))).toMatchObject({ code: "NotFound" });
  });
});

describe("deploys", () => {
  test("a deploy keeps the alias's values and resets code values, to fal's defaults if the code omits them", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [{ ...SD, auth_mode: "public", request_start_timeout: 30 }] });

    await fal.deploy({ name: "sd", revision: "sd-3", startup_timeout: 120, max_concurrency: 99 });

    expect(await stateOf(fal)).toMatchObject({
      revision: "sd-3",
      auth_mode: "public",
      keep_alive: 60,
      min_concurrency: 1,
      max_concurrency: 4,
      request_start_timeout: 30,
      valid_regions: ["us-east"],
      startup_timeout: 120,
      max_multiplexing: 1,
      machine_types: ["XS"],
    });
    const { revisions } = (await fal.platform("GET", "/serverless/apps/acme/sd/revisions")).body;
    expect(revisions[0]).toMatchObject({ revision_id: "sd-3", is_current: true });
    expect((await fal.platform("GET", "/serverless/apps/acme/sd/events")).body.events[0]).toMatchObject({
      category: "deployment_ended",
      payload: { old_application_id: "sd-2", new_application_id: "sd-3" },
    });
  });

  test("a deploy with reset_scale applies all values of the code", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });
    await fal.deploy({ name: "sd", reset_scale: true, max_concurrency: 99 });
    expect(await stateOf(fal)).toMatchObject({
      max_concurrency: 99,
      keep_alive: 10,
      min_concurrency: 0,
      valid_regions: [],
    });
  });

  test("a deploy creates an app with message and annotations, and a second deploy replaces its runners", async () => {
    const fal = await emulate();
    await fal.deploy({
      name: "new",
      auth_mode: "shared",
      message: "first",
      annotations: { GIT_SHA: "abc" },
      keep_alive: 5,
    });
    expect(await stateOf(fal, "new")).toMatchObject({ auth_mode: "shared", keep_alive: 5, max_concurrency: 2 });
    const { revisions } = (await fal.platform("GET", "/serverless/apps/acme/new/revisions")).body;
    expect(revisions).toMatchObject([{ message: "first", annotations: { GIT_SHA: "abc" }, is_current: true }]);

    await fal.seed({ runners: [{ runner_id: "old", app: "new" }] });
    await fal.deploy({ name: "new", machine_types: ["GPU-H100"] });
    expect((await fal.state()).runners).toMatchObject([{ machine_type: "GPU-H100" }]);
    expect((await stateOf(fal, "new"))?.revisions).toHaveLength(2);
  });

  test("a deploy by somebody else is listed under their name, before older deploys of the same time", async () => {
    const now = Date.parse("2026-11-01T12:00:00Z");
    const fal = await emulate({ clock: () => now });
    await fal.deploy({ name: "sd" });
    await fal.deploy({ name: "sd", revision: "sd-ada", auth_mode: "public", deployed_by: "ada" });
    await fal.seed({ apps: [{ name: "other", revisions: [{ id: "o-1", status: "failed", deployed_by: "bob" }] }] });

    const { revisions } = (await fal.platform("GET", "/serverless/apps/acme/sd/revisions")).body;
    expect(revisions).toMatchObject([
      { revision_id: "sd-ada", is_current: true, status: "deployed", deployed_by: "ada" },
      { is_current: false, status: "deployed", deployed_by: "acme", message: null, annotations: null },
    ]);
    const { events } = (await fal.platform("GET", "/serverless/apps/acme/sd/events")).body;
    expect(events.map((each: { payload: { actor: object } }) => each.payload.actor)).toEqual([
      { nickname: "ada" },
      { nickname: "ada" },
      { nickname: "acme" },
    ]);
    const others = (await fal.platform("GET", "/serverless/apps/acme/other/revisions")).body.revisions;
    expect(others).toMatchObject([{ revision_id: "o-1", status: "failed", deployed_by: "bob" }]);
  });

  test("a deploy over gRPC works as fal's CLI sends it, and a rejected deploy is recorded", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });
    const deploy = async (request: MessageInitShape<typeof RegisterApplicationRequestSchema>) => {
      const answers = [];
      for await (const answer of fal.grpc().registerApplication(request)) answers.push(answer);
      return answers;
    };

    const answers = await deploy({
      applicationName: "sd",
      authMode: AuthMode.SHARED,
      machineRequirements: { machineTypes: ["L"], keepAlive: 5, requestStartTimeout: 0 },
      scale: true,
    });
    const app = await stateOf(fal);
    expect(app).toMatchObject({
      auth_mode: "shared",
      machine_types: ["L"],
      keep_alive: 5,
      request_start_timeout: null,
    });
    expect(answers).toMatchObject([
      { result: { applicationId: app?.revision }, serviceUrls: { run: "https://fal.run/acme/sd" } },
    ]);

    const nowhere = deploy({ applicationName: "sd--none", environmentName: "none" });
    expect(await failureOf(nowhere)).toMatchObject({ code: "NotFound" });
    expect(await failureOf(deploy({}))).toMatchObject({ code: "InvalidArgument" });
    const calls = (await fal.requests()).filter((call) => call["rpc"] === "RegisterApplication");
    expect(calls.map((call) => call["status"])).toEqual(["OK", "NOT_FOUND", "INVALID_ARGUMENT"]);
  });

  test("moving an alias back to a deployed revision restores exactly the values of its code", async () => {
    const fal = await emulate();
    await fal.deploy({ name: "sd", revision: "one", max_multiplexing: 4, machine_types: ["L"] });
    await fal.deploy({ name: "sd", revision: "two" });
    await fal.grpc().setAlias({ alias: "sd", revision: "one" });
    expect(await stateOf(fal)).toMatchObject({ max_multiplexing: 4, machine_types: ["L"], startup_timeout: 600 });
  });

  test.each([
    ["without a name", {}, "name"],
    ["with a misspelled field", { name: "sd", keepalive: 3 }, "keepalive"],
    ["of a revision that exists", { name: "sd", revision: "sd-1" }, "sd-1"],
  ])("a deploy %s is rejected", async (_name, body, mention) => {
    const fal = await emulate();
    await fal.seed({ apps: [SD] });
    const answer = await fal.rest("POST", "/_emulator/deploy", { body });
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining(mention) } });
    expect((await stateOf(fal))?.revision).toBe("sd-2");
  });

  test("a deploy to an unknown environment is rejected", async () => {
    const fal = await emulate();
    const answer = await fal.rest("POST", "/_emulator/deploy", { body: { name: "sd", environment: "none" } });
    expect(answer.status).toBe(404);
  });
});
