import type { Emulator } from "./emulator";
import { Faults } from "./faults";
import { createGrpcServer } from "./grpc/server";
import { RequestLog } from "./requests";
import { createRestServer } from "./rest/server";
import { emulatorKey } from "./state/account";
import { ControlPlane } from "./state/control-plane";
import { Persistence, readStateFile, stateFileExists } from "./state/persistence";
import { parseSeed } from "./state/schema";

const host = "127.0.0.1";

export interface EmulatorOptions {
  /** REST port; 0, the default, picks a free one. */
  port?: number;
  /** gRPC port; 0, the default, picks a free one. */
  grpcPort?: number;
  /** What the account starts with, also after a reset: a state object or the path of a JSON file. */
  seed?: object | string;
  /** File that keeps the state over restarts. When it exists, it counts and `seed` does not. */
  stateFile?: string;
  /** Default: what the state or the seed says, else "acme". */
  owner?: string;
  /** How long a compute instance is provisioning. Default 3000. */
  instanceReadyMs?: number;
  /** Delay of every call. Default 0. */
  latencyMs?: number;
  /** Milliseconds since the epoch; default `Date.now`. Lets a test turn time forward. */
  clock?: () => number;
}

export interface RunningEmulator {
  apiUrl: string;
  restUrl: string;
  grpcUrl: string;
  /** `id:secret` of the key that is always there. */
  key: string;
  owner: string;
  /** Stops listening, cuts open connections and writes the state file. Closing again waits for the same. */
  close(): Promise<void>;
}

export async function startEmulator(options: EmulatorOptions = {}): Promise<RunningEmulator> {
  const clock = options.clock ?? Date.now;
  const { stateFile } = options;
  const persistence = stateFile === undefined ? undefined : new Persistence(stateFile, () => plane.state());
  const restored = stateFile !== undefined && stateFileExists(stateFile) ? readStateFile(stateFile) : undefined;
  const plane = new ControlPlane({
    owner: options.owner,
    instanceReadyMs: options.instanceReadyMs ?? 3000,
    clock,
    seed: typeof options.seed === "string" ? readStateFile(options.seed) : parseOptionalSeed(options.seed),
    onChange: () => persistence?.changed(),
  });
  if (restored) plane.restore(restored);
  // Now rather than at the end: a place that cannot be written must not cost a session's work.
  await persistence?.flush();

  const emulator: Emulator = {
    plane,
    faults: new Faults(),
    requests: new RequestLog(clock, () => plane.state()),
    latencyMs: options.latencyMs ?? 0,
  };
  const rest = createRestServer(emulator);
  const grpc = createGrpcServer(emulator);
  const restUrl = await rest.listen({ host: host, port: options.port ?? 0 });
  let grpcPort: number;
  try {
    grpcPort = await grpc.listen(options.grpcPort ?? 0);
  } catch (error) {
    await rest.close();
    throw error;
  }

  let closing: Promise<void> | undefined;
  const close = async () => {
    await Promise.all([rest.close(), grpc.close()]);
    await persistence?.close();
  };

  return {
    apiUrl: `${restUrl}/v1`,
    restUrl,
    grpcUrl: `http://${host}:${grpcPort}`,
    key: `${emulatorKey.id}:${emulatorKey.secret}`,
    owner: plane.owner,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

const parseOptionalSeed = (seed: object | undefined) => (seed === undefined ? undefined : parseSeed(seed, "seed"));
