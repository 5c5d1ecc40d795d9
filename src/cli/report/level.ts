import type { Block, Level, Report } from "./report-model";

/** The level of the worst alert, or of the verdict if that is worse. */
export function levelOf({ level = "calm", blocks }: Pick<Report, "level" | "blocks">): Level {
  const levels = [level, ...blocks.map(levelOfBlock)];
  return levels.includes("danger") ? "danger" : levels.includes("warning") ? "warning" : "calm";
}

function levelOfBlock(block: Block): Level {
  if (block.kind === "alert") return block.level;
  return block.kind === "section" ? levelOf(block) : "calm";
}
