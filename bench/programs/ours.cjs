"use strict";
// Half secrets, half API keys, with this package.
const pulumi = require("@pulumi/pulumi");
const fal = require("pulumi-fal");

for (let index = 0; index < Number(process.env.BENCH_SIZE); index += 1) {
  const name = `BENCH_${index}`;
  if (index % 2 === 0) new fal.Secret(name, { name, value: pulumi.secret(`value of ${name}`) });
  else new fal.ApiKey(name, { alias: name });
}
