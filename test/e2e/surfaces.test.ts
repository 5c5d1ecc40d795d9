import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SSH_KEY } from "../support/constants";
import { type Declared, resource, type Stack } from "./support/stack";
import { World, type WorldState } from "./support/world";

// One program of all six kinds, run over each of fal's REST surfaces: whichever is spoken, the end is the same.

type Json = Record<string, unknown>;

const surfaces = ["platform", "alpha"] as const;
type SurfaceName = (typeof surfaces)[number];

const program = (maxConcurrency: number, token: string): Declared[] => [
  { kind: "Environment", name: "staging", args: { name: "staging" } },
  // In main and without an exposure, a secret can be set over either surface; the other two need gRPC.
  { kind: "Secret", name: "token", args: { name: "HF_TOKEN", value: token } },
  { kind: "Secret", name: "hidden", args: { name: "HIDDEN", value: "hid", defaultExposed: false } },
  { kind: "Secret", name: "staged", args: { name: "HF_TOKEN", environment: resource("staging"), value: "hf_staging" } },
  { kind: "App", name: "app", args: { name: "image-gen", authMode: "public", onDelete: "retain" } },
  {
    kind: "AppScale",
    name: "scale",
    args: {
      app: resource("app"),
      minConcurrency: 1,
      maxConcurrency,
      keepAlive: 60,
      machineTypes: ["GPU-H100", "GPU-A100"],
    },
  },
  { kind: "ApiKey", name: "key", args: { alias: "ci", preset: "DEPLOY" } },
  { kind: "ApiKey", name: "plain", args: { alias: "plain" } },
  {
    kind: "ComputeInstance",
    name: "machine",
    args: { instanceType: "gpu_8x_h100_sxm5", sshKey: SSH_KEY, sector: "sector_1" },
  },
];
const exported = { url: ["app", "url"], types: ["app", "machineTypes"], status: ["machine", "status"] } as const;

/** What each surface's run left behind. */
interface End {
  outputs: Json;
  resources: Record<string, { outputs: Json }>;
  remote: Json;
  leftOver: Json;
}
const ends: Partial<Record<SurfaceName, End>> = {};

function endOf(surface: SurfaceName): End {
  const end = ends[surface];
  if (end === undefined) throw new Error(`the run over surface ${surface} did not reach its end`);
  return end;
}

describe.each(surfaces)("surface %s", (surface) => {
  let world: World;
  let stack: Stack;
  const end: Partial<End> = {};

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 100 });
    await world.seed({
      apps: [{ name: "image-gen", revision: "rev-1", auth_mode: "private", machine_types: ["GPU-A100"] }],
    });
    stack = await world.stack();
    await stack.ok("config", "set", "fal:surface", surface);
  });
  afterAll(() => world?.close());

  test(`up over surface ${surface} creates and updates everything as declared`, async () => {
    await stack.program(program(4, "hf_one"), exported).up();
    await stack.program(program(8, "hf_two"), exported).up();
    end.outputs = await stack.outputs();
    end.resources = Object.fromEntries(
      Object.entries(stack.resources()).map(([name, { id, type, inputs, outputs }]) => [
        name,
        normal({ id, type, inputs, outputs }),
      ]),
    );
    end.remote = normal(remoteOf(await world.state()));
    expect(await world.state()).toMatchObject({
      secrets: expect.arrayContaining([
        expect.objectContaining({ name: "HF_TOKEN", environment: "main", value: "hf_two", default_exposed: null }),
        expect.objectContaining({ name: "HIDDEN", environment: "main", default_exposed: false }),
        expect.objectContaining({ name: "HF_TOKEN", environment: "staging", value: "hf_staging" }),
      ]),
      apps: [
        expect.objectContaining({ auth_mode: "public", max_concurrency: 8, machine_types: ["GPU-H100", "GPU-A100"] }),
      ],
      instances: [expect.objectContaining({ sector: "sector_1", status: "ready" })],
    });
  });

  test(`requests over surface ${surface} use only its paths`, async () => {
    const asked = (await world.requests()).filter((request) => request.transport === "rest");
    const paths = asked.map(
      ({ method, path }) => `${method} ${path.replace(/(\/compute\/instances?)\/.+/, "$1/{id}")}`,
    );
    const ways = new Set(paths.filter((path) => !path.endsWith("/users/current")));
    if (surface === "platform") {
      expect([...ways].sort()).toEqual([
        "GET /v1/compute/instances",
        "GET /v1/compute/instances/{id}",
        "POST /v1/compute/instances",
        "POST /v1/keys",
      ]);
    } else {
      expect([...ways].sort()).toEqual([
        "GET /compute/instance/{id}",
        "GET /compute/instances",
        "GET /serverless/apps",
        "GET /serverless/secrets",
        "POST /compute/instance",
        "POST /serverless/secrets",
        // Keys are the platform's on either surface: the older documents have none.
        "POST /v1/keys",
      ]);
    }
  });

  test(`a second up and a refresh over surface ${surface} find no changes, with few list calls`, async () => {
    await stack.up("--expect-no-changes");
    await world.clearRequests();
    await stack.refresh("--expect-no-changes");
    const lists = (await world.requests()).map((request) => request.rpc ?? `${request.method} ${request.path}`);
    const times = (what: string) => lists.filter((each) => each === what).length;
    // Two lists per kind and environment at most: here apps of main, and secrets of main and staging.
    expect(times("ListAliases") + times("GET /serverless/apps")).toBeLessThanOrEqual(2);
    expect(times("ListSecrets") + times("GET /serverless/secrets")).toBeLessThanOrEqual(4);
    expect(times("GET /compute/instances")).toBe(0);
  });

  test(`up --refresh over surface ${surface} finds and corrects drift`, async () => {
    await world.seed({ apps: [{ name: "image-gen", max_concurrency: 3, auth_mode: "shared" }] });
    await stack.preview("--refresh", "--diff").then(({ text }) => {
      expect(text).toMatch(/maxConcurrency/);
      expect(text).toMatch(/authMode/);
    });
    await world.remove("secrets", "main/HF_TOKEN");
    await stack.up("--refresh");
    expect(normal(remoteOf(await world.state()))).toEqual(end.remote);
  });

  test(`destroy over surface ${surface} leaves only what is retained`, async () => {
    await stack.destroy();
    const state = await world.state();
    expect(Object.keys(stack.encryptedResources())).toEqual([]);
    expect([state.secrets, state.instances]).toEqual([[], []]);
    expect(state.environments.map(({ name }) => name)).toEqual(["main"]);
    expect(state.keys.map(({ alias }) => alias)).toEqual(["fal-emulator"]);
    end.leftOver = normal(remoteOf(state));
    ends[surface] = end as End;
  });
});

