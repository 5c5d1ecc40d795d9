"use strict";
// The same number of resources with the same inputs, of a provider that does nothing. Its code is reached the way ours
// is: what is left is the cost of Pulumi itself.
const pulumi = require("@pulumi/pulumi");

class Empty extends pulumi.CustomResource {
  constructor(name, args, secrets) {
    const __provider = 'exports.handler=()=>require("bench-empty/dynamic").provider("Empty")';
    const options = { additionalSecretOutputs: secrets };
    super("pulumi-nodejs:dynamic/bench:Empty", name, { ...args, __provider }, options);
  }
}

for (let index = 0; index < Number(process.env.BENCH_SIZE); index += 1) {
  const name = `BENCH_${index}`;
  if (index % 2 === 0) new Empty(name, { name, value: pulumi.secret(`value of ${name}`) }, ["value"]);
  else new Empty(name, { alias: name }, ["key", "keySecret"]);
}
