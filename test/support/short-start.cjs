"use strict";
// Loaded into every Node process of a CLI run (NODE_OPTIONS). Starting Pulumi's SDK takes most of such a process's time,
// and half of that goes into what no test needs: serializing functions, for which the SDK loads the TypeScript compiler
// and turns on V8's debugger, and source maps. `pulumi.dynamic` still gets the real serializer. The smoke tests and
// those of the package run without this file.
const Module = require("node:module");

/** What the SDK gets, by what it asks for. */
const replaced = {
  "./closure/serializeClosure": {},
  "./closure/codePaths": {},
  "../../runtime/closure/v8Hooks": { isInitializedAsync: async () => undefined },
  "source-map-support/register": {},
};
const load = Module._load;
Module._load = function (request, ...rest) {
  return replaced[request] ?? load.call(this, request, ...rest);
};
