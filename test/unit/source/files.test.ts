import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pathsOf, problemOf, read, temporaryFolder, write } from "./folder";

describe("without files", () => {
  test("a source consists of all files in the folder of ref's file, and below", () => {
    const cwd = temporaryFolder({ "src/app.py": "", "src/lib/a.py": "", "src/lib/deep/b.bin": "", "other/x.py": "" });
    expect(pathsOf(cwd, { ref: "src/app.py::App" })).toEqual(["src/app.py", "src/lib/a.py", "src/lib/deep/b.bin"]);
    expect(pathsOf(cwd, { ref: "src/app.py" })).toHaveLength(3);
    expect(pathsOf(cwd, { ref: join(cwd, "src/app.py") })).toHaveLength(3);
    expect(pathsOf(join(cwd, "other"), { ref: "x.py" })).toEqual(["x.py"]);
  });

  test("a ref without a file stands for all of cwd, and a folder for that folder", () => {
    const cwd = temporaryFolder({ "src/app.py": "", "README.md": "" });
    expect(pathsOf(cwd, { ref: "" })).toEqual(["README.md", "src/app.py"]);
    expect(pathsOf(cwd, { ref: "src" })).toEqual(["src/app.py"]);
  });

  test("packages, caches, version control, Pulumi's files, .env files and temporary files never belong to a source", () => {
    const left = [
      ".git/HEAD",
      "a/.git",
      "a/node_modules/x.js",
      ".venv/x.py",
      "venv/x.py",
      "a/__pycache__/x.pyc",
      "a/x.pyc",
      ".pytest_cache/x",
      ".pulumi/x",
      "Pulumi.yaml",
      "Pulumi.prod.yaml",
      ".DS_Store",
      ".env",
      ".env.local",
      ".gitignore",
      "a/.gitignore",
      ".dockerignore",
      ".falignore",
      "app.py~",
      ".app.py.swp",
    ];
    const kept = ["app.py", "a/env.py", "Pulumi.py", ".hidden/x", "venv.py"];
    const cwd = temporaryFolder(Object.fromEntries([...left, ...kept].map((path) => [path, ""])));
    expect(pathsOf(cwd)).toEqual([...kept].sort());
  });

  test("ref's own file belongs to the source even if it is ignored", () => {
    const cwd = temporaryFolder({ "app.py": "", "lib.py": "", ".gitignore": "*.py" });
    expect(pathsOf(cwd)).toEqual(["app.py"]);
    expect(pathsOf(cwd, { ignore: ["*"] })).toEqual(["app.py"]);
  });
});

