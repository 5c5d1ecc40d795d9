import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../../package.json";
import { executableName, onPath } from "../../../tools/setup/process.mjs";
import type { Stack } from "./stack";

/** What programs in other languages need, for tests that run the examples. */

const schema = "node_modules/pulumi-fal/plugin/schema.json";

export interface Language {
  readonly name: "python" | "yaml" | "go";
  /** The files of a program, beside Pulumi.yaml. */
  readonly files: readonly string[];
  /** Why the machine cannot run it. */
  readonly missing: string | undefined;
  /** Makes the SDK of the plugin available to the program. */
  install(stack: Stack): Promise<void>;
}

const pythonWithSdk = process.env["PULUMI_FAL_TEST_PULUMI_PYTHON"];

export const yaml: Language = { name: "yaml", files: [], missing: withoutHost("yaml"), install: async () => {} };

export const python: Language = {
  name: "python",
  files: ["__main__.py", "requirements.txt"],
  missing: withoutHost("python") ?? (pythonWithSdk === undefined ? "Pulumi's SDK for Python is missing" : undefined),
  async install(stack) {
    await stack.ok("package", "gen-sdk", schema, "--language", "python", "--out", "sdks");
    // What `pulumi package add` does, but with the packages of another environment instead of those from PyPI.
    execFileSync(pythonWithSdk ?? "", ["-m", "venv", "--without-pip", join(stack.dir, "venv")]);
    const own = sitePackages(
      join(stack.dir, "venv", process.platform === "win32" ? "Scripts" : "bin", executableName("python")),
    );
    writeFileSync(join(own, "others.pth"), sitePackages(pythonWithSdk ?? ""));
    cpSync(join(stack.dir, "sdks/python/pulumi_fal"), join(own, "pulumi_fal"), { recursive: true });
    mkdirSync(join(own, `pulumi_fal-${version}.dist-info`));
    const metadata = `Metadata-Version: 2.1\nName: pulumi_fal\nVersion: ${version}\n`;
    writeFileSync(join(own, `pulumi_fal-${version}.dist-info`, "METADATA"), metadata);
  },
};

export const go: Language = {
  name: "go",
  files: ["main.go", "go.mod"],
  missing:
    process.env["PULUMI_FAL_TEST_SAMPLE"] !== "all"
      ? "only `npm run test:languages` runs it, because it takes minutes"
      : (withoutHost("go") ?? (onPath("go", process.env).length === 0 ? "Go is missing" : undefined)),
  async install(stack) {
    await stack.ok("package", "add", schema);
  },
};

function withoutHost(language: string): string | undefined {
  const host = `pulumi-language-${language}`;
  return onPath(host, process.env).length > 0 ? undefined : `the Pulumi CLI has no ${host}`;
}

/** The folder that a Python imports packages from. */
function sitePackages(executable: string): string {
  const code = "import sysconfig; print(sysconfig.get_path('purelib'), end='')";
  return execFileSync(executable, ["-c", code], { encoding: "utf8" });
}
