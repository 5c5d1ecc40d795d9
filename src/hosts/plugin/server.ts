import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";
import { messageOf } from "../../provider/errors";
import { StatusSchema } from "./gen/status_pb";

/** What implements a service: messages are plain objects. The engine tolerates methods that are missing. */
export type Methods<S extends DescService> = {
  [K in keyof S["method"]]?: (
    request: MessageShape<S["method"][K]["input"]>,
  ) => S["method"][K]["methodKind"] extends "server_streaming"
    ? AsyncIterable<MessageInitShape<S["method"][K]["output"]>>
    : MessageInitShape<S["method"][K]["output"]> | Promise<MessageInitShape<S["method"][K]["output"]>>;
};

/** A failure that the engine reads more of than the message. */
export class DetailedError<D extends DescMessage = DescMessage> extends Error {
  readonly schema: D;
  readonly detail: MessageInitShape<D>;

  constructor(message: string, schema: D, detail: MessageInitShape<D>) {
    super(message);
    this.schema = schema;
    this.detail = detail;
  }
}

/** As Pulumi's own limit, because a stack's configuration and state may be large. */
const maxBytes = 400 * 1024 * 1024;

/** Serves a service on a free port of this machine, and returns the port. */
export function serve<S extends DescService>(service: S, methods: Methods<S>): Promise<number> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": maxBytes,
    "grpc.max_send_message_length": maxBytes,
  });
  const definition: Record<string, grpc.MethodDefinition<unknown, unknown>> = {};
  const handlers: grpc.UntypedServiceImplementation = {};
  for (const method of service.methods) {
    const run = methods[method.localName as keyof S["method"]] as ((request: unknown) => unknown) | undefined;
    if (!run) continue;
    definition[method.localName] = methodDefinition(method);
    handlers[method.localName] = method.methodKind === "server_streaming" ? streaming(run) : unary(run);
  }
  server.addService(definition, handlers);
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}

/** Calls a method of another process. Resolves with the response, whatever it is. */
export function sender<I extends DescMessage>(
  address: string,
  method: DescMethod & { readonly input: I },
): (message: MessageInitShape<I>) => Promise<void> {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
  return (message) =>
    new Promise((done) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, message, () => done());
    });
}

function unary(run: (request: unknown) => unknown): grpc.handleUnaryCall<unknown, unknown> {
  return ({ request }, respond) => {
    Promise.resolve(request)
      .then(run)
      .then(
        (response) => respond(null, response),
        (error: unknown) => respond(statusOf(error)),
      );
  };
}

function streaming(run: (request: unknown) => unknown): grpc.handleServerStreamingCall<unknown, unknown> {
  return async (call) => {
    try {
      for await (const message of run(call.request) as AsyncIterable<unknown>) call.write(message);
      call.end();
    } catch (error) {
      call.emit("error", statusOf(error));
    }
  };
}

function methodDefinition(method: DescMethod): grpc.MethodDefinition<unknown, unknown> {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: false,
    responseStream: method.methodKind === "server_streaming",
    requestSerialize: serializer(method.input),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes),
    responseSerialize: serializer(method.output),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  };
}

function serializer(schema: DescMessage): (message: unknown) => Buffer {
  return (message) => Buffer.from(toBinary(schema, create(schema, message as MessageInitShape<DescMessage>)));
}

/** Without a stack, which the engine would print. */
function statusOf(error: unknown): Partial<grpc.StatusObject> {
  const [code, message] = [grpc.status.UNKNOWN, messageOf(error)];
  if (!(error instanceof DetailedError)) return { code, details: message };
  const detail = anyPack(error.schema, create(error.schema, error.detail));
  const status = create(StatusSchema, { code, message, details: [detail] });
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(toBinary(StatusSchema, status)));
  return { code, details: message, metadata };
}
