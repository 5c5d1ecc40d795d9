import { readFileSync } from "node:fs";
import { isAbsolute, posix, relative, sep } from "node:path";
import { isRecord } from "../../provider/values";

/** A place in the program; `file` is relative to the project's folder. */
export interface Source {
  readonly file: string;
  readonly line: number;
  /** The line's page at the platform that hosts the code. */
  readonly href?: string;
}

/** The address of a line's page, where the platform is known. */
export type Link = (file: string, line: number) => string | undefined;

/** The engine's `project:///index.ts#4,9`. Nothing for what is no code of the project's authors. */
export function sourceOf(position: string | undefined, link: Link): Source | undefined {
  const match = /^project:\/\/\/([^#]+)#(\d+)/.exec(position ?? "");
  const file = match?.[1] === undefined ? undefined : decoded(match[1]);
  const line = Number(match?.[2]);
  if (file === undefined || file.split("/").some((folder) => installed.has(folder))) return undefined;
  const href = link(file, line);
  return { file, line, ...(href === undefined ? {} : { href }) };
}

/** Folders of packages that npm or pip installed. */
const installed: ReadonlySet<string> = new Set(["node_modules", "site-packages"]);

/** The engine writes an address, in which a space is `%20`. */
function decoded(file: string): string {
  try {
    return decodeURIComponent(file);
  } catch {
    return file;
  }
}

/**
 * Links for what runs here: to the address that was given by hand (that of the project's folder at some commit), else to
 * the commit that GitHub Actions or GitLab CI runs for.
 */
export function linksOf(given: string | undefined, project: string, env: NodeJS.ProcessEnv): Link {
  const base = given === undefined ? ofPlatform(env) : { url: given.replace(/\/+$/, ""), folder: "" };
  if (base === undefined) return () => undefined;
  const folder = given === undefined ? relative(base.folder, project).split(sep).join("/") : "";
  // The project is not in the checkout: nothing tells where its files are.
  if (folder.split("/")[0] === ".." || isAbsolute(folder)) return () => undefined;
  return (file, line) => {
    const path = posix.normalize(posix.join(folder, file));
    if (path.startsWith("../")) return undefined;
    return `${base.url}/${path.split("/").map(encodeURIComponent).join("/")}#L${line}`;
  };
}

interface Base {
  /** Address of the repository's root at the commit. */
  readonly url: string;
  /** Where the checkout is on this machine. */
  readonly folder: string;
}

function ofPlatform(env: NodeJS.ProcessEnv): Base | undefined {
  return ofGitHub(env) ?? ofGitLab(env);
}

function ofGitHub(env: NodeJS.ProcessEnv): Base | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_WORKSPACE: folder, GITHUB_EVENT_PATH: event } = env;
  // What runs for a pull request is a merge that nobody made; the pull request's own commit stays.
  const head = headOf(event);
  const repository = head?.repository ?? env["GITHUB_REPOSITORY"];
  const commit = head?.commit ?? env["GITHUB_SHA"];
  if (!server || !folder || !repository || !commit) return undefined;
  return { url: `${server}/${repository}/blob/${commit}`, folder };
}

function ofGitLab(env: NodeJS.ProcessEnv): Base | undefined {
  const { CI_PROJECT_URL: project, CI_PROJECT_DIR: folder } = env;
  // The second is that of a merge, too, where GitLab makes one.
  const commit = env["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"] || env["CI_COMMIT_SHA"];
  return project && folder && commit ? { url: `${project}/-/blob/${commit}`, folder } : undefined;
}

function headOf(event: string | undefined): { commit: string; repository: string | undefined } | undefined {
  if (!event) return undefined;
  let payload: unknown;
  try {
    payload = JSON.parse(readFileSync(event, "utf8"));
  } catch {
    return undefined;
  }
  const request = isRecord(payload) ? payload["pull_request"] : undefined;
  const head = isRecord(request) ? request["head"] : undefined;
  if (!isRecord(head) || typeof head["sha"] !== "string") return undefined;
  const repository = isRecord(head["repo"]) ? head["repo"]["full_name"] : undefined;
  return { commit: head["sha"], repository: typeof repository === "string" ? repository : undefined };
}
