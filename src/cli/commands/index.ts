import type { Command } from "../command-line/command";
import { appCommands } from "./apps";
import { completionCommand } from "./completion";
import { doctorCommand } from "./doctor";
import { driftCommand } from "./drift";
import { importCommand } from "./import";
import { previewCommands } from "./previews";
import { pricesCommand } from "./prices";
import { reviewCommand } from "./review";
import { runnerCommands } from "./runners";
import { usageCommand } from "./usage";

/** All commands, in the order of the help. What a command needs is loaded when it runs. */
export const commands: readonly Command[] = [
  doctorCommand,
  reviewCommand,
  driftCommand,
  usageCommand,
  pricesCommand,
  importCommand,
  ...appCommands,
  ...runnerCommands,
  ...previewCommands,
  completionCommand(() => commands),
];
