import { execFile } from "node:child_process";
import { join, resolve } from "node:path";

/** The built command. */
export const cli = join(resolve(__dirname, "../../.."), "dist/cli/main.js");

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
}

/** Runs `pulumi-fal` in a folder, with nothing of the machine's own fal settings. */
export function pulumiFal(cwd: string, env: Record<string, string | undefined>, ...args: string[]): Promise<Ran> {
  return new Promise((done) => {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const options = { cwd, env: { PATH, NODE_COMPILE_CACHE, ...env }, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [cli, ...args], options, (error, out, notes) => {
      done({ code: error === null ? 0 : Number(error.code), out, notes });
    });
  });
}
