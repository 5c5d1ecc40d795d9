import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { emulate } from "./support/emulator";

function directory(): string {
  const created = mkdtempSync(path.join(tmpdir(), "fal-emulator-"));
  onTestFinished(() => rmSync(created, { recursive: true, force: true }));
  return created;
}

const LISTS = ["keys", "environments", "apps", "secrets", "instances", "runners", "files"];

describe("the state", () => {
  test("the state of a new account contains the emulator's key, main and every list", async () => {
    const fal = await emulate();
    const state = await fal.state();
    expect(state).toMatchObject({
      owner: "acme",
      keys: [{ key_id: "emu", key_secret: "secret", scope: "ADMIN", created_at: expect.any(String) }],
      environments: [{ name: "main", is_default: true, description: null }],
    });
    expect(Object.keys(state)).toEqual(expect.arrayContaining(LISTS));
  });

  test("the state of one emulator is a seed for another", async () => {
    const first = await emulate();
    await first.seed({
      owner: "ada",
      apps: [{ name: "sd", environment: "staging" }],
      secrets: [{ name: "A", value: "b" }],
      instances: [{ id: "i" }],
      runners: [{ runner_id: "r", app: "sd", environment: "staging" }],
      files: [{ path: "a.txt", size: 3 }],
    });
    await first.grpc().createUserKey({ policyPreset: "DEPLOY" });
    await first.grpc().updateApplication({ applicationName: "sd--staging", environmentName: "staging", keepAlive: 5 });
    const state = await first.state();

    const second = await emulate({ seed: state });

    expect(await second.state()).toEqual(state);
    expect(second.owner).toBe("ada");
  });
});

describe("seeds", () => {
  test("a seed gets fal's defaults for omitted values", async () => {
    const fal = await emulate();
    await fal.seed({ apps: [{ name: "sd", revisions: [{ id: "a" }, { id: "b" }] }] });
    expect((await fal.state()).apps).toMatchObject([
      {
        environment: "main",
        owner: "acme",
        revision: "b",
        auth_mode: "private",
        keep_alive: 10,
        min_concurrency: 0,
        request_timeout: 3600,
        request_start_timeout: null,
        startup_timeout: 600,
        max_multiplexing: 1,
        machine_types: ["XS"],
        valid_regions: [],
        revisions: [{ id: "a" }, { id: "b" }],
      },
    ]);
  });

  test("a seed changes the values that it contains, adds new objects and leaves the rest", async () => {
    const fal = await emulate();
    await fal.seed({
      apps: [
        { name: "sd", keep_alive: 60, revision: "a" },
        { name: "sd", environment: "staging" },
      ],
      secrets: [{ name: "A", value: "one", default_exposed: true }],
      runners: [{ runner_id: "r", app: "sd" }],
    });

    await fal.seed({
      apps: [{ name: "sd", max_concurrency: 9 }],
      secrets: [
        { name: "A", value: "two" },
        { name: "B", value: "b" },
      ],
      environments: [{ name: "main", description: "ours" }],
      runners: [{ runner_id: "r", app: "sd", state: "IDLE" }],
    });

    expect(await fal.state()).toMatchObject({
      apps: [{ keep_alive: 60, max_concurrency: 9, revision: "a" }, { environment: "staging" }],
      secrets: [{ value: "two", default_exposed: true }, { name: "B" }],
      environments: [{ name: "main", description: "ours", is_default: true }, { name: "staging" }],
      runners: [{ state: "IDLE" }],
    });
  });

  test("a seed creates the environments that its objects name", async () => {
    const fal = await emulate();
    await fal.seed({ secrets: [{ name: "A", environment: "staging", value: "b" }] });
    expect((await fal.state()).environments.map((each) => each.name)).toEqual(["main", "staging"]);
  });

  test("a seed can rename the account", async () => {
    const fal = await emulate({ owner: "ada" });
    await fal.seed({ owner: "grace" });
    expect((await fal.rest("GET", "/users/current")).body.nickname).toBe("grace");
  });

  test.each([
    ["a value that is not an object", "[]", "expected object"],
    ["an app without a name", { apps: [{}] }, "apps.0.name"],
    ["a misspelled field", { apps: [{ name: "sd", keepAlive: 3 }] }, "keepAlive"],
    ["an unknown list", { app: [] }, "app"],
    ["an unknown auth mode", { apps: [{ name: "sd", auth_mode: "open" }] }, "apps.0.auth_mode"],
    ["a fraction", { apps: [{ name: "sd", keep_alive: 1.5 }] }, "apps.0.keep_alive"],
    ["a number beyond int32", { apps: [{ name: "sd", keep_alive: 2 ** 31 }] }, "apps.0.keep_alive"],
    ["a key id with a colon", { keys: [{ key_id: "a:b" }] }, "keys.0.key_id"],
    ["an invalid time", { secrets: [{ name: "A", value: "b", created_at: "yesterday" }] }, "secrets.0.created_at"],
  ])("a seed with %s is rejected completely", async (_name, body, mention) => {
    const fal = await emulate();
    const before = await fal.state();
    const answer = await fal.rest("POST", "/_emulator/seed", { body });
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining(mention) } });
    expect(await fal.state()).toEqual(before);
  });

  test("the error about a seed does not contain its values", async () => {
    const fal = await emulate();
    const answer = await fal.rest("POST", "/_emulator/seed", {
      body: {
        secrets: [
          { name: "A", value: "canary-1", created_at: "canary-2" },
          { name: "B", value: ["canary-3"] },
        ],
      },
    });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).not.toContain("canary");
  });
});

