// actionlint, the linter of GitHub workflows, built from its public Go module. Optional, because Go is not among what
// this project asks for.
import { join } from "node:path";
import { ensureEntry, entryName } from "./cache.mjs";
import { messageOf, SetupError } from "./errors.mjs";
import { say, slowly } from "./log.mjs";
import { executableName, isExecutable, mustRun, tail } from "./process.mjs";
import { findGo } from "./pulumi-go.mjs";
import { ACTIONLINT_PINNED } from "./versions.mjs";

/**
 * @param {{ cache: string, env: NodeJS.ProcessEnv }} context
 * @param {{ install: boolean }} options without `install` only what the cache holds is used
 * @returns {Promise<string | undefined>} the executable
 */
export async function ensureActionlint({ cache, env }, { install }) {
  const directory = join(cache, entryName("actionlint", ACTIONLINT_PINNED));
  const executable = join(directory, executableName("actionlint"));
  if (!install) return isExecutable(executable) ? executable : undefined;
  try {
    await ensureEntry(cache, directory, {
      what: "actionlint",
      isReady: () => isExecutable(executable),
      make: (temporary) =>
        slowly(`building actionlint ${ACTIONLINT_PINNED} from its Go module`, async () => {
          const go = await findGo(env);
          const goEnv = { ...env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "", GOBIN: temporary };
          const module = `github.com/rhysd/actionlint/cmd/actionlint@v${ACTIONLINT_PINNED}`;
          await mustRun(go, ["install", "-ldflags", "-s -w", module], { env: goEnv });
        }),
    });
    return executable;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say("setup: actionlint is not available, so the test of the GitHub workflows with it will be skipped.");
    say(`       Why: ${tail(messageOf(error), 6).replaceAll("\n", "\n       ")}`);
    return undefined;
  }
}
