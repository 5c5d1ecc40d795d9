import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  CheckRequest,
  type CheckResponse,
  ConfigureRequest,
  CreateRequest,
  type CreateResponse,
  DiffRequest,
  DiffResponse,
  ReadRequest,
  type ReadResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import type { Struct as ProtobufStruct } from "google-protobuf/google/protobuf/struct_pb";
import type { Emulator } from "./emulator";
import { removeScratch, scratchDirectory, start, stop } from "./lifetime";
import { root } from "./paths";
import { environment, linkPackages } from "./project";

// The SDK's own copies of its dependencies: others would not know its classes.
const fromSdk = createRequire(createRequire(join(root, "package.json")).resolve("@pulumi/pulumi"));
const grpc = fromSdk("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
const { Struct } = fromSdk(
  "google-protobuf/google/protobuf/struct_pb",
) as typeof import("google-protobuf/google/protobuf/struct_pb");

type Bag = Record<string, unknown>;
type Callback<T> = (error: Error | null, answer: T) => void;

export interface Usage {
  readonly cpuMs: number;
  readonly peakRssKb: number;
  readonly heapKb: number;
}

/** A provider process, spoken to as the engine speaks to it, without the engine's cost. */
export class ProviderProcess {
  readonly #child: ChildProcess;
  readonly #client: ResourceProviderClient;
  readonly #directory: string;

  private constructor(child: ChildProcess, client: ResourceProviderClient, directory: string) {
    this.#child = child;
    this.#client = client;
    this.#directory = directory;
  }

  static async start(emulator: Emulator, host: "dynamic" | "plugin" = "dynamic"): Promise<ProviderProcess> {
    const directory = scratchDirectory();
    linkPackages(directory);
    const dynamic = fromSdk.resolve("@pulumi/pulumi/cmd/dynamic-provider");
    const script = host === "dynamic" ? dynamic : join(root, "plugin/main.js");
    // The last argument stands where the engine's address does: there is no engine to send messages to.
    // As plugin/pulumi-resource-fal does.
    const heap = host === "plugin" ? ["--max-semi-space-size=4"] : [];
    const args = [...heap, "--expose-gc", "--require", join(__dirname, "probe.cjs"), script, "--no-engine"];
    const child = start(process.execPath, args, {
      cwd: directory,
      env: environment(emulator, { FAL_CONFIG_PATH: join(directory, "no-fal-config.toml") }),
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    });
    if (!child.stdout) throw new Error("the provider process has no output");
    const [port] = await Promise.race([
      once(createInterface(child.stdout), "line"),
      once(child, "exit").then(([code]) => {
        throw new Error(`the provider process ended with exit code ${code} before it was ready`);
      }),
    ]);
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const provider = new ProviderProcess(child, client, directory);
    const request = new ConfigureRequest();
    request.setArgs(Struct.fromJavaScript({}));
    await provider.#call((done) => client.configure(request, done));
    return provider;
  }

  /** Checked inputs; throws when anything is refused. */
  async check(urn: string, news: Bag): Promise<Bag> {
    const request = new CheckRequest();
    request.setUrn(urn);
    request.setOlds(struct({}));
    request.setNews(struct(news));
    const answer = await this.#call<CheckResponse>((done) => this.#client.check(request, done));
    const refused = answer.getFailuresList().map((failure) => failure.getReason());
    if (refused.length > 0) throw new Error(`${urn}: ${refused.join("; ")}`);
    return plain(bag(answer.getInputs()));
  }

  /** Whether the provider sees a change. */
  async diff(id: string, urn: string, olds: Bag, news: Bag): Promise<boolean> {
    const request = new DiffRequest();
    request.setId(id);
    request.setUrn(urn);
    request.setOlds(struct(olds));
    request.setNews(struct(news));
    const answer = await this.#call<DiffResponse>((done) => this.#client.diff(request, done));
    return answer.getChanges() !== DiffResponse.DiffChanges.DIFF_NONE;
  }

  async create(urn: string, inputs: Bag): Promise<{ id: string; outputs: Bag }> {
    const request = new CreateRequest();
    request.setUrn(urn);
    request.setProperties(struct(inputs));
    const answer = await this.#call<CreateResponse>((done) => this.#client.create(request, done));
    return { id: answer.getId(), outputs: plain(bag(answer.getProperties())) };
  }

  /** Throws when the object is gone. */
  async read(id: string, urn: string, outputs: Bag): Promise<void> {
    const request = new ReadRequest();
    request.setId(id);
    request.setUrn(urn);
    request.setProperties(struct(outputs));
    const answer = await this.#call<ReadResponse>((done) => this.#client.read(request, done));
    if (answer.getId() === "") throw new Error(`${urn}: ${id} is gone`);
  }

  /** Collecting garbage costs processor time: only where the heap is asked for. */
  async usage(when: "now" | "after collection" = "now"): Promise<Usage> {
    const answer = once(this.#child, "message");
    this.#child.send(when);
    return (await answer)[0] as Usage;
  }

  async stop(): Promise<void> {
    this.#client.close();
    await stop(this.#child);
    removeScratch(this.#directory);
  }

  #call<T>(send: (done: Callback<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      send((error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }
}

function struct(value: Bag): ProtobufStruct {
  return Struct.fromJavaScript(value as Parameters<typeof Struct.fromJavaScript>[0]);
}

function bag(value: ProtobufStruct | undefined): Bag {
  return (value?.toJavaScript() ?? {}) as Bag;
}

const signature = "4dabf18193072939515e22adb298388d";

/** Properties as the engine hands them back: it unwraps secrets before it sends them. */
function plain(value: Bag): Bag {
  const unwrapped = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(unwrapped);
    if (typeof inner !== "object" || inner === null) return inner;
    if (signature in inner && "value" in inner) return unwrapped(inner.value);
    return plain(inner as Bag);
  };
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unwrapped(inner)]));
}

/** Runs tasks, so many at once. */
export async function inFlight<T>(limit: number, tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) {
      const index = next;
      next += 1;
      const task = tasks[index];
      if (task) results[index] = await task();
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
