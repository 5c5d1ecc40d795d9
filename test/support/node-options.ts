import { join } from "node:path";

/** NODE_OPTIONS for the processes of a CLI run: `short-start.cjs`, and more scripts that they load first. */
export const nodeOptions = (...scripts: string[]): string =>
  [join(__dirname, "short-start.cjs"), ...scripts].map((script) => `--require ${script}`).join(" ");
