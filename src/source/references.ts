// Finds the files that an app's code mentions and fal's CLI reads when it deploys.
import { dirname, resolve } from "node:path";
import { readRegularFile, reasonOf } from "../files";
import { SourceError } from "./error";
import { isFile } from "./paths";

const codeBytes = 4 * 1024 * 1024;

/** Dockerfiles, and what lists packages. */
const shapes = [
  /^(docker|container)file(\..+)?$|\.(docker|container)file$/i,
  /^(.*[-_.])?(requirements|constraints)([-_.].*)?\.(txt|in)$/i,
  /^(pyproject|pixi|uv|pylock(\..+)?)\.toml$/,
  /^(uv|poetry|pdm|pixi|conda-lock)\.lock$/,
  /^Pipfile(\.lock)?$/,
  /^(environment|conda)([-_.].*)?\.ya?ml$/,
  /^setup\.(py|cfg)$/,
];

/**
 * Dockerfiles and requirement files that a text in quotes names, relative to the folder of the code or to `cwd`. Texts
 * that name no file are not about files.
 */
export function referencedFiles(code: string, cwd: string): string[] {
  const names = textsOf(code)
    .map((text) => text.replaceAll("\\\\", "/"))
    // f"{folder}/Dockerfile"
    .map((text) => text.replace(/^.*\}\//, ""))
    .filter(
      (name) => !name.startsWith("/") && shapes.some((shape) => shape.test(name.slice(name.lastIndexOf("/") + 1))),
    );
  const paths = names.flatMap((name) => [resolve(dirname(code), name), resolve(cwd, name)]);
  return [...new Set(paths)].filter((path) => isFile(path));
}

/** What stands between two quotes in a line. Also what is between two texts, which does no harm. */
function textsOf(code: string): string[] {
  let text: string;
  try {
    text = readRegularFile(code, codeBytes).toString("utf8");
  } catch (error) {
    throw new SourceError("ref", `names ${code}, which cannot be read: ${reasonOf(error)}`);
  }
  return [...text.matchAll(/["'](?=([^"'\n]{1,500})["'])/g)].map(([, inside = ""]) => inside);
}