describe("ignore files", () => {
  test("those of git count from the project's root down to nested folders, with git's own result", () => {
    const cwd = temporaryFolder({
      ".gitignore": "*.log\n/data\nbuild/\n!keep.log\n# a comment\n\nodd\\ name\nsub/deep/*.txt\r\n",
      "app/.gitignore": "\uFEFFlocal\n/only-here\n!wanted.log\n",
      "app/[x]/.gitignore": "/here\n\\#hash\n\\!bang\n**/far\n",
    });
    const files = [
      "app/app.py",
      "app/a.log",
      "app/keep.log",
      "app/wanted.log",
      "app/data",
      "app/local/x",
      "app/sub/local/x",
      "app/only-here",
      "app/sub/only-here",
      "app/build/x",
      "app/sub/build",
      "app/odd name",
      "app/odd",
      "app/sub/deep/x.txt",
      "app/[x]/here",
      "app/[x]/y/here",
      "app/[x]/y/#hash",
      "app/[x]/y/!bang",
      "app/[x]/y/far/x",
      "app/LOCAL",
    ];
    write(cwd, Object.fromEntries(files.map((path) => [path, ""])));
    const git = (...args: string[]) => execFileSync("git", args, { cwd, encoding: "utf8", stdio: "pipe" });
    git("init", "--quiet");
    git("config", "core.ignorecase", "false");
    const found = git("ls-files", "-z", "--others", "--exclude-standard", "app").split("\0");
    const expected = found.filter((path) => path !== "" && !path.endsWith(".gitignore"));
    expect(expected).toHaveLength(10);
    expect(pathsOf(cwd, { ref: "app/app.py" })).toEqual(expected.sort());
  });

  test("a .gitignore above the project's root does not count", () => {
    const folder = temporaryFolder({
      ".gitignore": "*.bin",
      "repo/.git/HEAD": "",
      "repo/app.py": "",
      "repo/x.bin": "",
    });
    expect(pathsOf(join(folder, "repo"))).toEqual(["app.py", "x.bin"]);
  });

  test("in a folder that git ignores, only its own .gitignore counts", () => {
    const cwd = temporaryFolder({ ".git/HEAD": "", ".gitignore": "build\n*.bin", "build/.gitignore": "x.txt" });
    write(cwd, { "build/app.py": "", "build/a.bin": "", "build/x.txt": "" });
    expect(pathsOf(cwd, { ref: "build/app.py" })).toEqual(["build/a.bin", "build/app.py"]);
  });

  test("later ones win over earlier ones: .gitignore, .dockerignore, .falignore, ignore", () => {
    const cwd = temporaryFolder({
      ".gitignore": "weights\n*.tmp",
      ".dockerignore": "!weights\ndocs",
      ".falignore": "tests\n!docs",
      "app.py": "",
      "weights/a.bin": "",
      "weights/a.tmp": "",
      "docs/a.md": "",
      "tests/a.py": "",
    });
    expect(pathsOf(cwd)).toEqual(["app.py", "docs/a.md", "weights/a.bin"]);
    expect(pathsOf(cwd, { ignore: ["docs", "!tests"] })).toEqual(["app.py", "tests/a.py", "weights/a.bin"]);
  });

  test("a .dockerignore means what it means for Docker, and those of cwd and of the code's folder count", () => {
    const cwd = temporaryFolder({ ".dockerignore": "*\n!src\n", "src/.falignore": "*.md", "other/x.py": "" });
    write(cwd, { "src/app.py": "", "src/lib/x.py": "", "src/a.md": "", "src/tests/x.py": "" });
    expect(pathsOf(cwd, { ref: "src/app.py" })).toEqual(["src/app.py", "src/lib/x.py", "src/tests/x.py"]);
    expect(pathsOf(cwd, { ref: "" })).toEqual(["src/a.md", "src/app.py", "src/lib/x.py", "src/tests/x.py"]);
    write(cwd, { ".dockerignore": "lib\n./src/tests\n**/*.md", "src/.dockerignore": "lib/" });
    expect(pathsOf(cwd, { ref: "src/app.py" })).toEqual(["src/app.py"]);
  });

  test("patterns of ignore are relative to cwd, in the syntax of .gitignore", () => {
    const cwd = temporaryFolder({
      "p/Pulumi.yaml": "",
      "p/s/app.py": "",
      "p/s/data": "",
      "p/s/x/data": "",
      "p/shared/data": "",
      "p/shared/b": "",
    });
    const here = join(cwd, "p/s");
    expect(pathsOf(here, { ignore: ["/data"] })).toEqual(["app.py", "x/data"]);
    expect(pathsOf(here, { ignore: ["./data"] })).toEqual(["app.py", "x/data"]);
    expect(pathsOf(here, { ignore: ["data"] })).toEqual(["app.py"]);
    expect(pathsOf(here, { ignore: ["data", "!x/data"] })).toEqual(["app.py", "x/data"]);
    expect(pathsOf(here, { ignore: ["x/"] })).toEqual(["app.py", "data"]);
    const files = ["../shared"];
    expect(pathsOf(here, { files, ignore: ["../shared/data"] })).toEqual(["../shared/b", "app.py"]);
    expect(pathsOf(here, { files, ignore: ["data"] })).toEqual(["../shared/b", "app.py"]);
    expect(pathsOf(here, { files, ignore: ["/shared/data"] })).toHaveLength(3);
    expect(problemOf(here, { ignore: ["../../x"] })).toBe(
      `source.ignore contains ../../x, which is outside of the project (${join(cwd, "p")}): remove it`,
    );
  });
});

