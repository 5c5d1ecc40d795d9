"use strict";
// Apps whose code the stack deploys, or, without BENCH_FAL, the same apps as they are at fal.
const fal = require("pulumi-fal");

const { BENCH_SIZE, BENCH_FAL } = process.env;
for (let index = 0; index < Number(BENCH_SIZE); index += 1) {
  const source = { ref: "app.py::Hello", cwd: "app", fal: BENCH_FAL };
  new fal.App(`app-${index}`, { name: `app-${index}`, onDelete: "delete", ...(BENCH_FAL ? { source } : {}) });
}
