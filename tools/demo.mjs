#!/usr/bin/env node
// `npm run demo`: the quick start at work on a local fal, with the real Pulumi CLI. What is run is printed, so that a
// reader can repeat it by hand. Plain JavaScript without dependencies; tools/run.mjs prepares the environment.
import { parseArgs } from "node:util";
import { Account } from "./demo/account.mjs";
import { Session } from "./demo/session.mjs";
import { Story } from "./demo/story.mjs";
import { tell, title } from "./demo/terminal.mjs";

const HELP = `usage: npm run demo [-- --keep]

Shows pulumi-fal at work in about a minute: declare, review a pull request, find drift, correct it, destroy.
It uses the real Pulumi CLI, a local fal (fal-emulator) and a Pulumi backend in a temporary folder. Nothing leaves
this machine, nothing is billed, no account is needed.

  --keep   stop before the end and leave the local fal and the stack for you to play with
  --help   this text

Exit code: 0 all went as told, 1 something did not, 130 interrupted.
`;

let options;
try {
  options = parseArgs({ options: { keep: { type: "boolean" }, help: { type: "boolean", short: "h" } } }).values;
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  process.exit(1);
}

if (options.help) process.stdout.write(HELP);
else process.exit(await main(options.keep ?? false));

/** @param {boolean} keep */
async function main(keep) {
  const session = new Session();
  try {
    title("pulumi-fal: a fal account as code");
    tell(
      "The real Pulumi CLI works on a fal that runs on this machine. Nothing leaves it and nothing is billed. Lines that begin with `$` are what is run. To repeat them by hand, stay at the top level of this clone; `node tools/run.mjs exec -- bash` opens a shell there that has this pulumi on its PATH.",
    );
    const account = await Account.start(session);
    const story = new Story(session, account);
    await story.declare();
    await story.review();
    await story.change();
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
