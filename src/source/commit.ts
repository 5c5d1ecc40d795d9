import { execFileSync } from "node:child_process";

/** The Git commit that is checked out in a folder. Undefined outside of a repository, before its first commit, and without Git. */
export function readCommit(folder: string): string | undefined {
  try {
    const args = ["-C", folder, "rev-parse", "--verify", "HEAD"];
    const answer = execFileSync("git", args, { encoding: "utf8", timeout: 5_000, stdio: ["ignore", "pipe", "ignore"] });
    return answer.trim() || undefined;
  } catch {
    return undefined;
  }
}