describe("both surfaces", () => {
  test("both surfaces give the same outputs and state, except for GPU instance fields that alpha lacks", () => {
    const [platform, alpha] = [endOf("platform"), endOf("alpha")];
    expect(alpha.outputs).toEqual(platform.outputs);
    const { machine, ...others } = platform.resources;
    const { machine: alphaMachine, ...alphaOthers } = alpha.resources;
    expect(alphaOthers).toEqual(others);
    const { region, creatorUserNickname, ...known } = machine?.outputs ?? {};
    expect([region, creatorUserNickname]).toEqual([expect.any(String), "acme"]);
    expect(alphaMachine?.outputs).toEqual(known);
  });

  test("both surfaces leave the same account, before and after destroy", () => {
    expect(endOf("alpha").remote).toEqual(endOf("platform").remote);
    expect(endOf("alpha").leftOver).toEqual(endOf("platform").leftOver);
  });
});

describe("lost responses on surface alpha", () => {
  let world: World;
  let stack: Stack;

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 100 });
    stack = await world.stack();
    await stack.ok("config", "set", "fal:surface", "alpha");
  });
  afterAll(() => world?.close());

  const machine = (args: Json) => ({ kind: "ComputeInstance", name: "machine", args: { sshKey: SSH_KEY, ...args } });
  const order = { instanceType: "gpu_1x_h100_sxm5" };
  const lost = (path: string) => ({
    match: { transport: "rest", method: "POST", path },
    times: 1,
    fault: { reset: true, afterEffect: true },
  });

  test("an unanswered order on surface alpha is sent once, and the error names the instance", async () => {
    await world.faults([lost("/compute/instance$")]);
    const { text } = await stack.program([machine(order)]).fails("up", "--yes", "--skip-preview");
    const [made, ...more] = (await world.state()).instances;
    expect(more).toEqual([]);
    expect(text).toContain(`New since the request: ${made?.id}`);
    expect(text).toContain("adopt");
    const orders = (await world.requests()).filter(
      ({ method, path }) => method === "POST" && path === "/compute/instance",
    );
    expect(orders).toHaveLength(1);

    await stack.program([machine({ ...order, adopt: made?.id })]).up();
    expect(stack.encryptedResources()["machine"]?.id).toBe(made?.id);
    expect((await world.state()).instances).toHaveLength(1);
  });

  test("an unanswered set of a secret on surface alpha is sent again", async () => {
    await world.faults([lost("/serverless/secrets$")]);
    const token = { kind: "Secret", name: "token", args: { name: "HF_TOKEN", value: "hf_one" } };
    const { id } = stack.encryptedResources()["machine"] ?? {};
    await stack.program([machine({ ...order, adopt: id }), token]).up();
    expect((await world.state()).secrets).toMatchObject([{ name: "HF_TOKEN", value: "hf_one" }]);
    await stack.refresh("--expect-no-changes");
  });
});

