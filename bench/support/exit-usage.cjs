"use strict";
// Loaded into a measured process: writes, when it ends, what it has used.
const { writeFileSync } = require("node:fs");
process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const used = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1024 };
  writeFileSync(process.env.BENCH_EXIT_USAGE, JSON.stringify(used));
});
