// What a gRPC server answered, before connect reads it: bounded, and with a status that connect understands.
import type { DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, base64Decode } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import { excessOfMessage, maxAnswerBytes } from "./bounds";

/** A flag and four bytes of length are before each message. */
const headBytes = 5;

/** Longer explanations are cut off: no message shows as much. */
const longestMessage = 8_192;

/** An HTTP client whose answers are checked before connect gets them; `answer` is the message that the rpc promises. */
export function checkedClient(send: UniversalClientFn, answer: DescMessage): UniversalClientFn {
  return async (request) => {
    const response = await send(request);
    normalizeStatus(response.header);
    return { ...response, body: checkedBody(response.body, answer, response.trailer) };
  };
}

/** Hands the first message on when all of it is there and it holds no more than it may. Our rpcs answer one message. */
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
    // connect refuses what is too large by its length alone.
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
 * Makes a refusal readable. connect takes an explanation that is not encoded as it should be, or details that are no
 * protobuf, for a broken connection; but the status says that the server refused. The status counts, the explanation is
 * read as far as possible, and the details are dropped but for the wait that they ask for.
 */
function normalizeStatus(metadata: Headers): void {
  const details = metadata.get("grpc-status-details-bin");
  const read = details === null ? undefined : readDetails(details);
  metadata.delete("grpc-status-details-bin");
  const message = decoded(metadata.get("grpc-message") ?? "") || read?.message;
  if (message) metadata.set("grpc-message", encodeURIComponent(message));
  if (read?.waitMs !== undefined) metadata.append("grpc-retry-pushback-ms", String(read.waitMs));
}

/** Percent-decoded where that is possible, as UTF-8 where it is. */
function decoded(message: string): string {
  const bytes = message
    .slice(0, longestMessage)
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** `google.rpc.Status`: its message (2), and the delay of a `google.rpc.RetryInfo` among its details (3). */
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

/** `google.protobuf.Any` (1: type, 2: value) of a `RetryInfo` (1: `google.protobuf.Duration`). */
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

/** The fields of a message that have a length, in order. */
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
