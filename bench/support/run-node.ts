import type { SpawnOptions } from "node:child_process";
import { start } from "./lifetime";

/** Runs a Node program to its end and answers what it printed. */
export function runNode(args: readonly string[], options: SpawnOptions): Promise<string> {
  return new Promise((done, failed) => {
    const child = start(process.execPath, args, { ...options, stdio: ["ignore", "pipe", "inherit"] });
    let stdout = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.on("error", failed);
    child.on("close", (code) => {
      if (code === 0) done(stdout);
      else failed(new Error(`node ${args.join(" ")} ended with exit code ${code}`));
    });
  });
}
