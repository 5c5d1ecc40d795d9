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
  /** The REST port. Default: 0, which picks a free one. */
  port?: number;
  /** The gRPC port. Default: 0, which picks a free one. */
  grpcPort?: number;
  /** The initial state, also after a reset: an object, or the path of a JSON file. Default: an empty account. */
  seed?: object | string;
  /** A file that keeps the state across restarts. If it exists, `seed` is used only for a reset. Default: none. */
  stateFile?: string;
  /** The account's name. Default: the name in the state or the seed, else `acme`. */
  owner?: string;
  /** How long provisioning a compute instance takes, in milliseconds. Default: 3000. */
  instanceReadyMs?: number;
  /** Delay of every call in milliseconds. Default: 0. */
  latencyMs?: number;
  /** Returns the time in milliseconds since the epoch, so that a test can advance it. Default: `Date.now`. */
  clock?: () => number;
}

export interface RunningEmulator {
  apiUrl: string;
  restUrl: string;
  grpcUrl: string;
  /** `id:secret` of the initial ADMIN key. */
  key: string;
  owner: string;
  /** Stops listening, closes open connections and writes the state file. Further calls wait for the first one. */
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
  // Fail now, not at the end, if the file cannot be written.
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
