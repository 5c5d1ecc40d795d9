import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { FalConfigurationError, FalValidationError } from "../../../src/client";
import { type FindFalOptions, findFal, pinnedFal } from "../../../src/client/deploy/command";
import { FAL_CLI_PINNED } from "../../../tools/setup/versions.mjs";

function directory(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "pulumi-fal-find-")));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** Writes a shell script in the place of fal's CLI or Python, and returns its path. Each run adds its arguments to `<path>.runs`. */
function program(path: string, script = "echo 1.83.0"): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho "$*" >> '${path}.runs'\n${script}\n`, { mode: 0o755 });
  return path;
}
const runsOf = (path: string) => readFileSync(`${path}.runs`, "utf8").trim().split("\n");

/** Looks with nothing of this process's environment. */
const find = (options: FindFalOptions) => findFal({ env: {}, ...options });

describe("the fal CLI that a deployment runs", () => {
  /** A repository with a project in it, and an app in a folder of the project. */
  function project() {
    const repository = join(directory(), "repository");
    const cwd = join(repository, "infra", "app");
    mkdirSync(join(repository, ".git"), { recursive: true });
    mkdirSync(cwd, { recursive: true });
    writeFileSync(join(repository, "infra", "Pulumi.yaml"), "name: infra\n");
    return { repository, cwd };
  }

  test("the virtual environment nearest to the app is used, then VIRTUAL_ENV, then PATH, then uvx", async () => {
    const { repository, cwd } = project();
    const bin = join(repository, "..", "bin");
    const env = {
      PATH: `relative:${join(repository, "..", "none")}:${bin}`,
      VIRTUAL_ENV: join(repository, "..", "active"),
    };
    const uvx = program(join(bin, "uvx"), "exit 1");
    expect(await find({ cwd, env })).toEqual([uvx, "--from", `fal==${pinnedFal}`, "fal"]);
    for (const path of [
      join(bin, "fal"),
      join(env.VIRTUAL_ENV, "bin", "fal"),
      join(repository, "venv", "bin", "fal"),
      join(repository, ".venv", "bin", "fal"),
      join(repository, "infra", "venv", "bin", "fal"),
      join(cwd, ".venv", "bin", "fal"),
    ]) {
      program(path);
      expect(await find({ cwd, env })).toEqual([path]);
    }
  });

  test("virtual environments outside the project, without fal, and programs that cannot be run are not used", async () => {
    const { repository, cwd } = project();
    program(join(repository, "..", ".venv", "bin", "fal"));
    mkdirSync(join(cwd, ".venv", "bin", "fal"), { recursive: true });
    mkdirSync(join(cwd, "venv", "bin"), { recursive: true });
    writeFileSync(join(cwd, "venv", "bin", "fal"), "", { mode: 0o644 });
    const failed = find({ cwd, names: { fal: "source.fal", python: "source.python" } });
    await expect(failed).rejects.toThrow(FalConfigurationError);
    await expect(failed).rejects.toThrow(
      `Could not deploy: the fal CLI was not found in .venv or venv of ${cwd} and its parents up to ${repository}, in VIRTUAL_ENV or in PATH, and uvx, which could run it, is not in PATH. Install it (pip install -U "fal>=1.83") or uv, or name the command in source.fal or source.python.`,
    );
  });

  test("without a repository, the project ends at Pulumi.yaml, and without that, at the app", async () => {
    const root = directory();
    const cwd = join(root, "a", "b");
    mkdirSync(cwd, { recursive: true });
    const fal = program(join(root, ".venv", "bin", "fal"));
    await expect(find({ cwd })).rejects.toThrow(`was not found in .venv or venv of ${cwd}, in VIRTUAL_ENV`);
    writeFileSync(join(root, "a", "Pulumi.yaml"), "");
    await expect(find({ cwd })).rejects.toThrow(`of ${cwd} and its parents up to ${join(root, "a")}, in`);
    writeFileSync(join(root, "Pulumi.yml"), "");
    rmSync(join(root, "a", "Pulumi.yaml"));
    expect(await find({ cwd })).toEqual([fal]);
  });

  test("on Windows, programs end in .exe and virtual environments have Scripts", async () => {
    const cwd = directory();
    const bin = join(cwd, "bin");
    const uvx = program(join(bin, "uvx.exe"));
    const options = { cwd, platform: "win32", env: { Path: `${join(cwd, "none")};${bin}` } } as const;
    expect((await find(options))[0]).toBe(uvx);
    const fal = program(join(cwd, ".venv", "Scripts", "fal.exe"));
    expect(await find(options)).toEqual([fal]);
    expect(await find({ ...options, fal: ".venv/Scripts/fal" })).toEqual([fal]);
  });

  test("a named command is a path relative to the app, or a name in PATH, with or without arguments", async () => {
    const { repository, cwd } = project();
    const own = program(join(repository, "tools", "my-fal"));
    program(join(cwd, ".venv", "bin", "fal"));
    const env = { PATH: join(repository, "tools") };
    expect(await find({ cwd, env, fal: "../../tools/my-fal" })).toEqual([own]);
    expect(await find({ cwd, env, fal: "my-fal" })).toEqual([own]);
    expect(await find({ cwd, env, fal: ["my-fal", "run", "fal"] })).toEqual([own, "run", "fal"]);
    expect(runsOf(own)).toEqual(["--version", "run fal --version"]);
  });

  test("a named Python of a virtual environment stands for the fal beside it", async () => {
    const { repository, cwd } = project();
    const environment = join(repository, "env");
    const fal = program(join(environment, "bin", "fal"));
    const python = join(environment, "bin", "python");
    symlinkSync(process.execPath, python);
    writeFileSync(join(environment, "pyvenv.cfg"), "");
    expect(await find({ cwd, python: "../../env/bin/python" })).toEqual([fal]);
  });

  test("another named Python runs its module fal, also if there is a fal beside it", async () => {
    const { repository, cwd } = project();
    const python = program(join(repository, "tools", "python3"));
    program(join(repository, "tools", "fal"), "exit 1");
    expect(await find({ cwd, python: "../../tools/python3" })).toEqual([python, "-m", "fal"]);
    expect(await find({ cwd, env: { PATH: dirname(python) }, python: "python3" })).toEqual([python, "-m", "fal"]);
    expect(runsOf(python)).toEqual(["-m fal --version"]);
  });

  test.each([
    [{ fal: "" }, FalValidationError, "source.fal must not be empty"],
    [{ fal: [] }, FalValidationError, "source.fal must not be empty"],
    [{ python: " " }, FalValidationError, "source.python must not be empty"],
    [{ fal: "fal", python: "python" }, FalValidationError, "source.fal and source.python both name a command"],
    [{ fal: "./nope" }, FalConfigurationError, /source\.fal names \/.*\/nope, which is not a program/],
    [{ fal: "uv run fal" }, FalConfigurationError, /"uv run fal" in PATH.*source\.fal is one program; it cannot/],
    [{ python: "python9" }, FalConfigurationError, /source\.python names "python9" in PATH.*Correct source\.python/],
  ])("%j is rejected with a fix", async (options, kind, message) => {
    const failed = find({ cwd: directory(), ...options, names: { fal: "source.fal", python: "source.python" } });
    await expect(failed).rejects.toThrow(kind);
    await expect(failed).rejects.toThrow(message);
  });

  test("the version for uvx is the one that the tests run", () => {
    expect(pinnedFal).toBe(FAL_CLI_PINNED);
  });
});

describe("the version of the fal CLI", () => {
  test.each(["1.83.0", "1.84.0.dev2+g1234", "1.100.1", "2.0", "UNKNOWN"])("version %s is accepted", async (version) => {
    const fal = program(join(directory(), "fal"), `echo "a notice"; echo ${version}`);
    expect(await find({ cwd: "/", fal })).toEqual([fal]);
  });

  test.each(["1.82.9", "0.99", "1.9.0"])(
    "version %s is too old, and the error says how to update it",
    async (version) => {
      const fal = program(join(directory(), "fal"), `echo ${version}`);
      const failed = find({ cwd: "/", fal, names: { fal: "source.fal", python: "source.python" } });
      await expect(failed).rejects.toThrow(FalConfigurationError);
      await expect(failed).rejects.toThrow(
        `the fal CLI (${fal}) has version ${version}, but 1.83 or later is needed. Update it (pip install -U "fal>=1.83"), or name another one in source.fal.`,
      );
    },
  );

  test.each([
    [
      "fails",
      `echo Traceback >&2; echo "ModuleNotFoundError: no fal." >&2; exit 1`,
      /--version` failed: ModuleNotFoundError: no fal\. Install/,
    ],
    ["prints something else", "echo hello", /--version` printed no version, so it is not the fal CLI\. Install/],
  ])("a command that %s is rejected, and is asked again the next time", async (_case, script, message) => {
    const fal = program(join(directory(), "fal"), script);
    await expect(find({ cwd: "/", fal })).rejects.toThrow(FalConfigurationError);
    await expect(find({ cwd: "/", fal })).rejects.toThrow(message);
    expect(runsOf(fal)).toHaveLength(2);
  });

  test("the version is asked once per command, also by deployments at the same time", async () => {
    const fal = program(join(directory(), "fal"));
    await Promise.all([find({ cwd: "/", fal }), find({ cwd: "/", fal })]);
    await find({ cwd: "/", fal });
    expect(runsOf(fal)).toHaveLength(1);
  });

  test("the command that is asked for its version gets no settings of the fal CLI", async () => {
    const script = `test -z "$FAL_KEY$FAL_PROFILE" && test "$OTHER" = kept && echo 1.83.0`;
    const fal = program(join(directory(), "fal"), script);
    expect(await find({ cwd: "/", fal, env: { FAL_KEY: "a:b", FAL_PROFILE: "work", OTHER: "kept" } })).toEqual([fal]);
  });

  describe("of a virtual environment is read without starting Python", () => {
    function environment(...packages: string[]) {
      const root = join(directory(), ".venv");
      mkdirSync(join(root, "bin"), { recursive: true });
      writeFileSync(join(root, "pyvenv.cfg"), "");
      for (const name of packages)
        mkdirSync(join(root, "lib", "python3.12", "site-packages", name), { recursive: true });
      return root;
    }

    test("from the name of a folder, for a program or a link to it", async () => {
      const root = environment("fal-1.83.0.dist-info", "fal_client-0.5.dist-info", "fal");
      const fal = program(join(root, "bin", "fal"), "exit 1");
      const link = join(directory(), "fal");
      symlinkSync(fal, link);
      expect(await find({ cwd: "/", fal })).toEqual([fal]);
      expect(await find({ cwd: "/", fal: link })).toEqual([link]);
    });

    test("not if it is ambiguous", async () => {
      const root = environment("fal-1.83.0.dist-info", "fal-1.70.0.dist-info");
      const fal = program(join(root, "bin", "fal"));
      expect(await find({ cwd: "/", fal })).toEqual([fal]);
      expect(runsOf(fal)).toHaveLength(1);
    });
  });
});
