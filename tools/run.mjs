#!/usr/bin/env node
// One entry for everything that is run in this repository. Sets up what a bare clone lacks, then runs the command.
// Plain JavaScript without dependencies, because at this point there may be none; runs on Node 20.
import { COMMANDS, help } from "./commands/index.mjs";
import { messageOf, SetupError } from "./setup/errors.mjs";
import { prepare } from "./setup/prepare.mjs";
import { endChildren } from "./setup/process.mjs";

const [name = "help", ...args] = process.argv.slice(2);
const command = COMMANDS[name];

if (name === "help" || name === "--help" || name === "-h") {
  console.log(help());
} else if (!command) {
  console.error(`${name}: no such command.\n\n${help()}`);
  process.exitCode = 1;
} else {
  try {
    const { needs } = command;
    process.exitCode = await command.run(await prepare(typeof needs === "function" ? needs(args) : needs), args);
  } catch (error) {
    endChildren();
    // A failure that the user can mend is told in words; anything else is a defect of ours, and its trace helps.
    console.error(error instanceof SetupError ? messageOf(error) : error);
    process.exit(1);
  }
}
