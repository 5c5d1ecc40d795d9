#!/usr/bin/env node
// Bundles both hosts and all their dependencies into plugin/hosts.js, which needs only Node. Part of `npm run build`.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["src/hosts/bundle.ts"],
  bundle: true,
  platform: "node",
  target: "node22",
  minify: true,
  keepNames: true,
  // The first is loaded only where a program has registered a tracer provider, which no provider process has. The second
  // is already in the process of the dynamic provider host, and users of other languages do not have it.
  external: ["@opentelemetry/api", "@pulumi/pulumi"],
  write: false,
  logLevel: "error",
});

const target = join(root, "plugin/hosts.js");
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
