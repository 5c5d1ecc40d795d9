/**
 * Writes a state fixture, once before it lands; afterwards it never changes. The name is that of the version, or of the
 * last build before the shape of the hidden data changes:
 * `node tools/run.mjs exec -- tsx test/e2e/support/write-state-fixture.ts [name]`
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../../src/version";
import { SSH_KEY } from "../../support/constants";
import { type Declared, resource } from "./stack";
import { type StateFixture, stateFixtures } from "./state-fixture";
import { World } from "./world";

const key = (trigger: string): Declared => ({
  kind: "ApiKey",
  name: "key",
  args: { alias: "ci", preset: "DEPLOY", rotation: { every: "3650d", overlap: "3000d", trigger } },
});

const program: Declared[] = [
  { kind: "Environment", name: "staging", args: { name: "staging", description: "Try things here" } },
  {
    kind: "Secret",
    name: "token",
    args: { name: "HF_TOKEN", environment: resource("staging"), value: "hf_one", defaultExposed: true },
  },
  {
    kind: "App",
    name: "app",
    args: {
      name: "image-gen",
      authMode: "private",
      revision: "rev-1",
      rolloutOn: [{ $ref: ["token", "fingerprint"] }],
    },
  },
  {
    kind: "AppScale",
    name: "scale",
    args: {
      app: resource("app"),
      minConcurrency: 1,
      maxConcurrency: 4,
      concurrencyBuffer: 1,
      concurrencyBufferPerc: 10,
      keepAlive: 300,
      scalingDelay: 30,
      requestTimeout: 600,
      requestStartTimeout: 60,
      startupTimeout: 900,
      maxMultiplexing: 2,
      machineTypes: ["GPU-H100"],
      regions: ["us-east"],
      onDelete: "restore",
    },
  },
  key("2"),
  {
    kind: "ComputeInstance",
    name: "machine",
    args: { instanceType: "gpu_8x_h100_sxm5", sshKey: SSH_KEY, sector: "sector_1" },
    options: { customTimeouts: { create: "30m" } },
  },
];

async function write(): Promise<void> {
  const world = await World.start({ instanceReadyMs: 100 });
  try {
    const revisions = [{ id: "rev-1", created_at: "2026-01-01T00:00:00Z" }];
    await world.seed({
      apps: [{ name: "image-gen", environment: "main", owner: "acme", revision: "rev-1", revisions }],
    });
    const stack = await world.stack();
    // With a key that was replaced and is not revoked yet.
    await stack.program(program.map((each) => (each.kind === "ApiKey" ? key("1") : each))).up();
    await stack.program(program).up();
    const { stdout } = await stack.ok("stack", "export");
    const fixture: StateFixture = { deployment: JSON.parse(stdout), world: { ...(await world.state()) }, program };
    // Where the program stood on the machine that wrote it is nobody's business.
    const withoutPaths = (key: string, value: unknown) =>
      key === "sourcePosition" || key === "stackTrace" ? undefined : value;
    mkdirSync(stateFixtures, { recursive: true });
    writeFileSync(
      join(stateFixtures, `${process.argv[2] ?? version}.json`),
      `${JSON.stringify(fixture, withoutPaths, 1)}\n`,
    );
  } finally {
    await world.close();
  }
}

write().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
