"use strict";
// The same program with a plugin that does nothing. What is left is the cost of Pulumi itself.
const pulumi = require("@pulumi/pulumi");

const declared = {
  Secret: ["name", "environment", "value", "defaultExposed", "rewriteOn", "fingerprint", "createdAt"],
  ApiKey: [
    ...["alias", "preset", "permissions", "scope", "rotation", "generation", "rotateAfter", "revokeAfter"],
    ...["keyId", "keySecret", "key", "createdAt", "previousKeys"],
  ],
};

class Empty extends pulumi.CustomResource {
  constructor(name, kind, args, additionalSecretOutputs) {
    const outputs = Object.fromEntries(declared[kind].map((property) => [property, undefined]));
    super(`bench:index:${kind}`, name, { ...outputs, ...args }, { additionalSecretOutputs });
  }
}

for (let index = 0; index < Number(process.env.BENCH_SIZE); index += 1) {
  const name = `BENCH_${index}`;
  if (index % 2 === 0) new Empty(name, "Secret", { name, value: pulumi.secret(`value of ${name}`) }, ["value"]);
  else new Empty(name, "ApiKey", { alias: name }, ["key", "keySecret"]);
}
