#!/usr/bin/env node
// Bundles the plugin and all its dependencies into plugin/main.js, which needs only Node. Part of `npm run build`.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["src/hosts/plugin/main.ts"],
  bundle: true,
  platform: "node",
  target: "node22",
  minify: true,
  keepNames: true,
  // Loaded only where a program has registered a tracer provider, and the plugin's process never has.
  external: ["@opentelemetry/api"],
  metafile: true,
  write: false,
  logLevel: "error",
});

// Pulumi's SDK takes 0.3 seconds to load, and users of other languages do not have it.
const sdk = Object.keys(metafile.inputs).filter((path) => path.includes("node_modules/@pulumi/"));
if (sdk.length > 0) throw new Error(`The plugin must not contain Pulumi's SDK: ${sdk[0]}`);

const target = join(root, "plugin/main.js");
const text = outputFiles[0]?.text ?? "";
if (read(target) !== text) writeFileSync(target, text);

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
