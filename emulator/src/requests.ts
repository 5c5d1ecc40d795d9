import type { State } from "./state/schema";

/** A call in `GET /_emulator/requests`. Without bodies and credentials. */
export interface RequestRecord {
  transport: "rest" | "grpc";
  method: string;
  path: string;
  /** The name of the gRPC method. */
  rpc?: string;
  /** The app that `RegisterApplication` deploys: `main/sd`. */
  app?: string;
  /** HTTP status, or the name of the gRPC code ("OK", "NOT_FOUND"); null before the response, and if the connection was cut. */
  status: number | string | null;
  time: string;
}

/** Records every call except control calls, in order of arrival. */
export class RequestLog {
  #records: RequestRecord[] = [];

  readonly #clock: () => number;
  readonly #state: () => State;

  constructor(clock: () => number, state: () => State) {
    this.#clock = clock;
    this.#state = state;
  }

  /** Adds a record immediately. The caller sets its status with the response. */
  add(call: Pick<RequestRecord, "transport" | "method" | "path" | "rpc">): RequestRecord {
    const record: RequestRecord = {
      transport: call.transport,
      method: call.method,
      // gRPC paths contain only the method.
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
/** Shorter secrets could match ordinary parts of a path. */
const shortestCredential = 8;

/** Redacts query parameters with names of credentials, and segments and values that are credentials. */
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
    // Not percent-encoded.
    return part;
  }
}
