// The packages of this repository, compiled: programs under test import them as their users do, from dist.
import { createHash } from "node:crypto";
import { lockFile } from "./cache.mjs";
import { messageOf, SetupError } from "./errors.mjs";
import { withLock } from "./lock.mjs";
import { slowly, waitingFor } from "./log.mjs";
import { runNpm } from "./npm.mjs";

/**
 * Always runs: the compiler itself knows best what has changed, and takes about a second when nothing has.
 * @param {{ root: string, cache: string, env: NodeJS.ProcessEnv, node: import("./node.mjs").Node }} context
 */
export async function build({ root, cache, env, node }) {
  const id = createHash("sha256").update(root).digest("hex").slice(0, 12);
  await withLock(
    lockFile(cache, `build-${id}`),
    async () => {
      try {
        // The compiler is quick where little has changed: then there is nothing to say.
        await slowly(
          "compiling",
          () => runNpm(["run", "build", "--silent"], { cwd: root, env, node: node.executable }),
          {
            quietFor: 3_000,
          },
        );
      } catch (error) {
        throw new SetupError(`The build (\`npm run build\`) failed.\n${messageOf(error)}`);
      }
    },
    { onWait: waitingFor("the build") },
  );
}
