"use strict";
// Loaded into every Node process of a CLI run (NODE_OPTIONS): what asks for the date is told a later one.
const ahead = Number(process.env.TEST_CLOCK_AHEAD_MS);
const now = Date.now;
globalThis.Date = new Proxy(Date, {
  construct: (target, args) => (args.length > 0 ? new target(...args) : new target(now() + ahead)),
  apply: (target) => new target(now() + ahead).toString(),
  get: (target, name) => (name === "now" ? () => now() + ahead : Reflect.get(target, name)),
});
