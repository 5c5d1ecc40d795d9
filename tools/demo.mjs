#!/usr/bin/env node
// `npm run demo`: runs the quick start on a local fal, with the real Pulumi CLI. It prints every command, so that readers
// can repeat it. Plain JavaScript without dependencies; tools/run.mjs prepares the environment.
import { parseArgs } from "node:util";
import { Account } from "./demo/account.mjs";
import { deployCode } from "./demo/deploy.mjs";
import { usePython } from "./demo/python.mjs";
import { Session } from "./demo/session.mjs";
import { Story } from "./demo/story.mjs";
import { tell, title } from "./demo/terminal.mjs";
import { decideByUsage } from "./demo/usage.mjs";

const HELP = `usage: npm run demo [-- [--keep] [--language typescript|python]]

Shows pulumi-fal in about a minute: declare a stack, decide about scaling with a week of usage, review the
change, find drift, correct it, deploy an app's code (if the fal CLI is installed), destroy the stack.
It uses the real Pulumi CLI, a local fal (fal-emulator) and a Pulumi backend in a temporary folder. It needs no account,
costs nothing, and sends nothing to other machines.

  --keep                stop before the end, and leave the local fal and the stack running for you to try
  --language LANGUAGE   the language of the program: typescript (default) or python, which needs Python 3.10 and PyPI
  --help                show this text

Exit codes: 0 success, 1 a step failed, 130 interrupted.
`;

let options;
try {
  options = parseArgs({
    options: {
      keep: { type: "boolean" },
      language: { type: "string", default: "typescript" },
      help: { type: "boolean", short: "h" },
    },
  }).values;
  if (!["typescript", "python"].includes(options.language)) {
    throw new Error(`--language is typescript or python, not "${options.language}".`);
  }
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  process.exit(1);
}

if (options.help) process.stdout.write(HELP);
else process.exit(await main(options.keep ?? false, options.language));

/**
 * @param {boolean} keep
 * @param {string} language
 */
async function main(keep, language) {
  const session = new Session();
  try {
    title("pulumi-fal: a fal account as code");
    tell(
      "The real Pulumi CLI runs against a local fal on this machine. This costs nothing. Lines that begin with `$` are commands. To repeat them, stay in the project's folder, which is the root of this clone unless a step names another one; `node tools/run.mjs exec -- bash` opens a shell with this pulumi on its PATH.",
    );
    const account = await Account.start(session);
    if (language === "python") await usePython(session);
    const story = new Story(session, account);
    await story.declare();
    await decideByUsage(session, account);
    await story.change();
    await deployCode(session, account);
    if (keep) story.keep();
    else await story.destroy();
    story.real();
    return 0;
  } catch (error) {
    return session.failed(error);
  } finally {
    if (!session.kept) session.end();
  }
}
