import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, StructSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { excessOfJson, excessOfMessage, maxValues } from "../../../src/client/internal/bounds";
import {
  AliasInfoSchema,
  ListAliasesResultSchema,
  ListSecretsResponseSchema,
} from "../../../src/client/internal/gen/controller_pb";

/** A field with a length, as protobuf writes it. */
function field(number: number, bytes: Uint8Array): Buffer {
  const varint: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    varint.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint]), bytes]);
}

describe("limits of JSON", () => {
  const many = maxValues / 10 + 1;
  test.each([
    ["empty objects", `[${"{},".repeat(many)}{}]`, "contains more than 1000000 values"],
    ["empty lists", `{"x":[${"[],".repeat(many)}[]]}`, "contains more than 1000000 values"],
    ["numbers", `[${"1,".repeat(maxValues)}1]`, "contains more than 1000000 values"],
    ["properties of one object", `{${'"":0,'.repeat(maxValues)}"":0}`, "contains more than 1000000 values"],
    ["lists in lists", "[".repeat(5_000_000), "is nested more than 100 levels deep"],
    ["objects in objects", '{"x":'.repeat(101), "is nested more than 100 levels deep"],
  ])("JSON with too many %s exceeds the limits", (_, text, excess) => {
    expect(excessOfJson(text)).toBe(excess);
  });

  test.each([
    ["a text full of brackets and commas", JSON.stringify({ x: '{[,"\\'.repeat(1_000_000) })],
    ["lists side by side", JSON.stringify(Array.from({ length: 1_000 }, () => [[{}]]))],
    [
      "ten thousand objects",
      JSON.stringify(Array.from({ length: 10_000 }, () => ({ a: [1, "b", null], c: { d: "e" } }))),
    ],
  ])("JSON with %s stays within the limits", (_, text) => {
    expect(excessOfJson(text)).toBeUndefined();
  });

  test("any small JSON stays within the limits", () => {
    fc.assert(fc.property(fc.json({ maxDepth: 20 }), (text) => excessOfJson(text) === undefined));
  });
});

describe("limits of protobuf", () => {
  test.each([
    ["empty messages", ListAliasesResultSchema, Buffer.alloc(2 * (maxValues / 10 + 1), Buffer.from([10, 0]))],
    ["empty messages of another kind", ListSecretsResponseSchema, Buffer.alloc(14e6, Buffer.from([10, 0]))],
    ["texts within one message", ListAliasesResultSchema, field(1, Buffer.alloc(3e6, Buffer.from([0x4a, 0])))],
    ["unknown fields", ListAliasesResultSchema, Buffer.alloc(3e6, Buffer.from([0x78, 1]))],
    ["entries of a map", StructSchema, Buffer.alloc(3e6, Buffer.from([10, 0]))],
    ["messages within a map", StructSchema, field(1, field(2, field(6, Buffer.alloc(3e6, Buffer.from([10, 0])))))],
    ["numbers of a packed list", FileDescriptorProtoSchema, field(10, Buffer.alloc(maxValues + 1))],
  ])("a protobuf message with too many %s exceeds the limits", (_, schema, bytes) => {
    expect(excessOfMessage(schema, bytes)).toBe("contains more than 1000000 values");
  });

  test("a protobuf message with endless nesting exceeds the limits", () => {
    let bytes: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 60; depth++) bytes = field(1, field(2, field(5, bytes)));
    expect(excessOfMessage(StructSchema, bytes)).toBe("is nested more than 100 levels deep");
  });

  test("a protobuf message with ten thousand apps stays within the limits", () => {
    const alias = create(AliasInfoSchema, {
      alias: "sketch",
      revision: "00000000-0000-0000-0000-000000000000",
      keepAlive: 10,
      maxConcurrency: 5,
      minConcurrency: 1,
      maxMultiplexing: 1,
      requestTimeout: 60,
      startupTimeout: 60,
      concurrencyBuffer: 1,
      machineTypes: ["GPU-H100", "GPU-A100"],
      validRegions: ["us-east", "eu-north"],
      environmentName: "main",
      activeRunners: 1,
    });
    const answer = create(ListAliasesResultSchema, { aliases: Array.from({ length: 10_000 }, () => alias) });
    expect(excessOfMessage(ListAliasesResultSchema, toBinary(ListAliasesResultSchema, answer))).toBeUndefined();
  });

  test("the limits do not reject bytes that are not a protobuf message", () => {
    for (const bytes of [[0xff], [10, 0xff, 0xff, 0xff, 0xff, 7], [10, 200, 1], []]) {
      expect(excessOfMessage(ListAliasesResultSchema, Uint8Array.from(bytes))).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        excessOfMessage(ListAliasesResultSchema, bytes);
        excessOfMessage(StructSchema, bytes);
      }),
    );
  });
});
