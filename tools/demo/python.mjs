// The quick start in Python: a copy of its project, with the SDK that Pulumi generates from the plugin's schema.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executableName, onPath } from "../setup/process.mjs";
import { DemoError, ROOT } from "./session.mjs";
import { blank, step, tell } from "./terminal.mjs";

/** @param {import("./session.mjs").Session} session */
export async function usePython(session) {
  const python = ["python3", "python"].find((name) => onPath(name, process.env).length > 0);
  if (python === undefined) throw new DemoError("there is no python3 on the PATH");
  const directory = join(session.scratch, "quickstart-python");
  step("A project in Python");
  tell(
    `${directory} is a copy of examples/quickstart-python. Its Pulumi.yaml names the plugin, which serves programs in every Pulumi language; Pulumi generates the SDK from its schema. The following commands run in that folder.`,
  );
  cpSync(join(ROOT, "examples", "quickstart-python"), directory, { recursive: true });
  const manifest = join(directory, "Pulumi.yaml");
  const yaml = readFileSync(manifest, "utf8");
  const plugin = join(ROOT, "plugin");
  writeFileSync(manifest, yaml.replace("path: ../../plugin", `path: ${JSON.stringify(plugin)}`));
  session.project = {
    directory,
    name: "pulumi-fal-quickstart-python",
    program: join(directory, "__main__.py"),
    // `getApp`, and the account's name.
    reads: 2,
  };
  await session.pulumi(`package gen-sdk "${join(plugin, "schema.json")}" --language python --out sdks`);
  await session.program(python, "-m venv venv");
  const folder = process.platform === "win32" ? "Scripts" : "bin";
  const pip = join("venv", folder, executableName("pip"));
  await session.program(pip, "install --quiet --disable-pip-version-check -r requirements.txt ./sdks/python");
  blank();
}
