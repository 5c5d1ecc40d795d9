import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { scripts } from "../../../../src/cli/commands/completion/scripts";
import { commands } from "../../../../src/cli/commands/index";

const has = (shell: string) => spawnSync(shell, ["-c", "true"]).status === 0;
const unless = (shell: string) => (has(shell) ? "" : ` (skipped: ${shell} is not installed)`);

describe("completion in bash", () => {
  /** What bash offers for a line that ends at the cursor. */
  function offered(line: string, cwd = "/"): string[] {
    // As bash breaks lines: `=` is a word of its own.
    const words = line.split(/ |(?==)|(?<==)/);
    const program = `${scripts.bash(commands)}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_pulumi_fal
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync("bash", ["-c", program, "bash", "pulumi-fal", ...words], { cwd, encoding: "utf8" });
    return out.split("\n").filter((word) => word !== "");
  }

  test.runIf(has("bash"))(`bash completes commands, options and known values${unless("bash")}`, () => {
    expect(offered("re")).toEqual(["review"]);
    expect(offered("")).toEqual(
      expect.arrayContaining(["doctor", "review", "drift", "import", "apps", "runners", "completion", "--version"]),
    );
    expect(offered("runners ")).toEqual(["list", "stop", "kill", "--help"]);
    expect(offered("apps list --en")).toEqual(["--environment"]);
    expect(offered("apps list --json --surface a")).toEqual(["alpha"]);
    expect(offered("apps list --surface=")).toEqual(["platform", "alpha"]);
    expect(offered("review --format m")).toEqual(["markdown"]);
    expect(offered("runners kill --stat")).toEqual([]);
    expect(offered("runners list --app ")).toEqual([]);
    expect(offered("completion z")).toEqual(["zsh"]);
    expect(offered("unknown ")).toEqual([]);
  });

  test.runIf(has("bash"))(`bash completes files with spaces, and folders${unless("bash")}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-fal-completion-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "my preview.json"), "");
    mkdirSync(join(folder, "my folder"));
    expect(offered("review --preview my", folder).sort()).toEqual(["my folder", "my preview.json"]);
    expect(offered("review --project my", folder)).toEqual(["my folder"]);
  });
});

test.runIf(has("zsh"))(`zsh can load the script${unless("zsh")}`, () => {
  const program = `autoload -Uz compinit; compinit -D; ${scripts.zsh(commands)}; print $_comps[pulumi-fal]`;
  expect(execFileSync("zsh", ["-fc", program], { encoding: "utf8" })).toBe("_pulumi-fal\n");
});

test.runIf(has("fish"))(`fish completes commands, options and known values${unless("fish")}`, () => {
  const offered = (line: string) => {
    const program = `${scripts.fish(commands)}; complete -C $argv[1]`;
    const out = execFileSync("fish", ["--no-config", "-c", program, `pulumi-fal ${line}`], { encoding: "utf8" });
    return out
      .split("\n")
      .map((row) => row.split("\t")[0])
      .filter((word) => word !== "");
  };
  expect(offered("re")).toEqual(["review"]);
  expect(offered("runners ")).toEqual(["kill", "list", "stop"]);
  expect(offered("apps list --en")).toEqual(["--environment"]);
  expect(offered("apps list --surface a")).toEqual(["alpha"]);
  expect(offered("completion z")).toEqual(["zsh"]);
});