describe("with files", () => {
  test("a source consists of the paths, folders and globs, with ref's file", () => {
    const cwd = temporaryFolder({
      "app.py": "",
      "a.txt": "",
      "a.md": "",
      ".hidden.txt": "",
      "lib/x.py": "",
      "lib/x.pyc": "",
      "lib/deep/y.py": "",
      "[id]/z.py": "",
      "other/a.txt": "",
    });
    expect(pathsOf(cwd, { files: ["*.txt"] })).toEqual([".hidden.txt", "a.txt", "app.py"]);
    expect(pathsOf(cwd, { files: ["lib"] })).toEqual(["app.py", "lib/deep/y.py", "lib/x.py"]);
    expect(pathsOf(cwd, { files: ["./lib/*.py"] })).toEqual(["app.py", "lib/x.py"]);
    expect(pathsOf(cwd, { files: ["lib\\**\\*.py"] })).toEqual(["app.py", "lib/deep/y.py", "lib/x.py"]);
    expect(pathsOf(cwd, { files: ["{a,b}.{md,txt}"] })).toEqual(["a.md", "a.txt", "app.py"]);
    expect(pathsOf(cwd, { files: ["[id]"] })).toEqual(["[id]/z.py", "app.py"]);
    expect(pathsOf(cwd, { files: ["**/*.txt"], ignore: ["other"] })).toEqual([".hidden.txt", "a.txt", "app.py"]);
    expect(pathsOf(cwd, { files: [join(cwd, "lib/*.py"), "none/*", "a.md"] })).toEqual(["a.md", "app.py", "lib/x.py"]);
  });

  test("ignore files do not count, and a path without wildcards includes what never belongs otherwise", () => {
    const cwd = temporaryFolder({ "app.py": "", "a.bin": "", ".gitignore": "*.bin", ".env": "", "venv/x": "" });
    expect(pathsOf(cwd, { files: ["**"] })).toEqual(["a.bin", "app.py"]);
    expect(pathsOf(cwd, { files: [".env", "venv"] })).toEqual([".env", "app.py", "venv/x"]);
  });

  test("files may lie outside of cwd, but not outside of the project", () => {
    const folder = temporaryFolder({ "p/.git/HEAD": "", "p/a/app.py": "", "p/lib/x.py": "", "x/y.py": "" });
    const cwd = join(folder, "p/a");
    expect(pathsOf(cwd, { files: ["../lib/**"] })).toEqual(["../lib/x.py", "app.py"]);
    for (const pattern of ["../../x/*.py", "../../x", join(folder, "x/y.py"), "../../none"]) {
      expect(problemOf(cwd, { files: [pattern] })).toBe(
        `source.files contains ${pattern}, which is outside of the project (${join(folder, "p")}): move the files into the project, or remove it`,
      );
    }
    const without = temporaryFolder({ "a/app.py": "", "lib/x.py": "" });
    expect(problemOf(join(without, "a"), { files: ["../lib"] })).toContain("outside of the project (CWD)");
    write(without, { "Pulumi.yaml": "" });
    expect(pathsOf(join(without, "a"), { files: ["../lib"] })).toEqual(["../lib/x.py", "app.py"]);
  });

  test("mistakes in files are errors that name the pattern", () => {
    const cwd = temporaryFolder({ "app.py": "" });
    expect(problemOf(cwd, { files: [] })).toBe(
      "source.files matches no file in CWD: correct the patterns or source.ignore, or leave files out to deploy the folder of ref",
    );
    expect(problemOf(cwd, { files: ["*.txt"] })).toContain("matches no file in CWD");
    expect(problemOf(cwd, { files: ["app.py"], ignore: ["*.py"] })).toContain("matches no file in CWD");
    expect(problemOf(cwd, { files: ["a.txt"] })).toBe(
      "source.files contains a.txt, which does not exist in CWD: correct it, or remove it",
    );
    expect(problemOf(cwd, { files: ["!a.txt"] })).toContain("contains !a.txt: move it to source.ignore");
    expect(problemOf(cwd, { files: ["*/../x"] })).toContain("with .. after a wildcard");
    expect(problemOf(cwd, { files: [""] })).toContain("contains an empty text");
  });
});