describe("functions", () => {
  const calls = `
    getApp: fal.getApp({ name: "image-gen" }),
    getApps: fal.getApps(),
    getAppsOfStaging: fal.getApps({ environment: "staging" }),
    getAppRevisions: fal.getAppRevisions({ app: "image-gen" }),
    getRunners: fal.getRunners(),
    getSecrets: fal.getSecrets(),
    getEnvironments: fal.getEnvironments(),
    getApiKeys: fal.getApiKeys(),
    getComputeInstance: fal.getComputeInstance({ id: "inst_1" }),
    getComputeInstances: fal.getComputeInstances(),
    getFiles: fal.getFiles(),
    getFilesOfFolder: fal.getFiles({ path: "datasets" }),
  `;
  const source = `
    const fal = require("pulumi-fal");
    const calls = () => ({${calls}});
    module.exports = async () => {
      const results = await Promise.all(Object.entries(calls()).map(async ([name, call]) => [name, await call]));
      require("node:fs").writeFileSync("seen.json", JSON.stringify(Object.fromEntries(results)));
    };
  `;
  /** What the older documents do not tell; everything else has to be the same. */
  const platformOnly = new Set(["region", "creatorUserNickname", "createdAt of a file"]);

  test("functions return the same over both surfaces, except for fields that alpha lacks", async () => {
    const world = await World.start();
    try {
      await world.seed({
        environments: [{ name: "staging" }],
        apps: [
          { name: "image-gen", auth_mode: "shared", machine_types: ["GPU-H200", "GPU-H100"], keep_alive: 42 },
          { name: "tiny", auth_mode: "public", machine_types: ["XS"] },
          { name: "image-gen", environment: "staging" },
        ],
        secrets: [{ name: "A", default_exposed: false }, { name: "B" }, { name: "C", environment: "staging" }],
        instances: [{ id: "inst_1", instance_type: "gpu_1x_h100_sxm5", status: "ready", ip: "10.0.0.1" }],
        runners: [{ runner_id: "run-1", app: "image-gen", environment: "main", state: "RUNNING" }],
        files: [
          { path: "datasets/cat.jpg", size: 7 },
          { path: "datasets/deep/dog.jpg", size: 9 },
          { path: "README.md" },
        ],
      });
      const seen: Json[] = [];
      for (const surface of surfaces) {
        const stack = await world.stack();
        await stack.ok("config", "set", "fal:surface", surface);
        await stack.source(source).ok("preview");
        seen.push(JSON.parse(readFileSync(join(stack.dir, "seen.json"), "utf8")));
      }
      const [platform, alpha] = seen;
      expect(Object.keys(alpha ?? {})).toHaveLength(12);
      expect(lessTelling(alpha)).toEqual(lessTelling(platform));
      expect(JSON.stringify(platform)).toMatch(/"region":.*"creatorUserNickname":/);
    } finally {
      await world.close();
    }
  });

  function lessTelling(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(lessTelling);
    if (typeof value !== "object" || value === null) return value;
    const kind = "isFile" in value ? " of a file" : "";
    return Object.fromEntries(
      Object.entries(value)
        // Grows by itself.
        .filter(([name]) => !platformOnly.has(name) && !platformOnly.has(`${name}${kind}`) && name !== "uptime")
        .map(([name, inner]) => [name, lessTelling(inner)]),
    );
  }
});

const remoteOf = ({ owner, keys, environments, apps, secrets, instances }: WorldState): Json => ({
  owner,
  keys: keys.filter(({ alias }) => alias !== "fal-emulator"),
  environments,
  apps,
  secrets,
  instances,
});

/** What is new in every run: times, and what fal or this package draws at random. */
const drawn =
  /^(id|created_?at|updated_at|created|modified|ready_at|fingerprint|key|key_?id|key_?secret|ip|ssh_?command|rotateAfter)$/i;

/** Without what is new in every run, and lists of objects in one order. */
function normal<T>(value: T): T {
  const text = (each: unknown) => JSON.stringify(each);
  if (Array.isArray(value)) {
    const items = value.map(normal);
    return (
      items.every((item) => typeof item === "object") ? items.sort((a, b) => (text(a) < text(b) ? -1 : 1)) : items
    ) as T;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // Ids that are names stay; a drawn one has no slash and no meaning.
      .filter(([name, inner]) => !drawn.test(name) || (name === "id" && String(inner).includes("/")))
      .map(([name, inner]) => [name, normal(inner)]),
  ) as T;
}
