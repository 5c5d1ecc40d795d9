#!/usr/bin/env node
// Installs what a clone lacks, then runs a command of this repository. Plain JavaScript for Node 20 without
// dependencies, because they may not be installed yet.
import { COMMANDS, help } from "./commands/index.mjs";
import { messageOf, SetupError } from "./setup/errors.mjs";
import { prepare } from "./setup/prepare.mjs";
import { endChildren } from "./setup/process.mjs";

const [name = "help", ...args] = process.argv.slice(2);
const command = COMMANDS[name];

if (name === "help" || name === "--help" || name === "-h") {
  console.log(help());
} else if (!command) {
  console.error(`There is no command "${name}".\n\n${help()}`);
  process.exitCode = 1;
} else {
  try {
    const { needs } = command;
    process.exitCode = await command.run(await prepare(typeof needs === "function" ? needs(args) : needs), args);
  } catch (error) {
    endChildren();
    // A SetupError is for the user, who can fix it. Any other error is a bug, so its stack trace helps.
    console.error(error instanceof SetupError ? messageOf(error) : error);
    process.exit(1);
  }
}
