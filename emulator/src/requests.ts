import type { State } from "./state/schema";

/** One call as `GET /_emulator/requests` shows it. Bodies and credentials are never recorded. */
export interface RequestRecord {
  transport: "rest" | "grpc";
  method: string;
  path: string;
  /** The name of the gRPC method. */
  rpc?: string;
  /** HTTP status, or the name of the gRPC code ("OK", "NOT_FOUND"); null while unanswered and for a reset connection. */
  status: number | string | null;
  time: string;
}

/** Records every call except the control calls, in the order of arrival. */
export class RequestLog {
  #records: RequestRecord[] = [];

  readonly #clock: () => number;
  readonly #state: () => State;

  constructor(clock: () => number, state: () => State) {
    this.#clock = clock;
    this.#state = state;
  }

  /** The record is listed at once; whoever answers the call fills in its status. */
  add(call: Pick<RequestRecord, "transport" | "method" | "path" | "rpc">): RequestRecord {
    const record: RequestRecord = {
      transport: call.transport,
      method: call.method,
      // gRPC's paths name a method and nothing else.
      path: call.transport === "grpc" ? call.path : redactPath(call.path, this.#credentials()),
      ...(call.rpc !== undefined && { rpc: call.rpc }),
      status: null,
      time: new Date(this.#clock()).toISOString(),
    };
    this.#records.push(record);
    return record;
  }

  list(): readonly RequestRecord[] {
    return this.#records;
  }

  clear(): void {
    this.#records = [];
  }

  #credentials(): Set<string> {
    const { keys, secrets } = this.#state();
    return new Set([
      ...keys.flatMap(({ key_id, key_secret }) => [key_secret, `${key_id}:${key_secret}`]),
      ...secrets.map(({ value }) => value),
    ]);
  }
}

const redactionMark = "***";
const credentialParameter = /^(?:authorization|(?:fal_|api_?)?key|.*(?:secret|token|password).*)$/i;
/** A shorter secret could be any word of a path, and masking that would spoil the log. */
const shortestCredential = 8;

/** Masks query parameters that are named like credentials, and every segment or value that is one. */
export function redactPath(path: string, credentials: ReadonlySet<string>): string {
  const [pathname = "", query] = path.split(/\?(.*)/s, 2);
  const mask = (part: string) => {
    const plain = decode(part);
    return plain.length >= shortestCredential && credentials.has(plain) ? redactionMark : part;
  };
  const maskedPath = pathname.split("/").map(mask).join("/");
  if (query === undefined) return maskedPath;
  const parameters = query.split("&").map((parameter) => {
    const [name = "", value] = parameter.split(/=(.*)/s, 2);
    if (value === undefined) return mask(parameter);
    return `${name}=${credentialParameter.test(decode(name)) ? redactionMark : mask(value)}`;
  });
  return `${maskedPath}?${parameters.join("&")}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not percent-encoded after all: compare it as it is.
    return part;
  }
}