describe("what the code refers to", () => {
  test("Dockerfiles and requirement files in quotes belong to the source, wherever they are", () => {
    const folder = temporaryFolder({
      "Dockerfile.gpu": "",
      "requirements.txt": "",
      "p/requirements-dev.txt": "",
      "p/pyproject.toml": "",
      "p/notes.txt": "",
      "p/src/Dockerfile": "",
      "p/src/.dockerignore": "Dockerfile",
      "p/src/app.py": [
        'image = ContainerImage.from_dockerfile("../../Dockerfile.gpu")',
        "deps = open('requirements-dev.txt').read() + open(f\"{here}/Dockerfile\").read() # don't",
        'more = read("..\\\\..\\\\requirements.txt"); x = "pyproject.toml", "notes.txt", "missing/requirements.txt"',
      ].join("\n"),
    });
    expect(pathsOf(join(folder, "p"), { ref: "src/app.py", ignore: ["*"] })).toEqual([
      "../Dockerfile.gpu",
      "../requirements.txt",
      "pyproject.toml",
      "requirements-dev.txt",
      "src/Dockerfile",
      "src/app.py",
    ]);
  });

  test("an app of a pyproject.toml consists of cwd, that file and the code that it names", () => {
    const cwd = temporaryFolder({
      "pyproject.toml":
        '[tool.fal.apps.flux]\nref = "src/app.py::Flux"\n[tool.fal.apps.entry]\npython_entry_point = "x:y"',
      "src/app.py": "open('requirements.txt')",
      "src/requirements.txt": "",
      "infra/main.py": "",
    });
    expect(pathsOf(cwd, { ref: "flux" })).toHaveLength(4);
    expect(pathsOf(cwd, { ref: "entry" })).toHaveLength(4);
    expect(pathsOf(join(cwd, "src"), { ref: "flux" })).toEqual(["../pyproject.toml", "app.py", "requirements.txt"]);
    expect(problemOf(join(cwd, "infra"), { ref: "flux" })).toContain("outside of the project");
    write(cwd, { "Pulumi.yaml": "" });
    expect(pathsOf(join(cwd, "infra"), { ref: "flux" })).toEqual([
      "../pyproject.toml",
      "../src/app.py",
      "../src/requirements.txt",
    ]);
    expect(problemOf(cwd, { ref: "fluks" })).toBe(
      "source.ref names fluks, which is neither a Python file nor an app in CWD/pyproject.toml (which has flux and entry): write it as in `fal deploy`, such as app.py::App",
    );
    write(cwd, { "pyproject.toml": "[tool" });
    expect(problemOf(cwd, { ref: "flux" })).toMatch(
      /^source.ref depends on CWD\/pyproject.toml, which cannot be read: ./,
    );
  });
});

describe("what cannot be a source", () => {
  test("a ref that names nothing is an error that says where it was sought", () => {
    const folder = temporaryFolder({ "p/main.py": "", "p/util.py": "", "app.py": "" });
    const cwd = join(folder, "p");
    const problem = (ref: string) => problemOf(cwd, { ref });
    expect(problem("app.py::Flux")).toBe(
      "source.ref names app.py, which does not exist in CWD (its folder contains main.py and util.py): correct it, or set source.cwd to the folder that it is relative to",
    );
    expect(problem("src\\main.py::Flux")).toContain("write / instead of \\");
    expect(problem("src::Flux")).toContain("names src, which does not exist");
    expect(problem("flux")).toContain(
      "neither a Python file nor an app in a pyproject.toml: write it as in `fal deploy`",
    );
    expect(problem("../app.py")).toBe(
      "source.ref names ../app.py, which is outside of the project (CWD): set source.cwd to the folder that contains the app",
    );
    mkdirSync(join(cwd, "folder.py"));
    expect(problem("folder.py")).toContain("names folder.py, which is a folder");
  });

  test("a cwd that is missing or no folder is an error", () => {
    const cwd = temporaryFolder({ file: "" });
    expect(problemOf(join(cwd, "none"))).toBe("source.cwd is CWD, which cannot be opened: there is no such file");
    expect(problemOf(join(cwd, "file"))).toBe("source.cwd is CWD, which is not a folder");
  });

  test("a folder without any file is an error", () => {
    const cwd = temporaryFolder({ "empty/": "", "Pulumi.yaml": "" });
    expect(problemOf(cwd, { ref: "" })).toMatch(
      /^source.ref stands for the folder CWD, which contains no file to deploy/,
    );
  });

  test("a link to nothing, a loop and a file that cannot be read are errors, unless they are ignored", () => {
    const unreadable = (path: string) => writeFileSync(path, "", { mode: 0 });
    for (const make of [
      (path: string) => symlinkSync("nothing", path),
      (path: string) => symlinkSync("x.bin", path),
      // Root may read everything.
      ...(process.getuid?.() === 0 ? [] : [unreadable]),
    ]) {
      const cwd = temporaryFolder({ "app.py": "" });
      make(join(cwd, "x.bin"));
      expect(problemOf(cwd)).toMatch(
        /^source.ignore must leave out CWD\/x.bin, which cannot be read: .+\. Add a pattern/,
      );
      expect(pathsOf(cwd, { ignore: ["x.bin"] })).toEqual(["app.py"]);
    }
  });

  test("a name that is not UTF-8 is an error, unless it is ignored", () => {
    if (process.platform !== "linux") return;
    const cwd = temporaryFolder({ "app.py": "", "data/": "" });
    writeFileSync(Buffer.concat([Buffer.from(join(cwd, "data/")), Buffer.from([0xff])]), "");
    expect(problemOf(cwd)).toContain("which cannot be read: its name is not valid UTF-8");
    expect(pathsOf(cwd, { ignore: ["data"] })).toEqual(["app.py"]);
    expect(pathsOf(cwd, { files: ["**/*.py"] })).toEqual(["app.py"]);
  });

  test("too many files or bytes are an error that names the largest folder", () => {
    const cwd = temporaryFolder({ "app.py": "", "data/1": "12345", "data/x/2": "12345", "lib/1": "1" });
    expect(problemOf(cwd, {}, { limits: { files: 2, bytes: 1e9 } })).toBe(
      "source.ref stands for the folder CWD, which has more than 2 files, most of them in data: leave out what the app does not need, with source.ignore or a .falignore file, or list what it needs in source.files",
    );
    expect(problemOf(cwd, { files: ["**"] }, { limits: { files: 9, bytes: 7 } })).toMatch(
      /^source.files matches more than 7e-9 GB, most of them in data: /,
    );
    expect(read(cwd, {}, { limits: { files: 4, bytes: 11 } })).toMatchObject({ count: 4, bytes: 11 });
  });
});

