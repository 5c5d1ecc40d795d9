"use strict";
// The same program with a provider that does nothing: the same inputs, the same declared outputs, reached the same way.
// What is left is the cost of Pulumi itself.
const pulumi = require("@pulumi/pulumi");

const declared = {
  secret: ["name", "environment", "value", "defaultExposed", "rewriteOn", "fingerprint", "createdAt"],
  key: [
    ...["alias", "preset", "permissions", "scope", "rotation", "generation", "rotateAfter", "revokeAfter"],
    ...["keyId", "keySecret", "key", "createdAt", "previousKeys"],
  ],
};

class Empty extends pulumi.CustomResource {
  constructor(name, kind, args, additionalSecretOutputs) {
    const __provider = 'exports.handler=()=>require("bench-empty/dynamic").provider("Empty")';
    const outputs = Object.fromEntries(declared[kind].map((property) => [property, undefined]));
    super("pulumi-nodejs:dynamic/bench:Empty", name, { ...outputs, ...args, __provider }, { additionalSecretOutputs });
  }
}

for (let index = 0; index < Number(process.env.BENCH_SIZE); index += 1) {
  const name = `BENCH_${index}`;
  if (index % 2 === 0) new Empty(name, "secret", { name, value: pulumi.secret(`value of ${name}`) }, ["value"]);
  else new Empty(name, "key", { alias: name }, ["key", "keySecret"]);
}
