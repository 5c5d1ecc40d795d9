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
  private records: RequestRecord[] = [];

  constructor(
    private readonly clock: () => number,
    private readonly state: () => State,
  ) {}

  /** The record is listed at once; whoever answers the call fills in its status. */
  add(call: Pick<RequestRecord, "transport" | "method" | "path" | "rpc">): RequestRecord {
    const record: RequestRecord = {
      transport: call.transport,
      method: call.method,
      path: redactPath(call.path, this.secretsOf(this.state())),
      ...(call.rpc !== undefined && { rpc: call.rpc }),
      status: null,
      time: new Date(this.clock()).toISOString(),
    };
    this.records.push(record);
    return record;
  }

  list(): readonly RequestRecord[] {
    return this.records;
  }

  clear(): void {
    this.records = [];
  }

  private secretsOf(state: State): string[] {
    return [...state.keys.map((key) => key.key_secret), ...state.secrets.map((secret) => secret.value)];
  }
}

const MASK = "***";
const CREDENTIAL_PARAMETER = /^(?:authorization|(?:fal_|api_?)?key|.*(?:secret|token|password).*)$/i;

/** Masks query parameters that are named like credentials, and every secret of the account wherever it stands. */
export function redactPath(path: string, secrets: readonly string[]): string {
  const [pathname = "", query] = path.split(/\?(.*)/s, 2);
  const parameters = (query ?? "").split("&").map((pair) => {
    const name = pair.split("=", 1)[0] ?? "";
    return pair.includes("=") && CREDENTIAL_PARAMETER.test(decode(name)) ? `${name}=${MASK}` : pair;
  });
  const masked = query === undefined ? pathname : `${pathname}?${parameters.join("&")}`;
  return masked
    .split(/([/?&=])/)
    .map((part) => (secrets.some((secret) => secret !== "" && decode(part).includes(secret)) ? MASK : part))
    .join("");
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not percent-encoded after all: compare it as it is.
    return part;
  }
}