describe("resets", () => {
  test("a reset restores the seed that the emulator started with", async () => {
    const fal = await emulate({ seed: { owner: "ada", secrets: [{ name: "A", value: "b" }] } });
    await fal.grpc().setSecret({ name: "A" });
    await fal.seed({ apps: [{ name: "sd" }] });

    expect((await fal.rest("POST", "/_emulator/reset")).status).toBe(200);

    expect(await fal.state()).toMatchObject({ owner: "ada", apps: [], secrets: [{ name: "A", value: "b" }] });
  });

  test("a reset forgets idempotency keys", async () => {
    const fal = await emulate();
    const order = () =>
      fal.platform("POST", "/compute/instances", {
        body: { instance_type: "gpu_1x_h100_sxm5", ssh_key: "k" },
        headers: { "idempotency-key": "a" },
      });
    const { id } = (await order()).body;
    await fal.rest("POST", "/_emulator/reset");
    expect((await order()).body.id).not.toBe(id);
  });
});

describe("state files", () => {
  test("a state file keeps everything across a restart, including instances that are provisioning", async () => {
    const stateFile = path.join(directory(), "state.json");
    let now = Date.parse("2026-11-01T12:00:00Z");
    const options = { stateFile, clock: () => now, instanceReadyMs: 60_000 };
    const first = await emulate(options);
    await first.grpc().setSecret({ name: "A", value: "b" });
    const order = { instance_type: "gpu_1x_h100_sxm5", ssh_key: "k" };
    const { id } = (await first.platform("POST", "/compute/instances", { body: order })).body;
    const state = await first.state();
    await first.close();

    const second = await emulate(options);

    expect(await second.state()).toEqual(state);
    now += 60_000;
    expect((await second.platform("GET", `/compute/instances/${id}`)).body.status).toBe("ready");
  });

  test("a state file is written soon after a change, atomically and readable only by its owner", async () => {
    const folder = directory();
    const stateFile = path.join(folder, "state.json");
    const fal = await emulate({ stateFile });
    await fal.grpc().setSecret({ name: "A", value: "b" });
    await vi.waitFor(() => expect(JSON.parse(readFileSync(stateFile, "utf8")).secrets).toHaveLength(1));
    expect(readdirSync(folder)).toEqual(["state.json"]);
    if (process.platform !== "win32") expect(statSync(stateFile).mode & 0o777).toBe(0o600);
  });

  test("a state file can be a symbolic link to a regular file, and the link remains", async () => {
    const folder = directory();
    const [stateFile, link, pipe] = ["state.json", "link", "pipe"].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ];
    await (await emulate({ stateFile, owner: "ada" })).close();
    symlinkSync(stateFile, link);
    const fal = await emulate({ stateFile: link });
    await fal.grpc().setSecret({ name: "A", value: "b" });
    await fal.close();
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(stateFile, "utf8"))).toMatchObject({ owner: "ada", secrets: [{ name: "A" }] });
    execFileSync("mkfifo", [pipe]);
    await expect(emulate({ stateFile: pipe })).rejects.toThrow(`${pipe}: cannot be read (it is not a regular file)`);
    expect(readdirSync(folder).sort()).toEqual(["link", "pipe", "state.json"]);
  });

  test("an existing state file is used instead of the seed until a reset", async () => {
    const options = {
      stateFile: path.join(directory(), "state.json"),
      seed: { secrets: [{ name: "A", value: "seeded" }] },
    };
    const first = await emulate(options);
    await first.grpc().setSecret({ name: "A", value: "changed" });
    await first.close();

    const second = await emulate(options);
    expect((await second.state()).secrets).toMatchObject([{ value: "changed" }]);
    await second.rest("POST", "/_emulator/reset");
    expect((await second.state()).secrets).toMatchObject([{ value: "seeded" }]);
  });

  test("a state file sets the owner unless the owner option is given", async () => {
    const stateFile = path.join(directory(), "state.json");
    await (await emulate({ stateFile, owner: "ada" })).close();
    expect((await emulate({ stateFile })).owner).toBe("ada");
    expect((await emulate({ stateFile, owner: "grace" })).owner).toBe("grace");
  });

  test("a state file can contain only some of the lists", async () => {
    const stateFile = path.join(directory(), "state.json");
    writeFileSync(stateFile, JSON.stringify({ apps: [{ name: "sd" }] }));
    expect(await (await emulate({ stateFile })).state()).toMatchObject({
      keys: [{ key_id: "emu" }],
      apps: [{ name: "sd" }],
    });
  });

  test.each([
    ["is not JSON", "{", "not valid JSON"],
    ["is not a state", '{"apps":[{"nam":"sd"}]}', "apps.0.name"],
  ])("a state file that %s is rejected by name and left unchanged", async (_name, content, mention) => {
    const stateFile = path.join(directory(), "state.json");
    writeFileSync(stateFile, content);
    await expect(emulate({ stateFile })).rejects.toThrow(new RegExp(`state\\.json: .*${mention}`));
    expect(readFileSync(stateFile, "utf8")).toBe(content);
  });

  test("a state file that cannot be written is rejected at the start", async () => {
    const stateFile = path.join(directory(), "none", "state.json");
    await expect(emulate({ stateFile })).rejects.toThrow(/state\.json: cannot be written/);
    expect(existsSync(stateFile)).toBe(false);
  });
});
