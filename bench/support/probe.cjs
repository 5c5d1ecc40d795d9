"use strict";
// Loaded into a measured process: answers, when asked, what the process has used so far.
process.on("message", (question) => {
  if (question === "after collection") global.gc();
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  const { heapUsed } = process.memoryUsage();
  process.send({ cpuMs: (user + system) / 1000, peakRssKb: maxRSS, heapKb: Math.round(heapUsed / 1024) });
});
process.channel.unref();