describe("links and special files", () => {
  test("a link to a file counts as that file, and a link to a folder as its target", () => {
    const cwd = temporaryFolder({ "app.py": "", "lib/a.py": "1", "two/a.py": "1" });
    const plain = read(cwd, { files: ["app.py"] });
    write(cwd, { "copy.py": "1" });
    const copied = read(cwd, { files: ["copy.py"] }).hash;
    execFileSync("rm", [join(cwd, "copy.py")]);
    symlinkSync("lib/a.py", join(cwd, "copy.py"));
    expect(read(cwd, { files: ["copy.py"] }).hash).toBe(copied);

    symlinkSync("lib", join(cwd, "link"));
    const linked = read(cwd, { ignore: ["lib", "two", "copy.py"] });
    expect(Object.keys(linked.files)).toEqual(["app.py", "link"]);
    expect(linked.hash).not.toBe(plain.hash);
    write(cwd, { "lib/a.py": "2" });
    expect(read(cwd, { ignore: ["lib", "two", "copy.py"] }).hash).toBe(linked.hash);
    execFileSync("ln", ["-sfn", join(cwd, "lib"), join(cwd, "link")]);
    expect(read(cwd, { ignore: ["lib", "two", "copy.py"] }).hash).toBe(linked.hash);
    execFileSync("ln", ["-sfn", "two", join(cwd, "link")]);
    expect(read(cwd, { ignore: ["lib", "two", "copy.py"] }).hash).not.toBe(linked.hash);
    expect(pathsOf(cwd, { files: ["link"] })).toEqual(["app.py", "link/a.py"]);
  });

  test("a link from a folder to the folder itself does not hang", () => {
    const cwd = temporaryFolder({ "app.py": "" });
    symlinkSync(".", join(cwd, "self"));
    expect(pathsOf(cwd)).toEqual(["app.py", "self"]);
  });

  test("pipes and devices do not count", () => {
    const cwd = temporaryFolder({ "app.py": "" });
    execFileSync("mkfifo", [join(cwd, "pipe")]);
    symlinkSync("/dev/zero", join(cwd, "device"));
    expect(pathsOf(cwd)).toEqual(["app.py"]);
    expect(problemOf(cwd, { files: ["pipe"] })).toContain("contains pipe, which is not a regular file");
  });
});
