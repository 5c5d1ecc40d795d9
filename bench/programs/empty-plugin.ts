import type { JsonObject } from "@bufbuild/protobuf";
import { DiffResponse_DiffChanges, ResourceProvider } from "../../src/hosts/plugin/gen/provider_pb";
import { serve } from "../../src/hosts/plugin/server";

// A plugin that answers at once, on the server of the real one, with properties like those of a real secret or key.

const createdAt = "2026-01-01T00:00:00.000Z";
const hex = (length: number) => "0".repeat(length);

function checked(news: JsonObject = {}): JsonObject {
  return "value" in news ? { ...news, environment: "main", fingerprint: hex(16) } : { ...news, generation: 1 };
}

function made(inputs: JsonObject = {}): JsonObject {
  if ("value" in inputs) return { ...inputs, createdAt };
  return { ...inputs, createdAt, keyId: hex(16), keySecret: hex(32), key: hex(49), previousKeys: [] };
}

void serve(ResourceProvider, {
  handshake: () => ({ acceptSecrets: true }),
  getPluginInfo: () => ({ version: "1.0.0" }),
  checkConfig: ({ news }) => ({ ...(news ? { inputs: news } : {}) }),
  diffConfig: () => ({ changes: DiffResponse_DiffChanges.DIFF_NONE }),
  configure: () => ({ acceptSecrets: true, supportsPreview: true }),
  check: ({ news }) => ({ inputs: checked(news) }),
  diff: () => ({ changes: DiffResponse_DiffChanges.DIFF_NONE, hasDetailedDiff: true }),
  create: ({ properties }) => ({ id: hex(16), properties: made(properties) }),
  read: ({ id, properties = {}, inputs = {} }) => ({ id, properties, inputs }),
  update: ({ news }) => ({ properties: made(news) }),
  delete: () => ({}),
  cancel: () => ({}),
}).then((port) => process.stdout.write(`${port}\n`));
