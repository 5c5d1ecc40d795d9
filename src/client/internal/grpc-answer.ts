// Limits the size of gRPC answers and repairs their status before connect reads them.
import type { DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, base64Decode } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import { excessOfMessage, maxAnswerBytes } from "./bounds";

/** A message begins with a flag and with its length in four bytes. */
const headBytes = 5;

/** Longer explanations are cut off. Error messages show less anyway. */
const longestMessage = 8_192;

/** Wraps an HTTP client: checks answers before connect reads them. `answer` is the type of the rpc's answer. */
export function checkedClient(send: UniversalClientFn, answer: DescMessage): UniversalClientFn {
  return async (request) => {
    const response = await send(request);
    normalizeStatus(response.header);
    return { ...response, body: checkedBody(response.body, answer, response.trailer) };
  };
}

/** Passes the first message on once it is complete and within the limits. Our rpcs return one message. */
async function* checkedBody(
  body: AsyncIterable<Uint8Array>,
  answer: DescMessage,
  trailer: Headers,
): AsyncIterable<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  let length: number | undefined;
  let handedOn = false;
  for await (const chunk of body) {
    if (handedOn) {
      yield chunk;
      continue;
    }
    held.push(chunk);
    size += chunk.length;
    if (size < headBytes) continue;
    length ??= Buffer.concat(held, headBytes).readUInt32BE(1);
    // connect itself rejects a message with a larger length.
    if (length <= maxAnswerBytes && size < headBytes + length) continue;
    const bytes = Buffer.concat(held);
    const excess = excessOfMessage(answer, bytes.subarray(headBytes, headBytes + length));
    if (excess !== undefined) throw new ConnectError(excess, Code.ResourceExhausted);
    handedOn = true;
    held = [];
    yield bytes;
  }
  if (held.length > 0) yield Buffer.concat(held);
  normalizeStatus(trailer);
}

/**
 * Repairs a refusal. If its explanation is encoded incorrectly or its details are not protobuf, connect reports a broken
 * connection, although the status shows that the server refused. So the explanation is decoded as far as possible, and of
 * the details only the requested wait is kept.
 */
function normalizeStatus(metadata: Headers): void {
  const details = metadata.get("grpc-status-details-bin");
  const read = details === null ? undefined : readDetails(details);
  metadata.delete("grpc-status-details-bin");
  const message = decoded(metadata.get("grpc-message") ?? "") || read?.message;
  if (message) metadata.set("grpc-message", encodeURIComponent(message));
  if (read?.waitMs !== undefined) metadata.append("grpc-retry-pushback-ms", String(read.waitMs));
}

/** Decodes percent-encoded UTF-8 as far as possible. */
function decoded(message: string): string {
  const bytes = message
    .slice(0, longestMessage)
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Reads a `google.rpc.Status`: its message (field 2) and the delay of a `google.rpc.RetryInfo` in its details (field 3). */
function readDetails(text: string): { message: string; waitMs: number | undefined } | undefined {
  try {
    const status = lengthDelimited(base64Decode(text));
    const delays = status.filter(([field]) => field === 3).map(([, any]) => retryDelayMs(any));
    const message = status.find(([field]) => field === 2)?.[1];
    return {
      message: Buffer.from(message ?? []).toString("utf8"),
      waitMs: delays.find((delay) => delay !== undefined),
    };
  } catch {
    return undefined;
  }
}

/** Reads a `google.protobuf.Any` (type: field 1, value: field 2) of a `RetryInfo` (field 1: `google.protobuf.Duration`). */
function retryDelayMs(any: Uint8Array): number | undefined {
  const parts = new Map(lengthDelimited(any));
  const type = Buffer.from(parts.get(1) ?? []).toString("utf8");
  const value = parts.get(2);
  if (!type.endsWith("/google.rpc.RetryInfo") || value === undefined) return undefined;
  const delay = new Map(lengthDelimited(value)).get(1);
  if (delay === undefined) return undefined;
  const reader = new BinaryReader(delay);
  let ms = 0;
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1) ms += Number(reader.int64()) * 1_000;
    else if (field === 2) ms += Math.ceil(reader.int32() / 1e6);
    else reader.skip(wire, field);
  }
  return ms > 0 ? ms : undefined;
}

/** The length-delimited fields of a message, in order. */
function lengthDelimited(message: Uint8Array): [number, Uint8Array][] {
  const reader = new BinaryReader(message);
  const fields: [number, Uint8Array][] = [];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (wire === 2) fields.push([field, reader.bytes()]);
    else reader.skip(wire, field);
  }
  return fields;
}
